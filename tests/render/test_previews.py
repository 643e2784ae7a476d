"""What the next run would post, with its sums, and why any one paper would be in it or not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.digest import DigestPlan, DigestRules, LeaveOut, plan
from bot.core.parse_query import parse_query
from bot.core.period import Days
from bot.core.schedule import Slot
from bot.render import document
from bot.render.preview import preview_report, why_paper
from storage.records import Paper, PaperId
from tests.builders import BASE, CHANNEL, DAY, make_id, make_paper, make_papers, make_setup
from tests.render.reading import read

SETUP = make_setup(id=3, query="title:image", min_upvotes=5, limit=2)
SLOT = Slot(local_date=DAY, due_at=BASE, expires_at=BASE + timedelta(hours=6))
DAYS = Days(DAY - timedelta(days=1), DAY)

BEST, NEXT, THIRD, OTHER, FEW, POSTED, GONE = make_papers(7, title="An image")
BEST = replace(BEST, title="The best image", upvotes=99)
OTHER = replace(OTHER, title="Words")
FEW = replace(FEW, upvotes=3)
GONE = replace(GONE, withdrawn_at=BASE)
PAPERS = {paper.id: paper for paper in (BEST, NEXT, THIRD, OTHER, FEW, POSTED, GONE)}
RULES = DigestRules(limit=2, query=parse_query("title:image"), min_upvotes=5)
DECISION = plan(PAPERS.values(), {}, RULES, posted={POSTED.id}, now=BASE)


def test_the_decision_has_a_paper_for_each_reason() -> None:
    assert {left.reason for left in DECISION.left_out} == set(LeaveOut)


def test_a_preview_shows_the_papers_the_sums_and_what_is_left_out_by_name() -> None:
    words = read(preview_report(SETUP, DECISION, SLOT, PAPERS))
    assert words.splitlines()[:4] == [
        "### The next digest, as it would be now",
        f"For <#{CHANNEL.id}> (setup 3), due <t:{int(BASE.timestamp())}:f>:",
        f"1. **[The best image](https://arxiv.org/abs/{BEST.id})**: 99 upvotes · 1 comment · new today",
        f"2. **[An image](https://arxiv.org/abs/{NEXT.id})**: 10 upvotes · 1 comment · new today",
    ]
    assert (
        "7 considered = 2 picked + 1 already posted here + 1 withdrawn + 1 filtered by the query + 1 below the upvote "
        "threshold + 1 over the limit." in words
    )
    assert "- **1 filtered by the query**: Words" in words


def test_a_reason_for_many_names_three_of_them() -> None:
    papers = {paper.id: paper for paper in make_papers(9)}
    decision = plan(papers.values(), {}, DigestRules(limit=1), posted=set(), now=BASE)
    words = read(preview_report(SETUP, decision, SLOT, papers))
    assert f"- **8 over the limit**: {', '.join(f'A paper called {make_id(n)}' for n in (2, 3, 4))} and 5 more" in words


def test_a_run_that_would_post_nothing_says_so_with_its_sums() -> None:
    nothing = DigestPlan(picked=(), left_out=(), considered=0)
    words = read(preview_report(SETUP, nothing, None, {}))
    assert "though none is planned:" in words
    assert "Nothing would be posted." in words
    assert "0 considered = 0 picked." in words


@pytest.mark.parametrize(
    ("paper", "words"),
    [
        (BEST, "picked at place 1 of 2, for 99 upvotes · 1 comment · new today."),
        (THIRD, "2 papers rank before it, and no more are posted. It has 10 upvotes."),
        (OTHER, "it does not match the query “title:image”."),
        (FEW, "it has 3 upvotes, and this setup asks for 5 or more."),
        (POSTED, "it was posted here already, and no paper comes twice."),
        (GONE, "Withdrawn by its authors on 14 March 2025."),
        (
            make_paper("2503.00099", daily_on=DAY - timedelta(days=4)),
            "it was not considered: it is on the list of Monday, 10 March 2025; this digest is of 13–14 March 2025.",
        ),
        (make_paper("2503.00098", daily_on=None), "it was not considered: it is on no daily list that I have seen."),
    ],
)
def test_any_paper_has_its_reason(paper: Paper, words: str) -> None:
    told = read(why_paper(SETUP, DECISION, paper.id, paper, days=DAYS))
    assert told.endswith(f"In <#{CHANNEL.id}> (setup 3): {words}")
    assert told.startswith("### It would be in" if paper is BEST else "### It would not be in the next digest\n")


def test_a_paper_that_nobody_knows_is_said_to_be_unknown() -> None:
    told = read(why_paper(SETUP, DECISION, PaperId("2503.77777"), None))
    assert "[arXiv 2503.77777](https://arxiv.org/abs/2503.77777)" in told
    assert "I do not know this paper." in told


def test_the_preview_as_a_document_accounts_for_every_paper() -> None:
    told = document.preview(SETUP, DECISION, SLOT)
    assert told["considered"] == told["picked"] + sum(told["left_out"].values()) == 7
    assert [entry["paper"]["id"] for entry in told["papers"]] == [BEST.id, NEXT.id]
    assert {entry["id"] for entry in told["papers_left_out"]} == set(PAPERS) - {BEST.id, NEXT.id}
    assert told["due_at"] == "2025-03-14T09:00:00Z"
    assert document.preview(SETUP, DECISION, None)["due_at"] is None


@pytest.mark.parametrize(
    ("paper_id", "paper", "outcome", "reason"),
    [
        (BEST.id, BEST, "picked", None),
        (FEW.id, FEW, "left out", "below the upvote threshold"),
        (PaperId("2503.00099"), make_paper("2503.00099"), "not considered", None),
        (PaperId("2503.77777"), None, "unknown", None),
    ],
)
def test_one_papers_standing_as_a_document(
    paper_id: PaperId, paper: Paper | None, outcome: str, reason: str | None
) -> None:
    told = document.why_paper(DECISION, paper_id, paper, days=DAYS)
    assert (told["outcome"], told["reason"]) == (outcome, reason)
    assert told["place"] == (1 if paper is BEST else None)
    assert told["days"] == ["2025-03-13", "2025-03-14"]
