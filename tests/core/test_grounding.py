from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.grounding import Claim, Label, Passage, verify
from storage.records import PaperId

ONE, OTHER = PaperId("2503.00001"), PaperId("2503.00002")
TEXT = "We train on 10 datasets.  It beats\nthe baseline by 3.5 points."


def passage(text: str = TEXT, ordinal: int = 0) -> Passage:
    return Passage(paper_id=ONE, ordinal=ordinal, section="Abstract", text=text)


def claim(quote: str, paper_id: PaperId = ONE) -> Claim:
    return Claim(text="A claim.", label=Label.STATED, quote=quote, section="Abstract", paper_id=paper_id)


@pytest.mark.parametrize(
    "quote", ["We train on 10 datasets.", "beats the baseline", "beats  the\n baseline", " 3.5 points. ", TEXT]
)
def test_a_quotation_that_stands_in_the_text_carries_its_claim(quote: str) -> None:
    assert verify((claim(quote),), (passage(),)) == (claim(quote),)


@pytest.mark.parametrize(
    "quote",
    [
        "We train on 11 datasets.",
        "we train on 10 datasets.",
        "We train on 10 data sets.",
        "We train … baseline",
        "",
        " \n ",
        "We train on 10 datasets. It beats the baseline by 3.5 points. Always.",
    ],
)
def test_a_quotation_that_was_changed_or_is_empty_does_not(quote: str) -> None:
    assert verify((claim(quote),), (passage(),)) == ()


def test_a_quotation_has_to_stand_in_the_paper_that_it_is_ascribed_to() -> None:
    assert verify((claim("10 datasets", paper_id=OTHER),), (passage(),)) == ()


def test_a_quotation_is_not_pieced_together_from_two_passages() -> None:
    assert verify((claim("one two"),), (passage("one"), passage("two", ordinal=1))) == ()


def test_what_is_called_a_quotation_says_nothing_else() -> None:
    quoted = replace(claim("beats the baseline"), label=Label.QUOTED)
    assert verify((replace(quoted, text="It  beats the baseline"),), (passage(),)) == ()
    honest = replace(quoted, text="beats\nthe baseline")
    assert verify((honest,), (passage(),)) == (honest,)


def test_the_claims_that_stand_keep_their_order() -> None:
    claims = (claim("baseline"), claim("nowhere"), claim("datasets"))
    assert verify(claims, (passage(),)) == (claims[0], claims[2])


@given(st.text(min_size=1, max_size=40), st.data())
def test_every_piece_of_a_text_can_be_quoted(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    assert bool(verify((claim(quote),), (passage(text),))) == bool(quote.strip())
