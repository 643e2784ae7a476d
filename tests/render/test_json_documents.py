"""The JSON documents have the shapes that the design promises."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.core.grounding import Answer, AnswerStatus, Claim, Label, Read
from bot.core.pages import Engine, Found, Freshness, SearchPage, SimilarPage, Snippet, TrendingPage
from bot.core.period import Period
from bot.core.ranking import Ranked
from bot.core.reports import Feedback, Health, SetupHealth, SourceReport
from bot.render import document
from storage.fulltext import Origin
from storage.records import Cadence, Message, Paper, PaperId, Sort
from storage.source_state import SourceState
from tests.builders import BASE, DAY, make_delivery, make_paper, make_setup

PAPER_KEYS = {
    "id", "title", "abstract", "authors", "published_at", "daily_on", "categories", "upvotes", "comments", "url",
    "pdf_url", "code_url", "code_stars", "project_url", "organization", "summary", "keywords", "withdrawn_at",
    "citations", "fields_of_study",
}  # fmt: skip


def test_a_paper_has_every_promised_key_and_null_for_what_is_not_known() -> None:
    found = document.paper(Paper(id=PaperId("2503.01234"), title="T"))
    assert found.keys() >= PAPER_KEYS
    lists = {"authors", "categories", "keywords", "fields_of_study"}
    assert all(found[name] == [] for name in lists)
    known = {"id", "title", "url", "pdf_url", "discussion_url", *lists}
    assert {key for key, value in found.items() if value is not None} == known


def test_a_paper_beyond_arxiv_has_the_address_of_its_doi_and_no_others() -> None:
    found = document.paper(make_paper("10.1101/2025.03.14.643210"))
    assert found["url"] == "https://doi.org/10.1101/2025.03.14.643210"
    assert (found["pdf_url"], found["discussion_url"]) == (None, None)


def test_moments_are_in_utc_and_end_in_z() -> None:
    east = timezone(timedelta(hours=2))
    assert document.moment(datetime(2026, 6, 30, 1, 2, 3, tzinfo=east)) == "2026-06-29T23:02:03Z"
    assert document.moment(datetime(2026, 6, 30, tzinfo=UTC)) == "2026-06-30T00:00:00Z"
    assert document.moment(None) is None
    found = document.paper(make_paper())
    assert (found["published_at"], found["daily_on"]) == ("2025-03-13T09:00:00Z", "2025-03-14")


def test_trending() -> None:
    page = TrendingPage(
        period=Period.day(DAY),
        sort=Sort.TOP,
        ranked=(Ranked(make_paper(), 2.5, ("126 upvotes",)),),
        total=34,
        offset=0,
        limit=5,
        freshness=Freshness(papers=1),
    )
    found = document.trending(page)
    assert (found["period"], found["sort"], found["total"], found["note"]) == ("2025-03-14", "top", 34, None)
    assert found["papers"] == [{"paper": document.paper(make_paper()), "score": 2.5, "reasons": ["126 upvotes"]}]


@pytest.mark.parametrize(("exact", "total_is"), [(True, "exact"), (False, "at least")])
def test_search_says_whether_its_total_is_exact(exact: bool, total_is: str) -> None:
    page = SearchPage(
        query="diffusion",
        token="tok",
        sort="relevance",
        results=(Found(paper=make_paper(), score=1.5, snippet=Snippet(text="We study diffusion.", marks=((9, 18),))),),
        total=1000,
        exact=exact,
        offset=0,
        limit=5,
        did_you_mean=None,
        took_ms=1.5,
        freshness=Freshness(papers=1, note="old"),
    )
    found = document.search(page)
    assert {"query", "total", "total_is", "results", "did_you_mean", "took_ms"} <= found.keys()
    assert (found["total_is"], found["engine"]) == (total_is, "words")
    assert found["results"][0]["snippet"] == "We study **diffusion**."


def test_papers_like_one_have_the_shape_of_a_search() -> None:
    page = SimilarPage(
        paper=make_paper(),
        results=(Found(paper=make_paper("2503.00002"), score=1.5, snippet=Snippet(text="As before.")),),
        total=1,
        offset=0,
        limit=5,
        took_ms=1.5,
        freshness=Freshness(papers=2),
        engine=Engine.HYBRID,
    )
    found = document.similar(page)
    assert {"query", "total", "total_is", "results", "did_you_mean", "took_ms"} <= found.keys()
    assert (found["query"], found["like"], found["engine"]) == (None, "2503.01234", "words and meaning")
    assert found["results"][0]["paper"]["id"] == "2503.00002"


@pytest.mark.parametrize(
    ("marks", "text"),
    [
        (((0, 2), (1, 3)), "**ab****c**d"),
        (((2, 9), (0, 1)), "**a**b**cd**"),
        (((3, 2), (-5, 0)), "abcd"),
        ((), "abcd"),
    ],
)
def test_a_snippet_survives_any_marks(marks: tuple[tuple[int, int], ...], text: str) -> None:
    assert document.snippet(Snippet(text="abcd", marks=marks)) == text


def test_ask() -> None:
    claim = Claim(text="c", label=Label.QUOTED, quote="q", section="Abstract", paper_id=PaperId("2503.01234"))
    answer = Answer(
        question="how?",
        status=AnswerStatus.PASSAGES,
        engine="e",
        claims=(claim,),
        read=(Read(paper_id=claim.paper_id, origin=Origin.HTML),),
    )
    found = document.ask(answer, took_ms=2.5)
    told = {"text": "c", "label": "QUOTED", "quote": "q", "section": "Abstract", "paper": "2503.01234", "matched": []}
    assert found == {
        "question": "how?",
        "status": "passages",
        "coverage": "full text",
        "read": [{"paper": "2503.01234", "text": "html", "whole": True}],
        "engine": "e",
        "note": "",
        "claims": [told],
        "nearest": [],
        "took_ms": 2.5,
    }


def test_ingest() -> None:
    report = SourceReport(name="huggingface", fetched=5, new=2, updated=1, unchanged=1, rejected=1, rejects=("item 3",))
    (found,) = document.ingest([report])["sources"]
    assert found["name"] == "huggingface"
    assert found["error"] is None
    assert found["fetched"] == found["new"] + found["updated"] + found["unchanged"] + found["rejected"]


def test_status_is_a_document_that_json_can_write() -> None:
    facts: dict[str, Any] = {"version": "1", "papers": 3, "latest_day_papers": 3, "index_behind": 0, "topics": 1}
    health = Health(
        now=BASE,
        latest_day=DAY,
        newest_sighting=BASE,
        people=1,
        sources=(SourceState(name="huggingface", succeeded_at=BASE, problem="odd"),),
        setups=(SetupHealth(setup=make_setup(id=3), next_due=BASE, last=None),),
        recent=(make_delivery("2503.00001", considered=3, left_out={"over the limit": 2}),),
        is_sample=False,
        memory_bytes=1,
        up_for=timedelta(hours=1),
        feedback=Feedback(good=2, bad=1, disliked=("How?",)),
        **facts,
    )
    found = json.loads(json.dumps(document.status(health)))
    assert found["sources"][0]["succeeded_at"] == "2025-03-14T09:00:00Z"
    assert found["channels"][0]["next_due"] == "2025-03-14T09:00:00Z"
    assert found["deliveries"][0]["left_out"] == {"over the limit": 2}
    assert found["up_seconds"] == 3600
    assert found["answers"] == {"good": 2, "bad": 1, "disliked": ["How?"]}


def test_a_delivery_tells_of_each_of_its_messages() -> None:
    messages = (
        Message(part=0, token="a", paper_id=PaperId("2503.00001"), message_id=7, sent_at=BASE),
        Message(part=1, token="b", paper_id=PaperId("2503.00002"), problem="too large"),
    )
    found = document.delivery(
        make_delivery(
            "2503.00001",
            "2503.00002",
            messages=messages,
            cadence=Cadence.WEEKLY,
            added=(PaperId("2503.00002"),),
            also=(PaperId("2503.00009"),),
            not_before=BASE + timedelta(hours=6),
        )
    )
    assert (found["slot"], found["cadence"], found["held"]) == ("setup-1", "weekly", True)
    assert (found["added"], found["also"], found["empty_because"]) == (["2503.00002"], ["2503.00009"], None)
    assert found["messages"] == [
        {"part": 0, "message_id": 7, "paper": "2503.00001", "sent_at": "2025-03-14T09:00:00Z", "problem": None},
        {"part": 1, "message_id": None, "paper": "2503.00002", "sent_at": None, "problem": "too large"},
    ]
    assert document.delivery(make_delivery(empty_because="it is Saturday"))["empty_because"] == "it is Saturday"
