"""A server's channel setups as one file that a person can read, edit and bring to another server or store.

The file is a JSON object: ``paperboy`` is the format's number, ``server`` Discord's id of the server, ``setups`` a list
of objects whose keys are those of ``bot.core.setup_terms``, ``answers``, where the server chose how it is answered, an
object with those of ``bot.core.choices_file``. Ids are strings, for many readers of JSON round numbers
that long. Ids of forum tags are not in it: a tag is found by its name, as after ``/setup``.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from difflib import get_close_matches
from typing import Any, NamedTuple

from bot.core import choices_file
from bot.core.setup_terms import MEANT, OF_A_DESTINATION, OF_A_SCHEDULE, TERMS, parse_id, shown
from bot.core.text import clean
from bot.errors import InvalidInput
from storage.records import ChannelSetup, Destination, DestinationKind, Schedule
from storage.server_choices import ServerChoices

FORMAT = 1
LARGEST = 2**20
"""Bytes of a file that is read: many times what the setups of one server take."""
MOST_ENTRIES = 1000
LONGEST_KEY = 40
KEYS = ("paperboy", "server", "setups", "answers")
NO_FILE = "This is not a file of paperboy channels export"

Values = dict[str, Any]


class Problem(NamedTuple):
    """What is wrong in a file, where, and what to write instead."""

    number: int
    """The setup's place in the file, from 1; 0 is the file itself."""
    key: str
    """Empty where it is about the whole."""
    words: str

    def __str__(self) -> str:
        where = (f"setup {self.number}" if self.number else "", f'"{clean(self.key, LONGEST_KEY)}"' if self.key else "")
        return f"{', '.join(filter(None, where))}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One setup of a file. What could not be read of it has its usual value, and is named among ``problems``."""

    number: int
    """Its place in the file, from 1."""
    setup: ChannelSetup
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFile:
    """A file that was read; ``guild_id`` is None where it names no server."""

    guild_id: int | None
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    """What is wrong with the file itself, beside its entries."""
    choices: ServerChoices | None = None
    """How the server is answered, where it chose that; the server's id is not in it."""


def to_document(guild_id: int, setups: Iterable[ChannelSetup], choices: ServerChoices | None = None) -> Values:
    """The file of a server's setups, in their order, and of how it is answered."""
    file = {"paperboy": FORMAT, "server": str(guild_id), "setups": [_written(setup) for setup in setups]}
    answers = choices_file.written(choices) if choices is not None else {}
    return file | ({"answers": answers} if answers else {})


def same_terms(setup: ChannelSetup) -> ChannelSetup:
    """What two setups have in common that post the same to the same place, whoever made them and whether they run."""
    return replace(
        setup,
        id=0,
        guild_id=0,
        created_by=0,
        created_at=datetime.min.replace(tzinfo=UTC),
        paused_because=None,
        obstacle=None,
        paused_at=None,
        tags=tuple(replace(rule, tag_id=0) for rule in setup.tags),
    )


def read(body: bytes, *, now: datetime) -> SetupFile:
    """The setups of a file, as nobody in particular makes them ``now``; every problem of every one of them is named.

    Raises:
        InvalidInput: it is no such file, or one of a newer version, so that nothing in it can be understood.
    """
    document = _document(body)
    version, setups = document.get("paperboy"), document.get("setups")
    if version is None or not isinstance(setups, list):
        raise InvalidInput(f'{NO_FILE}: such a one begins {{"paperboy": {FORMAT}, "server": "…", "setups": [.')
    if version is True or version != FORMAT:
        raise InvalidInput(f"This file has the format {shown(version)}; this version of Paperboy reads {FORMAT}.")
    if len(setups) > MOST_ENTRIES:
        raise InvalidInput(f"This file holds {len(setups):,} setups, which is more than any server may have.")
    problems = [*_strange_keys(document, KEYS, 0)]
    guild_id = None
    try:
        guild_id = None if document.get("server") is None else parse_id(document["server"])
    except InvalidInput as problem:
        problems.append(Problem(0, "server", str(problem)))
    entries = tuple(_entry(number, raw, now) for number, raw in enumerate(setups, 1))
    choices = _choices(document["answers"], problems) if "answers" in document else None
    return SetupFile(guild_id=guild_id, entries=entries, problems=tuple(problems), choices=choices)


def _written(setup: ChannelSetup) -> Values:
    values = {name: term.write(setup) for name, term in TERMS.items()}
    if values["obstacle"] is None:  # hardly ever there, and of no use to somebody who edits a file
        del values["obstacle"]
    return values


# --- reading ---


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys stood there more than once."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    made.repeated = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return made


def _document(body: bytes) -> _Object:
    if len(body) > LARGEST:
        raise InvalidInput(f"This file is larger than {LARGEST // 2**20} MB, which no file of channel setups is.")
    try:
        document = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError:
        raise InvalidInput("This file is not UTF-8 text; save it as UTF-8.") from None
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise InvalidInput(f"This file cannot be read as JSON at {where}: {problem.msg}.") from None
    except (RecursionError, ValueError):  # brackets nested thousands of times; a number of thousands of digits
        raise InvalidInput(f"{NO_FILE}.") from None
    if not isinstance(document, _Object):
        raise InvalidInput(f"{NO_FILE}: it holds {shown(document)}.")
    return document


def _entry(number: int, raw: object, now: datetime) -> Entry:
    if not isinstance(raw, _Object):
        return _made(
            number, {}, [Problem(number, "", f"{shown(raw)} is no setup; write its keys between {{ and }}.")], now
        )
    problems = [*_strange_keys(raw, TERMS, number)]
    read_as: Values = {}
    for name, term in TERMS.items():
        if name not in raw:
            if term.example is not None:
                problems.append(Problem(number, name, f'is missing; write for example "{name}": "{term.example}".'))
            continue
        try:
            read_as[term.field] = term.read(raw[name])
        except InvalidInput as problem:
            problems.append(Problem(number, name, str(problem)))
    return _made(number, read_as, problems, now)


def _made(number: int, facts: Values, problems: list[Problem], now: datetime) -> Entry:
    """The setup of what could be read, with what is wrong with the whole of it."""
    destination = Destination(kind=facts.get("kind", DestinationKind.CHANNEL), id=facts.get("id", 1))
    if (destination.kind is DestinationKind.TERMINAL) != (destination.id == 0) and {"kind", "id"} <= facts.keys():
        problems.append(Problem(number, "channel", "0 is the terminal's id, and no other place has it."))
    if facts.get("obstacle") is not None and facts.get("paused_because") is None:
        problems.append(Problem(number, "obstacle", "only a paused setup has one; leave it out."))
    schedule: Values = {"at": time(9), "zone": "UTC"}
    schedule |= {name: value for name, value in facts.items() if name in OF_A_SCHEDULE}
    terms = {name: value for name, value in facts.items() if name not in OF_A_SCHEDULE | OF_A_DESTINATION}
    setup = ChannelSetup(
        guild_id=0,
        destination=destination,
        schedule=Schedule(**schedule),
        paused_at=now if terms.get("paused_because") else None,
        created_by=0,
        created_at=now,
        **terms,
    )
    return Entry(number=number, setup=setup, problems=tuple(problems))


def _choices(raw: object, problems: list[Problem]) -> ServerChoices:
    """How a server is answered, as far as that can be read; what is wrong with it comes to ``problems``."""
    if not isinstance(raw, _Object):
        problems.append(Problem(0, "answers", f"{shown(raw)} are no choices; write them between {{ and }}."))
        return ServerChoices(guild_id=0)
    problems += [one._replace(key=f"answers.{one.key}") for one in _strange_keys(raw, choices_file.READERS, 0)]
    facts: Values = {}
    for name, (field, read_it) in choices_file.READERS.items():
        try:
            facts |= {field: read_it(raw[name])} if name in raw else {}
        except InvalidInput as problem:
            problems.append(Problem(0, f"answers.{name}", str(problem)))
    return ServerChoices(guild_id=0, **facts)


def _strange_keys(found: _Object, known: Iterable[str], number: int) -> Iterator[Problem]:
    names = [*known]
    for key in found.repeated:
        yield Problem(number, key, "stands there twice; leave one out.")
    for key in found:
        if key in names:
            continue
        meant = [MEANT[key]] if MEANT.get(key) in names else get_close_matches(key.lower(), names, n=1)
        mend = f'did you mean "{meant[0]}"?' if meant else f"there is {', '.join(names)}."
        yield Problem(number, key, f"is no key here; {mend}")
