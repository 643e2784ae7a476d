"""A summary in a paper's own words holds sentences of that paper and nothing else."""

import pytest

from bot.core.aspect_signs import Aspect
from bot.core.grounding import Label, verify
from bot.core.style import Style
from bot.core.summary import in_own_words
from tests.core.test_aspects import APPROACH, CODE, IDLE, LIMITS, PROBLEM, RESULTS, TELLING, passages

WHOLE = " ".join([IDLE, *TELLING.values()])


@pytest.mark.parametrize(
    ("style", "lines"),
    [
        (Style.TLDR, [APPROACH, RESULTS]),
        (Style.NEWCOMER, [PROBLEM, APPROACH, RESULTS]),
        (Style.POINTS, list(TELLING.values())),
    ],
)
def test_each_style_shows_its_aspects_in_order(style: Style, lines: list[str]) -> None:
    own = passages(WHOLE)
    found = in_own_words(own, style)
    assert [line.claim.text for line in found] == lines
    claims = tuple(line.claim for line in found)
    assert verify(claims, own) == claims
    assert {claim.label for claim in claims} == {Label.QUOTED}


def test_where_nothing_tells_the_approach_the_abstract_opens() -> None:
    found = in_own_words(passages(f"{IDLE} {CODE} {LIMITS}"), Style.POINTS)
    assert [(line.aspect, line.claim.text) for line in found] == [
        (None, IDLE),
        (Aspect.CODE, CODE),
        (Aspect.LIMITS, LIMITS),
    ]


def test_a_sentence_that_tells_two_aspects_comes_once() -> None:
    both = "Experiments on LongBench and 12 datasets show that LongKeeper outperforms all baselines by 4 points."
    found = in_own_words(passages(f"{IDLE} {APPROACH} {both}"), Style.POINTS)
    assert [line.claim.text for line in found] == [APPROACH, both]
