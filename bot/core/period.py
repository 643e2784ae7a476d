"""A day, an ISO week or a month, as people and the sources name them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.errors import InvalidInput


class PeriodKind(StrEnum):
    DAY = "date"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """``kind`` and its first day; the name is the one that Hugging Face uses in addresses."""

    kind: PeriodKind
    first: date

    @property
    def last(self) -> date:
        match self.kind:
            case PeriodKind.DAY:
                return self.first
            case PeriodKind.WEEK:
                return self.first + timedelta(days=6)
            case PeriodKind.MONTH:
                return (self.first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)

    def __str__(self) -> str:
        match self.kind:
            case PeriodKind.DAY:
                return self.first.isoformat()
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year}-W{week:02}"
            case PeriodKind.MONTH:
                return f"{self.first.year:04}-{self.first.month:02}"

    @property
    def before(self) -> "Period":
        """The one of its kind that ends the day before this one begins."""
        return Period.around(self.kind, self.first - timedelta(days=1))

    @property
    def after(self) -> "Period":
        """The one of its kind that begins the day after this one ends."""
        return Period.around(self.kind, self.last + timedelta(days=1))

    @classmethod
    def day(cls, day: date) -> "Period":
        return cls(PeriodKind.DAY, day)

    @classmethod
    def around(cls, kind: PeriodKind, day: date) -> "Period":
        """The day, ISO week or month that ``day`` is in."""
        match kind:
            case PeriodKind.DAY:
                return cls(kind, day)
            case PeriodKind.WEEK:
                return cls(kind, day - timedelta(days=day.weekday()))
            case PeriodKind.MONTH:
                return cls(kind, day.replace(day=1))


@dataclass(frozen=True, slots=True)
class Days:
    """Days in a row, both ends among them; unlike a :class:`Period` they need no name."""

    first: date
    last: date


def parse_day(text: str, *, today: date) -> date:
    """A day as ``2026-06-30``, ``today`` or ``yesterday``.

    Raises:
        InvalidInput: no such day, or one that has not come yet.
    """
    match text.strip().lower():
        case "today":
            return today
        case "yesterday":
            return today - timedelta(days=1)
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not a day; write it as year-month-day, for example {today.isoformat()}."
        ) from None
    return _not_later(day, day, today)


def parse_week(text: str, *, today: date) -> Period:
    """An ISO week as ``2026-W27``.

    Raises:
        InvalidInput: no such week, or one that has not begun.
    """
    try:
        year, week = re.fullmatch(r"(\d{4})-W(\d{1,2})", text.strip(), re.ASCII).groups()  # type: ignore[union-attr]
        first = date.fromisocalendar(int(year), int(week), 1)
    except (ValueError, AttributeError):
        example = Period(PeriodKind.WEEK, today)
        raise InvalidInput(f"{text!r} is not a week; write it as year-Wweek, for example {example}.") from None
    return Period(PeriodKind.WEEK, _not_later(first, first, today))


def parse_month(text: str, *, today: date) -> Period:
    """A month as ``2026-06``.

    Raises:
        InvalidInput: no such month, or one that has not begun.
    """
    try:
        first = date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not a month; write it as year-month, for example {Period(PeriodKind.MONTH, today)}."
        ) from None
    return Period(PeriodKind.MONTH, _not_later(first, first, today))


def parse_period(text: str, *, today: date) -> Period:
    """A day, an ISO week or a month, told apart by how it is written.

    Raises:
        InvalidInput: it is none of them, or has not begun.
    """
    if "w" in text.lower() and any(sign.isdigit() for sign in text):
        return parse_week(text.upper(), today=today)
    if re.fullmatch(r"\s*\d{4}-\d{2}\s*", text, re.ASCII):
        return parse_month(text, today=today)
    return Period.day(parse_day(text, today=today))


def _not_later(value: date, first: date, today: date) -> date:
    if first > today:
        raise InvalidInput(f"{first.isoformat()} is still to come; today is {today.isoformat()} (UTC).")
    return value
