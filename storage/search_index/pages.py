"""Pages of what a search found: in a total order, so that together they are the whole list without doubles or holes."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Literal

import tantivy
from tantivy import Occur

from storage.records import PaperId
from storage.search_index import shape

Address = tuple[int, int]
"""Where a paper is: in which segment, and as which one of it."""
Ranked = Sequence[tuple[Any, tantivy.DocAddress]]
"""Scores, which are numbers though the types do not say so, and places; the best first."""
SearchSort = Literal["relevance", "match", "new", "top"]
"""``match`` is relevance without what a paper gains by being new or upvoted."""

WEIGHED = 500
"""How many of the best by their words are weighed by what else is known of them."""
MOST_COUNTED = 1_000
"""Totals are exact up to here; above, they are only known to be more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` is BM25's where papers were ranked by it, else 0. ``titled``: what was asked for is its whole title."""

    paper_id: PaperId
    score: float
    titled: bool = False


@dataclass(frozen=True, slots=True)
class Hits:
    """One page; ``total`` counts all that match, up to 1,000: beyond, ``exact`` is False."""

    total: int
    exact: bool
    hits: tuple[Hit, ...]


def by_key(searcher: tantivy.Searcher, wanted: tantivy.Query, sort: SearchSort, limit: int, offset: int) -> Hits:
    """Newest or most upvoted first; the keys end in the id, so nothing is equal."""
    field = shape.TOP if sort == "top" else shape.NEWEST
    found = searcher.search(wanted, limit=max(limit, 1), offset=offset, order_by_field=field, order=tantivy.Order.Asc)
    return _page(found, tuple(Hit(PaperId(shape.id_in(key)), 0.0) for key, _ in found.hits[:limit]))


def by_score(
    searcher: tantivy.Searcher,
    wanted: tantivy.Query,
    limit: int,
    offset: int,
    *,
    weighed: bool = False,
    without: AbstractSet[Address] = frozenset(),
) -> Hits:
    """The best first, the ``WEIGHED`` best by score and ``shape.prior`` together where it is ``weighed``.

    All that match are counted, those ``without`` which the page is made among them.
    """
    if limit < 1:
        return _page(searcher.search(wanted, limit=1), ())
    if weighed:
        return _weighed(searcher, wanted, limit, offset, without)
    end = offset + limit
    fetched = end + 1 + len(without)
    found = searcher.search(wanted, limit=fetched)
    hits: Ranked = found.hits
    # Equal scores are many where a word stands only in names or titles: those at the page's end are read whole.
    while len(hits) == fetched and hits[-1][0] == _others(hits, without)[end - 1][0]:
        fetched *= 4
        hits = searcher.search(wanted, limit=fetched, count=False).hits
    return _page(found, _cut(searcher, _others(hits, without), limit, offset))


def _weighed(
    searcher: tantivy.Searcher, wanted: tantivy.Query, limit: int, offset: int, without: AbstractSet[Address]
) -> Hits:
    """A weight for each of all that match would take as long as finding them: a half million for a common word."""
    fetched = WEIGHED + 1 + len(without)
    found = searcher.search(wanted, limit=fetched)
    best: Ranked = found.hits
    is_all = len(best) < fetched
    if not is_all:  # those that equal the first one behind them stay with it
        best = [hit for hit in best if hit[0] > best[-1][0]]
    best = _others(best, without)
    weights = searcher.fast_field_values(shape.PRIOR, [address for _, address in best])
    ranked = sorted(
        ((score * weight, address) for (score, address), weight in zip(best, weights, strict=True)),
        key=itemgetter(0),
        reverse=True,
    )
    hits = _cut(searcher, ranked, limit, offset)
    room = limit - len(hits)
    if room and not is_all:
        hits += by_score(searcher, wanted, room, max(offset, len(ranked)), without=without).hits
    return _page(found, hits)


def _others(hits: Ranked, without: AbstractSet[Address]) -> Ranked:
    return [hit for hit in hits if _address(hit[1]) not in without] if without else hits


def _address(address: tantivy.DocAddress) -> Address:
    return address.segment_ord, address.doc


def _cut(searcher: tantivy.Searcher, ranked: Ranked, limit: int, offset: int) -> tuple[Hit, ...]:
    """The page of ``ranked``, the best first, which holds all that are as good as the last one of the page."""
    if offset >= len(ranked):
        return ()
    end = offset + limit
    last = ranked[min(end, len(ranked)) - 1][0]
    first = next(place for place, (score, _) in enumerate(ranked) if score == ranked[offset][0])
    tied = [(-score, str(searcher.doc(address)[shape.NEWEST][0])) for score, address in ranked[first:] if score >= last]
    return tuple(Hit(PaperId(shape.id_in(key)), -score) for score, key in sorted(tied)[offset - first : end - first])


def titled_first(
    searcher: tantivy.Searcher, wanted: tantivy.Query, titled: tantivy.Query, limit: int, offset: int, *, weighed: bool
) -> Hits:
    """As ``by_score``, those of ``wanted`` that are ``titled`` before all others."""
    both = tantivy.Query.boolean_query([(Occur.Must, wanted), (Occur.Must, titled)])
    known = _all(searcher, both)
    if not known:
        return by_score(searcher, wanted, limit, offset, weighed=weighed)
    first = by_score(searcher, both, limit, offset, weighed=weighed).hits
    # To pass over some of a million takes less than to have the index look at each whether it is one of them.
    room, behind = limit - len(first), max(offset - len(known), 0)
    rest = by_score(searcher, wanted, room, behind, weighed=weighed, without=known)
    return replace(rest, hits=(*(replace(hit, titled=True) for hit in first), *rest.hits))


def _all(searcher: tantivy.Searcher, wanted: tantivy.Query) -> AbstractSet[Address]:
    """Where all are that match, of what hardly ever many do."""
    found = searcher.search(wanted, limit=MOST_COUNTED)
    count = _count(found)
    hits = found.hits if count <= MOST_COUNTED else searcher.search(wanted, limit=count, count=False).hits
    return {_address(address) for _, address in hits}


def some(searcher: tantivy.Searcher, wanted: tantivy.Query, limit: int) -> tuple[PaperId, ...]:
    """The ``limit`` best as fast as it goes: of equal ones any may come, and nothing is counted."""
    found = searcher.search(wanted, limit=limit, count=False)
    return tuple(PaperId(shape.id_in(str(searcher.doc(address)[shape.NEWEST][0]))) for _, address in found.hits)


def _page(found: tantivy.SearchResult, hits: tuple[Hit, ...]) -> Hits:
    count = _count(found)
    return Hits(total=min(count, MOST_COUNTED), exact=count <= MOST_COUNTED, hits=hits)


def _count(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]  # it is there; tantivy's types forget it
    return count
