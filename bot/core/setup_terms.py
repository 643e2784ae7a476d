"""The terms of a channel setup as a file spells them: its keys, and their values in words that a person can edit."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum

from bot.core.parse_query import canonical, parse_query
from bot.core.schedule import parse_cadence, parse_grace, parse_hour, parse_weekdays, parse_zone
from bot.core.tags import parse_tags, print_tags
from bot.core.text import clean
from bot.errors import InvalidInput
from storage.records import EVERY_DAY, ChannelSetup, DestinationKind, Layout, Obstacle, Settle, Sort

LARGEST_ID = 2**63 - 1
LARGEST_NUMBER = 2**31 - 1
LONGEST_REASON = 500
SHOWN = 40
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
A_RANGE = 2
"""Days apart from which on a run of days is written by its ends."""


@dataclass(frozen=True, slots=True)
class Term:
    """One key: the field of the records that it is, how it is written, and how it is read (raises InvalidInput)."""

    field: str
    write: Callable[[ChannelSetup], object]
    read: Callable[[object], object]
    example: str | None = None
    """A value that would do, of a key that must be there; None for one that may be left out."""


def parse_id(value: object) -> int:
    """One of Discord's ids, as digits in a string or as a number; 0 is the terminal. Raises InvalidInput."""
    is_text = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(LARGEST_ID))
    number = int(value) if is_text and isinstance(value, str) else value
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LARGEST_ID:
        return number
    raise InvalidInput(f'{shown(value)} is no id; copy it in Discord (Developer Mode, Copy ID), as in "{EXAMPLE_ID}".')


def shown(value: object) -> str:
    """A value of a file as it stands there, in short."""
    return clean(json.dumps(value, ensure_ascii=False), SHOWN)


def print_weekdays(weekdays: frozenset[int]) -> str:
    """What ``parse_weekdays`` reads as these days: ``daily``, ``mon-fri``, ``mon-wed,fri``, ``sat,sun``."""
    if weekdays == EVERY_DAY:
        return "daily"
    begins = [day for day in sorted(weekdays) if day - 1 not in weekdays]
    ends = [day for day in sorted(weekdays) if day + 1 not in weekdays]
    runs = zip(begins, ends, strict=True)
    return ",".join(
        f"{DAYS[begin]}-{DAYS[end]}" if end - begin >= A_RANGE else ",".join(DAYS[begin : end + 1])
        for begin, end in runs
    )


def print_grace(grace: timedelta) -> str:
    """What ``parse_grace`` reads as this length of time, to the minute: ``6h``, ``1h 30m``, ``45m``."""
    hours, minutes = divmod(grace // timedelta(minutes=1), 60)
    return " ".join([f"{hours}h"] * bool(hours) + [f"{minutes}m"] * bool(minutes or not hours))


def _text(read: Callable[[str], object], example: str) -> Callable[[object], object]:
    def read_text(value: object) -> object:
        if isinstance(value, str):
            return read(clean(value))
        raise InvalidInput(f'{shown(value)} is no text; write it between quotation marks, as in "{example}".')

    return read_text


def _number(example: int) -> Callable[[object], object]:
    def read_number(value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER:
            return value
        raise InvalidInput(f"{shown(value)} is not a number that can be; write it in digits, as in {example}.")

    return read_number


def _or_null(read: Callable[[object], object], otherwise: object = None) -> Callable[[object], object]:
    return lambda value: otherwise if value is None else read(value)


def _yes_or_no(value: object) -> object:
    if isinstance(value, bool):
        return value
    raise InvalidInput(f"{shown(value)} is neither true nor false; write one of them, without quotation marks.")


def _one_of(kinds: Sequence[StrEnum]) -> Callable[[object], object]:
    names = [str(kind) for kind in kinds]

    def read_name(value: object) -> object:
        typed = clean(value).lower() if isinstance(value, str) else ""
        if typed in names:
            return kinds[names.index(typed)]
        meant = "".join(f' Did you mean "{near}"?' for near in get_close_matches(typed, names, n=1))
        raise InvalidInput(f"{shown(value)} is not one of {', '.join(names)}.{meant}")

    return read_name


def _query(typed: str) -> str | None:
    return canonical(parse_query(typed)) if typed else None


def _reason(typed: str) -> str:
    if typed and len(typed) <= LONGEST_REASON:
        return typed
    raise InvalidInput(f"say in 1 to {LONGEST_REASON} characters why it is paused, or write null where it runs.")


def _paused(setup: ChannelSetup) -> str | None:
    return None if setup.paused_because is None else clean(setup.paused_because, LONGEST_REASON)


EXAMPLE_ID = "123456789012345678"
PLACES = [kind for kind in DestinationKind if kind is not DestinationKind.PERSON]
OF_A_DESTINATION = frozenset({"kind", "id"})
OF_A_SCHEDULE = frozenset({"at", "zone", "weekdays", "cadence", "grace"})
EXAMPLE_TAGS = "NLP: cat:cs.CL; Papers: *"

TERMS = {
    "kind": Term("kind", lambda one: str(one.destination.kind), _one_of(PLACES), "channel"),
    "channel": Term("id", lambda one: str(one.destination.id), parse_id, EXAMPLE_ID),
    "at": Term("at", lambda one: f"{one.schedule.at:%H:%M}", _text(parse_hour, "09:00"), "09:00"),
    "zone": Term("zone", lambda one: one.schedule.zone, _text(parse_zone, "Europe/Berlin"), "Europe/Berlin"),
    "weekdays": Term("weekdays", lambda one: print_weekdays(one.schedule.weekdays), _text(parse_weekdays, "mon-fri")),
    "every": Term("cadence", lambda one: str(one.schedule.cadence), _text(parse_cadence, "daily")),
    "grace": Term("grace", lambda one: print_grace(one.schedule.grace), _text(parse_grace, "6h")),
    "papers": Term("limit", lambda one: one.limit, _number(5)),
    "order": Term("sort", lambda one: str(one.sort), _one_of([*Sort])),
    "query": Term("query", lambda one: one.query, _or_null(_text(_query, "agents -survey"))),
    "fewest_upvotes": Term("min_upvotes", lambda one: one.min_upvotes, _number(10)),
    "layout": Term("layout", lambda one: str(one.layout), _one_of([*Layout])),
    "list": Term("settle", lambda one: str(one.settle), _one_of([*Settle])),
    "publish": Term("publish", lambda one: one.publish, _yes_or_no),
    "quiet": Term("quiet", lambda one: one.quiet, _yes_or_no),
    "role": Term("role_id", lambda one: None if one.role_id is None else str(one.role_id), _or_null(parse_id)),
    "tags": Term("tags", lambda one: print_tags(one.tags) or None, _or_null(_text(parse_tags, EXAMPLE_TAGS), ())),
    "paused": Term("paused_because", _paused, _or_null(_text(_reason, "we are on holiday"))),
    "obstacle": Term("obstacle", lambda one: one.obstacle and str(one.obstacle), _or_null(_one_of([*Obstacle]))),
}

MEANT = {
    "id": "channel", "channel_id": "channel", "destination": "channel", "hour": "at", "time": "at", "timezone": "zone",
    "days": "weekdays", "cadence": "every", "limit": "papers", "sort": "order", "min_upvotes": "fewest_upvotes",
    "upvotes": "fewest_upvotes", "settle": "list", "mention": "role", "role_id": "role", "paused_because": "paused",
}  # fmt: skip
"""What people and other places call a key."""
