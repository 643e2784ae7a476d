"""Weeks, months and settled lists: which days a digest is of, and that no list is in two digests or in none."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.ports import Resources
from bot.services import channels, dispatch
from storage.records import (
    EVERY_DAY,
    WORKING_DAYS,
    Cadence,
    ChannelSetup,
    Delivery,
    DeliveryState,
    Layout,
    PaperId,
    Settle,
    Sort,
)
from tests.builders import BASE, DAY, FakeClock, make_id, make_paper, make_schedule, make_setup
from tests.services.doubles import FakeOutbox
from tests.services.seeding import keep_unindexed, ledger

MONDAY = date(2025, 3, 17)
FRIDAYS = frozenset({4})


@pytest.fixture
def r(r: Resources) -> Resources:
    return replace(r, sources=())


def on(day: date) -> PaperId:
    """The one paper of a day's list."""
    return make_id(day.day, f"{day:%y%m}")


def days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(count))


async def lists(r: Resources, first: date, count: int) -> None:
    """A list of one paper on each working day of some."""
    working = [day for day in days(first, count) if day.weekday() in WORKING_DAYS]
    await keep_unindexed(r, *(make_paper(on(day), daily_on=day) for day in working))


async def live(r: Resources, outbox: FakeOutbox, clock: FakeClock, count: int) -> None:
    """Some days pass, from the present one on."""
    for _ in range(count):
        await dispatch.tick(r, outbox)
        clock.advance(days=1)


async def of(r: Resources, setup: ChannelSetup) -> dict[date, Delivery]:
    return {one.key.local_date: one for one in reversed(await ledger(r)) if setup.made(one.key)}


async def test_a_weekly_round_up_is_of_the_seven_days_before_it_and_comes_once_a_week(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await lists(r, DAY - timedelta(days=10), 30)
    setup = await channels.create(
        r, make_setup(limit=10, schedule=make_schedule(cadence=Cadence.WEEKLY, weekdays=FRIDAYS))
    )
    await live(r, outbox, clock, 14)
    weeks = await of(r, setup)
    assert list(weeks) == [DAY, DAY + timedelta(days=7)]
    for day, week in weeks.items():
        before = {on(one) for one in days(day - timedelta(days=7), 7) if one.weekday() in WORKING_DAYS}
        assert (set(week.paper_ids), week.cadence) == (before, Cadence.WEEKLY)


async def test_a_monthly_round_up_is_of_the_month_before_it_the_best_first_not_the_last_to_rise(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    clock.now = BASE.replace(day=1)
    februarys = [make_paper(make_id(n, "2502"), daily_on=date(2025, 2, n), upvotes=n) for n in range(1, 29)]
    await keep_unindexed(r, *februarys, make_paper(on(DAY), daily_on=date(2025, 3, 1), upvotes=999))
    risen = make_paper(make_id(99, "2502"), daily_on=date(2025, 2, 28), upvotes=20)
    await keep_unindexed(r, *februarys, replace(risen, upvotes=0), seen_at=clock.now - timedelta(days=1))
    await keep_unindexed(r, risen)
    setup = await channels.create(r, make_setup(sort=Sort.TRENDING, schedule=make_schedule(cadence=Cadence.MONTHLY)))
    await live(r, outbox, clock, 31)
    months = await of(r, setup)
    assert list(months) == [date(2025, 3, 1)]
    assert months[date(2025, 3, 1)].paper_ids == tuple(make_id(n, "2502") for n in range(28, 23, -1))


async def test_a_round_up_names_again_what_the_daily_digests_named(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await lists(r, DAY - timedelta(days=7), 15)
    daily = await channels.create(r, make_setup())
    weekly = await channels.create(
        r, make_setup(limit=10, schedule=make_schedule(cadence=Cadence.WEEKLY, weekdays=FRIDAYS))
    )
    await live(r, outbox, clock, 8)
    named = {paper_id for one in (await of(r, daily)).values() for paper_id in one.paper_ids}
    week = (await of(r, weekly))[DAY + timedelta(days=7)]
    assert {on(DAY), on(MONDAY)} <= named
    assert {on(DAY), on(MONDAY)} <= set(week.paper_ids)
    for cadence in Cadence:
        brought = Counter(i for one in await ledger(r) if one.cadence is cadence for i in one.paper_ids)
        assert max(brought.values(), default=1) == 1


@pytest.mark.parametrize("weekdays", [EVERY_DAY, WORKING_DAYS])
@pytest.mark.parametrize("layout", [Layout.DIGEST, Layout.CARDS])
async def test_settled_digests_bring_each_list_once_and_never_on_its_own_day(
    weekdays: frozenset[int], layout: Layout, r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await lists(r, DAY - timedelta(days=3), 14)
    setup = await channels.create(
        r, make_setup(settle=Settle.SETTLED, layout=layout, schedule=make_schedule(weekdays=weekdays))
    )
    await live(r, outbox, clock, 11)
    brought = {paper_id: day for day, one in (await of(r, setup)).items() for paper_id in one.paper_ids}
    expected = [day for day in days(DAY - timedelta(days=1), 11) if day.weekday() in WORKING_DAYS]
    assert [day for day in expected if on(day) not in brought] == []
    assert all(day > date(2025, 3, int(paper_id[-2:])) for paper_id, day in brought.items())


@pytest.mark.parametrize("quiet", [True, False])
async def test_an_empty_week_says_so_or_passes_in_silence(
    quiet: bool, r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    schedule = make_schedule(cadence=Cadence.WEEKLY, weekdays=FRIDAYS)
    setup = await channels.create(r, make_setup(schedule=schedule, quiet=quiet))
    await live(r, outbox, clock, 3)
    (week,) = (await of(r, setup)).values()
    assert week.state is (DeliveryState.SKIPPED if quiet else DeliveryState.SENT)
    assert len(outbox.sent) == (0 if quiet else 1)
    assert (week.problem if quiet else week.empty_because) is not None
