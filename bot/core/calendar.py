"""Which day it is somewhere, and why a day has no papers."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SATURDAY = 5


def local_day(moment: datetime, zone: str) -> date:
    """The date that clocks in ``zone`` show at ``moment``."""
    return moment.astimezone(ZoneInfo(zone)).date()


def why_no_papers(day: date) -> str:
    """The likeliest reason for an empty list of ``day`` and the day before: lists are made on working days."""
    if day.weekday() >= SATURDAY:
        return f"nothing was listed: it is {day:%A}, and papers are listed on working days"
    if day.weekday() == 0:
        return "nothing was listed yet: Monday's list is made during the day, and the weekend has none"
    return "nothing was listed by Hugging Face on this day or the day before"
