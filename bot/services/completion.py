"""What may be meant while somebody is still typing. Nothing is kept of it, and what cannot be read is no error.

A beginning is completed from the words that titles hold, so the work is bounded: a few words are looked for, however
many begin so. Each further letter brings the rarer ones.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.core.loosened import FUNCTION_WORDS
from bot.core.parse_query import parse_query
from bot.core.unfinished import Unfinished, unfinished
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import search
from storage.query import Field, Query
from storage.records import Paper, Sort

WORDS_TRIED = 10
"""The most usual words that begin so; papers with any of them in their title are offered."""
NAMES_TRIED = 4
CATEGORIES_TRIED = 5
SHORTEST_NAME = 3
"""Letters of a bare word from which on it may be the beginning of somebody's name."""
_BEGINNING_OF_AN_ID = re.compile(r"(\d{4}(?:\.\d{1,5})?)\.?|([a-z-]+/\d{2,7})", re.ASCII | re.IGNORECASE)


async def papers_like(r: Resources, typed: str, *, limit: int) -> tuple[Paper, ...]:
    """The papers that what is typed so far finds, best first; without anything typed the newest day's.

    The last word, or an id, may go on: half of it is looked for as a beginning. Half a query finds nothing.
    """
    if not typed.strip():
        newest = await search.trending(r, None, sort=Sort.TRENDING, limit=limit)
        return tuple(ranked.paper for ranked in newest.ranked)
    if beginning := _BEGINNING_OF_AN_ID.fullmatch(typed.strip()):
        async with r.store.read() as tx:
            named = await tx.papers.beginning_with((beginning.group(1) or beginning.group(2)).lower(), limit)
        if named:
            return tuple(named)
    async for query in _readings(r, typed.lstrip()):
        found = await search.papers(r, await r.index.some(query, limit=limit, today=r.clock().date()))
        if found:
            return tuple(found.values())
    return ()


async def queries_like(r: Resources, typed: str, *, limit: int) -> tuple[str, ...]:
    """``typed`` with its last word completed: by words of titles, by authors, by categories; the most usual first."""
    end = unfinished(typed.lstrip())
    if end is None:
        return ()
    tails = await _tails(r, end, end.field, WORDS_TRIED)
    if end.field is None and not end.opened:
        if "." in end.beginning:
            tails += await _tails(r, end, Field.CATEGORY, CATEGORIES_TRIED)
        elif len(end.beginning) >= SHORTEST_NAME:
            tails += await _tails(r, end, Field.AUTHOR, NAMES_TRIED)
    return tuple(f"{end.before}{tail}" for tail in dict.fromkeys(tails) if tail != end.beginning)[:limit]


async def _readings(r: Resources, typed: str) -> AsyncIterator[Query]:
    """What may be meant, the likeliest first; the first one that finds something is taken."""
    end = unfinished(typed)
    texts = [typed]  # a filter, an address or a whole id does not go on
    if end is not None and (anywhere := await _any_of(r, end)):
        open_brackets = ")" * (end.before.count("(") - end.before.count(")"))
        texts.insert(0, f"{end.before}({anywhere}){open_brackets}")
    for text in texts:
        try:
            query = parse_query(text)
        except InvalidInput:
            continue
        yield query


async def _any_of(r: Resources, end: Unfinished) -> str:
    """What ``end`` may become, as the alternatives of a query."""
    if end.field is not None or end.opened:
        return " OR ".join(await _tails(r, end, end.field, NAMES_TRIED if end.field is Field.AUTHOR else WORDS_TRIED))
    tails = await _tails(r, replace(end, opened=True), Field.TITLE, WORDS_TRIED, telling=not end.before.strip())
    if len(end.beginning) >= SHORTEST_NAME:
        tails += await _tails(r, end, Field.AUTHOR, NAMES_TRIED)
    return " OR ".join(tails)


async def _tails(r: Resources, end: Unfinished, field: Field | None, limit: int, *, telling: bool = False) -> list[str]:
    """What ``end`` may become. Of a first word ``a`` says nothing of which title is meant, and half of them hold it."""
    found = await r.index.beginning_with(field, end.sought(field), limit=limit)
    return [end.written(word, field) for word in found if not (telling and word in FUNCTION_WORDS)]
