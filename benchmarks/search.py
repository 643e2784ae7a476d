"""The same two hundred questions to the same papers: our whole call, from text to papers with snippets, and others.

``python -m benchmarks.search 100000`` measures a store of so many papers made for it, ``python -m benchmarks.search
PATH.db`` one that is there, and with ``alone`` behind it only beside its own index: filling the others with a million
papers and asking all took 36 minutes beside other work, and 8.2 GB of memory.
"""

import asyncio
import gc
import inspect
import resource
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import tantivy
from rich.console import Console
from rich.table import Table

from benchmarks import corpus, engines, stores
from benchmarks.engines import BEST, Ask
from benchmarks.figures import Row
from benchmarks.questions import Question, questions
from bot.app import open_resources
from bot.core.evaluation import percentile
from bot.core.parse_query import parse_query
from bot.ports import Resources
from bot.services import bulk, search
from storage.records import Paper
from storage.search_index.opening import opened
from storage.search_index.translate import translate
from storage.vectors import PaperVector

SIZES = (10_000,)
ROUNDS = 3
PATIENCE = 1_000.0
"""Milliseconds: what takes longer than that is asked once."""
SCAN = "a scan of all texts"
SCANNED = 10
"""Every so many questions are answered by a scan, too."""
AT_ONCE = 4
VECTOR = 384


async def measure() -> list[Row]:
    """The rows of ``SIZES``."""
    if not corpus.REAL.is_dir():
        return [Row("search", "not measured: no real papers here", "", "", "")]
    return [row for size in SIZES for row in await _made(size)]


async def _made(count: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        dump, store = Path(folder) / "dump.jsonl", Path(folder) / "paperboy.db"
        await asyncio.to_thread(corpus.main, count, dump)
        async with open_resources(stores.settings(store)) as r:
            await bulk.file(r, dump)
            await r.index.catch_up(r.store)
        rows = await _there(store)
        async with open_resources(stores.settings(store, semantic=True)) as r:
            rows += await _with_meaning(r, count)
        return rows


async def _there(store: Path, *, alone: bool = False) -> list[Row]:
    """A store as it stands: nothing but the questions' own tokens are written to it, and its index caught up.

    It is measured beside other engines that hold the same papers, unless ``alone``.
    """
    async with open_resources(stores.settings(store)) as r:
        await r.index.catch_up(r.store)
        async with r.store.read() as tx:
            count = await tx.papers.count()
        asked = questions(await stores.sample(r))
        gc.collect()
        gc.freeze()  # as the running bot does: what is here by now stays, and is looked through no more
        # Before the others come: what they hold in memory would count as ours.
        async with _stalls() as idle:
            await asyncio.sleep(1)
        async with _stalls() as busy:
            for start in range(0, len(asked), AT_ONCE):
                await asyncio.gather(*(_ours(r, question) for question in asked[start : start + AT_ONCE]))
        with tempfile.TemporaryDirectory() as folder:
            others: dict[str, Ask] = {"tantivy alone, the same query": _same_query(r, store, asked)}
            if not alone:
                others |= await _filled(r, Path(folder))
            times = await _in_turns(r, others, asked)
        ours = times.pop("ours")
        rows = [_row(f"search {count:,} papers", ours, name, there) for name, there in times.items()]
        what = f"longest stall of the event loop, {AT_ONCE} searches at a time"
        return [*rows, Row(what, f"{max(busy):.0f} ms", "without a search", f"{max(idle):.0f} ms", "")]


async def _with_meaning(r: Resources, count: int) -> list[Row]:
    """How much longer it takes where each paper has a vector; of chance, since only the time counts here."""
    if r.embedder is None:
        return []
    asked = questions(await stores.sample(r))
    chance = Random(1)
    async for papers in stores.pieces(r):
        name = r.embedder.name
        codes = [
            PaperVector(paper_id=paper.id, model=name, digest=0, codes=chance.randbytes(VECTOR)) for paper in papers
        ]
        async with r.store.write() as tx:
            await tx.vectors.save(codes)
    await search.search(r, "the model is loaded")
    first = [await _ours(r, question) for question in asked]
    again = [await _ours(r, question) for question in asked]
    return [_row(f"search {count:,} papers by words and meaning, asked first", first, "asked again", again)]


def _same_query(r: Resources, store: Path, asked: Iterable[Question]) -> Ask:
    index = opened(store.with_name("paperboy-index"))
    wanted = {q: translate(parse_query(q.text), index.schema, r.clock().date()) for q in asked}

    def same_query(question: Question) -> list[str]:
        searcher: tantivy.Searcher = index.searcher()
        return [searcher.doc(address)["newest"][0] for _, address in searcher.search(wanted[question], BEST).hits]

    return same_query


async def _filled(r: Resources, folder: Path) -> dict[str, Ask]:
    loop = asyncio.get_running_loop()

    def papers() -> Iterator[Paper]:
        """For the threads that fill the others, which know no event loop."""
        pieces = stores.pieces(r)
        while piece := asyncio.run_coroutine_threadsafe(anext(pieces, []), loop).result():
            yield from piece

    others: dict[str, Ask] = {}
    others["tantivy alone, title and abstract"] = await asyncio.to_thread(
        engines.plain_tantivy, folder / "tantivy", papers()
    )
    ranked, scanned = await asyncio.to_thread(engines.sqlite, folder, papers())
    others["SQLite FTS5, its rank"] = ranked
    others["bm25s in memory, words only"] = await asyncio.to_thread(engines.bag_of_words, papers())
    if (server := await engines.postgres(stores.pieces(r))) is not None:
        others["PostgreSQL, GIN and ts_rank"] = server
    others[SCAN] = scanned
    return others


async def _in_turns(r: Resources, others: dict[str, Ask], asked: Sequence[Question]) -> dict[str, list[float]]:
    """Milliseconds: each question's median over the rounds, engine by engine."""
    times: dict[str, list[float]] = {"ours": [], **{name: [] for name in others}}
    for place, question in enumerate(asked):
        times["ours"].append(statistics.median([await _ours(r, question) for _ in range(ROUNDS)]))
        for name, ask in others.items():
            if name == SCAN and place % SCANNED:
                continue
            taken = [await _time(ask, question)]
            while len(taken) < ROUNDS and taken[0] < PATIENCE:
                taken.append(await _time(ask, question))
            times[name].append(statistics.median(taken))
    return times


async def _ours(r: Resources, question: Question) -> float:
    started = perf_counter()
    await search.search(r, question.text, limit=BEST)
    return (perf_counter() - started) * 1000


async def _time(ask: Ask, question: Question) -> float:
    started = perf_counter()
    answer: Any = ask(question)
    if inspect.isawaitable(answer):
        await answer
    return (perf_counter() - started) * 1000


@asynccontextmanager
async def _stalls() -> AsyncIterator[list[float]]:
    """By how many milliseconds a nap of one was overslept, while the block runs."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            started = perf_counter()
            await asyncio.sleep(0.001)
            late.append((perf_counter() - started) * 1000 - 1)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    try:
        yield late
    finally:
        watching.cancel()


def _row(what: str, ours: list[float], beside: str, there: list[float]) -> Row:
    shares = (0.5, 0.95, 0.99)
    mine, other = ([percentile(values, share) for share in shares] for values in (ours, there))
    shown = [" / ".join(f"{value:,.1f}" for value in values) for values in (mine, other)]
    return Row(f"{what}, ms at p50 / p95 / p99", shown[0], beside, shown[1], f"{mine[1] / other[1]:.2f}")


def main(what: str, how: str = "") -> None:
    """Print the rows, and by kind of question."""
    rows = asyncio.run(_there(Path(what), alone=how == "alone") if what.endswith(".db") else _made(int(what)))
    table = Table("what", "Paperboy", "beside", "there", "ratio of p95")
    for row in rows:
        table.add_row(row.what, row.ours, row.beside, row.theirs, row.ratio)
    Console(width=150).print(table)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"At most {memory:,} MB of memory, the others' included.", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
