"""The two measures of relevance, on rankings that can be reckoned by hand."""

import math

import pytest

from benchmarks.judged import Judged
from benchmarks.relevance import quality


def judged(*relevant: dict[str, int]) -> Judged:
    return Judged("made up", (), tuple("a query" for _ in relevant), relevant)


def test_the_best_order_is_worth_1_and_nothing_found_is_worth_0() -> None:
    best = quality([["a", "b", "x"]], judged({"a": 1, "b": 1}))
    assert (best.ndcg, best.mrr) == pytest.approx((1.0, 1.0))
    none = quality([[], ["x"]], judged({"a": 1}, {"a": 1}))
    assert (none.ndcg, none.mrr) == (0.0, 0.0)


def test_a_hit_counts_less_the_later_it_comes_and_not_at_all_after_the_tenth() -> None:
    second = quality([["x", "a"]], judged({"a": 1}))
    assert second.ndcg == pytest.approx(1 / math.log2(3))
    assert second.mrr == pytest.approx(1 / 2)
    eleventh = quality([[*map(str, range(10)), "a"]], judged({"a": 1}))
    assert (eleventh.ndcg, eleventh.mrr) == (0.0, 0.0)


def test_grades_weigh_and_queries_count_alike() -> None:
    found = quality([["b", "a"], ["a"]], judged({"a": 2, "b": 1}, {"a": 1}))
    first = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    assert found.ndcg == pytest.approx((first + 1) / 2)
