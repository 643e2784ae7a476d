"""How a store grows: time, memory and disk of bringing in, of searching and of completing, by size.

``python -m benchmarks.growth FOLDER 10000 100000 1000000`` makes each store under FOLDER, unless it was made there
before, measures them one after the other and prints a table in Markdown. Each step is a process of its own, so that
its memory is its own; a size that was interrupted is begun anew.
"""

import asyncio
import json
import multiprocessing
import resource
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, perf_counter
from typing import TypeVar

from benchmarks import completion, corpus, stores
from benchmarks.questions import questions
from bot.app import open_resources
from bot.core.evaluation import percentile
from bot.services import bulk, search
from storage.search_index.following import followed

STORE, MADE = "paperboy.db", "made.json"
A_PAPER = 7_000
"""Bytes of a paper while a store is made: its line, its row, its words, and those once more while they merge."""
TOLD_EVERY = 10.0
PATIENCE = 1_800.0
"""Seconds. Where the index did not move for so long, the process that fills it is gone; this one does the rest."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Made:
    """What it took.

    ``stored`` and ``indexed`` are seconds until all papers were there; ``storing`` and ``indexing`` are seconds of the
    processor, ``memory`` and ``memory_beside`` megabytes at most, of the process that stores and the one that indexes.
    """

    papers: int
    stored: float
    indexed: float
    storing: float
    indexing: float
    memory: float
    memory_beside: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of searches and completions, megabytes of memory while they are asked."""

    searches: list[float]
    completions: list[float]
    memory: float


def make(folder: Path, count: int) -> Made:
    """A store of ``count`` papers and its index, as ``paperboy ingest --file`` makes them."""
    dump = folder / "dump.jsonl"
    _say(f"{count:,} papers: writing the dump")
    alone(corpus.main, count, dump)
    try:
        return asyncio.run(_make(folder / STORE, dump, dump.stat().st_size))
    finally:
        dump.unlink()


async def _make(store: Path, dump: Path, size: int) -> Made:
    last = started = perf_counter()

    def progress(at: int, lines: int) -> None:
        nonlocal last
        if (now := perf_counter()) - last >= TOLD_EVERY:
            last = now
            _say(f"{lines:,} papers stored ({at / size:.0%}), {lines / (now - started):,.0f} a second")

    async with open_resources(stores.settings(store)) as r:
        async with followed(r.store, r.index):
            report = await bulk.file(r, dump, progress=progress)
            stored = perf_counter() - started
            if report.error:
                raise SystemExit(report.error)
            moved, before = perf_counter(), 0
            while (behind := await r.index.behind(r.store)) and perf_counter() - moved < PATIENCE:
                _say(f"{behind:,} papers to index")
                moved, before = (moved if behind == before else perf_counter()), behind
                await asyncio.sleep(min(TOLD_EVERY, behind / 1_000))
        await r.index.catch_up(r.store)
    indexed = perf_counter() - started
    own, beside = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Made(
        papers=report.new,
        stored=stored,
        indexed=indexed,
        storing=own.ru_utime + own.ru_stime,
        indexing=beside.ru_utime + beside.ru_stime,
        memory=own.ru_maxrss / 1024,
        memory_beside=beside.ru_maxrss / 1024,
    )


def measure(store: Path) -> Measured:
    """The two hundred mixed questions by words, each asked once before it counts, and every completion."""

    async def work() -> Measured:
        async with open_resources(stores.settings(store)) as r:
            await r.index.catch_up(r.store)
            asked = questions(await stores.sample(r))
            times: list[float] = []
            for _ in range(2):
                times.clear()
                for question in asked:
                    started = perf_counter()
                    await search.search(r, question.text)
                    times.append((perf_counter() - started) * 1000)
            offered = completion.every(await completion.measured(r))
            return Measured(times, offered, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    return asyncio.run(work())


def alone(work: Callable[..., T], *args: object) -> T:
    """The same in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *args).result()


def row(folder: Path, count: int) -> str:
    """One row of the table; the store is made where it is missing."""
    home = folder / f"{count}"
    if not home.is_dir():
        unfinished = folder / f"{count}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        if (free := shutil.disk_usage(folder).free) < count * A_PAPER:
            raise SystemExit(
                f"{count:,} papers need {count * A_PAPER / 1e9:,.1f} GB in {folder}, {free / 1e9:,.1f} are free."
            )
        (unfinished / MADE).write_text(json.dumps(asdict(alone(make, unfinished, count))))
        unfinished.rename(home)
    made = Made(**json.loads((home / MADE).read_text()))
    _say(f"{count:,} papers: asking")
    found = alone(measure, home / STORE)
    index = sum(path.stat().st_size for path in stores.settings(home / STORE).index_folder.iterdir())
    database = sum(path.stat().st_size for path in home.glob(f"{STORE}*"))
    cells = (
        f"{made.papers:,}",
        f"{made.papers / made.stored:,.0f}",
        f"{made.papers / made.indexed:,.0f}",
        f"{made.storing / made.papers * 1000:.2f} + {made.indexing / made.papers * 1000:.2f}",
        f"{made.memory:,.0f} + {made.memory_beside:,.0f}",
        f"{database / 1e6:,.0f} + {index / 1e6:,.0f}",
        " / ".join(f"{percentile(found.searches, share):,.1f}" for share in (0.5, 0.95)),
        f"{percentile(found.completions, 0.95):,.1f}",
        f"{found.memory:,.0f}",
    )
    return f"| {' | '.join(cells)} |"


HEAD = (
    "papers",
    "stored a second, the index beside it",
    "stored and indexed a second",
    "processor ms a paper, store + index",
    "MB of memory at most, store + index",
    "MB of disk, store + index",
    "search, ms at p50 / p95",
    "completion, ms at p95",
    "MB of memory while asked",
)


def _say(what: str) -> None:
    print(f"[{monotonic():,.0f} s] {what}", file=sys.stderr, flush=True)


def main(folder: Path, sizes: list[int]) -> None:
    """Print the table, row by row as they are known."""
    folder.mkdir(parents=True, exist_ok=True)
    print(f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|", sep="\n", flush=True)
    for count in sizes:
        print(row(folder, count), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]])
