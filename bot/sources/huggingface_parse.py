"""What Hugging Face's list of daily papers says, read into papers and sightings. Pure.

Three generations of shapes are in use, and recorded days of all of them are read: a fact may stand at the item, at its
``paper``, at both or nowhere. The day of a paper is ``paper.submittedOnDailyAt`` (there since 17 March 2025), else the
day that was asked for. The item's own ``publishedAt`` changed its meaning in March 2025 and is never used.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from bot.core.identity import parse_paper_id, parse_version
from bot.core.text import clean
from bot.errors import InvalidInput, SourceChanged
from bot.ports import Fetched
from bot.sources.items import (
    AHEAD,
    LONGEST_ABSTRACT,
    LONGEST_MOMENT,
    LONGEST_NAME,
    LONGEST_REASON,
    LONGEST_TITLE,
    MOST_AUTHORS,
    read_each,
    titled,
)
from bot.sources.json_list import kind_of, read_list, whole_number
from storage.records import Paper, Sighting

NAME = "huggingface"

LONGEST_SUMMARY = 2_000
LONGEST_KEYWORD = 80
LONGEST_ADDRESS = 500
MOST_KEYWORDS = 30
FIRST_MOMENT = datetime(1991, 8, 1, tzinfo=UTC)
"""arXiv began in August 1991: what is older is a mistake."""

# A named host, no user part, port, quotes or brackets: what an address on a card needs, and nothing that hides where
# it leads.
_ADDRESS = re.compile(r"https://(?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]+(?:[/?#][A-Za-z0-9\-._~:/?#@!$&()*+,;=%]*)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


def read_items(body: bytes) -> list[Any]:
    """The items of one answer, unread.

    Raises:
        SourceChanged: it is not a list of papers; the message says what it is instead.
    """
    items = read_list(body, NAME)
    if items and not any(isinstance(item, dict) and ("paper" in item or "id" in item) for item in items):
        raise SourceChanged(
            NAME, f"None of the {len(items)} items listed is a paper; the first is {kind_of(items[0])}."
        )
    return items


def read_papers(items: Iterable[Any], *, day: date | None, seen_at: datetime) -> Fetched:
    """Each usable item as a paper and a sighting, in their order; a paper that is listed twice counts once.

    ``day`` is the day where an item does not say its own. A moment that lies more than a day after ``seen_at`` cannot
    be true and counts as absent. What cannot be used is named in ``rejected``; nothing is raised.
    """
    read = ((_shown_id(item) or "", partial(_read, item, day=day, seen_at=seen_at)) for item in items)
    return read_each(read, source=NAME)


def listed_ids(items: Iterable[Any]) -> frozenset[str]:
    """The ids as they stand in ``items``, to tell a page that was seen before."""
    return frozenset(shown for item in items if (shown := _shown_id(item)) is not None)


def newest_moment(items: Iterable[Any], *, before: datetime) -> datetime | None:
    """The newest moment that is named anywhere in ``items`` and does not lie after ``before``."""
    moments = (_moment(text, latest=before) for text in _texts(list(items)))
    return max((moment for moment in moments if moment is not None), default=None)


def _read(item: Any, *, day: date | None, seen_at: datetime) -> tuple[Paper, Sighting]:
    paper = _paper(item, day=day, latest=seen_at + AHEAD)
    return paper, _sighting(paper, seen_at)


def _paper(item: Any, *, day: date | None, latest: datetime) -> Paper:
    if not isinstance(item, dict):
        raise InvalidInput(f"It is {kind_of(item)}, not a paper.")
    facts = _Facts(item)
    named = facts.text("id", LONGEST_REASON)
    if named is None:
        raise InvalidInput("It has no id, or one that is not text.")
    paper_id = parse_paper_id(named)
    title = titled(facts.text("title", LONGEST_TITLE))
    submitted_at = facts.moment("submittedOnDailyAt", latest)
    return Paper(
        id=paper_id,
        title=title,
        abstract=facts.text("summary", LONGEST_ABSTRACT) or "",
        authors=tuple(_authors(facts.get("authors"))),
        published_at=facts.moment("publishedAt", latest, of_item=False),
        version=parse_version(named),
        daily_on=day if submitted_at is None else submitted_at.date(),
        upvotes=facts.number("upvotes"),
        comments=facts.number("numComments"),
        code_url=facts.address("githubRepo"),
        code_stars=facts.number("githubStars"),
        project_url=facts.address("projectPage"),
        organization=_organization(facts.get("organization")),
        summary=facts.text("ai_summary", LONGEST_SUMMARY),
        keywords=_keywords(facts.get("ai_keywords")),
        withdrawn_at=facts.moment("withdrawnAt", latest),
    )


def _sighting(paper: Paper, seen_at: datetime) -> Sighting:
    return Sighting(
        paper_id=paper.id,
        source=NAME,
        seen_at=seen_at,
        daily_on=paper.daily_on,
        upvotes=paper.upvotes,
        comments=paper.comments,
        stars=paper.code_stars,
    )


class _Facts:
    """Both levels of one item; the paper's own word goes first. A fact of the wrong kind is an absent fact."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self._item = item
        paper = item.get("paper")
        self._paper: Mapping[str, Any] = paper if isinstance(paper, dict) else {}

    def get(self, name: str, *, of_item: bool = True) -> Any:
        value = self._paper.get(name)
        return self._item.get(name) if value in (None, "", []) and of_item else value

    def text(self, name: str, limit: int) -> str | None:
        value = self.get(name)
        return (clean(value, limit) or None) if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        return whole_number(self.get(name))

    def moment(self, name: str, latest: datetime, *, of_item: bool = True) -> datetime | None:
        value = self.get(name, of_item=of_item)
        return _moment(value, latest=latest) if isinstance(value, str) else None

    def address(self, name: str) -> str | None:
        value = self.get(name)
        if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
            return None
        address = value.strip()
        return address if _ADDRESS.fullmatch(address) else None


def _authors(listed: Any) -> Iterator[str]:
    """The names in their order, without those that their owners have hidden."""
    if not isinstance(listed, list):
        return
    for author in listed[:MOST_AUTHORS]:
        name = author.get("name") if isinstance(author, dict) and not author.get("hidden") else None
        if isinstance(name, str) and (cleaned := clean(name, LONGEST_NAME)):
            yield cleaned


def _keywords(listed: Any) -> tuple[str, ...]:
    if not isinstance(listed, list):
        return ()
    cleaned = (clean(word, LONGEST_KEYWORD) for word in listed if isinstance(word, str))
    return tuple(dict.fromkeys(word for word in cleaned if word))[:MOST_KEYWORDS]


def _organization(listed: Any) -> str | None:
    names = (listed.get("fullname"), listed.get("name")) if isinstance(listed, dict) else ()
    cleaned = (clean(name, LONGEST_NAME) for name in names if isinstance(name, str))
    return next((name for name in cleaned if name), None)


def _moment(text: str, *, latest: datetime) -> datetime | None:
    if len(text) > LONGEST_MOMENT or not _MOMENT.fullmatch(text):
        return None
    try:
        read = datetime.fromisoformat(text)
        # The site speaks UTC where it names no zone.
        moment = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if FIRST_MOMENT <= moment <= latest else None


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value. By hand, not by recursion: the depth is chosen by who sends it."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _shown_id(item: Any) -> str | None:
    if not isinstance(item, dict):
        return None
    value = _Facts(item).get("id")
    return (clean(value, LONGEST_KEYWORD) or None) if isinstance(value, str) else None
