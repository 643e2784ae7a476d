"""Which day it is somewhere, which days' papers a digest is of, and why a day has none."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.period import Days, Period, PeriodKind
from storage.records import EVERY_DAY, Cadence, Schedule, Settle

A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)

SATURDAY = 5


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


def why_no_papers(day: date) -> str:
    """The likeliest reason for an empty list of ``day`` and the day before: lists are made on working days."""
    if day.weekday() >= SATURDAY:
        return f"nothing was listed: it is {day:%A}, and papers are listed on working days"
    if day.weekday() == 0:
        return "nothing was listed yet: Monday's list is made during the day, and the weekend has none"
    return "nothing was listed by Hugging Face on this day or the day before"
