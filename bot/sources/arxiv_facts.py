"""What all of arXiv's answers have in common: bounds, categories, moments, and the words of a withdrawal. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from bot.core.text import clean, clip
from bot.errors import InvalidInput, SourceChanged
from bot.ports import Fetched, Rejected
from storage import categories
from storage.records import Paper, Sighting

NAME = "arxiv"

LONGEST_TITLE = 1_000
LONGEST_ABSTRACT = 20_000
LONGEST_NAME = 200
LONGEST_REASON = 200
LONGEST_ID = 80
MOST_AUTHORS = 1_000
MOST_CATEGORIES = 30
MOST_ITEMS = 10_000
NOT_BEFORE = datetime(1986, 1, 1, tzinfo=UTC)
"""A few papers were put into arXiv with the dates that they had before it began."""
AHEAD = timedelta(days=1)
"""How far arXiv's clock may run ahead of ours before its moment is a mistake."""
LONGEST_MOMENT = 40

_WITHDRAWN = re.compile(
    r"(?:arXiv admin note:\s*)?(?:(?:this|the) (?:paper|article|manuscript|submission|preprint|work|note|version)"
    r"(?: \w+)? (?:has been|is|was|is being) |paper )?withdrawn\b",
    re.IGNORECASE,
)


def is_withdrawn(*said: str) -> bool:
    """Whether one of the texts, a comment or an abstract, begins by saying so."""
    return any(_WITHDRAWN.match(text.lstrip()) for text in said)


def known_categories(codes: Iterable[str]) -> tuple[str, ...]:
    """ArXiv's own codes among ``codes``, as it spells them, once each; those of other classifications are left out."""
    known = (_spelled(code) for code in codes)
    return tuple(dict.fromkeys(code for code in known if code))[:MOST_CATEGORIES]


@lru_cache(maxsize=1024)
def _spelled(code: str) -> str | None:
    return categories.spelled(code.strip())


def moment(said: str, *, latest: datetime) -> datetime | None:
    """A day (its beginning) or a moment, as Atom, OAI or RSS writes it. None where it cannot be true."""
    if not said or len(said) > LONGEST_MOMENT:
        return None
    try:
        read = _from_rss(said) if said[0].isalpha() else datetime.fromisoformat(said)
        found = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if NOT_BEFORE <= found <= latest else None


def _from_rss(said: str) -> datetime:
    try:
        return parsedate_to_datetime(said)
    except (TypeError, IndexError):  # some of its ways to say that it is no date
        raise ValueError(said) from None


def gathered(
    items: Iterable[tuple[str, Callable[[], tuple[Paper, Sighting] | None]]], *, of: str, source: str = NAME
) -> Fetched:
    """Each usable item as a paper and a sighting, in their order; a paper that comes twice counts once.

    An item is its id as it stands there, and how it is read: None is one that was not asked for. What raises
    InvalidInput is rejected and named.

    Raises:
        SourceChanged: not one of the items can be used.
    """
    papers: dict[str, tuple[Paper, Sighting]] = {}
    rejected: list[Rejected] = []
    position = -1
    for position, (shown, read) in enumerate(items):
        if position >= MOST_ITEMS:
            raise SourceChanged(source, f"The answer has more than {MOST_ITEMS:,} {of}.")
        try:
            found = read()
        except InvalidInput as problem:
            reason = clip(str(problem), LONGEST_REASON)
            rejected.append(Rejected(position=position, paper_id=clean(shown, LONGEST_ID) or None, reason=reason))
        else:
            if found is not None:
                papers.setdefault(found[0].id, found)
    if rejected and len(rejected) == position + 1:
        raise SourceChanged(source, f"None of the {len(rejected):,} {of} can be read; the first: {rejected[0].reason}")
    return Fetched(
        source=source,
        papers=tuple(paper for paper, _ in papers.values()),
        sightings=tuple(sighting for _, sighting in papers.values()),
        rejected=tuple(rejected),
    )
