"""A page of the API that bioRxiv and medRxiv share (api.biorxiv.org), read into papers and sightings. Pure.

``{"messages": [{"status": "ok", "total": "241", …}], "collection": [{"doi": …, "title": …, "version": "1", …}]}``, an
item for each version that was posted on the days asked for. Numbers come as numbers or as texts; a page has had 100
items and 30 at different times, so the next one begins behind those that came. The total has been larger than what
can be had: an empty page is an end, too, and says ``no posts found``.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

from bot.core.identity import parse_paper_id
from bot.core.preprints import ALL, subject
from bot.core.text import clean
from bot.errors import InvalidInput, SourceChanged
from bot.ports import Fetched
from bot.sources.arxiv_facts import is_withdrawn, moment
from bot.sources.items import (
    AHEAD,
    LONGEST_ABSTRACT,
    LONGEST_ID,
    LONGEST_MOMENT,
    LONGEST_NAME,
    LONGEST_REASON,
    LONGEST_TITLE,
    MOST_AUTHORS,
    gathered,
    titled,
)
from bot.sources.json_list import kind_of, read_json, whole_number
from bot.sources.markup import plain
from storage.records import Paper, Sighting

FURTHEST = 20_000
"""Items of one look, to end a site that never ends its list. How many a month has was not measured."""
LONGEST_PEOPLE = 100_000
"""Characters of all names together."""
MOST_VERSIONS = 1_000
FIRST = 1
"""The version that is announced; a later one of the same paper is a revision."""

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_NOTHING = re.compile(r"ok\b|no \w+ found", re.IGNORECASE)
"""What an answer without items says where nothing is wrong."""
_WITHDRAWN_TITLE = re.compile(r"\W*withdrawn\b\W", re.IGNORECASE)
_WITHDRAWN = re.compile(r"(?:the authors? ha(?:s|ve)|(?:bio|med)rxiv has) withdrawn\b", re.IGNORECASE)
"""How a notice in the place of an abstract begins, beside the ways of arXiv's authors; no list of them is known."""


def read_page(body: bytes, *, source: str, subjects: Collection[str], after: int, seen_at: datetime) -> Fetched:
    """The papers of ``subjects`` on a page that begins behind ``after`` items; in ``rest`` where the next one begins.

    What an item says was said when its version was posted, so to read it again adds nothing.

    Raises:
        SourceChanged: it is no such page, says what was wrong with the request, or none of its items can be used.
    """
    if after >= FURTHEST:
        raise SourceChanged(source, f"The list goes on after {FURTHEST:,} items, which none of its does.")
    page = read_json(body, source)
    items = page.get("collection") if isinstance(page, dict) else None
    if not isinstance(items, list):
        raise SourceChanged(source, f"The answer is not a page of preprints but {kind_of(page)}.")
    said = _said(page)
    status = said.get("status")
    if not items and isinstance(status, str) and not _NOTHING.match(status):
        raise SourceChanged(source, f"The API says: {clean(status, LONGEST_REASON).rstrip('.')}.")
    read = partial(_read, source=source, subjects=subjects, seen_at=seen_at)
    fetched = gathered(((_shown(item), partial(read, item)) for item in items), of="preprints", source=source)
    end, total = after + len(items), _number(said.get("total"))
    is_last = not items or (total is not None and end >= total)
    return fetched if is_last else replace(fetched, rest=str(end))


def _said(page: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the page says of itself."""
    messages = page.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else messages
    return first if isinstance(first, dict) else {}


def _read(item: Any, *, source: str, subjects: Collection[str], seen_at: datetime) -> tuple[Paper, Sighting] | None:
    if not isinstance(item, dict):
        raise InvalidInput(f"It is {kind_of(item)}, not a preprint.")
    of = subject(_text(item, "category", LONGEST_NAME))
    if ALL not in subjects and of not in subjects:
        return None
    posted_at = moment(_text(item, "date", LONGEST_MOMENT), latest=seen_at + AHEAD)
    version = _number(item.get("version"))
    version = version if version and version <= MOST_VERSIONS else None
    title = titled(_text(item, "title", LONGEST_TITLE))
    abstract = _text(item, "abstract", LONGEST_ABSTRACT)
    is_gone = bool(_WITHDRAWN_TITLE.match(title)) or is_withdrawn(abstract) or bool(_WITHDRAWN.match(abstract))
    said_at = posted_at or datetime.combine(seen_at.astimezone(UTC).date(), time.min, UTC)
    is_new = version == FIRST and not is_gone
    paper = Paper(
        id=parse_paper_id(_text(item, "doi", LONGEST_REASON)),
        title=title,
        abstract=abstract,
        authors=tuple(_authors(item.get("authors"))),
        # Of a revision it is the day of that version, and nothing tells when the paper came out.
        published_at=posted_at if version == FIRST else None,
        version=version,
        keywords=(of,) if of else (),
        withdrawn_at=said_at if is_gone else None,
    )
    announced_on = posted_at.date() if posted_at is not None and is_new else None
    return paper, Sighting(paper_id=paper.id, source=source, seen_at=said_at, announced_on=announced_on)


def _text(item: Mapping[str, Any], name: str, limit: int) -> str:
    value = item.get(name)
    return plain(value, limit) if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if _NUMBER.fullmatch(value.strip()) else None
    return whole_number(value)


def _authors(said: Any) -> Iterator[str]:
    """``Doe, J. A.; Roe, R.; A Consortium`` as names are written."""
    for name in said[:LONGEST_PEOPLE].split(";")[:MOST_AUTHORS] if isinstance(said, str) else ():
        family, _, given = name.partition(",")
        if whole := clean(f"{given} {family}", LONGEST_NAME):
            yield whole


def _shown(item: Any) -> str:
    """How an item is called where it is rejected."""
    return _text(item, "doi", LONGEST_ID) or _text(item, "title", LONGEST_ID) if isinstance(item, dict) else ""
