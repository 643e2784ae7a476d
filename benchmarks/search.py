"""The same questions to the same papers: our whole call, a scan with LIKE, and bm25s."""

import asyncio
import sqlite3
import statistics
import tempfile
from dataclasses import dataclass
from time import perf_counter

import bm25s

from benchmarks.figures import RECORDED, Row, percentile
from bot.app import open_resources
from bot.ports import Resources
from bot.services import ingest, search
from bot.settings import Settings
from storage.records import Paper

ROUNDS = 5
LIMIT = 10
QUERIES = (
    "diffusion", "reinforcement learning", "agent", "video generation", "reasoning", "vision language", "quantization",
    "speech", "retrieval augmented", "robot", "mixture of experts", "long context", "benchmark", "alignment", "safety",
    "protein", "medical imaging", "code generation", "distillation", "attention sparse", "tokenizer", "audio music",
    "3d gaussian splatting", "mathematical reasoning", "preference optimization", "hallucination", "chart tables",
    "world model", "image editing", "instruction tuning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Times:
    ours: list[float]
    like: list[float]
    other: list[float]


async def measure() -> list[Row]:
    """Each query's median over the rounds; then percentiles over the queries."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{folder}/paperboy.db")  # type: ignore[call-arg,arg-type]  # pydantic converts
        async with open_resources(settings) as r:
            for path in sorted(RECORDED.glob("*.json")):
                await ingest.file(r, r.sources[0], path)
            async with r.store.read() as tx:
                count = await tx.papers.count()
                papers = [paper for _, paper in await tx.papers.changed_since(0, count)]
            if not papers:
                return [Row("search", "not measured: no recorded answers here", "", "", "")]
            await r.index.catch_up(r.store)
            times = await _in_turns(r, papers)
    rows = []
    for share in (50, 95):
        mine = percentile(times.ours, share)
        for name, values in (("LIKE scan of title and abstract", times.like), ("bm25s, ids only", times.other)):
            there = percentile(values, share)
            rows.append(
                Row(
                    f"search {len(papers):,} papers, p{share}",
                    f"{mine:.2f} ms",
                    name,
                    f"{there:.2f} ms",
                    f"{mine / there:.2f}",
                )
            )
    return rows


async def _in_turns(r: Resources, papers: list[Paper]) -> Times:
    plain = sqlite3.connect(":memory:", check_same_thread=False)
    plain.execute("CREATE TABLE papers (id TEXT, title TEXT, abstract TEXT)")
    plain.executemany("INSERT INTO papers VALUES (?, ?, ?)", [(p.id, p.title, p.abstract) for p in papers])
    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize([f"{p.title} {p.abstract}" for p in papers], show_progress=False), show_progress=False
    )
    times = Times([], [], [])
    for query in QUERIES:
        ours, like, other = [], [], []
        for _ in range(ROUNDS):
            started = perf_counter()
            await search.search(r, query, limit=LIMIT)
            ours.append((perf_counter() - started) * 1000)
            like.append(await asyncio.to_thread(_like, plain, query))
            started = perf_counter()
            tokens = bm25s.tokenize([query], show_progress=False)
            retriever.retrieve(tokens, k=LIMIT, show_progress=False)
            other.append((perf_counter() - started) * 1000)
        times.ours.append(statistics.median(ours))
        times.like.append(statistics.median(like))
        times.other.append(statistics.median(other))
    return times


def _like(database: sqlite3.Connection, query: str) -> float:
    words = query.split()
    where = " AND ".join(["title || ' ' || abstract LIKE ?"] * len(words))
    started = perf_counter()
    database.execute(f"SELECT id FROM papers WHERE {where} LIMIT {LIMIT}", [f"%{w}%" for w in words]).fetchall()  # noqa: S608  # words are bound
    return (perf_counter() - started) * 1000
