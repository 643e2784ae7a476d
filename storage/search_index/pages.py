"""Pages of what a search found: in a total order, so that together they are the whole list without doubles or holes."""

from dataclasses import dataclass, replace
from typing import Literal

import tantivy
from tantivy import Occur

from storage.records import PaperId
from storage.search_index import shape

SearchSort = Literal["relevance", "match", "new", "top"]
"""``match`` is relevance without what a paper gains by being new or upvoted."""

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
    searcher: tantivy.Searcher, wanted: tantivy.Query, limit: int, offset: int, *, weighed: bool = False
) -> Hits:
    """The best first; ``weighed`` by ``shape.prior``.

    Equal scores are many where a word stands only in names or titles: those at the page's edges are read whole.
    """
    end = offset + limit
    fetched = end + 1
    weight = shape.PRIOR if weighed else None
    found = searcher.search(wanted, limit=fetched, weight_by_field=weight)
    ranked = found.hits
    while len(ranked) == fetched and ranked[-1][0] == ranked[end - 1][0]:
        fetched *= 4
        ranked = searcher.search(wanted, limit=fetched, count=False, weight_by_field=weight).hits
    if offset >= len(ranked) or limit < 1:
        return _page(found, ())
    last = ranked[min(end, len(ranked)) - 1][0]
    first = next(place for place, (score, _) in enumerate(ranked) if score == ranked[offset][0])
    tied = [(-score, str(searcher.doc(address)[shape.NEWEST][0])) for score, address in ranked[first:] if score >= last]
    page = sorted(tied)[offset - first : end - first]
    return _page(found, tuple(Hit(PaperId(shape.id_in(key)), -score) for score, key in page))


def titled_first(
    searcher: tantivy.Searcher, wanted: tantivy.Query, titled: tantivy.Query, limit: int, offset: int, *, weighed: bool
) -> Hits:
    """As ``by_score``, those of ``wanted`` that are ``titled`` before all others."""
    both, others = (
        tantivy.Query.boolean_query([(Occur.Must, wanted), (occur, titled)]) for occur in (Occur.Must, Occur.MustNot)
    )
    first = by_score(searcher, both, limit, offset, weighed=weighed)
    if not first.total:
        return by_score(searcher, wanted, limit, offset, weighed=weighed)
    room = limit - len(first.hits)
    rest = by_score(searcher, others, room, max(offset - first.total, 0), weighed=weighed)
    total = first.total + rest.total
    return Hits(
        total=min(total, MOST_COUNTED),
        exact=first.exact and rest.exact and total <= MOST_COUNTED,
        hits=(*(replace(hit, titled=True) for hit in first.hits), *rest.hits),
    )


def some(searcher: tantivy.Searcher, wanted: tantivy.Query, limit: int) -> tuple[PaperId, ...]:
    """The ``limit`` best as fast as it goes: of equal ones any may come, and nothing is counted."""
    found = searcher.search(wanted, limit=limit, count=False)
    return tuple(PaperId(shape.id_in(str(searcher.doc(address)[shape.NEWEST][0]))) for _, address in found.hits)


def _page(found: tantivy.SearchResult, hits: tuple[Hit, ...]) -> Hits:
    count: int = found.count  # type: ignore[attr-defined]  # it is there; tantivy's types forget it
    return Hits(total=min(count, MOST_COUNTED), exact=count <= MOST_COUNTED, hits=hits)
