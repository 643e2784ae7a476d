"""What may be meant while somebody is still typing. Nothing is kept of it."""

from bot.core.parse_query import parse_query
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import search
from storage.records import Paper, Sort


async def papers_like(r: Resources, typed: str, *, limit: int) -> tuple[Paper, ...]:
    """The papers that what is typed so far finds, best first; without anything typed the newest day's.

    The last word may go on: half a word is looked for as a beginning. Half a query finds nothing and is no error.
    """
    typed = typed.strip()
    if not typed:
        newest = await search.trending(r, None, sort=Sort.TRENDING, limit=limit)
        return tuple(ranked.paper for ranked in newest.ranked)
    unfinished = f"{typed}*" if typed[-1].isalnum() else typed
    try:
        query = parse_query(unfinished)
    except InvalidInput:
        return ()
    hits = await r.index.search(query, limit=limit, today=r.clock().date())
    async with r.store.read() as tx:
        papers = await tx.papers.get_many([hit.paper_id for hit in hits.hits])
    return tuple(papers[hit.paper_id] for hit in hits.hits if hit.paper_id in papers)
