"""Which word a query that is still typed ends in, and how it is written once it is whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.unfinished import Unfinished, unfinished
from storage.query import Field

AUTHOR, CAT, TITLE = Field.AUTHOR, Field.CATEGORY, Field.TITLE


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("diff", Unfinished("", None, "diff")),
        ("video diff", Unfinished("video ", None, "diff")),
        ("video -diff", Unfinished("video -", None, "diff")),
        ("(rag OR retr", Unfinished("(rag OR ", None, "retr")),
        ("fine-tun", Unfinished("", None, "fine-tun")),
        ("title:diff", Unfinished("", TITLE, "diff")),
        ("video -author:hint", Unfinished("video -", AUTHOR, "hint")),
        ("Cat:cs.", Unfinished("", CAT, "cs.")),
        ('"mixture of exp', Unfinished("", None, "mixture of exp", opened=True)),
        ('agents author:"geoffrey hi', Unfinished("agents ", AUTHOR, "geoffrey hi", opened=True)),
        ('"closed" diff', Unfinished('"closed" ', None, "diff")),
        ("attention:", None),
        ("diff ", None),
        ("", None),
        ("(", None),
        ('"', None),
        ('"closed"', None),
        ("author:", None),
        ("since:7", None),
        ("nope:diff", None),
    ],
)
def test_the_end_is_the_word_that_may_go_on(typed: str, end: Unfinished | None) -> None:
    assert unfinished(typed) == end


@pytest.mark.parametrize(
    ("typed", "field", "sought", "word", "written"),
    [
        ("Diff", None, "diff", "diffusion", "diffusion"),
        ("fine-tun", None, "tun", "tuning", "fine-tuning"),
        ("Schrö", None, "schro", "schrodinger", "schrodinger"),
        ("title:diff", TITLE, "diff", "diffusion", "title:diffusion"),
        ("diff", TITLE, "diff", "diffusion", "title:diffusion"),
        ('"mixture of exp', None, "exp", "experts", '"mixture of experts"'),
        ("hint", AUTHOR, "hint", "hinton", "author:hinton"),
        ('author:"geoffrey hi', AUTHOR, "geoffrey_hi", "geoffrey_hinton", 'author:"geoffrey hinton"'),
        ('author:"geoffrey ', AUTHOR, "geoffrey_", "geoffrey_hinton", 'author:"geoffrey hinton"'),
        ("cs.c", CAT, "cs.c", "cs.CL", "cat:cs.CL"),
    ],
)
def test_a_word_takes_the_place_of_its_beginning(
    typed: str, field: Field | None, sought: str, word: str, written: str
) -> None:
    end = unfinished(typed)
    assert end is not None
    assert end.sought(field) == sought
    assert end.written(word, field) == written


@pytest.mark.parametrize("typed", ["fine-", "...", "—", '"mixture '])
def test_where_no_word_has_begun_nothing_is_sought(typed: str) -> None:
    end = unfinished(typed)
    assert end is None or end.sought(None) == ""


PIECES = st.lists(st.sampled_from(["a", "é", "-", '"', "(", ":", "author:", " ", "机"])).map("".join)


@given(st.one_of(st.text(max_size=40), PIECES))
def test_whatever_is_typed_is_before_and_beginning(typed: str) -> None:
    end = unfinished(typed)
    if end is not None:
        assert typed.startswith(end.before)
        assert typed.endswith(end.beginning)
        for field in (None, *Field):
            if end.sought(field):
                assert end.written("word", field)
