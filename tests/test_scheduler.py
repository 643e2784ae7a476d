"""The heart beats at once and again and again, one beat at a time, through every error, and stops between beats."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot import scheduler
from bot.scheduler import Beat, heartbeat

OFTEN = timedelta(milliseconds=15)
SELDOM = timedelta(hours=1)


class Calls:
    """Counts what begins and what ends, and how many are under way at most."""

    def __init__(self, work: Callable[[], Awaitable[object]] | None = None) -> None:
        self.work = work
        self.begun = self.ended = self.most_at_once = 0
        self._changed = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        self.most_at_once = max(self.most_at_once, self.begun - self.ended)
        self._changed.set()
        try:
            if self.work is not None:
                await self.work()
        finally:
            self.ended += 1
            self._changed.set()

    async def until(self, begun: int) -> None:
        async with asyncio.timeout(30):
            while self.begun < begun:
                self._changed.clear()
                await self._changed.wait()


def beat(calls: Calls, every: timedelta = OFTEN, name: str = "test") -> Beat:
    return Beat(name=name, every=every, call=calls)


async def a_while() -> None:
    await asyncio.sleep(0.05)


async def test_a_beat_comes_at_once_and_not_again_before_its_time() -> None:
    calls = Calls()
    async with heartbeat(beat(calls, SELDOM)):
        await calls.until(1)
        await a_while()
    assert calls.begun == 1


async def test_it_comes_again_and_again() -> None:
    calls = Calls()
    async with heartbeat(beat(calls)):
        await calls.until(4)


async def test_a_beat_that_takes_longer_than_its_interval_is_never_under_way_twice() -> None:
    calls = Calls(a_while)
    async with heartbeat(beat(calls)):
        await calls.until(4)
    assert calls.most_at_once == 1
    assert calls.ended == calls.begun


async def test_a_failing_beat_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        raise ZeroDivisionError("a mistake of ours")

    calls = Calls(fail)
    async with heartbeat(beat(calls, name="tick")):
        await calls.until(3)
    told = capsys.readouterr()
    assert "a mistake of ours" in told.out + told.err


async def test_a_slow_beat_does_not_hold_another_up() -> None:
    hanging, quick = Calls(asyncio.Event().wait), Calls()
    task = asyncio.create_task(_beating(beat(hanging, name="hanging"), beat(quick, name="quick")))
    await quick.until(4)
    assert hanging.begun == 1
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()  # a second time, since the first one waits for the beat that hangs
    await asyncio.wait({task})


async def test_the_end_waits_for_a_beat_that_is_under_way() -> None:
    go_on = asyncio.Event()
    calls = Calls(go_on.wait)
    task = asyncio.create_task(_beating(beat(calls), until=calls))
    await calls.until(1)
    await a_while()
    assert not task.done()
    go_on.set()
    await task
    assert (calls.begun, calls.ended) == (1, 1)


async def test_whoever_is_cancelled_waits_for_the_beat_as_well() -> None:
    go_on = asyncio.Event()
    calls = Calls(go_on.wait)
    task = asyncio.create_task(_beating(beat(calls)))
    await calls.until(1)
    task.cancel()
    await a_while()
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert calls.ended == 1


async def test_after_the_end_nothing_begins() -> None:
    calls = Calls()
    async with heartbeat(beat(calls)):
        await calls.until(2)
    begun = calls.begun
    await a_while()
    assert calls.begun == begun


async def test_a_beat_that_does_not_end_is_given_up_after_a_while(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scheduler, "LONGEST_FAREWELL", timedelta(milliseconds=30))
    calls = Calls(asyncio.Event().wait)
    async with asyncio.timeout(30):
        async with heartbeat(beat(calls)):
            await calls.until(1)
    await a_while()
    assert calls.ended == 1, "it was not ended, and would hold the program"
    told = capsys.readouterr()
    assert "the ledger will resume it" in told.out + told.err


async def test_an_error_in_the_block_goes_through_and_ends_the_beats() -> None:
    calls = Calls()
    with pytest.raises(ZeroDivisionError):
        await _breaking_after(calls)
    begun = calls.begun
    await a_while()
    assert calls.begun == begun


async def _breaking_after(calls: Calls) -> None:
    async with heartbeat(beat(calls)):
        await calls.until(1)
        raise ZeroDivisionError


async def _beating(*beats: Beat, until: Calls | None = None) -> None:
    async with heartbeat(*beats):
        await (until.until(1) if until else asyncio.Event().wait())
