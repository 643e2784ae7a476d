"""What may be meant while somebody is still typing. Nothing is kept of it."""

import re
from collections.abc import Iterator

from bot.core.parse_query import parse_query
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import search
from storage.records import Paper, Sort

_BEGINNING_OF_AN_ID = re.compile(r"(\d{4}(?:\.\d{1,5})?)\.?", re.ASCII)


async def papers_like(r: Resources, typed: str, *, limit: int) -> tuple[Paper, ...]:
    """The papers that what is typed so far finds, best first; without anything typed the newest day's.

    The last word, or an id, may go on: half of it is looked for as a beginning. Half a query finds nothing and is no
    error.
    """
    typed = typed.strip()
    if not typed:
        newest = await search.trending(r, None, sort=Sort.TRENDING, limit=limit)
        return tuple(ranked.paper for ranked in newest.ranked)
    for reading in _readings(typed):
        try:
            query = parse_query(reading)
        except InvalidInput:
            continue
        hits = await r.index.search(query, limit=limit, today=r.clock().date())
        found = await search.papers(r, [hit.paper_id for hit in hits.hits])
        if found:
            return tuple(found.values())
    return ()


def _readings(typed: str) -> Iterator[str]:
    """What may be meant, as queries, the likeliest first; the first one that finds something is taken."""
    if beginning := _BEGINNING_OF_AN_ID.fullmatch(typed):
        yield f"id:{beginning.group(1)}*"
    if typed[-1].isalnum():
        yield f"{typed}*"
    yield typed  # a filter, an address or a whole id does not go on
