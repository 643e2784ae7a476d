"""SIGKILL at any moment of an ingest, a commit or a merge: after the next start database and index agree."""

import asyncio
import random
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.core.parse_query import parse_query
from storage.query import Query
from storage.search_index import SearchIndex
from storage.store import Store
from tests.acceptance import doomed_ingest
from tests.acceptance.doomed_ingest import SOME_TIME, STEPS, Doom
from tests.acceptance.machine import NO_SITES, PROCESSES, until
from tests.builders import DAY
from tests.standins.arxiv_dump import as_lines, make_record, written

COUNT = 1_200
LONGEST = 0.6
"""Seconds from its first batch on, after which it is killed at the latest; its sixteen batches take no less."""
ALWAYS = {"while merging": COUNT // 150, "before merging ends": 1}
"""tantivy merges from eight pieces on, which the last commit but one makes; merging is waited for once."""

KILLED = -signal.SIGKILL


async def in_index(index: SearchIndex, query: Query | None = None) -> list[str]:
    found: list[str] = []
    while page := (await index.search(query, limit=1000, offset=len(found), sort="new", today=DAY)).hits:
        found += [hit.paper_id for hit in page]
    return sorted(found)


async def agree(url: str, folder: Path) -> int:
    """What the next start does; then each paper stands in both, once, and as it is."""
    store = await Store.open(url)
    try:
        index = SearchIndex.open(folder)

        async def is_current() -> bool:  # the second process may outlive the first by a moment
            await index.catch_up(store)
            async with store.read() as tx:
                return index.revision == await tx.papers.revision()

        await until(is_current)
        assert index.rebuilt_because is None
        async with store.read() as tx:
            papers = [paper for _, paper in await tx.papers.changed_since(0, COUNT * 2)]
            assert len(papers) == await tx.papers.count()
            assert index.revision == await tx.papers.revision()
        assert await in_index(index) == sorted(paper.id for paper in papers)
        for half in ("even", "odd"):
            held = sorted(paper.id for paper in papers if half in paper.title)
            assert await in_index(index, parse_query(f"title:{half}")) == held
        return len(papers)
    finally:
        await store.close()


def dump(first: int, word: str) -> bytes:
    """Records of which each says ``word`` and whether its number is even; every third one is a newer version."""
    return as_lines(
        make_record(
            id=f"2503.{number:05}",
            title=f"{word} {'odd' if number % 2 else 'even'} {number}",
            versions=[{"version": f"v{first}", "created": "Mon, 3 Mar 2025 00:00:00 GMT"}],
        )
        for number in range(1, COUNT + 1)
        if first == 1 or number % 3 == 0
    )


async def carry_out(home: Path, settings: dict[str, str], doom: Doom, files: Sequence[Path]) -> int | None:
    """Ingest these files in a process of its own; gives its exit code."""
    arguments = ("ingest", *(part for file in files for part in ("--file", str(file))))
    process = PROCESSES.Process(target=doomed_ingest.run, args=(home, settings, doom, arguments))
    process.start()
    await asyncio.to_thread(process.join, 60)
    return process.exitcode


async def killed_and_repeated(home: Path, doom: Doom, store: str | None = None) -> None:
    """A program that dies, what the next start does, and the same command to its end."""
    index = home / "index"
    url = store or f"sqlite+aiosqlite:///{home}/data/paperboy.db"
    settings = {"HOME": str(home), "DATABASE_URL": url, "INDEX_PATH": str(index), **NO_SITES}
    files = [written(home / f"dump-{n}.jsonl.gz", dump(n, word)) for n, word in ((1, "first"), (2, "second"))]
    assert await carry_out(home, settings, doom, files) == KILLED, (home / "said.txt").read_text()
    assert await agree(url, index) <= COUNT
    assert await carry_out(home, settings, Doom(large=doom.large), files) == 0, (home / "said.txt").read_text()
    assert await agree(url, index) == COUNT


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_it_loses_nothing_and_doubles_nothing(step: str, tmp_path: Path) -> None:
    # The index is made, with its first revision, before anything is brought in.
    count = ALWAYS.get(step) or random.Random(step).randint(2, 5)
    await killed_and_repeated(tmp_path, Doom(step, count))


@pytest.mark.postgres
async def test_killed_on_postgresql_it_loses_nothing_and_doubles_nothing(
    empty_postgres_url: str, tmp_path: Path
) -> None:
    await killed_and_repeated(tmp_path, Doom("between papers and their revision", 3), empty_postgres_url)


@pytest.mark.parametrize("seed", range(3))
async def test_killed_at_any_moment_with_its_second_process_it_loses_nothing(seed: int, tmp_path: Path) -> None:
    after = random.Random(seed).uniform(0, LONGEST)
    await killed_and_repeated(tmp_path, Doom(SOME_TIME, after=after, large=0))
