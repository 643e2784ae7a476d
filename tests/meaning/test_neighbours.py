"""The nearest of many vectors, found by their signs."""

import random

import pytest

pytest.importorskip("numpy")

from bot.meaning.neighbours import SketchedNeighbours


def vector(random_: random.Random, like: bytes | None = None, share: float = 1.0) -> bytes:
    """Any vector; or one that is like another in all but ``share`` of its places."""
    return bytes(like[place] if like and random_.random() > share else random_.randrange(256) for place in range(384))


def test_those_that_are_alike_are_found_among_many() -> None:
    dice = random.Random(1)
    wanted = vector(dice)
    known = [(number, vector(dice)) for number in range(1, 9_001)]
    known += [(number, vector(dice, wanted, 0.5)) for number in range(9_001, 9_011)]
    neighbours = SketchedNeighbours()
    for start in range(0, len(known), 1_000):
        neighbours.take_in(known[start : start + 1_000])
    assert neighbours.newest == 9_010
    assert set(range(9_001, 9_011)) <= set(neighbours.nearest(wanted, 20))


def test_of_few_all_are_near() -> None:
    dice = random.Random(2)
    neighbours = SketchedNeighbours()
    assert neighbours.nearest(vector(dice), 5) == []
    assert neighbours.newest == 0
    neighbours.take_in([])
    neighbours.take_in([(3, vector(dice)), (7, vector(dice))])
    assert sorted(neighbours.nearest(vector(dice), 5)) == [3, 7]
