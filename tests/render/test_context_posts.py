"""Quotations in context name their section and lead to the place, as near as it is known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.excerpts import Excerpt, InContext, excerpts
from bot.core.grounding import Passage
from bot.core.passages import of_paper
from bot.render.actions import ShowContext, decode
from bot.render.context import context_post, voted
from bot.render.limits import fits
from bot.render.post import Buttons
from bot.services.answers import MOST_QUOTATIONS
from storage.fulltext import FullText, Origin, Piece, PieceKind
from storage.kept_answers import Quotation
from tests.builders import BASE, make_paper
from tests.render.hostile import hostile_papers, long_text
from tests.render.reading import read

TOKEN = "abc"
PAPER = make_paper(title="A Big Dataset", abstract="It is large. It has pairs of things.")


def in_context(
    *pieces: Piece, origin: Origin = Origin.HTML, quote: str = "It has 3 pairs.", lost: int = 0
) -> InContext:
    text = FullText(paper_id=PAPER.id, version=1, origin=origin, read_at=BASE, pieces=pieces)
    quotation = Quotation(paper_id=PAPER.id, section="", quote=quote)
    found, _ = excerpts([quotation], of_paper(PAPER, text))
    return InContext(
        question="How large?", excerpts=found, lost=lost, papers={PAPER.id: PAPER}, origins={PAPER.id: origin}
    )


def piece(text: str = "First there is this. It has 3 pairs. Then that.", place: str = "") -> Piece:
    return Piece("2 Data", PieceKind.PROSE, text, place)


@pytest.mark.parametrize(
    ("origin", "place", "source"),
    [
        (Origin.HTML, "S2.SS1", "[A Big Dataset · this section on arXiv](https://arxiv.org/html/2503.01234#S2.SS1)"),
        (Origin.PDF, "7", "[A Big Dataset · page 7 of the PDF](https://arxiv.org/pdf/2503.01234#page=7)"),
        (Origin.MARKDOWN, "", "[A Big Dataset](https://arxiv.org/abs/2503.01234)"),
        (Origin.HTML, "", "[A Big Dataset](https://arxiv.org/abs/2503.01234)"),
    ],
)
def test_a_quotation_is_marked_in_its_section_and_leads_to_its_place(origin: Origin, place: str, source: str) -> None:
    assert read(context_post(in_context(piece(place=place), origin=origin), TOKEN)).splitlines() == [
        "### In context: “How large?”",
        "**2 Data**",
        "> First there is this. **It has 3 pairs.** Then that.",
        f"-# {source}",
    ]


def test_what_is_lost_is_said() -> None:
    words = read(context_post(in_context(piece(), quote="Nobody said that.", lost=2), TOKEN))
    assert "2 quotations stand no longer in the text that I have: it changed since." in words


@given(st.data())
def test_however_much_is_quoted_it_fits(data: st.DataObject) -> None:
    paper = data.draw(hostile_papers())
    told = data.draw(st.lists(long_text(3000), min_size=1, max_size=8))
    section = data.draw(long_text(200))
    passages = tuple(
        Passage(paper_id=paper.id, ordinal=n, section=section, text=text, paragraph=n) for n, text in enumerate(told)
    )
    found = tuple(Excerpt(passages=passages, at=at, marks=((0, len(text)),)) for at, text in enumerate(told))
    question = data.draw(long_text(2000))
    shown = InContext(
        question=question,
        excerpts=found[:MOST_QUOTATIONS],
        lost=9,
        papers={paper.id: paper},
        origins={},
        behind=data.draw(st.none() | st.just(MOST_QUOTATIONS)),
    )
    assert fits(context_post(shown, TOKEN))


def test_where_there_are_more_quotations_a_button_leads_to_them() -> None:
    more = replace(in_context(piece()), behind=6)
    [row] = [block for block in context_post(more, TOKEN).blocks if isinstance(block, Buttons)]
    assert [decode(button.action or "") for button in row.buttons] == [ShowContext(TOKEN, 6)]


def test_a_vote_is_thanked_for_and_who_sees_it_is_said() -> None:
    assert "helps" in read(voted(is_good=True))
    assert "not who you are" in read(voted(is_good=False))
