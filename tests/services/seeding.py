"""Papers in the store and the index, without a source in between."""

import asyncio
import shutil
from datetime import datetime
from pathlib import Path

from bot.ports import Resources
from storage.records import Delivery, Paper
from storage.search_index import SearchIndex
from storage.store import Store
from tests.builders import BASE, sighting_of

STORE, INDEX = "paperboy.db", "index"
"""As the fixtures name them in a test's folder."""


def prepare(migrated: Path, folder: Path, *papers: Paper) -> Path:
    """A folder with a store and an index that hold ``papers``, to be copied by each test: much faster than indexing."""
    shutil.copy(migrated, folder / STORE)

    async def fill() -> None:
        store = await Store.open(f"sqlite+aiosqlite:///{folder / STORE}")
        async with store.write() as tx:
            await tx.papers.save(papers, [sighting_of(paper, seen_at=BASE) for paper in papers])
        await SearchIndex.open(folder / INDEX).catch_up(store)
        await store.close()

    asyncio.run(fill())
    return folder


def copy_prepared(folder: Path, to: Path) -> Path:
    """Both, into a test's own folder; gives the store's file."""
    shutil.copytree(folder, to, dirs_exist_ok=True)
    return to / STORE


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
