from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.intake import FEWEST, MOST_KINDS, has_changed, kinds, learnt

LOOKS = st.lists(
    st.integers(0, 200).flatmap(lambda fetched: st.tuples(st.just(fetched), st.integers(0, fetched))), max_size=30
)


@pytest.mark.parametrize(
    ("usual", "fetched", "rejected", "changed"),
    [
        (1.0, 50, 30, True),
        (1.0, 50, 5, False),
        (1.0, 50, 6, True),
        (0.6, 50, 20, False),
        (0.6, 50, 30, True),
        (None, 50, 50, False),
        (1.0, 0, 0, False),
        (1.0, 1, 1, False),
    ],
    ids=[
        "most are bad", "a tenth is bad", "more than a tenth", "as bad as usual", "worse than usual", "the first look",
        "nothing came", "one accident",
    ],
)  # fmt: skip
def test_a_site_has_changed_where_much_less_than_usual_can_be_read(
    usual: float | None, fetched: int, rejected: int, changed: bool
) -> None:
    assert has_changed(usual, fetched=fetched, rejected=rejected) == changed


def test_the_damage_is_not_learnt() -> None:
    usual = reduce(lambda known, _: learnt(known, fetched=50, rejected=0), range(10), None)
    for _ in range(100):
        usual = learnt(usual, fetched=50, rejected=25)
    assert usual == 1.0
    assert has_changed(usual, fetched=50, rejected=25)


@given(LOOKS)
def test_what_is_usual_is_a_share(looks: list[tuple[int, int]]) -> None:
    usual: float | None = None
    for fetched, rejected in looks:
        usual = learnt(usual, fetched=fetched, rejected=rejected)
        assert usual is None or 0 <= usual <= 1
        assert not has_changed(usual, fetched=fetched, rejected=min(rejected, FEWEST - 1))


def test_the_first_of_each_kind_is_quoted_and_the_others_are_counted() -> None:
    rejects = [
        ("item 3 (2503.0213)", "“2503.0213” is not an arXiv id: 5 digits follow the point, here are 4."),
        ("item 4 (no id)", "It has no id, or one that is not text."),
        ("item 9 (2503.1)", "“2503.1” is not an arXiv id: 5 digits follow the point, here are 1."),
    ]
    assert kinds(rejects) == (
        f"item 3 (2503.0213): {rejects[0][1]} (and 1 more like it)",
        "item 4 (no id): It has no id, or one that is not text.",
    )
    assert len(kinds(("item", f"reason {chr(97 + number) * 3}") for number in range(9))) == MOST_KINDS
