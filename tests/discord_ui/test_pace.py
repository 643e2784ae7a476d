"""How fast Discord may be asked, on a clock that only moves when somebody waits."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.discord_ui.pace import (
    MOST_IN_A_SECOND,
    MOST_REFUSED,
    PER_SECOND,
    REFUSED_WITHIN,
    Pacer,
    Refusals,
    RefusedTooOften,
)

ALLOWED = 50
"""Discord's own number."""


class Time:
    """``late``: by how much each sleep lasts longer than asked, in turn; a machine that stalls is late by seconds."""

    def __init__(self, late: Sequence[float] = (0.0,)) -> None:
        self.now = 1000.0
        self._late = list(late)
        self._slept = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + self._late[self._slept % len(self._late)]
        self._slept += 1


async def starts(time: Time, gaps: Sequence[float]) -> list[float]:
    """When each request started; ``gaps`` are the seconds from one's arrival to the next's."""
    pacer = Pacer(now=time, sleep=time.sleep)
    arrival, found = time.now, []
    for gap in gaps:
        arrival += gap
        time.now = max(time.now, arrival)
        await pacer.turn()
        found.append(time.now)
    return found


def most_in_a_second(moments: Sequence[float]) -> int:
    return max(sum(first <= later < first + 1.0 for later in moments[at:]) for at, first in enumerate(moments))


lateness = st.one_of(st.just(0.0), st.floats(0, 0.05), st.floats(0, 5))
gaps = st.one_of(st.just(0.0), st.floats(0, 0.05), st.floats(0, 3))


@example(late=[*[0.0] * 30, 0.09], arrivals=[0.0] * 200)
@given(late=st.lists(lateness, min_size=1, max_size=40), arrivals=st.lists(gaps, min_size=1, max_size=200))
def test_no_second_ever_sees_fifty_starts(late: list[float], arrivals: list[float]) -> None:
    found = asyncio.run(starts(Time(late), arrivals))
    assert most_in_a_second(found) <= MOST_IN_A_SECOND < ALLOWED


LATE = {"exact": (0.0,), "a little": (0.002,), "by a turn": (0.02,), "by much at times": (0.0, 0.0, 0.0, 0.05)}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
async def test_a_queue_gets_95_percent_of_what_discord_allows_also_on_a_late_machine(late: tuple[float, ...]) -> None:
    found = await starts(Time(late), [0.0] * 1000)
    assert (len(found) - 1) / (found[-1] - found[0]) >= 0.95 * ALLOWED


async def test_a_queue_is_spaced_evenly() -> None:
    found = await starts(Time(), [0.0] * 100)
    assert {round(later - earlier, 6) for earlier, later in pairwise(found)} == {round(1 / PER_SECOND, 6)}


async def test_after_a_stall_nothing_is_made_up_for() -> None:
    time = Time((0.0,) * 10 + (4.0,) + (0.0,) * 100)
    found = await starts(time, [0.0] * 100)
    assert min(later - earlier for earlier, later in pairwise(found)) >= 1 / PER_SECOND - 1e-9


async def test_who_comes_alone_does_not_wait() -> None:
    assert await starts(Time(), [0.0, 1.0, 1.0]) == [1000.0, 1001.0, 1002.0]


async def test_first_come_first_served_and_who_leaves_takes_no_turn() -> None:
    time, served = Time(), []
    pacer = Pacer(now=time, sleep=time.sleep)

    async def one(name: int) -> None:
        await pacer.turn()
        served.append((name, time.now))

    tasks = [asyncio.create_task(one(name)) for name in range(5)]
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [name for name, _ in served] == [0, 1, 3, 4]
    assert served[-1][1] == pytest.approx(1000.0 + 3 / PER_SECOND)


async def test_a_limit_that_is_spent_stops_all_until_discord_says() -> None:
    time = Time()
    pacer = Pacer(now=time, sleep=time.sleep)
    await pacer.turn()
    pacer.hold(2.0)
    pacer.hold(0.5)
    await pacer.turn()
    assert time.now == pytest.approx(1002.0)


def test_refusals_below_the_share_change_nothing() -> None:
    time = Time()
    refusals = Refusals(now=time)
    for _ in range(3 * MOST_REFUSED):
        time.now += 1.01 * REFUSED_WITHIN / MOST_REFUSED
        refusals.note()
        refusals.check()


def test_too_many_refusals_stop_everything_until_the_whole_time_has_passed_and_are_told_once() -> None:
    time = Time()
    refusals = Refusals(now=time)
    with capture_logs() as logs:
        for _ in range(MOST_REFUSED + 30):
            refusals.note()
    assert len(logs) == 1
    time.now += 60
    with pytest.raises(RefusedTooOften) as stopped:
        refusals.check()
    assert stopped.value.retry_after == REFUSED_WITHIN - 60
    time.now += REFUSED_WITHIN - 60
    refusals.check()
