"""Feeds of any publisher, RSS 2.0, RSS 1.0 (RDF) and Atom, read into papers and sightings. Pure.

Publishers agree on little more than the names of the elements: an author is one of several elements, or all are in one
text; a DOI stands in Dublin Core, in PRISM, in the link or in the guid. What an item cites in its text is never taken
for its own name.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from xml.etree.ElementTree import Element

from bot.core.identity import parse_paper_id
from bot.core.text import clean
from bot.errors import InvalidInput, SourceChanged
from bot.ports import Fetched
from bot.sources.arxiv_facts import known_categories, moment
from bot.sources.items import (
    AHEAD,
    LONGEST_ABSTRACT,
    LONGEST_ID,
    LONGEST_MOMENT,
    LONGEST_TITLE,
    MOST_AUTHORS,
    gathered,
    titled,
)
from bot.sources.markup import plain
from bot.sources.people import named_people
from bot.sources.xml import child, children, name, raw, read_xml
from storage.naming import anthology_id, is_doi
from storage.records import Paper, PaperId, Sighting

FRESH = timedelta(days=3)
"""Items that came out so long ago at most are announced when they are seen first; older ones are only kept."""

MOST_TAGS = 400_000
"""Four thousand items of fifty elements: a tree of more, or of a greater depth, is no feed and takes much memory."""
MOST_NAMES = 20
"""How many texts of one item are looked at for its id."""

_NAMING = ("doi", "DOI", "identifier", "origLink", "link", "guid", "id")
"""The elements that may name a paper, those first that are there for nothing else."""
_DATES = ("published", "pubDate", "date", "publicationDate")
_TEXTS = ("summary", "description", "encoded", "content")
_VOLUME = " in "
"""What stands between the authors and the volume in the Anthology's descriptions."""


def read_feed(body: bytes, *, source: str, seen_at: datetime) -> Fetched:
    """The papers of a feed; an item without an arXiv id or a DOI is rejected and named.

    Raises:
        SourceChanged: it is no feed, or none of its items can be used.
    """
    root = read_xml(body, source, most_tags=MOST_TAGS)
    match name(root):
        case "rss":
            top = child(root, "channel")
        case "feed" | "RDF":
            top = root
        case other:
            raise SourceChanged(source, f"The answer is neither an RSS nor an Atom feed but {other[:40]!r}.")
    if top is None:
        raise SourceChanged(source, "The feed has no channel.")
    items = children(top, "item", "entry")
    read = ((_shown(item), partial(_read, item, source=source, seen_at=seen_at)) for item in items)
    return gathered(read, of="items of the feed", source=source)


def _read(item: Element, *, source: str, seen_at: datetime) -> tuple[Paper, Sighting] | None:
    paper_id = _identity(item)
    said = plain(next(filter(None, (raw(child(item, which)) for which in _TEXTS)), ""), LONGEST_ABSTRACT)
    authors = _authors(item)
    if own := anthology_id(paper_id):
        if own.endswith(".0"):
            return None  # the front matter of a volume
        people, abstract = said.partition(_VOLUME)[0], ""
        authors = authors or named_people([people])
    else:
        abstract = said
    published_at = _published_at(item, seen_at)
    is_fresh = published_at is not None and seen_at - published_at <= FRESH
    paper = Paper(
        id=paper_id,
        title=titled(plain(raw(child(item, "title")), LONGEST_TITLE)),
        abstract=abstract,
        authors=authors,
        categories=known_categories(_codes(item)),
        published_at=published_at,
    )
    announced_on = seen_at.date() if is_fresh else None
    return paper, Sighting(paper_id=paper_id, source=source, seen_at=seen_at, announced_on=announced_on)


def _identity(item: Element) -> PaperId:
    """The arXiv id before a DOI: a paper that has both is known by the first."""
    found: list[PaperId] = []
    problem = ""
    for said in islice(_names(item), MOST_NAMES):
        try:
            found.append(parse_paper_id(said))
        except InvalidInput as error:
            problem = problem or (str(error) if "10." in said[:20] else "")
    if not found:
        raise InvalidInput(problem or "It has neither an arXiv id nor a DOI, by which a paper could be told.")
    return min(found, key=is_doi)


def _names(item: Element) -> Iterator[str]:
    """What may be an id or an address of the paper."""
    for which in _NAMING:
        for element in children(item, which):
            if element.get("rel", "alternate") == "alternate":  # others are of what it is related to
                yield from filter(None, (clean(raw(element)), element.get("href", "")))
    yield from (value for key, value in item.attrib.items() if key.endswith("about"))


def _shown(item: Element) -> str:
    """How an item is called where it is rejected."""
    return next(_names(item), "") or plain(raw(child(item, "title")), LONGEST_ID)


def _authors(item: Element) -> tuple[str, ...]:
    """Of Dublin Core where it is there; ``author`` may be an address with the name in brackets."""
    said = list(islice((raw(element) for element in children(item, "creator")), MOST_AUTHORS))
    if not said:
        authors = islice(children(item, "author", "contributor"), MOST_AUTHORS)
        said = [raw(element if (inner := child(element, "name")) is None else inner) for element in authors]
    return named_people(plain(each, LONGEST_ABSTRACT) for each in said)


def _codes(item: Element) -> Iterator[str]:
    for category in children(item, "category", "primary_category", "subject"):
        yield category.get("term") or clean(raw(category), LONGEST_ID)


def _published_at(item: Element, seen_at: datetime) -> datetime | None:
    for which in _DATES:
        for element in children(item, which):
            if found := moment(clean(raw(element), LONGEST_MOMENT), latest=seen_at + AHEAD):
                return found
    return None
