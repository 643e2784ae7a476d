"""What arXiv's query API says of papers that are asked for by id, read into papers and sightings. Pure.

Its errors are feeds of one entry called Error (arXiv API user's manual, section 3.4); an id that it does not know is
left out of the answer.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from xml.etree.ElementTree import Element

from bot.core.identity import parse_paper_id, parse_version
from bot.errors import SourceChanged, SourceUnreachable
from bot.ports import Fetched
from bot.sources.arxiv_facts import NAME, is_withdrawn, known_categories, moment
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
from bot.sources.xml import child, children, name, read_xml, text
from storage.records import Paper, PaperId, Sighting

MOST_IDS = 100
"""In one request: arXiv asks for small ones, and an address stays short."""
ERRORS = "/api/errors"


def id_params(ids: Sequence[PaperId]) -> dict[str, str]:
    """The query for papers by their ids; without ``max_results`` the API gives ten."""
    return {"id_list": ",".join(ids), "max_results": str(len(ids))}


def read_entries(body: bytes, *, seen_at: datetime) -> Fetched:
    """The papers of one answer.

    Raises:
        SourceChanged: it is no answer of the API, or says what was wrong with the request.
        SourceUnreachable: it says that there are papers, and holds none: the API does so now and then.
    """
    root = read_xml(body, NAME)
    if name(root) != "feed":
        raise SourceChanged(NAME, f"The answer is not a feed but {name(root)[:40]!r}.")
    entries = list(children(root, "entry"))
    for entry in entries:
        if ERRORS in text(child(entry, "id"), LONGEST_REASON):
            said = text(child(entry, "summary"), LONGEST_REASON) or "without a reason"
            raise SourceChanged(NAME, f"The API answered with an error: {said.rstrip('.')}.")
    if not entries and text(child(root, "totalResults"), LONGEST_ID) not in {"", "0"}:
        raise SourceUnreachable(NAME, "The API answered with an empty page.")
    read = ((text(child(entry, "id"), LONGEST_ID), partial(_read, entry, seen_at=seen_at)) for entry in entries)
    return gathered(read, of="entries", source=NAME)


def _read(entry: Element, *, seen_at: datetime) -> tuple[Paper, Sighting]:
    named = text(child(entry, "id"), LONGEST_REASON)
    paper_id = parse_paper_id(named)
    title = titled(text(child(entry, "title"), LONGEST_TITLE))
    abstract = text(child(entry, "summary"), LONGEST_ABSTRACT)
    comment = text(child(entry, "comment"), LONGEST_ABSTRACT)
    latest = seen_at + AHEAD
    updated_at = moment(text(child(entry, "updated"), LONGEST_MOMENT), latest=latest)
    paper = Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=tuple(_authors(entry)),
        categories=known_categories(_codes(entry)),
        published_at=moment(text(child(entry, "published"), LONGEST_MOMENT), latest=latest),
        version=parse_version(named),
        withdrawn_at=(updated_at or seen_at) if is_withdrawn(comment, abstract) else None,
    )
    return paper, Sighting(paper_id=paper_id, source=NAME, seen_at=seen_at)


def _authors(entry: Element) -> Iterator[str]:
    for author in islice(children(entry, "author"), MOST_AUTHORS):
        if cleaned := text(child(author, "name"), LONGEST_NAME):
            yield cleaned


def _codes(entry: Element) -> Iterator[str]:
    """The primary one first."""
    for category in (*children(entry, "primary_category"), *children(entry, "category")):
        yield category.get("term", "")
