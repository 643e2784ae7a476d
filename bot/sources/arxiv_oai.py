"""A page of arXiv's OAI-PMH server in the format ``arXiv``, read into papers and sightings. Pure.

The server lists records by the day on which it last changed them (OAI-PMH 2.0), a page at a time; a page that is not
the last ends with a token for the next one, which is good for a day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from xml.etree.ElementTree import Element

from bot.core.identity import parse_paper_id
from bot.core.period import Days
from bot.errors import InvalidInput, SourceChanged
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
from bot.sources.xml import child, children, name, raw, read_xml, text
from storage.records import Paper, Sighting

LONGEST_TOKEN = 1_000
_PHYSICS = frozenset({"astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin"}) | {
    "nucl-ex", "nucl-th", "physics", "quant-ph",
}  # fmt: skip


class TokenRefused(SourceChanged):
    """The server does not know its own token (any more): its list has to be begun anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """One page, and the token of the next one where there is one."""

    fetched: Fetched
    token: str | None


def set_of(category: str) -> str:
    """The server's name for the set of a category or of an archive.

    ``cs.CL`` is ``cs:cs:CL``, ``hep-th`` is ``physics:hep-th``, ``cs`` is ``cs``.
    """
    archive, _, code = category.partition(".")
    group = f"physics:{archive}" if archive in _PHYSICS else archive
    return f"{group if archive in _PHYSICS else f'{archive}:{archive}'}:{code}" if code else group


def list_params(category: str, days: Days, token: str | None) -> dict[str, str]:
    """The query for a page of the records that were changed on ``days``, or for the page that a token stands for."""
    if token is not None:
        return {"verb": "ListRecords", "resumptionToken": token}
    return {
        "verb": "ListRecords",
        "metadataPrefix": "arXiv",
        "set": set_of(category),
        "from": days.first.isoformat(),
        "until": days.last.isoformat(),
    }


def read_records(body: bytes, *, seen_at: datetime) -> Records:
    """The papers of one page; none is no error.

    Raises:
        TokenRefused: the list has to be begun anew.
        SourceChanged: it is no page, or says what was wrong with the request.
    """
    root = read_xml(body, NAME)
    if name(root) != "OAI-PMH":
        raise SourceChanged(NAME, f"The answer is not OAI-PMH but {name(root)[:40]!r}.")
    for error in children(root, "error"):
        said = text(error, LONGEST_REASON) or "without a reason"
        match error.get("code"):
            case "noRecordsMatch":
                return Records(fetched=gathered((), of="records", source=NAME), token=None)
            case "badResumptionToken":
                raise TokenRefused(NAME, f"The OAI server refuses its own token: {said.rstrip('.')}.")
            case _:
                raise SourceChanged(NAME, f"The OAI server answered with an error: {said.rstrip('.')}.")
    page = child(root, "ListRecords")
    if page is None:
        page = child(root, "GetRecord")
    if page is None:
        raise SourceChanged(NAME, "The answer of the OAI server lists no records.")
    records = children(page, "record")
    fetched = gathered(
        ((_named(record), partial(_read, record, seen_at=seen_at)) for record in records), of="records", source=NAME
    )
    token = raw(child(page, "resumptionToken")).strip()
    if len(token) > LONGEST_TOKEN:
        raise SourceChanged(NAME, "The OAI server's token is longer than any of its is.")
    return Records(fetched=fetched, token=token or None)


def _named(record: Element) -> str:
    return text(child(record, "metadata", "arXiv", "id"), LONGEST_ID) or text(
        child(record, "header", "identifier"), LONGEST_ID
    )


def _read(record: Element, *, seen_at: datetime) -> tuple[Paper, Sighting] | None:
    header, facts = child(record, "header"), child(record, "metadata", "arXiv")
    if header is not None and header.get("status") == "deleted":
        return None
    if facts is None:
        raise InvalidInput("It has no metadata in the format arXiv.")
    paper_id = parse_paper_id(text(child(facts, "id"), LONGEST_REASON))
    title = titled(text(child(facts, "title"), LONGEST_TITLE))
    abstract = text(child(facts, "abstract"), LONGEST_ABSTRACT)
    comment = text(child(facts, "comments"), LONGEST_ABSTRACT)
    latest = seen_at + AHEAD
    created_at = moment(text(child(facts, "created"), LONGEST_MOMENT), latest=latest)
    updated_at = moment(text(child(facts, "updated"), LONGEST_MOMENT), latest=latest)
    paper = Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=tuple(_authors(child(facts, "authors"))),
        categories=known_categories(raw(child(facts, "categories")).split()),
        published_at=created_at,
        withdrawn_at=(updated_at or created_at or seen_at) if is_withdrawn(comment, abstract) else None,
    )
    return paper, Sighting(paper_id=paper_id, source=NAME, seen_at=seen_at)


def _authors(listed: Element | None) -> Iterator[str]:
    """First names, last name and what follows it (Jr.), as a name is written."""
    for author in islice(children(listed, "author") if listed is not None else (), MOST_AUTHORS):
        parts = (text(child(author, part), LONGEST_NAME) for part in ("forenames", "keyname", "suffix"))
        if full := " ".join(part for part in parts if part):
            yield full[:LONGEST_NAME]
