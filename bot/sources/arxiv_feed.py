"""ArXiv's feeds of what it announced last, RSS and Atom, read into papers and sightings. Pure.

One feed is of one announcement (rss.arxiv.org, as it has been since 2024): the day is that of the item's publication in
New York, the kind of each announcement stands beside it, the version in its id. It says nothing of the moment in which
a paper was submitted; of a new one the announcement is near enough until another answer tells it.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from bot.core.identity import parse_paper_id, parse_version
from bot.core.text import clean
from bot.errors import InvalidInput, SourceChanged
from bot.ports import Fetched
from bot.sources.arxiv_facts import NAME, is_withdrawn, known_categories, moment
from bot.sources.items import (
    AHEAD,
    LONGEST_ABSTRACT,
    LONGEST_ID,
    LONGEST_MOMENT,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_AUTHORS,
    gathered,
    titled,
)
from bot.sources.xml import child, children, name, raw, read_xml, text
from storage.records import Paper, Sighting

MOST_LISTED = 2_000
"""What the site lists at most; a feed of so many may be cut."""
NEW_YORK = ZoneInfo("America/New_York")

_OAI = re.compile(r"oai:arXiv\.org:(.+)", re.IGNORECASE)
_BEGINNING = re.compile(r"\s*arXiv:\S{1,80}\s+Announce Type:\s*(\S{1,80})\s+Abstract:\s*", re.IGNORECASE)


class Announced(StrEnum):
    """The kinds of announcements, as the feeds call them."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


FIRST = frozenset({Announced.NEW, Announced.CROSS})
"""Those that show a paper to readers of a subject for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    day: date | None
    """Of which announcement it is; None where an empty one does not say."""
    listed: int
    """All its items, also those that were not asked for."""
    fetched: Fetched


def read_feed(body: bytes, *, kinds: AbstractSet[Announced], seen_at: datetime) -> Feed:
    """The papers of ``kinds`` that a feed announces, and those of its items that cannot be read.

    Raises:
        SourceChanged: it is no feed of arXiv's.
    """
    root = read_xml(body, NAME)
    match name(root):
        case "rss":
            top, of = child(root, "channel"), "item"
        case "feed":
            top, of = root, "entry"
        case other:
            raise SourceChanged(NAME, f"The answer is neither an RSS nor an Atom feed but {other[:40]!r}.")
    if top is None:
        raise SourceChanged(NAME, "The feed has no channel.")
    items = list(children(top, of))
    day = _day(top, seen_at)
    read = ((_named(item), partial(_read, item, kinds=kinds, day=day, seen_at=seen_at)) for item in items)
    fetched = gathered(read, of="items of the feed", source=NAME)
    return Feed(day=day, listed=len(items), fetched=fetched)


def together(one: Feed, other: Feed) -> Feed:
    """Two feeds as one; a paper that is in both counts once."""
    a, b = one.fetched, other.fetched
    known = {paper.id for paper in a.papers}
    more = [pair for pair in zip(b.papers, b.sightings, strict=True) if pair[0].id not in known]
    fetched = Fetched(
        source=NAME,
        papers=(*a.papers, *(paper for paper, _ in more)),
        sightings=(*a.sightings, *(sighting for _, sighting in more)),
        rejected=(*a.rejected, *b.rejected),
    )
    return Feed(day=one.day or other.day, listed=one.listed + other.listed, fetched=fetched)


def _read(
    item: Element, *, kinds: AbstractSet[Announced], day: date | None, seen_at: datetime
) -> tuple[Paper, Sighting] | None:
    said = raw(child(item, "description")) or raw(child(item, "summary"))
    beginning = _BEGINNING.match(said)
    kind = _kind(text(child(item, "announce_type"), LONGEST_ID) or (beginning.group(1) if beginning else ""))
    if kind not in kinds:
        return None
    named = _named(item)
    paper_id = parse_paper_id(named)
    title = titled(text(child(item, "title"), LONGEST_TITLE))
    abstract = clean(said[beginning.end() :] if beginning else said, LONGEST_ABSTRACT)
    paper = Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=tuple(_authors(item)),
        categories=known_categories(_codes(item)),
        published_at=_published_at(item, seen_at) if kind is Announced.NEW else None,
        version=parse_version(named),
        withdrawn_at=seen_at if is_withdrawn(abstract) else None,
    )
    announced_on = day if kind in FIRST else None
    return paper, Sighting(paper_id=paper_id, source=NAME, seen_at=seen_at, announced_on=announced_on)


def _kind(word: str) -> Announced:
    try:
        return Announced(word.lower())
    except ValueError:
        raise InvalidInput(f"Its kind of announcement is none that is known: {word[:LONGEST_ID]!r}.") from None


def _named(item: Element) -> str:
    """The id with its version, else the one in the link."""
    named = text(child(item, "guid"), LONGEST_ID) or text(child(item, "id"), LONGEST_ID)
    if found := _OAI.fullmatch(named):
        return found.group(1)
    link = child(item, "link")
    return named or text(link, LONGEST_ID) or (link.get("href", "")[:LONGEST_ID] if link is not None else "")


def _authors(item: Element) -> Iterator[str]:
    """The names in one text, parted by commas."""
    for each in raw(child(item, "creator")).split(",", MOST_AUTHORS)[:MOST_AUTHORS]:
        if author := clean(each, LONGEST_NAME):
            yield author


def _codes(item: Element) -> Iterator[str]:
    for category in children(item, "category"):
        yield category.get("term") or text(category, LONGEST_ID)


def _day(top: Element, seen_at: datetime) -> date | None:
    """The day of the announcement, which is made at midnight in New York."""
    dates = ("pubDate", "published", "lastBuildDate", "updated")
    items = list(children(top, "item", "entry"))[:1]
    for element in (*items, top):
        for which in dates:
            if found := moment(text(child(element, which), LONGEST_MOMENT), latest=seen_at + AHEAD):
                return found.astimezone(NEW_YORK).date()
    return None


def _published_at(item: Element, seen_at: datetime) -> datetime | None:
    said = text(child(item, "pubDate"), LONGEST_MOMENT) or text(child(item, "published"), LONGEST_MOMENT)
    return moment(said, latest=seen_at + AHEAD)
