"""A quotation is shown where it stands: in its section, marked, with as much around it as there is room for."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.excerpts import cut, cuts, excerpts
from bot.core.passages import of_paper
from storage.fulltext import FullText, Origin, Piece, PieceKind
from storage.kept_answers import Quotation
from tests.builders import BASE, make_id, make_paper

PAPER = make_paper(make_id(1), abstract="We cook noodles. They are long and thin. Everybody likes them.")
TEXT = FullText(
    paper_id=PAPER.id,
    version=1,
    origin=Origin.HTML,
    read_at=BASE,
    pieces=(
        Piece("2 Method", PieceKind.PROSE, "The stove is set to 300 degrees. The pot hums a song.", "S2"),
        Piece("2 Method", PieceKind.PROSE, "Water is boiled three times. Salt comes last.", "S2"),
        Piece("3 Results", PieceKind.ROW, "Pot: small | Litres: 7", "S3"),
        Piece("3 Results", PieceKind.ROW, "Pot: large | Litres: 70", "S3"),
    ),
)
PASSAGES = of_paper(PAPER, TEXT)


def quotation(quote: str, section: str = "2 Method", paper: int = 1) -> Quotation:
    return Quotation(paper_id=make_id(paper), section=section, quote=quote)


def shown(*quotations: Quotation, room: int = 1_000) -> list[str]:
    """Each excerpt with what is quoted between brackets."""
    found, _ = excerpts(quotations, PASSAGES)
    texts = []
    for _, words, marks in cuts(found, room):
        text = words
        for start, end in reversed(marks):
            text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
        texts.append(text)
    return texts


def test_a_quotation_stands_in_its_section_paragraph_by_paragraph() -> None:
    assert shown(quotation("Water is boiled three times.")) == [
        "The stove is set to 300 degrees. The pot hums a song.\n[Water is boiled three times.] Salt comes last."
    ]
    assert shown(quotation("Pot: large | Litres: 70", "3 Results")) == [
        "Pot: small | Litres: 7\n[Pot: large | Litres: 70]"
    ]


def test_what_comes_next_comes_first_where_room_is_short() -> None:
    assert shown(quotation("The pot hums a song."), room=1) == ["[The pot hums a song.]"]
    assert shown(quotation("The pot hums a song."), room=50) == ["[The pot hums a song.]\nWater is boiled three times."]


def test_a_part_of_a_sentence_and_one_with_something_left_out_are_marked_where_they_stand() -> None:
    assert shown(quotation("stove is set to 300"), room=1) == ["The [stove is set to 300] degrees."]
    assert shown(quotation("They are long … long and thin", "Abstract"), room=1) == []
    assert shown(quotation("The stove is … to 300 degrees"), room=1) == ["[The stove is] set [to 300 degrees]."]


def test_what_is_quoted_twice_in_one_passage_is_shown_once_and_what_stands_nowhere_is_counted() -> None:
    twice = (quotation("The stove is set"), quotation("to 300 degrees."), quotation("A sentence of nobody at all."))
    assert shown(*twice, room=1) == ["[The stove is set] [to 300 degrees.]"]
    assert excerpts(twice, PASSAGES)[1] == 1
    assert excerpts([quotation("We cook noodles.", "Abstract", paper=2)], PASSAGES) == ((), 1)


def test_of_several_quotations_in_a_short_section_it_is_shown_once_with_all_of_them() -> None:
    two = [quotation(quote, "Abstract") for quote in ("Everybody likes them.", "We cook noodles.")]
    assert shown(*two, quotation("Salt comes last."), room=70) == [
        "[We cook noodles.] They are long and thin. [Everybody likes them.]",
        "The pot hums a song.\nWater is boiled three times. [Salt comes last.]",
    ]
    assert shown(*two, room=1) == ["[Everybody likes them.]", "[We cook noodles.]"]


def test_an_excerpt_knows_its_place() -> None:
    ((found,), _) = excerpts([quotation("Salt comes last.")], PASSAGES)
    assert found.quoted.place == "S2"


@given(place=st.integers(0, len(PASSAGES) - 1), room=st.integers(0, 400))
def test_an_excerpt_never_outgrows_its_room_and_always_holds_what_is_quoted(place: int, room: int) -> None:
    passage = PASSAGES[place]
    ((found,), lost) = excerpts([quotation(passage.text, passage.section)], PASSAGES)
    text, ((start, end),) = cut(found, room)
    assert lost == 0
    assert text[start:end] == passage.text
    assert len(text) <= max(room, len(passage.text))
