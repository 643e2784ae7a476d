"""Answers from the text of a long paper, one at a time and many at once, without a model.

    python -m benchmarks.discussions

The paper is made of real abstracts, or of the bundled summaries where the recorded lists are not here: ``LONG``
passages, as many as sixty pages hold. The first question of all is not counted: then its words are counted once.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.figures import RECORDED
from bot.answering.extractive import Extractive
from bot.core.evaluation import percentile
from bot.core.text import sentences
from bot.evaluation.questions import about_the_sample
from bot.ports import Resources, system_clock
from bot.sample import sample_days
from bot.services import discussion
from storage.fulltext import FullText, Origin, Piece, PieceKind
from storage.records import Paper, PaperId
from storage.search_index import SearchIndex
from storage.store import Store

LONG = 1_200
AT_ONCE = 50
A_SECTION = 40
TICK = 0.005


def long_text(paper_id: PaperId) -> FullText:
    """A whole text of ``LONG`` sentences."""
    told: list[str] = []
    for path in sorted(RECORDED.glob("*.json")):
        for item in json.loads(path.read_text(encoding="utf-8")):
            told += sentences(item["paper"]["summary"])
        if len(told) >= LONG:
            break
    while len(told) < LONG:
        told += [sentence for day in sample_days() for paper in day.papers for sentence in sentences(paper.text)]
    pieces = tuple(
        Piece(f"{at // A_SECTION + 1} Part", PieceKind.PROSE, " ".join(told[at : at + A_SECTION]))
        for at in range(0, LONG, A_SECTION)
    )
    return FullText(paper_id=paper_id, version=None, origin=Origin.HTML, read_at=system_clock(), pieces=pieces)


async def one_by_one(r: Resources, asked: Sequence[str], paper_id: PaperId) -> list[float]:
    """Milliseconds of processor time, of all threads, that each answer takes."""
    times = []
    for question in asked:
        before = time.process_time()
        await discussion.ask(r, question, [paper_id])
        times.append(1_000 * (time.process_time() - before))
    return times


async def at_once(r: Resources, asked: Sequence[str], paper_id: PaperId) -> tuple[list[float], float, list[float]]:
    """Milliseconds until each answer is there, the processor's milliseconds for all, and how late the loop was."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            late.append(1_000 * (time.perf_counter() - before - TICK))

    watching = asyncio.create_task(watch())
    before = time.process_time()
    replies = await asyncio.gather(*(discussion.ask(r, question, [paper_id]) for question in asked))
    took = 1_000 * (time.process_time() - before)
    watching.cancel()
    return [reply.took_ms for reply in replies], took, late


async def measure() -> Table:
    """One at a time, then ``AT_ONCE`` together."""
    paper = Paper(id=PaperId("2503.00001"), title="A long paper", abstract="It is long.")
    own = about_the_sample({one.id: one for day in sample_days() for one in day.papers})
    asked = [one.question for one in own][:AT_ONCE]
    with TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/bench.db")
        index = SearchIndex.open(Path(folder) / "index")
        r = Resources(store=store, index=index, sources=(), answerer=Extractive())
        async with store.write() as tx:
            await tx.papers.save([paper], [])
            await tx.texts.save(long_text(paper.id))
        await discussion.ask(r, asked[0], [paper.id])
        alone = await one_by_one(r, asked, paper.id)
        before = psutil.Process().memory_info().rss
        waited, took, late = await at_once(r, asked, paper.id)
        grown = (psutil.Process().memory_info().rss - before) / 2**20
        await store.close()
    table = Table("what", "p50", "p95", title=f"Answers from {LONG:,} passages, by words")
    table.add_row("one answer, processor ms", f"{percentile(alone, 0.5):.0f}", f"{percentile(alone, 0.95):.0f}")
    table.add_row(
        f"{AT_ONCE} at once, ms until each is there",
        f"{percentile(waited, 0.5):.0f}",
        f"{percentile(waited, 0.95):.0f}",
    )
    table.add_row("the event loop is late by, ms", f"{percentile(late, 0.5):.1f}", f"{percentile(late, 0.95):.1f}")
    table.caption = f"{AT_ONCE} at once took {took:.0f} ms of the processor and {grown:.0f} MB more memory."
    return table


if __name__ == "__main__":
    Console(width=100).print(asyncio.run(measure()))
