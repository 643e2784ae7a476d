"""Lists of references, as reference managers keep them: BibTeX, and JSON (CSL-JSON, or Paperboy's own). Pure.

They tell what papers there are and nothing of how these are received, nor when anything was said; so all of it counts
as said on the day on which it is read, and reading it again on that day changes nothing.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.exceptions import BlockAbortedException, ParserStateException
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import Entry, ParsingFailedBlock

from bot.core.feeds import FILES
from bot.core.identity import find_paper_ids, parse_paper_id
from bot.core.text import clean, readable
from bot.errors import InvalidInput, SourceChanged
from bot.ports import Fetched
from bot.sources.arxiv_facts import known_categories, moment
from bot.sources.items import LONGEST_ABSTRACT, LONGEST_NAME, LONGEST_TITLE, MOST_AUTHORS, gathered, titled
from storage.naming import is_doi
from storage.records import Paper, PaperId, Sighting

NAME = FILES
MOST_BYTES = 16 * 2**20
"""Ten thousand references with their abstracts, as many as are read of one file, take eleven megabytes."""
MOST_KEYWORDS = 50
LONGEST_PEOPLE = 100_000
"""Characters of all names together."""

# It writes what it could not read into the log; here that is counted and named instead.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

_BRACES = str.maketrans("", "", "{}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTED = re.compile(r"[;,]")

Facts = Mapping[str, Any]
"""The fields of one reference by their names in small letters."""


def read_references(body: bytes, *, seen_at: datetime) -> Fetched:
    """The papers of a file; each has an arXiv id or a DOI, and a reference without is rejected and named by its key.

    Raises:
        SourceChanged: it is no such file, or none of its references can be used.
    """
    if len(body) > MOST_BYTES:
        raise SourceChanged(NAME, f"It is larger than {MOST_BYTES // 2**20} MB; part it.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceChanged(NAME, f"It is not UTF-8 (byte {error.start + 1:,}); save it as UTF-8.") from None
    read = _json if text.lstrip()[:1] in {"[", "{"} else _bibtex
    items = list(read(text))
    if not items:
        raise SourceChanged(NAME, "It holds no references: neither BibTeX entries nor a JSON list.")
    said_at = datetime.combine(seen_at.astimezone(UTC).date(), time.min, UTC)
    listed = ((key, partial(_seen, read_one, said_at)) for key, read_one in items)
    return gathered(listed, of="references", source=NAME)


def _seen(read_one: Callable[[], Facts], said_at: datetime) -> tuple[Paper, Sighting]:
    paper = _paper(read_one(), said_at)
    return paper, Sighting(paper_id=paper.id, source=NAME, seen_at=said_at)


# --- the two forms: a key, and how its facts are had ---


def _bibtex(text: str) -> Iterator[tuple[str, Callable[[], Facts]]]:
    try:
        blocks = parse_string(text).blocks
    except (ParserStateException, ValueError, IndexError, RecursionError):
        raise SourceChanged(NAME, "It is BibTeX that cannot be read at all.") from None
    for block in blocks:
        match block:
            case Entry():
                yield block.key, partial(_fields, block)
            case ParsingFailedBlock():
                where = f"Its entry from line {block.start_line + 1} on" if block.start_line is not None else "An entry"
                yield (block.raw or "")[:80], partial(_refuse, f"{where} cannot be read: {_reason(block.error)}")


def _reason(error: Exception) -> str:
    return error.abort_reason if isinstance(error, BlockAbortedException) else str(error)


def _fields(entry: Entry) -> Facts:
    return {field.key.lower(): field.value for field in entry.fields if isinstance(field.value, str)}


def _json(text: str) -> Iterator[tuple[str, Callable[[], Facts]]]:
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        raise SourceChanged(NAME, "It is JSON that is cut off or damaged.") from None
    for item in listed if isinstance(listed, list) else [listed]:
        if isinstance(item, dict):
            yield str(item.get("id", ""))[:80], partial(_lowered, item)
        else:
            yield "", partial(_refuse, "It is not a reference but something else.")


def _lowered(item: Mapping[str, Any]) -> Facts:
    return {name.lower(): value for name, value in item.items()}


def _refuse(reason: str) -> Facts:
    raise InvalidInput(reason)


# --- the facts of one reference ---


def _paper(facts: Facts, latest: datetime) -> Paper:
    title = titled(_plain(_text(facts, "title")))
    codes = facts.get("categories")
    return Paper(
        id=_identity(facts),
        title=clean(title, LONGEST_TITLE),
        abstract=clean(_text(facts, "abstract"), LONGEST_ABSTRACT),
        authors=tuple(_authors(facts.get("author") or facts.get("authors")))[:MOST_AUTHORS],
        categories=known_categories(map(str, codes) if isinstance(codes, list) else [_text(facts, "primaryclass")]),
        published_at=moment(_published(facts), latest=latest),
        keywords=tuple(_keywords(facts.get("keywords") or facts.get("keyword")))[:MOST_KEYWORDS],
    )


def _identity(facts: Facts) -> PaperId:
    """The arXiv id before the DOI: a paper that has both is known by the first."""
    problem = ""
    found = list(find_paper_ids(" ".join(_text(facts, name) for name in ("journal", "howpublished", "number"))))
    for name in ("eprint", "id", "doi", "url"):
        try:
            found.append(parse_paper_id(_text(facts, name)))
        except InvalidInput as error:
            problem = str(error) if name == "doi" and _text(facts, name) else problem
    if not found:
        raise InvalidInput(problem or "It has neither an arXiv id (eprint) nor a DOI, by which a paper could be told.")
    return min(found, key=is_doi)


def _text(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Without BibTeX's braces, which keep capitals and words together."""
    return readable(text).translate(_BRACES)


def _authors(said: object) -> Iterator[str]:
    listed: Iterable[object] = said if isinstance(said, list) else ()
    if isinstance(said, str):
        listed = split_multiple_persons_names(said[:LONGEST_PEOPLE])
    for name in listed:
        if whole := clean(_plain(_whole_name(name)), LONGEST_NAME):
            yield whole


def _whole_name(name: object) -> str:
    match name:
        case "others":
            return ""
        case str():
            return parse_single_name_into_parts(name, strict=False).merge_first_name_first
        case {"literal": str() as whole}:
            return whole
        case {"family": str() as family, "given": str() as given}:
            return f"{given} {family}"
        case {"family": str() as family}:
            return family
    return ""


def _keywords(said: object) -> Iterator[str]:
    for word in said if isinstance(said, list) else _PARTED.split(said) if isinstance(said, str) else ():
        if isinstance(word, str) and (whole := clean(_plain(word), LONGEST_NAME)):
            yield whole


def _published(facts: Facts) -> str:
    """A whole day or moment, or nothing: a year alone is no day on which it came out."""
    match facts.get("issued"):
        case {"date-parts": [[int(), int(), int()] as parts, *_]}:
            return "{:04}-{:02}-{:02}".format(*parts)
    if whole := _text(facts, "published_at") or _text(facts, "date"):
        return whole if len(whole) >= len("2025-03-14") else ""
    year, month, day = (_text(facts, name).strip() for name in ("year", "month", "day"))
    number = 1 + _MONTHS.index(month[:3].lower()) if month[:3].lower() in _MONTHS else month
    return f"{year:0>4}-{number:0>2}-{day:0>2}" if year and month and day else ""
