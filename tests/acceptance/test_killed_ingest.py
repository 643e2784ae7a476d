"""SIGKILL at any moment of an ingest, a commit or a merge: after the next start database and index agree."""

import random
import signal
import sys
from pathlib import Path

import pytest

from bot.core.parse_query import parse_query
from storage.query import Query
from storage.search_index import SearchIndex
from storage.store import Store
from tests.acceptance.machine import Machine, ended, until
from tests.builders import DAY
from tests.standins.arxiv_dump import as_lines, make_record, written

COUNT = 1_200
LONGEST = 0.6
"""Seconds from its first batch on, after which it is killed at the latest; its sixteen batches take no less."""
STEPS = (
    "before a batch is kept",
    "after a batch was kept",
    "before papers are committed",
    "between papers and their revision",
    "after the revision was written",
    "while merging",
    "before merging ends",
)
ALWAYS = {"while merging": COUNT // 150, "before merging ends": 1}
"""tantivy merges from eight pieces on, which the last commit but one makes; merging is waited for once."""

PROGRAM = """
import os, signal, sys, threading, time
from bot.__main__ import main
from bot.cli import ingesting
from bot.services import bulk
from storage import search_index
from storage.facts import Facts
from storage.search_index import folder
from storage.search_index.writer import Writer

large, step, count, after = int(sys.argv.pop(1)), sys.argv.pop(1), int(sys.argv.pop(1)), float(sys.argv.pop(1))
bulk.BATCH, search_index.BATCH, search_index.COMMIT_EVERY, ingesting.LARGE = 100, 50, 150, large
os.setsid()

def die():
    global count
    count -= 1
    if count == 0:
        os.killpg(0, signal.SIGKILL)

def before(where, name):
    original = getattr(where, name)
    def doomed(*given):
        die()
        return original(*given)
    setattr(where, name, doomed)

def after_it(where, name):
    original = getattr(where, name)
    def doomed(*given):
        done = original(*given)
        die()
        return done
    setattr(where, name, doomed)

def later():
    time.sleep(after)
    os.killpg(0, signal.SIGKILL)

match step:
    case "before a batch is kept":
        before(Facts, "put")
    case "after a batch was kept":
        before(bulk, "_parsed")
    case "before papers are committed":
        before(Writer, "commit")
    case "between papers and their revision":
        before(folder, "write_state")
    case "after the revision was written":
        after_it(folder, "write_state")
    case "while merging":
        after_it(Writer, "commit")
    case "before merging ends":
        before(Writer, "close")
    case "some time":
        before(bulk, "_merged")
        parsed = bulk._parsed
        def unhurried(*given):
            time.sleep(0.04)
            return parsed(*given)
        bulk._parsed = unhurried
        killer = threading.Thread(target=later, daemon=True)
        def die():
            if killer.ident is None:
                killer.start()
main()
"""
"""The real program with many small steps, which dies with its second process at the ``count``-th time of a step."""


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


async def killed_and_repeated(machine: Machine, large: int, step: str, count: int, after: float = 0) -> None:
    """A program that dies, what the next start does, and the same command to its end."""
    folder, index = machine.folder, machine.folder / "index"
    machine.settings["INDEX_PATH"] = str(index)
    program = folder / "program.py"
    program.write_text(PROGRAM)
    files = [written(folder / f"dump-{n}.jsonl.gz", dump(n, word)) for n, word in ((1, "first"), (2, "second"))]
    ingest = ("ingest", *(part for file in files for part in ("--file", str(file))))
    try:
        doom = (str(large), step, str(count), f"{after:.3f}")
        killed = await ended(await machine.execute(sys.executable, str(program), *doom, *ingest))
        assert killed.code == -signal.SIGKILL, killed.err
        assert await agree(machine.store, index) <= COUNT
        whole = (str(large), "no step", "0", "0")
        done = await ended(await machine.execute(sys.executable, str(program), *whole, *ingest))
        assert done.code == 0, done.err
        assert await agree(machine.store, index) == COUNT
    finally:
        await machine.clear()


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_it_loses_nothing_and_doubles_nothing(step: str, tmp_path: Path) -> None:
    # The index is made, with its first revision, before anything is brought in.
    count = ALWAYS.get(step) or random.Random(step).randint(2, 5)
    await killed_and_repeated(Machine(tmp_path), 2**40, step, count)


@pytest.mark.postgres
async def test_killed_on_postgresql_it_loses_nothing_and_doubles_nothing(
    empty_postgres_url: str, tmp_path: Path
) -> None:
    machine = Machine(tmp_path, {"DATABASE_URL": empty_postgres_url})
    await killed_and_repeated(machine, 2**40, "between papers and their revision", 3)


@pytest.mark.parametrize("seed", range(3))
async def test_killed_at_any_moment_with_its_second_process_it_loses_nothing(seed: int, tmp_path: Path) -> None:
    await killed_and_repeated(Machine(tmp_path), 0, "some time", 0, random.Random(seed).uniform(0, LONGEST))
