"""One paper on one card."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.core.pages import Freshness
from bot.render import phrases
from bot.render.actions import AskAbout, Discuss, SavePaper, ShowSimilar, UnfollowTopic, UnsavePaper, decode, encode
from bot.render.paper import Surroundings, paper_card
from bot.render.post import Button, ButtonLook
from storage.records import Paper, Said
from tests.builders import make_paper
from tests.render.reading import acts, buttons, read

PUBLISHED = datetime(2026, 6, 25, 17, tzinfo=UTC)


def test_a_card_holds_what_is_known() -> None:
    paper = make_paper(
        title="Learning to Read",
        abstract="We read.\n\nThen we write.",
        summary="Reading first.",
        published_at=PUBLISHED,
        daily_on=date(2026, 6, 30),
        upvotes=1234,
        comments=1,
        code_url="https://github.com/a/b",
        code_stars=12,
        keywords=("reading", "writing"),
        version=3,
    )
    assert read(paper_card(paper)).splitlines() == [
        "### [Learning to Read](https://arxiv.org/abs/2503.01234)",
        "-# Ada Lovelace and Emmy Noether",
        "-# arXiv 2503.01234, version 3 · cs.CL · published 25 June 2026 · listed 30 June 2026",
        "-# 1.2k upvotes · 1 comment · code with 12 stars",
        "",
        "**Summary** (not by the authors): Reading first.",
        "",
        "**Abstract**",
        "> We read. Then we write.",
        "-# Keywords: reading, writing",
    ]


BY_SEMANTIC_SCHOLAR = make_paper(
    summary="Reading first.",
    citations=1,
    fields_of_study=("Computer Science", "Medicine"),
    said=(Said(source="semanticscholar", at=PUBLISHED, facts=("citations", "summary", "fields_of_study")),),
)


def test_what_semantic_scholar_adds_says_so_and_since_when_and_links_there() -> None:
    lines = read(paper_card(BY_SEMANTIC_SCHOLAR)).splitlines()
    cited = "[1 citation](https://api.semanticscholar.org/arXiv:2503.01234)"
    assert f"-# {cited} (Semantic Scholar, 25 June 2026) · Computer Science, Medicine" in lines
    assert "**Summary** (by Semantic Scholar’s model, not by the authors): Reading first." in lines


def test_its_summary_is_never_shown_as_somebody_elses() -> None:
    brief = paper_card(BY_SEMANTIC_SCHOLAR, around=Surroundings(brief=True))
    assert "**Summary** (by Semantic Scholar’s model): Reading first." in read(brief)
    assert phrases.gist(BY_SEMANTIC_SCHOLAR) == "Semantic Scholar’s model: Reading first."


def test_that_nobody_cites_a_paper_yet_is_not_said() -> None:
    assert "citation" not in read(paper_card(replace(BY_SEMANTIC_SCHOLAR, citations=0)))


def test_a_paper_of_which_nothing_is_known_still_has_a_card() -> None:
    words = read(paper_card(Paper(id=make_paper().id, title="")))
    assert words == "### [arXiv 2503.01234](https://arxiv.org/abs/2503.01234)\n-# arXiv 2503.01234"


def test_a_withdrawn_paper_says_so_before_anything_else() -> None:
    lines = read(paper_card(make_paper(withdrawn_at=datetime(2025, 4, 1, tzinfo=UTC)))).splitlines()
    assert lines[1].startswith("**Withdrawn by its authors on 1 April 2025**. Its authors no longer")


def test_a_paper_beyond_arxiv_links_to_its_publisher_only() -> None:
    card = paper_card(make_paper("10.1016/s0140-6736(20)30183-5", title="On Lungs"))
    assert read(card).startswith("### [On Lungs](https://doi.org/10.1016/s0140-6736%2820%2930183-5)\n")
    assert "DOI 10.1016/s0140-6736(20)30183-5" in read(card)
    assert not {"arXiv", "PDF", "Hugging Face"} & set(buttons(card))
    assert "Publisher" in buttons(card)


def test_links_from_outside_show_their_host_and_bad_ones_are_left_out() -> None:
    paper = make_paper(code_url="https://github.com/a/b", project_url="https://lab.example/x")
    found = buttons(paper_card(paper))
    assert list(found) == [
        "arXiv",
        "PDF",
        "Hugging Face",
        "Code · github.com",
        "Project · lab.example",
        "Similar",
        "Discuss",
        "Save",
        "Ask about it",
    ]
    bad = make_paper(code_url="javascript:alert(1)", project_url="https://user@github.com/")
    assert list(buttons(paper_card(bad)))[3:] == ["Similar", "Discuss", "Save", "Ask about it"]


def test_a_project_page_that_is_the_paper_itself_is_no_second_button() -> None:
    paper = make_paper(project_url="https://arxiv.org/abs/2503.01234")
    assert "Project · arxiv.org" not in buttons(paper_card(paper))


def test_the_paper_can_be_asked_about() -> None:
    button = buttons(paper_card(make_paper()))["Ask about it"]
    assert decode(button.action or "") == AskAbout(make_paper().id)
    assert button.look is ButtonLook.PRIMARY


def test_it_can_be_discussed_where_that_is_not_done_already() -> None:
    button = buttons(paper_card(make_paper()))["Discuss"]
    assert decode(button.action or "") == Discuss(make_paper().id)
    assert "Discuss" not in buttons(paper_card(make_paper(), around=Surroundings(is_discussed=True)))


def test_it_can_be_saved_and_by_whom_it_is_shown_to_alone_taken_out_again() -> None:
    assert acts(paper_card(make_paper()))["Save"] == SavePaper(make_paper().id)
    mine = paper_card(make_paper(), around=Surroundings(saved_at=PUBLISHED))
    assert "-# You saved it on 25 June 2026." in read(mine)
    assert acts(mine)["Unsave"] == UnsavePaper(make_paper().id)
    assert "Save" not in buttons(mine)


def test_buttons_beyond_a_row_stand_in_two() -> None:
    others = tuple(Button(str(number), action=encode(UnfollowTopic(number))) for number in range(2))
    card = paper_card(make_paper(), around=Surroundings(buttons=others))
    assert list(buttons(card))[3:] == ["0", "1", "Similar", "Discuss", "Save", "Ask about it"]


def test_those_like_the_paper_are_one_press_away() -> None:
    button = buttons(paper_card(make_paper()))["Similar"]
    assert decode(button.action or "") == ShowSimilar(make_paper().id)


def test_a_long_abstract_is_cut_and_everything_else_kept() -> None:
    paper = make_paper(abstract="A sentence of an abstract. " * 800, summary="In one sentence.", keywords=("k",))
    words = read(paper_card(paper))
    assert "In one sentence." in words
    assert "Keywords: k" in words
    assert "…" in words
    assert len(words) > 2900


def test_the_age_of_what_is_known_is_said() -> None:
    assert "-# Old." in read(paper_card(make_paper(), Freshness(papers=1, note="Old.")))
