"""Find papers: by words, by period, by id. Always from the store, so it works offline and says how fresh it is."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from time import perf_counter
from typing import TypedDict

from bot.core.advice import advice
from bot.core.feeds import FILES
from bot.core.identity import parse_paper_id
from bot.core.loosened import loosened
from bot.core.pages import Found, Freshness, SearchPage, TrendingPage
from bot.core.parse_query import parse_query
from bot.core.period import Period
from bot.core.query_filters import unknown_categories
from bot.core.ranking import Ranked, rank
from bot.core.snippets import snippets
from bot.core.text import clean
from bot.errors import InvalidInput, QuerySyntaxError, UnknownPaper
from bot.ports import Resources
from bot.services import ingest, meaning
from storage.naming import address_of
from storage.query import Query
from storage.records import Paper, PaperId, Sort
from storage.search_index import Hit, SearchSort
from storage.store import Reading

LARGEST_PAGE = 100
DEEPEST_OFFSET = 10_000
SEVERAL = 3
"""Words of a query of which part is worth showing too, where all of them stand in few papers."""
FEW = 5
"""Results, beside which it is said what else may be meant: authors slip too, so a misspelled word may find some."""
STALE_AFTER = timedelta(hours=36)
"""Hugging Face lists papers on working days; older than this on a working day means that no look succeeded."""


async def search(
    r: Resources, text: str, *, limit: int = 5, offset: int = 0, sort: SearchSort = "relevance"
) -> SearchPage:
    """One page of the papers that match ``text``.

    Raises:
        QuerySyntaxError: ``text`` is not a query.
        InvalidInput: ``limit`` or ``offset`` is out of bounds.
    """
    started = perf_counter()
    check_page(limit, offset)
    page = _Page(limit=limit, offset=offset, sort=sort, today=r.clock().date())
    query = parse_query(text)
    typed = clean(text)  # what is unseen, no database takes
    # What does not depend on what is found is read while the index looks.
    answer, (fresh, kept) = await asyncio.gather(_answer(r, query, text, page), _standing(r, typed))
    hits = answer.found.hits
    asked = clean(answer.meant) if answer.corrected and answer.meant else typed
    nearly = await _nearly(r, answer, asked, page)
    async with r.store.read() as tx:
        papers = await tx.papers.get_many([hit.paper_id for hit in (*hits.hits, *nearly)])
        token = kept if asked == typed else await tx.queries.token(asked)
    if token is None:  # the buttons to turn pages, to sort and to follow hold no more than a token
        async with r.store.write() as tx:
            token = await tx.queries.keep(asked, at=r.clock())
    marked = ((hit, partly) for those, partly in ((hits.hits, answer.partial), (nearly, True)) for hit in those)
    shown = [(hit, papers[hit.paper_id], partly) for hit, partly in marked if hit.paper_id in papers]
    pieces = await asyncio.to_thread(snippets, answer.query, [paper for _, paper, _ in shown])
    results = tuple(
        Found(paper=paper, score=hit.score, snippet=piece, partly=partly)
        for (hit, paper, partly), piece in zip(shown, pieces, strict=True)
    )
    return SearchPage(
        query=text,
        token=token,
        sort=sort,
        results=results,
        total=hits.total,
        exact=hits.exact,
        offset=offset,
        limit=limit,
        did_you_mean=answer.meant,
        corrected=answer.corrected,
        unknown=() if hits.total else unknown_categories(answer.query),
        advice=None if hits.total else advice(answer.query),
        engine=answer.found.engine,
        partial=answer.partial,
        took_ms=round((perf_counter() - started) * 1000, 2),
        freshness=fresh,
    )


class _Page(TypedDict):
    limit: int
    offset: int
    sort: SearchSort
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What was found for ``query``, and what was probably ``meant``; the flags are those of ``SearchPage``."""

    query: Query
    found: meaning.Found
    meant: str | None = None
    corrected: bool = False
    partial: bool = False


async def _standing(r: Resources, typed: str) -> tuple[Freshness, str | None]:
    """How current the store is, and the token of a query that it keeps."""
    async with r.store.read() as tx:
        return await _freshness(tx, r.clock()), await tx.queries.token(typed)


async def _answer(r: Resources, query: Query, text: str, page: _Page) -> _Answer:
    """What was asked; else what was probably meant; else what holds part of the one, or of the other."""
    found = await meaning.search(r, query, text, **page)
    if found.hits.total > FEW and not unknown_categories(query):
        return _Answer(query=query, found=found)
    readings = await _readings(r, text)
    better = await _better(r, readings, than=found.hits.total, today=page["today"])
    if found.hits.total:
        return _Answer(query=query, found=found, meant=better)
    if better is not None:
        mended = readings[better]
        return _Answer(
            query=mended, found=await meaning.search(r, mended, better, **page), meant=better, corrected=True
        )
    likeliest = next(iter(readings), None)
    for asked, words in ((query, text), *((mended, reading) for reading, mended in islice(readings.items(), 1))):
        loose = loosened(asked, words)
        if loose is not None and (part := await meaning.search(r, loose, words, **page)).hits.total:
            return _Answer(query=asked, found=part, meant=likeliest, corrected=words == likeliest, partial=True)
    return _Answer(query=query, found=found, meant=likeliest)


async def _nearly(r: Resources, answer: _Answer, asked: str, page: _Page) -> tuple[Hit, ...]:
    """What holds part of a query of several words, where so few papers hold all of it that the first page has room."""
    whole = answer.found.hits
    room = page["limit"] - whole.total
    if answer.partial or not whole.total or room <= 0 or page["offset"] or page["sort"] not in {"relevance", "match"}:
        return ()
    loose = loosened(answer.query, asked, least=SEVERAL)
    if loose is None:
        return ()
    known = {hit.paper_id for hit in whole.hits}
    part = await meaning.search(r, loose, asked, **page)
    return tuple(hit for hit in part.hits.hits if hit.paper_id not in known)[:room]


async def _readings(r: Resources, text: str) -> dict[str, Query]:
    """What may be meant by ``text``, the likeliest first."""
    readings: dict[str, Query] = {}
    for reading in await r.index.readings(text):
        with suppress(QuerySyntaxError):  # a longer word may be one too many
            readings[reading] = parse_query(reading)
    return readings


async def _better(r: Resources, readings: dict[str, Query], *, than: int, today: date) -> str | None:
    """The first reading that finds more than ``than`` papers."""
    for reading, query in readings.items():
        if (await r.index.search(query, limit=1, today=today)).total > than:
            return reading
    return None


async def search_again(r: Resources, token: str, *, limit: int, offset: int, sort: SearchSort) -> SearchPage:
    """Another page of a search whose button was pressed.

    Raises:
        InvalidInput: the search is not remembered any more.
    """
    text = await remembered(r, token, otherwise="Search again with /papers search.")
    return await search(r, text, limit=limit, offset=offset, sort=sort)


async def remembered(r: Resources, token: str, *, otherwise: str) -> str:
    """The query whose button was pressed.

    Raises:
        InvalidInput: it is not remembered any more; what to do then is ``otherwise``.
    """
    async with r.store.read() as tx:
        text = await tx.queries.text(token)
    if text is None:
        raise InvalidInput(f"That search is not remembered any more. {otherwise}")
    return text


async def trending(
    r: Resources, period: Period | None, *, sort: Sort = Sort.TRENDING, limit: int = 5, offset: int = 0
) -> TrendingPage:
    """One page of the papers of ``period`` in an order; without a period: of the newest day that has papers."""
    check_page(limit, offset)
    if period is None:
        period = await newest_period(r)
    ranked = await ranked_papers(r, period, sort) if period else ()
    return TrendingPage(
        period=period,
        sort=sort,
        ranked=ranked[offset : offset + limit],
        total=len(ranked),
        offset=offset,
        limit=limit,
        freshness=await freshness(r),
    )


async def newest_period(r: Resources) -> Period | None:
    """The newest day that has papers, or None where there are none."""
    async with r.store.read() as tx:
        day = await tx.papers.latest_day()
    return Period.day(day) if day else None


async def ranked_papers(r: Resources, period: Period, sort: Sort) -> tuple[Ranked, ...]:
    """All papers of ``period`` in order, ranked as of the last look at any of them (or now, if that is earlier).

    Ranking an old day as of today would only say that all of it is old.
    """
    async with r.store.read() as tx:
        papers = await tx.papers.on_days(period.first, period.last)
        sightings = await tx.papers.sightings([paper.id for paper in papers])
    looks = [look.seen_at for of_paper in sightings.values() for look in of_paper]
    return rank(papers, sightings, sort=sort, now=min(r.clock(), max(looks, default=r.clock())))


async def paper(r: Resources, text: str) -> Paper:
    """The paper that ``text`` names as an id, an address or a DOI.

    Raises:
        InvalidInput: it names none.
        UnknownPaper: it names one that is not in the store.
    """
    paper_id = parse_paper_id(text)
    async with r.store.read() as tx:
        found = await tx.papers.get(paper_id)
    if found is None:
        raise UnknownPaper(
            f"{paper_id} is not in the store. It holds what its sources listed; "
            f"read this one at {address_of(paper_id)}."
        )
    return found


async def papers(r: Resources, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
    """Those of ``ids`` that the store holds."""
    async with r.store.read() as tx:
        return await tx.papers.get_many(ids)


async def freshness(r: Resources) -> Freshness:
    """How current the store is, with a note where a reader should know."""
    async with r.store.read() as tx:
        return await _freshness(tx, r.clock())


async def _freshness(tx: Reading, now: datetime) -> Freshness:
    # A folder on this machine can be read whatever the network does: it tells nothing of how current the rest is.
    found = await tx.sources.standing(ingest.SAMPLE_FACT, beside=FILES)
    papers = found.papers
    if found.fact:
        return Freshness(
            papers=papers, note="This is the bundled sample of real papers; the network was not reached yet."
        )
    if not papers:
        return Freshness(papers=papers, note="The store is empty; no source was reached yet.")
    if found.sighted_at is None:
        return Freshness(papers=papers, note="These papers came from a file; no source was reached yet.")
    # A look that found nothing new was a look too: on holidays no list is made for days.
    newest = max(found.sighted_at, found.succeeded_at or found.sighted_at)
    age = now - newest
    if age < STALE_AFTER or (age < timedelta(days=4) and _is_weekend(now.date())):
        return Freshness(papers=papers)
    return Freshness(papers=papers, note=f"The last look at the sources was {_age(age)} ago, on {newest.date()}.")


def _is_weekend(day: date) -> bool:
    return (day - timedelta(days=1)).weekday() >= 4  # noqa: PLR2004  # Saturday, Sunday and the Monday after


def _age(age: timedelta) -> str:
    return f"{age.days} days" if age.days >= 2 else f"{int(age.total_seconds() // 3600)} hours"  # noqa: PLR2004


def check_page(limit: int, offset: int) -> None:
    """Raises InvalidInput: there is no such page."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput(f"A page holds 1 to {LARGEST_PAGE} papers, not {limit}.")
    if not 0 <= offset <= DEEPEST_OFFSET:
        raise InvalidInput(f"Paging goes from 0 to {DEEPEST_OFFSET}, not {offset}. Narrow the search instead.")
