"""Markup becomes text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.markup import plain


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("H<sub>2</sub>O", "H2O"),
        ("one<br/>two<p class='x'>three</p>", "one two three"),
        ("p < 0.05 and x > 3", "p < 0.05 and x > 3"),
        ("a<script>alert('b')</script>c<STYLE>d", "a c"),
        ("<!-- no -->&lt;yes&gt; &amp;amp;", "<yes> &amp;"),
        ("<jats:p>a</jats:p>", "a"),
    ],
)
def test_markup_is_left_out_and_what_only_resembles_it_stays(said: str, text: str) -> None:
    assert plain(said, 100) == text


@given(st.lists(st.sampled_from(["<", ">", "<p", "<!--", "-->", "</script>", "<script>", "a", " ", "&", ";", "="])))
def test_any_markup_becomes_text(pieces: list[str]) -> None:
    said = "".join(pieces)
    assert len(plain(said, 1_000)) <= len(said)
