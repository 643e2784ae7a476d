"""Papers in the store and the index, without a source in between."""

from datetime import datetime

from bot.ports import Resources
from storage.records import Delivery, Paper
from tests.builders import sighting_of


async def keep(r: Resources, *papers: Paper, seen_at: datetime | None = None) -> None:
    """``papers`` as if a source had told of them just now (or at ``seen_at``); search finds them."""
    await keep_unindexed(r, *papers, seen_at=seen_at)
    await r.index.catch_up(r.store)


async def keep_unindexed(r: Resources, *papers: Paper, seen_at: datetime | None = None) -> None:
    """The same without telling the index, which is what takes the time."""
    async with r.store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper, seen_at=seen_at or r.clock()) for paper in papers])


async def ledger(r: Resources) -> list[Delivery]:
    """All deliveries, the newest first."""
    async with r.store.read() as tx:
        return await tx.deliveries.recent(limit=1000)
