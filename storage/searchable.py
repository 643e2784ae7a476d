"""What of a paper can be found and how a query's words are looked for: one meaning for the index and the matching.

The index stores these words and the matching compares them, so both answer alike by construction; what is left to
each is only to combine the parts of a query.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations

from storage import categories, words
from storage.query import Words
from storage.records import Paper
from storage.words import Text

BREAK = "|"
"""Stands between texts that no phrase may span. No query holds it, since it is no word."""
_LONGEST_NAME = 5
"""Words of a name of which every selection is kept (31). Of longer ones, mostly groups, only what stands together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    title: Text
    abstract: Text
    keywords: Text
    organization: Text
    names: tuple[str, ...]
    """Of each author every word and every selection of words in order: ``geoffrey_hinton`` for Geoffrey E. Hinton."""
    categories: frozenset[str]
    id: str
    day: date | None
    """When it was published or, where unknown, listed (UTC)."""


def searchable(paper: Paper) -> Searchable:
    """``paper`` as it can be found."""
    return Searchable(
        title=words.analyse(paper.title),
        abstract=words.analyse(paper.text),
        keywords=_several(paper.keywords),
        organization=words.analyse(paper.organization or ""),
        names=tuple(key for author in paper.authors for key in name_keys(author)),
        categories=frozenset(code for named in paper.categories for code in categories.codes_of(named)),
        id=paper.id.lower(),
        day=paper.published_at.date() if paper.published_at else paper.daily_on,
    )


@lru_cache(maxsize=8192)
def name_keys(name: str) -> tuple[str, ...]:
    """The keys under which an author is found, each once: by any words of the name in order, hyphens optional."""
    found = tuple(words.clusters(name))
    parts = tuple(part for cluster in found for part in cluster)
    keys = dict.fromkeys(_selections(parts))
    if len(parts) > len(found):
        keys |= dict.fromkeys(_selections(tuple("".join(cluster) for cluster in found)))
    return tuple(keys)


def _selections(parts: tuple[str, ...]) -> Iterator[str]:
    if len(parts) <= _LONGEST_NAME:
        for size in range(1, len(parts) + 1):
            yield from map(name_key, combinations(parts, size))
        return
    for size in range(1, _LONGEST_NAME + 1):
        for start in range(len(parts) - size + 1):
            yield name_key(parts[start : start + size])


def name_key(parts: Iterable[str]) -> str:
    """The key of words of one name."""
    return "_".join(parts)


def keys_of(wanted: "Sought", *, unfinished: bool) -> tuple[str, ...]:
    """The keys under which the author may stand whom ``wanted`` names: the family name last, or first as in lists.

    One that is ``unfinished`` ends with the beginning of a word, so it is taken as it stands.
    """
    parts = wanted.exact
    turns = 1 if unfinished or len(parts) > _LONGEST_NAME else len(parts)
    keys = tuple(name_key((*parts[turn:], *parts[:turn])) for turn in range(turns))
    return (*keys, wanted.joined) if wanted.joined else keys


def _several(texts: Iterable[str]) -> Text:
    exact: list[str] = []
    stems: list[str] = []
    joined: list[str] = []
    joined_stems: list[str] = []
    for text in texts:
        found = words.analyse(text)
        exact += (BREAK, *found.exact)
        stems += (BREAK, *found.stems)
        joined += found.joined
        joined_stems += found.joined_stems
    return Text(tuple(exact), tuple(stems), tuple(joined), tuple(joined_stems))


@dataclass(frozen=True, slots=True)
class Sought:
    """The words that a leaf of a query asks for; ``joined`` where they are one cluster that may also be one word."""

    exact: tuple[str, ...]
    stems: tuple[str, ...]
    joined: str | None
    joined_stem: str | None


@lru_cache(maxsize=4096)
def sought(leaf: Words) -> Sought:
    """What ``leaf`` asks for. Without any word in it, it matches nothing."""
    found = words.analyse(leaf.text)
    if len(found.joined) == 1 and "".join(found.exact)[: words.LONGEST_WORD] == found.joined[0]:
        return Sought(found.exact, found.stems, found.joined[0], found.joined_stems[0])
    return Sought(found.exact, found.stems, None, None)
