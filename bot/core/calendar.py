"""Which day it is somewhere, which days' papers a digest is of, why a day has none and when the next ones come."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.period import Days, Period, PeriodKind
from storage.records import EVERY_DAY, Cadence, Schedule, Settle

A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)

SATURDAY = 5
FEW_DAYS = 3
"""Lists that one evening without an announcement can explain."""


def local_day(moment: datetime, zone: str) -> date:
    """The date that clocks in ``zone`` show at ``moment``."""
    return moment.astimezone(ZoneInfo(zone)).date()


def covered(schedule: Schedule, settle: Settle, local_date: date) -> Days:
    """The days whose lists the digest of ``local_date`` is of.

    Lists are named by their day, are made on working days and fill for a day or so. What was posted already is left
    out elsewhere; here no list may be left out.

    Daily: from the day of the slot before, whose list was still filling then, to ``local_date``; on every day of the
    week that is yesterday and today, on working days on a Monday it is Friday to Monday. ``Settle.SETTLED`` ends the
    day before ``local_date``, so each list is in exactly one digest: a Monday has Friday's list where Saturday has no
    slot, and none where it has. Weekly: the seven days before ``local_date``. Monthly: the calendar month before.
    For the last two ``settle`` changes nothing, for the days are over.
    """
    yesterday = local_date - A_DAY
    match schedule.cadence:
        case Cadence.WEEKLY:
            return Days(local_date - A_WEEK, yesterday)
        case Cadence.MONTHLY:
            month = Period.around(PeriodKind.MONTH, local_date).before
            return Days(month.first, month.last)
        case Cadence.DAILY:
            weekdays = schedule.weekdays or EVERY_DAY
            earlier = (local_date - number * A_DAY for number in range(1, 8))
            before = next(day for day in earlier if day.weekday() in weekdays)
            return Days(before, yesterday if settle is Settle.SETTLED else local_date)


def next_list_day(day: date) -> date:
    """The first day after ``day`` that has a list: the next working day, be it a holiday or not."""
    return next(later for number in range(1, 4) if _has_list(later := day + number * A_DAY))


def why_no_papers(day: date, days: Days | None = None) -> str:
    """The likeliest reason why nothing is listed, for use in a sentence, and when the next list is expected.

    ``day`` is the digest's own, ``days`` those that it is of: where they are not given, ``day`` and the day before.
    """
    days = days or Days(day - A_DAY, day)
    lists = [here for here in _each(days) if _has_list(here)]
    if lists == [day]:
        before = ", and the weekend has none" if day.weekday() == 0 else ""
        short = f"; {_said(evening, 'announced')}" if (evening := quiet_evening(day)) else ""
        return f"nothing was listed yet: {day:%A}'s list is made during the day{before}{short}"
    following = next_list_day(days.last)
    short = f", a short one, for {_said(evening, 'announces')}" if (evening := quiet_evening(following)) else ""
    return f"nothing was listed{_reason(day, days, lists)}; the next list is expected on {_named(following)}{short}"


def quiet_evening(day: date) -> date | None:
    """The evening without an announcement of arXiv for which little may be listed on ``day``, or None.

    A list is mostly of what arXiv announced the evening before; that of a Sunday is not made where the Friday was a
    holiday.
    """
    if not _has_list(day):
        return None
    evening = day - A_DAY
    return evening if arxiv_holiday(_working_day(evening)) else None


def is_announced(day: date) -> bool:
    """Whether arXiv's feed of ``day`` has papers: whether it announced any on the evening before, as far as is known.

    In a year whose holidays are not surely known only weekends are without.
    """
    evening = quiet_evening(day)
    return _has_list(day) and (evening is None or evening.year not in ANNOUNCED_YEARS)


def _reason(day: date, days: Days, lists: list[date]) -> str:
    if not _has_list(day) and len(lists) <= 1:
        return f": it is {day:%A}, and papers are listed on working days"
    if not lists:
        return " at the weekend: papers are listed on working days"
    if len(lists) <= FEW_DAYS and (evening := next(filter(None, map(quiet_evening, lists)), None)):
        return f": {_said(evening, 'announced')}"
    if (days.first, days.last) == (day - A_DAY, day):
        return " by Hugging Face on this day or the day before"
    if days.first == days.last:
        return f" by Hugging Face on {_named(days.first)}"
    return f" by Hugging Face from {_named(days.first)} to {_named(days.last)}"


def _said(evening: date, announced: str) -> str:
    """``arXiv announced nothing on Thursday evening (Thanksgiving)``; where the rules are not sure it says probably."""
    surely = "" if evening.year in ANNOUNCED_YEARS else "probably "
    return f"arXiv {surely}{announced} nothing on {evening:%A} evening ({arxiv_holiday(_working_day(evening))})"


def _working_day(evening: date) -> date:
    """The day whose holiday leaves out an evening: its own, a Sunday's is Friday."""
    return evening - 2 * A_DAY if evening.weekday() == SATURDAY + 1 else evening


def _named(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B}"


def _each(days: Days) -> Iterator[date]:
    return (days.first + number * A_DAY for number in range((days.last - days.first).days + 1))


def _has_list(day: date) -> bool:
    """Of 176 recorded lists none is of a weekend, and the holidays among those days have theirs."""
    return day.weekday() < SATURDAY


# --- arXiv's holidays ---

ANNOUNCED_YEARS = frozenset({2026})
"""The years whose holidays arXiv named (info.arxiv.org/help/availability) and these rules give exactly.

Other years are likely, not sure: 2025 was these rules and one day of a winter break, the years before had days that no
rule knows, such as staff meetings, and lacked some that they give, such as New Year's Day of 2024.
"""
_WINTER_BREAK = frozenset({date(2026, 12, 29), date(2026, 12, 31)})
"""Chosen anew each year, so those of later years are not known."""
_THURSDAY = 3


def arxiv_holiday(day: date) -> str | None:
    """The holiday for which arXiv defers the announcement of that evening (20:00 in New York), or None.

    Hugging Face's lists follow it loosely: of three recorded working days after such an evening (20 June and 5 July
    2024, 22 June 2026) each has the shortest list of its week, 6, 3 and 9 papers, but none is empty.
    """
    if day in _WINTER_BREAK:
        return "the winter break"
    year = day.year
    holidays = {
        _observed(date(year, 1, 1)): "New Year's Day",
        _observed(date(year + 1, 1, 1)): "New Year's Day",
        _nth(3, 0, year, 1): "Martin Luther King Day",
        _observed(date(year, 6, 19)): "Juneteenth",
        _observed(date(year, 7, 4)): "Independence Day",
        _nth(1, 0, year, 9): "Labor Day",
        _nth(4, _THURSDAY, year, 11): "Thanksgiving",
        _observed(date(year, 12, 25)): "Christmas",
    }
    return holidays.get(day)


def _observed(holiday: date) -> date:
    """A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after."""
    return holiday + {SATURDAY: -A_DAY, SATURDAY + 1: A_DAY}.get(holiday.weekday(), timedelta())


def _nth(number: int, weekday: int, year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
