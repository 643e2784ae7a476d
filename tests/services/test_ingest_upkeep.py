"""Keeping the store current: ranges that go on where they stopped, looks that are not repeated, a first start."""

import asyncio
from datetime import date, timedelta

import pytest

from bot.app import REFRESH
from bot.core.period import Period
from bot.core.reports import SourceReport
from bot.errors import InvalidInput, SourceThrottled
from bot.ports import Resources
from bot.sample import sample_days
from bot.services import ingest, search
from bot.services.ingest import Arrival
from storage.store import Store
from tests.builders import BASE, DAY, FakeClock, make_id, make_paper, make_papers
from tests.services.doubles import FakeSource

FIRST, LAST = date(2025, 3, 3), date(2025, 3, 7)


async def fill(
    r: Resources, source: FakeSource, since: date = FIRST, until: date = LAST, *, again: bool = False
) -> list[tuple[date, SourceReport | None]]:
    return [step async for step in ingest.days(r, source, since, until, again=again)]


def asked_days(source: FakeSource) -> list[date]:
    return [period.first for period in source.asked if period is not None]


def list_days(source: FakeSource, since: date = FIRST, until: date = LAST) -> None:
    for number in range((until - since).days + 1):
        source.lists[since + timedelta(days=number)] = (make_paper(make_id(number + 1)),)


# --- a range ---


async def test_a_range_is_filled_day_by_day_the_oldest_first(r: Resources, source: FakeSource) -> None:
    list_days(source)
    steps = await fill(r, source)
    assert asked_days(source) == [day for day, _ in steps] == [date(2025, 3, number) for number in range(3, 8)]
    assert [report.new for _, report in steps if report is not None] == [1] * 5


async def test_a_range_of_one_day_is_one_look(r: Resources, source: FakeSource) -> None:
    assert [day for day, _ in await fill(r, source, FIRST, FIRST)] == [FIRST]


async def test_complete_days_are_not_looked_at_again(r: Resources, source: FakeSource) -> None:
    list_days(source)
    await fill(r, source)
    source.asked.clear()
    assert [report for _, report in await fill(r, source)] == [None] * 5
    assert not source.asked


async def test_complete_days_are_looked_at_where_that_is_wanted(r: Resources, source: FakeSource) -> None:
    await fill(r, source)
    source.asked.clear()
    await fill(r, source, again=True)
    assert len(source.asked) == 5


async def test_a_day_that_was_looked_at_too_early_is_looked_at_again(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    yesterday = DAY - timedelta(days=1)
    await fill(r, source, yesterday, DAY)  # yesterday began 33 hours ago: its list may still grow
    source.asked.clear()
    clock.advance(hours=3)
    await fill(r, source, yesterday, DAY)
    assert asked_days(source) == [yesterday, DAY]
    source.asked.clear()
    await fill(r, source, yesterday, DAY)
    assert asked_days(source) == [DAY]


async def test_a_range_ends_at_the_first_failure_and_goes_on_there(r: Resources, source: FakeSource) -> None:
    list_days(source)

    async def breaks_on_the_third() -> None:
        source.down = len(source.asked) == 3

    source.meanwhile = breaks_on_the_third
    steps = await fill(r, source)
    assert [day.day for day, _ in steps] == [3, 4, 5]
    assert [bool(report and report.error) for _, report in steps] == [False, False, True]
    source.meanwhile, source.down = None, False
    source.asked.clear()
    rest = await fill(r, source)
    assert asked_days(source) == [date(2025, 3, number) for number in (5, 6, 7)]
    assert [report is None for _, report in rest] == [True, True, False, False, False]


async def test_a_backwards_range_is_refused_with_the_mend(r: Resources, source: FakeSource) -> None:
    with pytest.raises(InvalidInput, match="Swap the two days"):
        await fill(r, source, LAST, FIRST)
    assert not source.asked


# --- refreshing ---


async def test_a_refresh_looks_at_yesterday_and_today(r: Resources, source: FakeSource) -> None:
    await ingest.refresh(r)
    assert source.asked == [Period.day(DAY - timedelta(days=1)), Period.day(DAY)]


async def test_a_refresh_looks_again_only_when_the_last_look_has_settled(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    await ingest.refresh(r)
    clock.advance(r.settle - timedelta(seconds=1))
    assert await ingest.refresh(r) == ()
    assert len(source.asked) == 2
    clock.advance(seconds=1)
    assert len(await ingest.refresh(r)) == 2


async def test_every_beat_looks_although_a_look_takes_its_time(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    async def slow() -> None:
        clock.advance(seconds=40)

    source.meanwhile = slow
    for beat in range(3):
        clock.now = BASE + beat * REFRESH
        assert len(await ingest.refresh(r)) == 2


async def test_a_site_that_asks_for_patience_is_left_alone_until_then(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    later = BASE + timedelta(minutes=45)
    source.problems = [SourceThrottled(source.name, "The site asks for patience.", retry_at=later)]
    (report,) = await ingest.refresh(r)
    assert report.error
    clock.now = later - timedelta(seconds=1)
    assert await ingest.refresh(r) == ()
    assert len(source.asked) == 1
    clock.now = later
    assert len(await ingest.refresh(r)) == 2


async def test_after_a_failure_the_next_refresh_looks_at_once(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    source.down = True
    assert len(await ingest.refresh(r)) == 1  # today is not asked for where yesterday brought no answer
    source.down = False
    clock.advance(seconds=20)
    assert [report.error for report in await ingest.refresh(r)] == [None, None]


async def test_where_only_todays_look_failed_the_next_refresh_looks_at_once(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    async def breaks_on_the_second() -> None:
        source.down = len(source.asked) == 2

    source.meanwhile = breaks_on_the_second
    assert [bool(report.error) for report in await ingest.refresh(r)] == [False, True]
    clock.advance(seconds=20)
    assert [report.error for report in await ingest.refresh(r)] == [None, None]


async def test_a_look_that_was_cut_short_before_todays_list_is_made_again(r: Resources, source: FakeSource) -> None:
    async def dies() -> None:
        if len(source.asked) == 2:
            raise asyncio.CancelledError

    source.meanwhile = dies
    with pytest.raises(asyncio.CancelledError):
        await ingest.refresh(r)
    source.meanwhile = None
    await ingest.refresh(r)
    assert asked_days(source)[2:] == [DAY - timedelta(days=1), DAY]


async def test_filling_old_days_is_no_look_at_todays_list(r: Resources, source: FakeSource) -> None:
    await fill(r, source)
    source.asked.clear()
    await ingest.refresh(r)
    assert asked_days(source) == [DAY - timedelta(days=1), DAY]


async def test_two_refreshes_at_once_are_one_and_both_wait_for_its_end(r: Resources, source: FakeSource) -> None:
    """A digest that comes due in the middle of a look would else be made without today's papers."""
    todays_answer, between = asyncio.Event(), asyncio.Event()

    async def slow_today() -> None:
        if len(source.asked) == 2:
            between.set()
            await todays_answer.wait()

    source.meanwhile = slow_today
    first = asyncio.create_task(ingest.refresh(r))
    await between.wait()
    second = asyncio.create_task(ingest.refresh(r))
    await asyncio.sleep(0.05)
    assert not second.done()
    todays_answer.set()
    assert (len(await first), await second) == (2, ())
    assert len(source.asked) == 2


async def test_each_source_is_looked_at_by_itself(r: Resources, source: FakeSource, clock: FakeClock) -> None:
    other = FakeSource(clock, name="another", lists={DAY: make_papers(2)})
    source.down = True
    both = Resources(store=r.store, index=r.index, sources=(source, other), answerer=r.answerer, clock=clock)
    reports = await ingest.refresh(both)
    assert [(report.name, bool(report.error)) for report in reports] == [
        ("huggingface", True),
        ("another", False),
        ("another", False),
    ]


# --- the first start ---


async def test_what_is_kept_is_enough(r: Resources, source: FakeSource) -> None:
    source.lists[DAY] = make_papers(2)
    await ingest.refresh(r)
    source.asked.clear()
    assert await ingest.ensure_papers(r) is Arrival.KEPT
    assert not source.asked


async def test_an_empty_store_asks_the_network_for_the_newest_papers(r: Resources, source: FakeSource) -> None:
    source.lists[DAY] = make_papers(2)
    assert await ingest.ensure_papers(r) is Arrival.FETCHED
    assert source.asked == [None]
    assert not await ingest.is_sample(r)


@pytest.mark.parametrize("down", [True, False], ids=["unreachable", "reached, and without papers"])
async def test_without_papers_from_the_network_there_is_the_sample(
    down: bool, r: Resources, source: FakeSource
) -> None:
    source.down = down
    assert await ingest.ensure_papers(r) is Arrival.SAMPLE
    assert await ingest.is_sample(r)
    page = await search.trending(r, None)
    assert page.total > 0
    assert "sample" in page.freshness.note
    assert (await search.search(r, "model OR learning OR language")).total > 0


async def test_a_slow_network_is_not_waited_for(
    r: Resources, source: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "FIRST_LOOK", timedelta(milliseconds=20))
    source.lists[DAY] = make_papers(1)
    source.meanwhile = asyncio.Event().wait
    assert await ingest.ensure_papers(r) is Arrival.SAMPLE


async def test_papers_that_came_in_the_last_moment_are_no_sample(
    r: Resources, source: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.lists[DAY] = make_papers(3)
    catch_up, asked = r.index.catch_up, []

    async def time_is_up_at_first(store: Store) -> int:
        asked.append(store)
        if len(asked) == 1:  # the papers are kept already
            raise TimeoutError
        return await catch_up(store)

    monkeypatch.setattr(r.index, "catch_up", time_is_up_at_first)
    assert await ingest.ensure_papers(r) is Arrival.FETCHED
    assert not await ingest.is_sample(r)
    assert (await search.search(r, "test")).total == 3


async def test_a_crash_in_the_middle_of_the_sample_leaves_no_half_of_it_unnamed(
    r: Resources, source: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.down = True
    begun = sample_days()[:2]
    monkeypatch.setattr(ingest, "sample_days", lambda: (*begun, "a crash"))
    with pytest.raises(AttributeError):
        await ingest.ensure_papers(r)
    async with r.store.read() as tx:
        papers = await tx.papers.count()
    assert not papers or await ingest.is_sample(r)


async def test_the_sample_is_called_so_until_a_real_source_is_reached(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    source.down = True
    await ingest.ensure_papers(r)
    source.down = False
    clock.advance(hours=1)
    await ingest.refresh(r)
    assert await ingest.is_sample(r)  # reached, but it had no papers to put in the sample's place
    source.lists[DAY] = make_papers(2)
    clock.advance(hours=1)
    await ingest.refresh(r)
    assert not await ingest.is_sample(r)
    assert (await search.trending(r, None)).freshness.note == ""
