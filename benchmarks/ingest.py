"""All recorded days, then a dump of arXiv's metadata, into an empty store, beside what one would write first."""

import asyncio
import json
import sqlite3
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks import corpus
from benchmarks.figures import RECORDED, Row, seconds
from bot.app import open_resources
from bot.services import bulk, ingest
from bot.settings import Settings
from storage.search_index.following import followed

RUNS = 3
DUMPED = 48_000
"""Papers of the dump: as many real ones as there are."""


async def measure() -> list[Row]:
    """Papers a second, search index included; the plain loop keeps no sightings, no revisions and no index."""
    return [*await _days(), *await _dump()]


async def _dump() -> list[Row]:
    """As the command brings one in: with a second process for the index."""
    if not corpus.REAL.is_dir():
        return [Row("ingest of a dump", "not measured: no real papers here", "", "", "")]
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dump.jsonl"
        await asyncio.to_thread(corpus.main, DUMPED, file)
        for _ in range(RUNS):
            ours.append(await _ours_of(file))
            theirs.append(await asyncio.to_thread(seconds, lambda: _plain_of(file)))
    mine, other = statistics.median(ours), statistics.median(theirs)
    return [
        Row(
            f"ingest of a dump, {DUMPED:,} papers, with index",
            f"{mine:,.1f} s ({DUMPED / mine:,.0f}/s)",
            "json.loads and INSERT OR REPLACE",
            f"{other:,.1f} s ({DUMPED / other:,.0f}/s)",
            f"{mine / other:.2f}",
        )
    ]


async def _ours_of(file: Path) -> float:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{folder}/paperboy.db")  # type: ignore[call-arg,arg-type]  # pydantic converts
        async with open_resources(settings) as r:
            started = perf_counter()
            async with followed(r.store, r.index):
                await bulk.file(r, file)
            await r.index.catch_up(r.store)
            return perf_counter() - started


def _plain_of(file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, file.open("rb") as lines:
        database = sqlite3.connect(f"{folder}/plain.db")
        database.execute("CREATE TABLE papers (id TEXT PRIMARY KEY, title TEXT, abstract TEXT)")
        with database:
            papers = map(json.loads, lines)
            rows = ((paper["id"], paper["title"], paper["abstract"]) for paper in papers)
            database.executemany("INSERT OR REPLACE INTO papers VALUES (?, ?, ?)", rows)
        database.close()


async def _days() -> list[Row]:
    files = sorted(RECORDED.glob("*.json"))
    if not files:
        return [Row("ingest of recorded days", "not measured: no recorded answers here", "", "", "")]
    ours, theirs, items = [], [], 0
    for _ in range(RUNS):
        took, items = await _ours(files)
        ours.append(took)
        theirs.append(await asyncio.to_thread(seconds, lambda: _plain(files)))
    mine, other = statistics.median(ours), statistics.median(theirs)
    return [
        Row(
            f"ingest {len(files)} days, {items:,} items, with index",
            f"{mine:,.2f} s ({items / mine:,.0f}/s)",
            "json.loads and INSERT OR REPLACE",
            f"{other:,.2f} s ({items / other:,.0f}/s)",
            f"{mine / other:.2f}",
        )
    ]


async def _ours(files: list[Path]) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{folder}/paperboy.db")  # type: ignore[call-arg,arg-type]  # pydantic converts
        async with open_resources(settings) as r:
            started = perf_counter()
            reports = [await ingest.file(r, r.sources[0], path) for path in files]
            await r.index.catch_up(r.store)
            return perf_counter() - started, sum(report.fetched for report in reports)


def _plain(files: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(f"{folder}/plain.db")
        database.execute("CREATE TABLE papers (id TEXT PRIMARY KEY, title TEXT, abstract TEXT, upvotes INT, day TEXT)")
        for path in files:
            papers = [item["paper"] for item in json.loads(path.read_bytes())]
            rows = [(p["id"], p["title"], p["summary"], p["upvotes"], path.stem) for p in papers]
            with database:
                database.executemany("INSERT OR REPLACE INTO papers VALUES (?, ?, ?, ?, ?)", rows)
        database.close()
