"""Every zone of the tz database against an answer that is found in another way.

A slot is due at the first moment at which clocks show its time or a later one. Between two changes of a zone's offset
clocks run evenly, so that moment can be checked completely at the changes alone: just before each change that came
earlier, clocks must not have been so far yet. And a slot depends on nothing but the offsets of the days around it. So
the days around each change are tried at every hour of ``HOURS`` and the hours beside the change itself; of the days
between changes, on which the offset is one number, a sample is enough. Names of one zone (``Europe/Berlin``,
``Europe/Copenhagen``) have one list of changes and are tried once.
"""

import itertools
import zoneinfo
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.period import Period
from bot.core.schedule import ONE_SLOT_IN, Slot, latest_due, next_slot, slots
from bot.core.zones import NOT_ZONES
from storage.records import Cadence, Schedule
from tests.builders import make_schedule

A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)
LOOK = timedelta(hours=12)
"""No zone has changed twice within this in the years that are tried."""
GRACE = timedelta(minutes=90)
HOURS = [time(0), time(0, 30), time(1, 30), time(2, 30), time(3), time(9), time(23, 59)]
HISTORIC = [
    ("Pacific/Apia", 2011, 2013),  # 30 December 2011 never came
    ("Pacific/Fakaofo", 2011, 2013),  # nor there
    ("Pacific/Kwajalein", 1993, 1994),  # nor 21 August 1993
    ("Asia/Kathmandu", 1985, 1987),  # from five and a half hours to five and three quarters
    ("Asia/Pyongyang", 2015, 2019),  # half an hour back, and on again
    ("America/Caracas", 2007, 2017),
    ("Australia/Lord_Howe", 2011, 2013),
    ("Africa/Casablanca", 2011, 2024),  # twice a year for Ramadan, on top of summer time
    ("America/Nuuk", 2022, 2024),  # a change that takes the last hour of a Saturday
    ("Antarctica/Troll", 2011, 2024),  # two hours at once
    ("America/Sao_Paulo", 2016, 2020),  # midnight skipped
    ("Europe/Volgograd", 2016, 2021),
    ("Antarctica/Casey", 2009, 2024),
]


@dataclass(frozen=True)
class Zone:
    """A zone in some years: what its clocks differ from UTC at the beginning, and the moments at which that changes."""

    name: str
    since: datetime
    until: datetime
    offset: timedelta
    changes: tuple[datetime, ...]

    def wall(self, moment: datetime) -> datetime:
        return moment.astimezone(zoneinfo.ZoneInfo(self.name)).replace(tzinfo=None)

    def has(self, day: date) -> bool:
        """Whether clocks ever show this date: none does where they jump from before its midnight to after its end."""
        return not any(self.wall(change - A_SECOND).date() < day < self.wall(change).date() for change in self.changes)

    def near(self, change: datetime) -> Iterator[time]:
        """Hours beside the change, as clocks show them just before and after it, and half-way; some say ``fold=1``."""
        before, after = sorted((self.wall(change - A_SECOND), self.wall(change)))
        for moment in (before, before + (after - before) / 2, after, after + timedelta(minutes=1)):
            yield moment.time().replace(microsecond=0)


def read(name: str, first: int, last: int) -> Zone:
    """The zone from the beginning of one year to that of another."""
    zone = zoneinfo.ZoneInfo(name)
    since, until = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(zone).utcoffset() or timedelta()

    changes, moment, known = [], since, offset(since)
    while moment < until:
        following = moment + LOOK
        if offset(following) != known:
            before, after = moment, following
            while after - before > A_SECOND:
                middle = before + (after - before) // A_SECOND // 2 * A_SECOND
                before, after = (middle, after) if offset(middle) == known else (before, middle)
            changes.append(after)
            known = offset(following)
        moment = following
    return Zone(name, since, until, offset(since), tuple(changes))


def every_zone() -> list[Zone]:
    return [read(name, 2024, 2027) for name in sorted(zoneinfo.available_timezones() - NOT_ZONES)]


@pytest.fixture(scope="module")
def zones() -> list[Zone]:
    """One of each kind in 2024 to 2026, and some years in which clocks did stranger things."""
    kinds = {(zone.offset, zone.changes): zone for zone in every_zone()}
    return [*kinds.values(), *(read(*years) for years in HISTORIC)]


def check(zone: Zone, schedule: Schedule, slot: Slot) -> None:
    """That the slot is due when clocks first show its time or a later one, and on its own date."""
    wanted = datetime.combine(slot.local_date, schedule.at)
    here = f"{zone.name} {wanted}"
    earlier = [change for change in zone.changes if slot.due_at - 3 * A_DAY < change <= slot.due_at]
    assert zone.wall(slot.due_at) >= wanted, here
    assert all(zone.wall(moment - A_SECOND) < wanted for moment in (*earlier, slot.due_at)), here
    assert slot.expires_at - slot.due_at == schedule.grace, here
    if slot.due_at in zone.changes:
        # A time that was skipped: clocks may have gone on to the first minute of the day after.
        assert slot.local_date <= zone.wall(slot.due_at).date() <= slot.local_date + A_DAY, here
    else:
        assert zone.wall(slot.due_at) == wanted, here


def neighbours_agree(schedule: Schedule, found: tuple[Slot, ...]) -> None:
    for one, following in itertools.pairwise(found):
        assert one.due_at < following.due_at
        for now in (one.due_at, following.due_at - A_SECOND):
            assert (latest_due(schedule, now), next_slot(schedule, now)) == (one, following), (schedule, now)


def test_around_each_change_of_the_clocks_every_day_has_its_slot_at_every_hour(zones: list[Zone]) -> None:
    tried = 0
    for zone in zones:
        for change in zone.changes:
            for hour in {*HOURS, *zone.near(change)}:
                schedule = make_schedule(hour, zone.name, grace=GRACE)
                found = slots(schedule, since=change - 3 * A_DAY, until=change + 3 * A_DAY)
                first, last = found[0].local_date, found[-1].local_date
                days = [first + number * A_DAY for number in range((last - first).days + 1)]
                assert [slot.local_date for slot in found] == [day for day in days if zone.has(day)], zone.name
                assert first < zone.wall(change).date() < last, zone.name
                for slot in found:
                    check(zone, schedule, slot)
                neighbours_agree(schedule, found)
                tried += 1
    assert tried > 1000


def test_between_the_changes_every_name_of_a_zone_has_its_slots() -> None:
    for number, zone in enumerate(every_zone()):
        schedule = make_schedule(HOURS[number % len(HOURS)], zone.name)
        # Every 37th day is each day of the week and of the month in turn.
        for middle in (zone.since + step * A_DAY for step in range(2 + number % 37, 1090, 37)):
            found = slots(schedule, since=middle, until=middle + A_DAY)
            if not any(middle - 2 * A_DAY <= change <= middle + 2 * A_DAY for change in zone.changes):
                assert len(found) == 1, zone.name
            for slot in found:
                check(zone, schedule, slot)


@pytest.mark.parametrize("cadence", [Cadence.WEEKLY, Cadence.MONTHLY])
def test_each_week_and_month_has_its_slot_in_every_zone(zones: list[Zone], cadence: Cadence) -> None:
    for zone in zones:
        # Most clocks change on a Sunday, at night.
        schedule = make_schedule(time(2, 30), zone.name, cadence=cadence, weekdays=frozenset({4, 6}))
        since, until = max(zone.since, zone.until - 3 * 365 * A_DAY), zone.until
        found = slots(schedule, since=since, until=until)
        periods = Counter(Period.around(ONE_SLOT_IN[cadence], slot.local_date) for slot in found)
        assert set(periods.values()) == {1}, zone.name
        assert all(one.after == following for one, following in itertools.pairwise(periods)), zone.name
        for slot in found:
            check(zone, schedule, slot)
