"""The lines of a PDF's pages: headings by number and name, broken words whole, page furniture gone."""

from hypothesis import given
from hypothesis import strategies as st

from bot.fulltext.pdf_lines import read_pages
from storage.fulltext import Piece, PieceKind


def found(*pages: str) -> list[Piece]:
    return read_pages(pages).pieces


def sections(*pages: str) -> list[str]:
    return list(dict.fromkeys(piece.section for piece in found(*pages)))


def test_headings_are_found_by_number_and_by_name() -> None:
    page = (
        "Noodles\nAbstract\nShort.\n1 Introduction\nLong.\n1.1 Soup and Bowls\nHot.\n2. Related Work\nOld.\n"
        "Conclusion\nDone.\nReferences\n[1] Old.\nA Proofs\nTrue.\nA.1 More Proofs\nTruer."
    )
    assert sections(page) == [
        "", "Abstract", "1 Introduction", "1.1 Soup and Bowls", "2. Related Work", "Conclusion", "A Proofs",
        "A.1 More Proofs",
    ]  # fmt: skip


def test_an_abstract_behind_numbered_sections_is_not_the_papers() -> None:
    page = "Abstract\nShort.\n1 Introduction\nLong.\nReferences\n[1] Old.\nA Prompts\nJudge this.\nAbstract: {text}\n"
    pieces = found(f"{page}Abstract\nJudge that.")
    assert pieces[-1] == Piece("A Prompts", PieceKind.PROSE, "Judge this. Abstract: {text} Abstract Judge that.", "1")


def test_roman_numbers_count_too() -> None:
    assert sections("I. INTRODUCTION\nLong.\nII. METHOD\nShort.") == ["I. INTRODUCTION", "II. METHOD"]


def test_a_number_out_of_its_turn_is_no_heading() -> None:
    assert sections("1 Introduction\nWe use\n7 Large pots\nand\n3 Bowls Of Rice\nhere.") == ["1 Introduction"]


def test_an_abstract_that_begins_on_its_line_is_one() -> None:
    assert found("Abstract—We cook.") == [Piece("Abstract", PieceKind.PROSE, "We cook.", "1")]


def test_a_word_that_was_broken_is_whole() -> None:
    assert found("We cook noo\ufffe\r\ndles.")[0].text == "We cook noodles."


def test_what_stands_on_every_page_is_left_out() -> None:
    pages = [f"Published at SOUP 2025\nPage text number {name}.\n{n}" for n, name in enumerate("abcd", 1)]
    assert [piece.text for piece in found(*pages)] == [f"Page text number {name}." for name in "abcd"]


def test_each_piece_knows_its_page_and_a_sentence_that_goes_on_overleaf_the_page_before() -> None:
    pages = ("1 Introduction\nNoodles are", "long. They are\nthin.\nSoup is hot.", "Figure 1: A pot.")
    assert [(piece.text, piece.place) for piece in found(*pages)] == [
        ("Noodles are long. They are thin.", "1"),
        ("Soup is hot.", "2"),
        ("Figure 1: A pot.", "3"),
    ]


def test_a_caption_does_not_break_the_sentence_around_it() -> None:
    assert found("We cook\nFigure 1: A pot\nof soup.\nnoodles.") == [
        Piece("", PieceKind.CAPTION, "Figure 1: A pot of soup.", "1"),
        Piece("", PieceKind.PROSE, "We cook noodles.", "1"),
    ]


def test_a_line_of_numbers_is_a_row() -> None:
    assert Piece("", PieceKind.ROW, "Ramen 12.1 13.4 99", "1") in found("Ramen 12.1 13.4 99")


@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_pages_are_read_without_fail(pages: list[str]) -> None:
    for piece in found(*pages):
        assert piece.text == " ".join(piece.text.split())
