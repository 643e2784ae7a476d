r"""One line of arXiv's metadata dump, read into a paper. Pure.

Two shapes are in use: the public dump (``versions``, ``authors_parsed``, ``categories`` in one text, accents as in
TeX) and the same facts in lists (``authors``, ``categories``, ``comment``, ``first`` and ``last``). The dump's
``update_date`` is when arXiv last touched the record, which says which of two records is the newer one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.core.identity import FIRST_FIVE_DIGITS, parse_paper_id, parse_version
from bot.core.text import clean
from bot.errors import InvalidInput
from bot.sources.arxiv_facts import NOT_BEFORE, is_withdrawn, known_categories, moment
from bot.sources.items import LONGEST_ABSTRACT, LONGEST_NAME, LONGEST_TITLE, MOST_AUTHORS
from storage.records import Paper, PaperId

RULES = 1
"""Raised when the same line is read otherwise than before: then files that were read already are read anew."""

MOST_VERSIONS = 1_000
LONGEST_QUOTE = 80
LISTED_WITHIN = timedelta(days=40)
"""A record's ``first`` is the day on which somebody first saw it: that of its submission only if it lies in the id's
month, or in the first days after."""

_MONTHS = {
    name: 1 + place
    for place, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
}
_CREATED = re.compile(r"(?:\w{3}, )?(\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)(?: (?:GMT|UTC|\+0000))?", re.ASCII)
_NUMBER = re.compile(r"(\d{3,4})\.(\d{1,5})", re.ASCII)
_SHORT_NUMBER = re.compile(r"\d{3}\.\d{1,5}", re.ASCII)
_SHORT_OLD = re.compile(r"([a-z-]+(?:\.[A-Z]{2})?/)(\d{6})", re.ASCII)
_AND = re.compile(r",\s*(?:and\s+)?|\s+and\s+")
_AFFILIATION = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Record:
    """A paper, and when arXiv last touched what it says of it, where that is known."""

    paper: Paper
    updated_at: datetime | None


class BadLine(InvalidInput):
    """A line that holds no paper. ``kind`` is the same for all lines of which the same is wrong."""

    def __init__(self, kind: str, detail: str = "") -> None:
        self.kind = kind
        super().__init__(detail or kind)


def is_dump(beginning: bytes) -> bool:
    """Whether a file that begins so (decompressed) is a dump: one object a line, of which one has an id and a title."""
    lines = beginning.lstrip(b"\xef\xbb\xbf \t\r\n").splitlines()
    if not lines or not any(line.lstrip().startswith(b"{") for line in lines):
        return False
    for line in lines:
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(item, dict):
            return "title" in item and "id" in item
    # Not one line is whole: a record that goes on beyond the beginning, or a broken one.
    return re.match(rb'\{\s*"id"\s*:', lines[0]) is not None


def read_line(body: bytes, *, now: datetime) -> Record:
    """The paper in one line. A moment after ``now`` cannot be true and counts as absent.

    Raises:
        BadLine: it holds none.
    """
    try:
        item = json.loads(body.decode())
    except UnicodeDecodeError as error:
        raise BadLine("it is not UTF-8", f"byte {error.start + 1:,} is not UTF-8") from None
    except RecursionError:
        raise BadLine("it is nested deeper than any record") from None
    except ValueError:
        raise BadLine("it is not JSON") from None
    if not isinstance(item, dict):
        raise BadLine("it is not a record")
    named, paper_id = _identity(item.get("id"))
    title = _text(item, "title", LONGEST_TITLE)
    if not title:
        raise BadLine("it has no title")
    created = _versions(item.get("versions"), now)
    updated_at = _day(item.get("update_date") or item.get("last"), now)
    last = (created[max(created)] if created else None) or updated_at
    return Record(
        Paper(
            id=paper_id,
            title=title,
            abstract=_text(item, "abstract", LONGEST_ABSTRACT),
            authors=tuple(_authors(item)),
            categories=_categories(item.get("categories")),
            published_at=created[min(created)] if created else _first(paper_id, item.get("first"), now),
            version=max(created, default=None) or parse_version(named),
            withdrawn_at=last if _is_withdrawn(item) else None,
        ),
        max(filter(None, (updated_at, last)), default=None),
    )


def quoted(body: bytes) -> str:
    """The beginning of a line, to be recognised by."""
    return clean(body[: LONGEST_QUOTE * 4].decode("utf-8", "replace"), LONGEST_QUOTE)


# --- which paper it is ---


def _identity(value: object) -> tuple[str, PaperId]:
    """The id as it should stand there, and the paper that it names."""
    if isinstance(value, bool) or not isinstance(value, str | float | int) or value == "":
        raise BadLine("it has no id")
    named = _mended(value)
    try:
        return named, parse_paper_id(named)
    except InvalidInput as problem:
        raise BadLine("its id names no paper", str(problem)) from None


def _mended(value: str | float) -> str:
    """An id that was once read as a number has lost the zeros at its ends; its scheme tells how many.

    A text with all of its year and month was no number, and which of its digits is missing cannot be known.
    """
    if isinstance(value, str):
        value = value.strip()
        if old := _SHORT_OLD.fullmatch(value):
            return f"{old.group(1)}0{old.group(2)}"
        if not _SHORT_NUMBER.fullmatch(value):
            return value
    number = _NUMBER.fullmatch(str(value))
    if number is None or not int(number.group(2)):
        return str(value)
    month = number.group(1).zfill(4)
    digits = 5 if (int(month[:2]), int(month[2:])) >= FIRST_FIVE_DIGITS else 4
    return f"{month}.{number.group(2).ljust(digits, '0')}"


# --- what is said of it ---


def _text(item: Mapping[str, Any], name: str, limit: int) -> str:
    value = item.get(name)
    return clean(value, limit) if isinstance(value, str) else ""


def _authors(item: Mapping[str, Any]) -> Iterator[str]:
    parsed, listed = item.get("authors_parsed"), item.get("authors")
    names: Iterable[str]
    if isinstance(parsed, list) and parsed:
        names = (_full_name(parts) for parts in parsed[:MOST_AUTHORS])
    elif isinstance(listed, list):
        names = (name for name in listed[:MOST_AUTHORS] if isinstance(name, str))
    elif isinstance(listed, str):
        names = _AND.split(_AFFILIATION.sub("", listed))[:MOST_AUTHORS]
    else:
        return
    for name in names:
        if cleaned := clean(name, LONGEST_NAME):
            yield cleaned


def _full_name(parts: object) -> str:
    """A name that came as its last part, its first one and what follows it (Jr.); then may come where they work."""
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts[:3]):
        return ""
    last, first, suffix = (*parts[:3], "", "", "")[:3]
    return f"{first} {last} {suffix}"


def _categories(value: object) -> tuple[str, ...]:
    """ArXiv's own codes; those of other classifications, which authors may add, are left out."""
    codes = value.split() if isinstance(value, str) else value
    if not isinstance(codes, list):
        return ()
    return known_categories(code for code in codes if isinstance(code, str))


def _is_withdrawn(item: Mapping[str, Any]) -> bool:
    said = (item.get("comments"), item.get("comment"), item.get("abstract"))
    return is_withdrawn(*(text for text in said if isinstance(text, str)))


# --- when ---


def _versions(versions: object, now: datetime) -> dict[int, datetime | None]:
    """The versions by number, each with the moment in which it came where that is known."""
    found: dict[int, datetime | None] = {}
    for version in versions[:MOST_VERSIONS] if isinstance(versions, list) else ():
        if not isinstance(version, dict):
            continue
        number, created = str(version.get("version", "")).removeprefix("v"), version.get("created")
        if number.isascii() and number.isdecimal() and len(number) < 5:  # noqa: PLR2004  # digits
            found[int(number)] = _moment(created, now) if isinstance(created, str) else None
    return found


def _moment(text: str, now: datetime) -> datetime | None:
    if not (read := _CREATED.fullmatch(text.strip())) or read.group(2) not in _MONTHS:
        return _day(text, now)
    day, month, year, hour, minute, second = read.groups()
    try:
        moment = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None
    return moment if NOT_BEFORE <= moment <= now else None


def _day(value: object, now: datetime) -> datetime | None:
    """A day or a moment in ISO's form; a day is its beginning."""
    return moment(value.strip(), latest=now) if isinstance(value, str) else None


def _first(paper_id: PaperId, value: object, now: datetime) -> datetime | None:
    """When a paper was seen first, where that can be its submission."""
    first = _day(value, now)
    issued = paper_id.partition("/")[2] or paper_id
    if first is None:
        return None
    year = int(issued[:2])
    begun = datetime.combine(date(year + (1900 if year > 90 else 2000), int(issued[2:4]), 1), time.min, UTC)  # noqa: PLR2004  # 1991 is the first
    return first if timedelta() <= first - begun < LISTED_WITHIN else None
