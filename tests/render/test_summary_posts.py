"""Summaries and comparisons are worded as what they are: the paper's own words, or a model's with theirs below."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.console.layout import Look, lay_out
from bot.core.aspect_signs import Aspect
from bot.core.comparison import Comparison, Row
from bot.core.grounding import EXTRACTIVE, Claim, Label, Read
from bot.core.style import Style
from bot.core.summary import Line, Summary
from bot.render.actions import Compare, ShowContext, Summarise, decode
from bot.render.comparison import OWN_WORDS as CELLS
from bot.render.comparison import comparison_post, growing_comparison
from bot.render.limits import fits
from bot.render.phrases import change
from bot.render.post import Post
from bot.render.summary import OWN_WORDS, SUMMARY_ONLY, growing_summary, summary_post
from storage.fulltext import Origin
from storage.records import PaperId
from tests.builders import BASE, make_id, make_paper
from tests.render.hostile import hostile_papers, long_text
from tests.render.reading import buttons, read

PAPER = make_paper(title="SoupNet: A Model")
OTHER = make_paper(make_id(2), title="On the making of bread by machines of our time")


def make_claim(**facts: Any) -> Claim:
    defaults: dict[str, Any] = {
        "text": "We stir 12% faster.",
        "label": Label.QUOTED,
        "quote": "We stir 12% faster.",
        "section": "Abstract",
        "paper_id": PAPER.id,
    }
    return Claim(**(defaults | facts))


def make_summary(*lines: Line, **facts: Any) -> Summary:
    defaults: dict[str, Any] = {"style": Style.TLDR, "engine": EXTRACTIVE, "read": Read(paper_id=PAPER.id)}
    return Summary(paper=facts.pop("paper", PAPER), lines=lines, **(defaults | facts))


def test_own_words_are_called_so_each_with_its_aspect() -> None:
    shown = read(summary_post(make_summary(Line(make_claim(), Aspect.RESULTS), Line(make_claim(section="")))))
    assert shown.splitlines() == [
        "### TL;DR: [SoupNet: A Model](https://arxiv.org/abs/2503.01234)",
        f"-# {OWN_WORDS}",
        "",
        "**Results**",
        "> We stir **12%** faster.",
        "**It begins**",
        "> We stir **12%** faster.",
        "-# Read: the abstract only, not the whole paper.",
    ]


def test_of_a_whole_text_the_section_is_named() -> None:
    read_whole = Read(paper_id=PAPER.id, origin=Origin.HTML)
    shown = read(summary_post(make_summary(Line(make_claim(section="4 Stirring"), Aspect.RESULTS), read=read_whole)))
    assert "**Results** · 4 Stirring\n> We stir" in shown


def test_the_words_of_a_summary_are_never_called_the_papers() -> None:
    bare = replace(PAPER, abstract="", summary="We stir 12% faster.")
    shown = read(summary_post(make_summary(Line(make_claim(section="Summary")), paper=bare)))
    assert SUMMARY_ONLY in shown
    assert OWN_WORDS not in shown


def test_a_models_line_stands_above_its_quotation_and_an_inference_is_called_one() -> None:
    lines = (
        Line(make_claim(text="It stirs.", label=Label.STATED)),
        Line(make_claim(text="It wins.", label=Label.INFERRED)),
    )
    shown = read(summary_post(make_summary(*lines, engine="model", style=Style.NEWCOMER)))
    assert "It stirs.\n> We stir 12% faster.\n-# Abstract" in shown
    assert "It wins. (my conclusion from this passage, not its words)" in shown
    assert "checked word for word" in shown
    assert OWN_WORDS not in shown


@pytest.mark.parametrize("label", [Label.STATED, Label.INFERRED])
def test_what_a_model_says_in_its_quotations_very_words_is_shown_once(label: Label) -> None:
    line = Line(make_claim(text="we stir  12% faster", label=label))
    shown = read(summary_post(make_summary(line, engine="model")))
    assert shown.lower().count("12% faster") == 1
    assert "\n> We stir 12% faster.\n" in shown
    assert "conclusion" not in shown


def test_why_it_is_not_what_was_asked_for_is_said() -> None:
    assert "The model is busy." in read(summary_post(make_summary(Line(make_claim()), note="The model is busy.")))


def test_the_other_styles_are_a_press_away_and_plain_words_only_where_there_is_a_model() -> None:
    own = buttons(summary_post(make_summary(Line(make_claim()))))
    assert list(own) == ["Key points", "About this paper"]
    assert decode(own["Key points"].action or "") == Summarise(PAPER.id, Style.POINTS)
    assert "For a newcomer" in buttons(summary_post(make_summary(Line(make_claim()), engine="model")))


def test_what_is_kept_can_be_gone_back_to_and_voted_on() -> None:
    own = buttons(summary_post(make_summary(Line(make_claim())), "abc"))
    assert list(own) == ["Key points", "About this paper", "Show more context", "👍", "👎"]
    assert decode(own["Show more context"].action or "") == ShowContext("abc")


def test_what_a_model_has_written_so_far_is_shown_as_such() -> None:
    nothing, some = [growing_summary(make_summary(*lines, engine="m")) for lines in ((), (Line(make_claim()),))]
    assert "Reading the paper …" in read(nothing)
    assert "> We stir 12% faster." in read(some)
    assert "Still writing …" in read(some)
    assert not buttons(some)


def test_a_summary_and_a_comparison_of_a_withdrawn_paper_say_so() -> None:
    gone = replace(PAPER, withdrawn_at=BASE)
    told = f"**{change(gone)}**"
    assert "Withdrawn by its authors on" in told
    assert told in read(summary_post(make_summary(Line(make_claim()), paper=gone))).splitlines()
    assert told in read(growing_summary(make_summary(paper=gone, engine="m")))
    assert f"[SoupNet: A Model](https://arxiv.org/abs/2503.01234) · {told}" in read(
        comparison_post(make_comparison(*ROWS, papers=(gone, OTHER)))
    )


# --- side by side ---


def make_comparison(*rows: Row, **facts: Any) -> Comparison:
    papers = facts.pop("papers", (PAPER, OTHER))
    defaults: dict[str, Any] = {"engine": EXTRACTIVE, "read": tuple(Read(paper_id=one.id) for one in papers)}
    return Comparison(papers=papers, rows=rows, **(defaults | facts))


BREAD = make_claim(text="We knead.", quote="We knead.", section="1 Introduction", paper_id=OTHER.id)
ROWS = (
    Row(Aspect.APPROACH, {OTHER.id: BREAD}),
    Row(Aspect.RESULTS, {PAPER.id: make_claim(), OTHER.id: BREAD}),
    Row(Aspect.LIMITS, {}),
)


def test_on_a_phone_each_aspect_stands_by_itself_with_a_line_for_each_paper() -> None:
    assert read(comparison_post(make_comparison(*ROWS))).splitlines() == [
        "### Side by side",
        "- [SoupNet: A Model](https://arxiv.org/abs/2503.01234)",
        "- [On the making of bread by machines of our time](https://arxiv.org/abs/2503.00002)",
        "",
        "### Approach",
        "> **SoupNet**: *not found*",
        "> **On the making of bread by…**: We knead. \\[1\\]",
        "### Results",
        "> **SoupNet**: We stir **12%** faster. \\[2\\]",
        "> **On the making of bread by…**: *the sentence under approach*",
        "Not found in any of them: limits.",
        "",
        "-# Sources: \\[1\\] On the making of bread by…, 1 Introduction; \\[2\\] SoupNet, Abstract",
        f"-# {CELLS}",
        "-# Read: abstracts only, not the whole papers.",
    ]


def test_where_a_summary_by_others_was_read_its_sentences_are_not_called_the_papers_own() -> None:
    found = make_comparison(*ROWS)
    words = read(comparison_post(replace(found, read=(replace(found.read[0], has_abstract=False), found.read[1]))))
    assert "Each cell is a sentence of what I read of that paper, which I chose." in words
    assert "abstracts and summaries by others only" in words


def lines(post: Post, width: int) -> list[str]:
    return [line.plain for line in lay_out(post, Look(width=width))]


def test_at_a_terminal_it_is_a_table_of_columns_and_on_a_narrow_one_as_on_a_phone() -> None:
    post = comparison_post(make_comparison(*ROWS), whole=True)
    wide = lines(post, 70)
    assert "Results  │ We stir 12% faster. [2]      │ the sentence under approach" in wide
    assert max(map(len, wide)) <= 70
    assert "▎ SoupNet: not found" in lines(post, 40)


def test_while_it_is_written_its_pages_cannot_be_turned() -> None:
    assert not buttons(growing_comparison(make_comparison(*ROWS, engine="m", note="Still writing.")))


def test_a_models_claim_stands_before_its_quotation() -> None:
    stated = make_claim(text="It stirs.", label=Label.STATED)
    shown = read(comparison_post(make_comparison(Row(Aspect.RESULTS, {PAPER.id: stated}), engine="model")))
    assert "> **SoupNet**: It stirs. “We stir 12% faster.” \\[1\\]" in shown
    assert "checked word for word" in shown


def test_of_a_long_table_the_rows_that_fit_come_with_whole_sentences_and_a_button_to_the_others() -> None:
    papers = tuple(make_paper(make_id(number), title=f"Paper{number}: Long") for number in range(1, 5))
    rows = tuple(
        Row(
            aspect,
            {
                one.id: make_claim(quote=f"{aspect} {one.id} {'word ' * 60}end.", section=aspect, paper_id=one.id)
                for one in papers
            },
        )
        for aspect in Aspect
    )
    found = make_comparison(*rows, papers=papers)
    seen: list[str] = []
    first = 0
    while True:
        post = comparison_post(found, "abc", first=first)
        assert decode(buttons(post)["Show more context"].action or "") == ShowContext("abc", len(seen))
        seen += [line for line in read(post).splitlines() if line.startswith("> ")]
        more = [button for label, button in buttons(post).items() if label.startswith("More: ")]
        if not more:
            break
        action = decode(more[0].action or "")
        assert isinstance(action, Compare)
        assert action.first > first
        first = action.first
    assert [line.rpartition("[")[2] for line in seen] == [f"{number}\\]" for number in range(1, 29)]
    assert all(line.endswith("\\]") and "…" not in line for line in seen)
    assert decode(buttons(post)["From the beginning"].action or "") == Compare(tuple(one.id for one in papers))


claims = st.builds(
    make_claim,
    text=long_text(800),
    quote=long_text(800),
    section=long_text(200),
    label=st.sampled_from(Label),
)
notes = st.sampled_from(["", "The model is busy."])


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(
    paper=hostile_papers(), found=st.lists(claims, max_size=9), engine=st.sampled_from([EXTRACTIVE, "m"]), note=notes
)
def test_a_summary_fits_whatever_it_is_made_of(paper: Any, found: list[Claim], engine: str, note: str) -> None:
    made = tuple(Line(claim, aspect) for claim, aspect in zip(found, [None, *Aspect, None], strict=False))
    summary = make_summary(*made, paper=paper, engine=engine, note=note)
    assert fits(summary_post(summary, "abc"))
    assert fits(growing_summary(summary))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(
    papers=st.lists(hostile_papers(), min_size=2, max_size=4), claim=claims, first=st.integers(0, 9), dois=st.booleans()
)
def test_a_comparison_fits_whatever_it_is_made_of(papers: list[Any], claim: Claim, first: int, dois: bool) -> None:
    ids = [PaperId(f"10.12345/{'x' * 40}{n}") if dois else make_id(n) for n in range(len(papers))]
    named = tuple(replace(paper, id=one) for paper, one in zip(papers, ids, strict=True))
    rows = tuple(
        Row(aspect, {one: replace(claim, paper_id=one, section=f"{n}{claim.section}") for one in ids})
        for n, aspect in enumerate(Aspect)
    )
    assert fits(comparison_post(make_comparison(*rows, papers=named), "abc", first=first))


def test_four_papers_whose_ids_no_button_can_hold_are_compared_in_as_much_as_fits() -> None:
    papers = tuple(make_paper(PaperId(f"10.1101/2025.03.14.64321{n}")) for n in range(4))
    rows = tuple(
        Row(
            aspect,
            {
                one.id: make_claim(
                    text="We win by 12%.", label=Label.INFERRED, section=f"{one.id} {aspect}", paper_id=one.id
                )
                for one in papers
            },
        )
        for aspect in Aspect
    )
    post = comparison_post(make_comparison(*rows, papers=papers, engine="m"), "abc")
    assert fits(post)
    assert "Not here for lack of room: code and limits. Compare fewer papers at once to see it." in read(post)


@pytest.mark.parametrize("width", [20, 33, 80, 200])
def test_no_line_of_a_table_is_wider_than_the_screen(width: int) -> None:
    found = make_comparison(Row(Aspect.RESULTS, {PAPER.id: make_claim(quote="深度学习 " * 30)}))
    post = comparison_post(found, whole=True)
    addresses = ("https://", "(https://")
    assert all(len(line) <= width for line in lines(post, width) if not line.strip("• ").startswith(addresses))
