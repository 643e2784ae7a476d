"""Words and meaning in one order: what is asked for, and how the two scores become one."""

import pytest

from bot.core.hybrid import asked, fused
from bot.core.parse_query import parse_query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("diffusion models", "diffusion models"),
        ('"in-context learning" OR title:prompting', "in-context learning prompting"),
        ("robots -cars", "robots"),
        ("robo* arm", "arm"),
        ("author:hinton cat:cs.LG after:2024-01-01 upvotes:>5", ""),
        ("author:hinton capsules", "capsules"),
    ],
)
def test_what_is_asked_for_is_what_may_be_read_as_a_sentence(query: str, words: str) -> None:
    assert asked(parse_query(query)) == words


def test_what_is_near_in_meaning_rises_above_what_is_far() -> None:
    first, second, third = fused([10.0, 9.5, 9.0], [0.1, 0.2, 0.9])
    assert third > first
    assert third > second


def test_without_any_meaning_the_scores_stay() -> None:
    assert fused([3.0, 2.0], [None, None]) == [3.0, 2.0]
    assert fused([], []) == []


def test_where_all_are_equally_near_the_scores_stay() -> None:
    assert fused([3.0, 2.0], [0.5, 0.5]) == [3.0, 2.0]


def test_where_words_tell_nothing_meaning_decides() -> None:
    near, far = fused([2.0, 2.0], [0.9, 0.1])
    assert near > far


def test_what_has_no_meaning_yet_keeps_its_score() -> None:
    assert fused([3.0, 2.0, 1.0], [0.1, None, 0.9])[1] == 2.0


def test_the_order_is_that_of_both_z_scores_added() -> None:
    scores, near = [8.0, 6.0, 5.0, 1.0], [0.2, 0.4, 0.1, 0.5]

    def z(values: list[float]) -> list[float]:
        middle = sum(values) / len(values)
        spread = (sum((value - middle) ** 2 for value in values) / len(values)) ** 0.5
        return [(value - middle) / spread for value in values]

    added = [a + b for a, b in zip(z(scores), z(near), strict=True)]
    together = fused(scores, near, weight=1.0)
    assert sorted(range(4), key=together.__getitem__) == sorted(range(4), key=added.__getitem__)
