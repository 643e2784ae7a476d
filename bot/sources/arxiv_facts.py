"""What all of arXiv's answers have in common: categories, moments, and the words of a withdrawal. Pure."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from bot.sources.items import LONGEST_MOMENT
from storage import categories

NAME = "arxiv"

MOST_CATEGORIES = 30
NOT_BEFORE = datetime(1986, 1, 1, tzinfo=UTC)
"""A few papers were put into arXiv with the dates that they had before it began."""

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
