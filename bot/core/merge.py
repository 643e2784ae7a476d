"""One paper out of all that was said of it: each fact is the word of one source, kept with who said it and when.

Which word counts does not depend on the order in which they come: merging is commutative, associative and idempotent,
so looks may be recorded, repeated and brought in late. Absence never erases. Of a fact that several sources say counts,
in this order: a text that is whole before one that was cut short; for what arXiv itself decides its word before
anybody's; anybody's summary before Semantic Scholar's; the later word; and between two words of one moment the greater
one, so that there is one at all. Of the first day on the daily list, the publication and the withdrawal counts the
earliest, of the version the highest.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from bot.core.text import clean
from storage.records import Paper, Said, Sighting

FACTS = (
    "title",
    "abstract",
    "authors",
    "categories",
    "published_at",
    "version",
    "daily_on",
    "upvotes",
    "comments",
    "code_url",
    "code_stars",
    "project_url",
    "organization",
    "summary",
    "keywords",
    "withdrawn_at",
    "citations",
    "fields_of_study",
)
ARXIV = "arxiv"
SEMANTIC_SCHOLAR = "semanticscholar"
OF_ARXIV = frozenset({"title", "abstract", "authors", "categories"})
"""The record itself: what others say of it they have from arXiv, some time ago."""
EARLIEST = frozenset({"published_at", "daily_on", "withdrawn_at"})
HIGHEST = frozenset({"version"})
UNKNOWN = ("", datetime(1970, 1, 1, tzinfo=UTC))
"""Who said what was kept before anybody noted it: everybody knows better."""
CUT_SHORT = ("…", "...")
"""How a feed ends a text that it cut."""

_values = attrgetter(*FACTS)
Word = tuple[str, datetime]
"""A source, and when it said something."""


def cleaned(paper: Paper) -> Paper:
    """``paper`` with its texts as ``bot.core.text`` wants them."""
    return replace(
        paper,
        title=clean(paper.title),
        abstract=clean(paper.abstract),
        authors=_cleaned_all(paper.authors),
        keywords=_cleaned_all(paper.keywords),
        organization=clean(paper.organization or "") or None,
        summary=clean(paper.summary or "") or None,
    )


def as_said(paper: Paper, source: str, at: datetime) -> Paper:
    """``paper``, whose texts are clean, all of it the word of one source."""
    facts = tuple([name for name, value in zip(FACTS, _values(paper), strict=True) if _is_said(value)])
    return replace(paper, said=(Said(source=source, at=at, facts=facts),) if facts else ())


def merge(one: Paper, other: Paper) -> Paper:
    """What both say together.

    Raises:
        ValueError: they are two papers.
    """
    if one.id != other.id:
        raise ValueError(f"{one.id} and {other.id} are two papers")
    words, other_words = _words(one), _words(other)
    values: dict[str, Any] = {}
    counts: dict[str, Word] = {}
    for name in FACTS:
        said = [
            (value, by.get(name, UNKNOWN))
            for value, by in ((getattr(one, name), words), (getattr(other, name), other_words))
            if _is_said(value)
        ]
        if said:
            values[name], counts[name] = said[0] if len(said) == 1 else max(said, key=lambda word: _order(name, *word))
    return replace(one, **values, said=_grouped(counts))


def confirmed(paper: Paper, looks: Iterable[Sighting]) -> Paper:
    """``paper`` with each source's word as of its newest look: what it says still is not written down every time."""
    newest: dict[str, datetime] = {}
    for look in looks:
        newest[look.source] = max(look.seen_at, newest.get(look.source, look.seen_at))
    said = (replace(word, at=max(word.at, newest.get(word.source, word.at))) for word in paper.said)
    return replace(paper, said=tuple(said))


def is_news(paper: Paper, known: Paper | None) -> bool:
    """Whether there is something to keep: another fact, or one that another source says now."""
    return known is None or paper != known or _sources(paper) != _sources(known)


def _order(name: str, value: Any, word: Word) -> tuple[Any, ...]:
    source, at = word
    if name in EARLIEST:
        return (-_ordinal(value), at, source)
    if name in HIGHEST:
        return (value, at, source)
    is_whole = not (name == "abstract" and value.endswith(CUT_SHORT))
    goes_before = source == ARXIV if name in OF_ARXIV else (name, source) != ("summary", SEMANTIC_SCHOLAR)
    return (is_whole, goes_before, at, source, value)


def _ordinal(value: Any) -> float:
    return value.timestamp() if isinstance(value, datetime) else float(value.toordinal())


def _words(paper: Paper) -> dict[str, Word]:
    return {name: (said.source, said.at) for said in paper.said for name in said.facts}


def _sources(paper: Paper) -> dict[str, str]:
    return {name: source for name, (source, _) in _words(paper).items()}


def _grouped(counts: dict[str, Word]) -> tuple[Said, ...]:
    groups: dict[Word, list[str]] = {}
    for name, word in counts.items():
        groups.setdefault(word, []).append(name)
    return tuple(Said(source=word[0], at=word[1], facts=tuple(names)) for word, names in sorted(groups.items()))


def _is_said(value: Any) -> bool:
    return value not in (None, "", ())


def _cleaned_all(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in map(clean, texts) if text)
