"""The filters of the query language: what stands behind ``after:``, ``upvotes:`` and the like, as nodes of the tree."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Literal, get_args

from bot.core.identity import parse_paper_id
from bot.core.query_tokens import normal
from bot.errors import InvalidInput
from storage import categories
from storage.query import And, Count, Days, Field, Has, Is, LastDays, Not, Or, Query, Words

LONGEST_LOOK_BACK = 36_500
"""Days; a century."""
_DAYS_IN = {"d": 1, "w": 7, "m": 30, "y": 365}
_YEARS = range(1900, 2200)
_MOST_DIGITS = 9

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_LOOK_BACK = re.compile(r"(\d{1,9})\s*([dwmy])(?:ays?|eeks?|onths?|ears?)?", re.ASCII | re.IGNORECASE)
_COMPARISON = re.compile(r"(>=|<=|=>|=<|>|<|==|=|≥|≤)?(\d*)", re.ASCII)
_OPERATORS: dict[str, Literal["<", "<=", "=", ">=", ">"]] = {
    ">": ">", "<": "<", ">=": ">=", "=>": ">=", "≥": ">=", "<=": "<=", "=<": "<=", "≤": "<=",
    "=": "=", "==": "=", "": "=",
}  # fmt: skip
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[a-z]*(?:-[a-z]*)?)?", re.ASCII)

EXAMPLES = {
    "title": "title:diffusion",
    "abstract": "abstract:benchmark",
    "author": 'author:hinton or author:"geoffrey hinton"',
    "cat": "cat:cs.CL",
    "org": "org:deepmind",
    "id": "id:2503.01234",
    "after": "after:2025-01-31",
    "before": "before:2025-01-31",
    "since": "since:7d",
    "upvotes": "upvotes:>50",
    "stars": "stars:>100",
    "has": "has:code",
    "is": "is:withdrawn",
}
"""Every field and filter with a value that would do."""
_OTHER_NAMES = {
    "au": "author", "authors": "author", "by": "author", "from": "author", "name": "author",
    "ti": "title", "intitle": "title", "name_of": "title",
    "abs": "abstract", "ab": "abstract", "summary": "abstract",
    "category": "cat", "categories": "cat", "subject": "cat", "topic": "cat", "tag": "cat", "in": "cat",
    "organization": "org", "organisation": "org", "affiliation": "org", "company": "org", "lab": "org",
    "likes": "upvotes", "votes": "upvotes", "points": "upvotes", "score": "upvotes", "github": "stars",
    "newer": "after", "older": "before", "until": "before", "date": "after", "year": "after", "published": "after",
    "last": "since", "past": "since", "with": "has", "code": "has", "paper": "id",
}  # fmt: skip
_ID_NAMES = frozenset({"arxiv", "doi"})


class BadValue(Exception):
    """What is wrong with a filter's value, and what to write instead."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(problem)


def field_named(name: str) -> str:
    """The field or filter that is written ``name``.

    Raises:
        BadValue: there is none; the hint names the one that was probably meant.
    """
    lower = name.lower()
    if lower in EXAMPLES:
        return lower
    if lower in _ID_NAMES:
        return Field.ID.value
    meant = _OTHER_NAMES.get(lower) or next(iter(get_close_matches(lower, EXAMPLES, n=1, cutoff=0.6)), None)
    if meant is not None:
        hint = f"Did you mean {meant}:, as in {EXAMPLES[meant]}?"
    else:
        hint = f"There are {', '.join(f'{known}:' for known in EXAMPLES)}."
    raise BadValue(f"There is no field “{lower}:”", f"{hint} To look for these words, put them in quotation marks.")


def needs_value(name: str) -> BadValue:
    """Nothing stands behind ``name:``."""
    return BadValue(
        f"“{name}:” needs a {'value' if is_filter(name) else 'word'}", f"Write for example {EXAMPLES[name]}."
    )


def is_filter(name: str) -> bool:
    """Does a value of its own kind stand behind ``name``, rather than words?"""
    return name in _READERS


def read_filter(name: str, value: str) -> Query:
    """The node of filter ``name`` with ``value``.

    Raises:
        BadValue: that is no value of this filter.
    """
    return _READERS[name](value.rstrip(",;"))


# --- ids and categories ---


def _id(value: str) -> Words:
    if value.endswith("*"):
        begin = value.rstrip("*").lower()
        if not re.fullmatch(r"[a-z0-9./-]+", begin):
            raise BadValue(f"“{value}” is not the beginning of an id", "Write for example id:2503.*")
        return Words(begin, Field.ID, prefix=True)
    try:
        return Words(parse_paper_id(value), Field.ID)
    except InvalidInput as problem:
        raise BadValue(f"“{value[:40]}” is not the id of a paper", "Write for example id:2503.01234") from problem


def _category(value: str) -> Words:
    code = value.lower().removesuffix(".*").rstrip(".")
    starred = code.endswith("*")
    code = code.rstrip("*")
    if "," in code:
        ways = " OR ".join(f"cat:{part}" for part in value.split(",") if part)
        raise BadValue("One category at a time", f"Write ({ways}).")
    if not _CATEGORY.fullmatch(code):
        raise BadValue(
            f"“{value[:40]}” is not a category", "Write a code of arXiv, as in cat:cs.CL, or cat:cs for all of it."
        )
    return Words(code if starred else categories.spelled(code) or code, Field.CATEGORY, prefix=starred)


def unknown_categories(query: Query) -> tuple[str, ...]:
    """The categories that ``query`` names and arXiv does not have, each once."""
    match query:
        case And(parts) | Or(parts):
            return tuple(dict.fromkeys(code for part in parts for code in unknown_categories(part)))
        case Not(part):
            return unknown_categories(part)
        case Words(text=code, field=Field.CATEGORY, prefix=False) if categories.spelled(code) is None:
            return (code,)
        case _:
            return ()


# --- days ---


def _day(value: str) -> date:
    """The first day of what ``value`` names."""
    found = _DATE.fullmatch(value)
    if found is None:
        raise BadValue(
            f"“{value[:40]}” is not a date", "Write year-month-day, for example 2025-01-31, or 2025-01, or 2025."
        )
    year, month, day = (int(part) if part else 1 for part in found.groups())
    if year not in _YEARS:
        raise BadValue(f"No paper is of the year {found[1]}", "Write a year such as 2025.")
    if not 1 <= month <= 12:  # noqa: PLR2004  # months of a year
        raise BadValue(f"{value} does not exist: a year has 12 months", "Write year-month-day, for example 2025-01-31.")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        name = f"{calendar.month_name[month]} {year}"
        raise BadValue(
            f"{value} does not exist: {name} has {last} days", f"Write for example {year}-{month:02}-{last}."
        )
    return date(year, month, day)


def _since(value: str) -> Query:
    found = _LOOK_BACK.fullmatch(value)
    if found is None:
        try:
            return Days(since=_day(value))
        except BadValue as problem:
            if _DATE.fullmatch(value):
                raise
            hint = "Write a number of days, weeks, months or years, as in since:7d, since:2w, since:3m or since:1y."
            raise BadValue(f"“{value[:40]}” is not a span of time", hint) from problem
    days = int(found[1]) * _DAYS_IN[found[2].lower()]
    if not 1 <= days <= LONGEST_LOOK_BACK:
        raise BadValue(f"{value} is not a span of time that one can look back", "Write for example since:7d.")
    return LastDays(days)


# --- numbers and facts ---


def _count(what: Literal["upvotes", "stars"]) -> Callable[[str], Query]:
    def read(value: str) -> Query:
        found = _COMPARISON.fullmatch(value)
        if found is None:
            raise BadValue(
                f"“{value[:40]}” is not a number", f"Write for example {what}:>50, {what}:>=50 or {what}:<50."
            )
        operator, number = found.groups()
        if not number:
            raise BadValue(f"The number is missing behind {what}:{value}", f"Write for example {what}:{value}50.")
        if len(number) > _MOST_DIGITS:
            raise BadValue("The number is too large", f"Write for example {what}:>50.")
        return Count(what, _OPERATORS[operator or ""], int(number))

    return read


def _has(value: str) -> Query:
    for what in get_args(Literal["code", "summary"]):
        if value.lower() == what:
            return Has(what)
    raise BadValue(f"“{value[:40]}” is nothing that a paper can have here", "Write has:code or has:summary.")


def _is(value: str) -> Query:
    if value.lower() != "withdrawn":
        raise BadValue(f"“{value[:40]}” is nothing that a paper can be here", "Write is:withdrawn, or -is:withdrawn.")
    return Is("withdrawn")


_READERS: dict[str, Callable[[str], Query]] = {
    "id": _id,
    "cat": _category,
    "after": lambda value: Days(since=_day(value)),
    "before": lambda value: Days(until=_day(value) - timedelta(days=1)),
    "since": _since,
    "upvotes": _count("upvotes"),
    "stars": _count("stars"),
    "has": _has,
    "is": _is,
}


def written(node: Query) -> str:
    """A filter as it is typed; for ``Days`` with both ends these are two."""
    match node:
        case Days(since, until):
            parts = [f"after:{since}"] if since else []
            return " ".join([*parts, f"before:{until + timedelta(days=1)}"] if until else parts)
        case LastDays(days):
            return f"since:{days}d"
        case Count(what, operator, number):
            return f"{what}:{'' if operator == '=' else operator}{number}"
        case Has(what):
            return f"has:{what}"
        case Is(what):
            return f"is:{what}"
        case _:
            raise TypeError(node)


def words_of(name: str, text: str, *, phrase: bool, prefix: bool) -> Words:
    """Words looked for in field ``name``.

    Raises:
        BadValue: there is no word in ``text``.
    """
    plain = normal(text)
    if not plain:
        raise needs_value(name)
    field = Field(name)
    # Names are never stemmed, so one word is the same with and without quotation marks.
    exact = phrase and (" " in plain or field in {Field.TITLE, Field.ABSTRACT})
    return Words(plain, field, phrase=exact, prefix=prefix)
