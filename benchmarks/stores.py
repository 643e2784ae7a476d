"""A store to be measured: how it is opened, made of a dump, and looked into."""

from collections.abc import AsyncIterator
from pathlib import Path

from bot.ports import Resources
from bot.settings import Settings
from storage.records import Paper

SAMPLE, PIECES = 4_000, 20


def settings(store: Path, *, semantic: bool = False) -> Settings:
    """Those of a store on SQLite with its index beside it."""
    return Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{store}", semantic=semantic)  # type: ignore[call-arg,arg-type]  # pydantic converts


async def sample(r: Resources) -> list[Paper]:
    """Papers of all ages."""
    async with r.store.read() as tx:
        newest = await tx.papers.revision()
        steps = range(0, newest, max(newest // PIECES, 1))
        return [paper for step in steps for _, paper in await tx.papers.changed_since(step, SAMPLE // PIECES)]


async def pieces(r: Resources) -> AsyncIterator[list[Paper]]:
    """All papers, a few thousand at a time."""
    revision = 0
    while True:
        async with r.store.read() as tx:
            piece = await tx.papers.changed_since(revision, SAMPLE)
        if not piece:
            return
        revision = piece[-1][0]
        yield [paper for _, paper in piece]
