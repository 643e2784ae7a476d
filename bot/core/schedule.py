"""When digests are due: one slot for each local day, week or month, whatever clocks do on it.

A slot belongs to a date on the wall, not to a moment, so a clock that is put back cannot make two of it and one that
is put forward cannot lose it. A date that a zone left out altogether has no slot: a daily digest leaves it out too, a
weekly or monthly one comes on the next of its weekdays in that week or month, and not at all where none is left.
"""

import functools
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.core.period import Period, PeriodKind
from bot.core.text import clean
from bot.core.zones import find_zones, parse_zone
from bot.errors import InvalidInput
from storage.records import EVERY_DAY, WORKING_DAYS, Cadence, Schedule

__all__ = [
    "Slot",
    "find_zones",
    "latest_due",
    "next_slot",
    "parse_cadence",
    "parse_grace",
    "parse_hour",
    "parse_weekdays",
    "parse_zone",
    "slots",
]

A_DAY = timedelta(days=1)
ONE_SLOT_IN = {Cadence.DAILY: PeriodKind.DAY, Cadence.WEEKLY: PeriodKind.WEEK, Cadence.MONTHLY: PeriodKind.MONTH}
FURTHEST = {Cadence.DAILY: 16, Cadence.WEEKLY: 4, Cadence.MONTHLY: 3}
"""How many days, weeks or months are looked at for the nearest slot.

The day beside now's may be in the next of them, the slot of now's own may lie on the other side of now, and a daily or
weekly one may have been left out with its date: that of one weekday then comes two weeks after the last one. A month
has each weekday four times, so no zone can leave out its slot.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A digest's time: the local date that it belongs to, when it is due and when it is too late. Both in UTC."""

    local_date: date
    due_at: datetime
    expires_at: datetime


def slots(schedule: Schedule, *, since: datetime, until: datetime) -> tuple[Slot, ...]:
    """The slots with ``since <= due_at < until``, in order.

    A daily schedule has exactly one on each local day of the chosen weekdays, a weekly one on the first of them in
    each ISO week, a monthly one on the first of them in each month. A time that a clock skips is due when the clock
    goes on, a time that comes twice at its first coming.
    """
    zone = zone_info(schedule)
    period = _period(schedule, since.astimezone(zone).date() - A_DAY)
    end = until.astimezone(zone).date() + A_DAY
    found = []
    while period.first <= end:
        slot = _slot_in(period, schedule, zone)
        if slot is not None and since <= slot.due_at < until:
            found.append(slot)
        period = period.after
    return tuple(found)


def latest_due(schedule: Schedule, now: datetime) -> Slot | None:
    """The newest slot with ``due_at <= now``, even where it has expired; None only without weekdays."""
    zone = zone_info(schedule)
    period = _period(schedule, now.astimezone(zone).date() + A_DAY)
    for _ in range(FURTHEST[schedule.cadence]):
        slot = _slot_in(period, schedule, zone)
        if slot is not None and slot.due_at <= now:
            return slot
        period = period.before
    return None


def next_slot(schedule: Schedule, now: datetime) -> Slot | None:
    """The first slot with ``due_at > now``; None only without weekdays."""
    zone = zone_info(schedule)
    period = _period(schedule, now.astimezone(zone).date() - A_DAY)
    for _ in range(FURTHEST[schedule.cadence]):
        slot = _slot_in(period, schedule, zone)
        if slot is not None and slot.due_at > now:
            return slot
        period = period.after
    return None


def zone_info(schedule: Schedule) -> zoneinfo.ZoneInfo:
    """The rules of the schedule's zone.

    Raises:
        InvalidInput: there is no such zone (any more).
    """
    return _rules(schedule.zone)


@functools.lru_cache(maxsize=1024)
def _rules(zone: str) -> zoneinfo.ZoneInfo:
    """By its kept name: thousands of schedules share a few zones, and reading a name costs more than a slot."""
    return zoneinfo.ZoneInfo(parse_zone(zone))


def _period(schedule: Schedule, day: date) -> Period:
    """The day, week or month around ``day`` that has one slot of this schedule."""
    return Period.around(ONE_SLOT_IN[schedule.cadence], day)


def _slot_in(period: Period, schedule: Schedule, zone: tzinfo) -> Slot | None:
    """The slot on the first of the schedule's weekdays in the period that came at all; None where there is none."""
    return next((slot for day in _days(period, schedule) if (slot := _slot(schedule, day, zone)) is not None), None)


def _days(period: Period, schedule: Schedule) -> Iterator[date]:
    """The days of the period that are among the schedule's weekdays, in order."""
    day, last = period.first, period.last
    while day <= last:
        if day.weekday() in schedule.weekdays:
            yield day
        day += A_DAY


def _slot(schedule: Schedule, day: date, zone: tzinfo) -> Slot | None:
    """The slot on that local day; None where no moment has this date in the zone."""
    wall = datetime.combine(day, schedule.at.replace(microsecond=0, tzinfo=None, fold=0))
    due = _moment(wall, zone)
    if due is None:
        if not _exists(day, zone):
            return None
        due = _end_of_gap(wall, zone)
    return Slot(local_date=day, due_at=due, expires_at=due + schedule.grace)


def _moment(wall: datetime, zone: tzinfo) -> datetime | None:
    """The first moment at which clocks in the zone show ``wall``; None where they skip it."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == wall else None


def _exists(day: date, zone: tzinfo) -> bool:
    """Whether any moment has this date there: Samoa went from 29 to 31 December 2011."""
    midnight = datetime.combine(day, time())
    return _moment(midnight, zone) is not None or _end_of_gap(midnight, zone).astimezone(zone).date() == day


def _end_of_gap(wall: datetime, zone: tzinfo) -> datetime:
    """The moment to which clocks in the zone jump over ``wall``."""
    # Read with the offset of after the jump it lies before the jump, and the other way round.
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), wall.replace(tzinfo=zone).astimezone(UTC)
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after


# --- what people write ---

_HOUR = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*h?(?:\s*([ap])\.?m\.?)?", re.ASCII)
_NAMED_HOURS = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SETS = {
    "daily": EVERY_DAY, "every day": EVERY_DAY, "everyday": EVERY_DAY, "all": EVERY_DAY, "always": EVERY_DAY,
    "weekdays": WORKING_DAYS, "working days": WORKING_DAYS, "workdays": WORKING_DAYS,
    "weekends": EVERY_DAY - WORKING_DAYS, "weekend": EVERY_DAY - WORKING_DAYS,
}  # fmt: skip
_RANGE_MARK = re.compile(r"\s*(?:[-–—]|\bto\b|\bthrough\b)\s*")
_SHORTEST_DAY = 2
_DAY_EXAMPLES = "Write daily, weekdays, weekends, or days such as mon,wed,fri or mon-fri."
HOURS_BY_HALF = 12
_CADENCES = {
    Cadence.DAILY: {"daily", "day", "every day", "everyday", "each day", "once a day", "a day"},
    Cadence.WEEKLY: {"weekly", "week", "every week", "each week", "once a week", "a week"},
    Cadence.MONTHLY: {"monthly", "month", "every month", "each month", "once a month", "a month"},
}
_GRACE = re.compile(
    r"(?:(\d{1,4})\s*d(?:ays?)?)?\s*(?:(\d{1,4})\s*h(?:(?:ou)?rs?)?)?\s*(?:(\d{1,4})\s*m(?:in(?:ute)?s?)?)?", re.ASCII
)
SHORTEST_GRACE, LONGEST_GRACE = timedelta(minutes=10), timedelta(hours=24)


def parse_hour(text: str) -> time:
    """A time of day, to the minute: ``9``, ``09:30``, ``9am``, ``9:30 pm``, ``noon``.

    Raises:
        InvalidInput: it is none.
    """
    typed = clean(text, 20).lower()
    if typed in _NAMED_HOURS:
        return _NAMED_HOURS[typed]
    found = _HOUR.fullmatch(typed)
    if found:
        hour, minute = int(found.group(1)), int(found.group(2) or 0)
        if half := found.group(3):
            possible = 1 <= hour <= HOURS_BY_HALF
            hour = hour % HOURS_BY_HALF + (HOURS_BY_HALF if half == "p" else 0)
        else:
            possible = hour <= time.max.hour
        if possible and minute <= time.max.minute:
            return time(hour, minute)
    raise InvalidInput(f"“{clean(text, 20)}” is not a time of day; write it as 9, 09:30 or 9am.")


def parse_cadence(text: str) -> Cadence:
    """How often: ``daily``, ``weekly``, ``every month``, ``once a week``.

    Raises:
        InvalidInput: it is none of these.
    """
    typed = clean(text, 20)
    for cadence, words in _CADENCES.items():
        if typed.lower() in words:
            return cadence
    raise InvalidInput(f"“{typed}” does not say how often; write daily, weekly or monthly.")


def parse_grace(text: str) -> timedelta:
    """How late a digest may still come, 10 minutes to 24 hours: ``6h``, ``90m``, ``1d``, ``1 hour 30 minutes``.

    Raises:
        InvalidInput: it is no such time, or shorter or longer than these.
    """
    typed = clean(text, 30)
    found = _GRACE.fullmatch(typed.lower())
    if not typed or not found:
        raise InvalidInput(f"“{typed}” is not a length of time; write it as 6h, 90m or 1d.")
    days, hours, minutes = (int(number or 0) for number in found.groups())
    grace = timedelta(days=days, hours=hours, minutes=minutes)
    if not SHORTEST_GRACE <= grace <= LONGEST_GRACE:
        raise InvalidInput(f"A digest may come 10 minutes to 24 hours late; “{typed}” is outside of that.")
    return grace


def parse_weekdays(text: str) -> frozenset[int]:
    """Days of the week, Monday is 0: ``daily``, ``weekdays``, ``weekends``, ``mon,wed``, ``mon-fri``.

    Raises:
        InvalidInput: a word of it is no day.
    """
    typed = clean(text, 100).lower()
    if typed in _SETS:
        return _SETS[typed]
    days: set[int] = set()
    for part in re.split(r"[\s,;/+&]+", _RANGE_MARK.sub("-", typed)):
        if part in {"", "and"}:
            continue
        first, dash, last = part.partition("-")
        begin = _weekday(first, typed)
        end = _weekday(last, typed) if dash else begin
        days.update((begin + step) % len(_DAYS) for step in range((end - begin) % len(_DAYS) + 1))
    if not days:
        raise InvalidInput(f"No days of the week were named. {_DAY_EXAMPLES}")
    return frozenset(days)


def _weekday(word: str, typed: str) -> int:
    found = [number for number, day in enumerate(_DAYS) if day.startswith(word.removesuffix("s"))]
    if len(found) == 1 and len(word) >= _SHORTEST_DAY:
        return found[0]
    raise InvalidInput(f"“{typed}” names no days of the week. {_DAY_EXAMPLES}")
