"""How good search is: judged queries and known papers, by words alone, by words and meaning, and bm25s beside them.

    python -m benchmarks.relevance [--folder FOLDER] [--queries N] [SET ...]

A set's store is made once in FOLDER (its vectors take a while: about 15 papers a second on a core) and used again, so
that a change of the ranking is measured in a minute. The index is made anew where its shape changed.
"""

import argparse
import asyncio
import math
import re
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bm25s
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.judged import SETS, Judged, load
from bot.app import open_resources
from bot.core.pages import SearchPage
from bot.core.parse_query import LONGEST
from bot.errors import InvalidInput, QuerySyntaxError
from bot.ports import Resources
from bot.services import meaning, search
from bot.settings import Settings
from storage import words

DEPTH = 10
_SYNTAX = re.compile(r"[\"“”„«»():*]|(?<!\S)-|\bOR\b")


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the queries of a set."""

    ndcg: float
    mrr: float


def quality(rankings: Sequence[Sequence[str]], judged: Judged) -> Quality:
    """nDCG@10 with the gains as judged, and MRR@10; of rankings in the order of the queries."""
    pairs = list(zip(rankings, judged.relevant, strict=True))
    return Quality(
        statistics.fmean(_ndcg(ranking[:DEPTH], relevant) for ranking, relevant in pairs),
        statistics.fmean(_reciprocal_rank(ranking[:DEPTH], relevant) for ranking, relevant in pairs),
    )


def _ndcg(ranking: Sequence[str], relevant: dict[str, int]) -> float:
    def gain(grades: Sequence[int]) -> float:
        return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades))

    best = sorted(relevant.values(), reverse=True)[:DEPTH]
    return gain([relevant.get(found, 0) for found in ranking]) / gain(best)


def _reciprocal_rank(ranking: Sequence[str], relevant: dict[str, int]) -> float:
    return next((1 / place for place, found in enumerate(ranking, 1) if relevant.get(found)), 0.0)


# --- the engines ---


async def ours(r: Resources, queries: Sequence[str]) -> list[list[str]]:
    """As somebody who types the query sees it; what is no query is typed again without its signs, and cut."""
    rankings = []
    for text in queries:
        page: SearchPage | None
        try:
            page = await search.search(r, text, limit=DEPTH)
        except QuerySyntaxError:
            page = await _without_signs(r, text)
        rankings.append([str(found.paper.id) for found in page.results] if page else [])
    return rankings


async def _without_signs(r: Resources, text: str) -> SearchPage | None:
    text = _SYNTAX.sub(" ", text)
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition(" ")[0]
    try:
        return await search.search(r, text, limit=DEPTH)
    except InvalidInput:
        return None


def beside(judged: Judged) -> list[list[str]]:
    """bm25s with our stems and its own list of stop words."""
    engine = bm25s.BM25(k1=1.2, b=0.75)
    engine.index([_stems(f"{paper.title} {paper.text}") for paper in judged.papers], show_progress=False)
    ids = [str(paper.id) for paper in judged.papers]
    rankings = []
    for text in judged.queries:
        found, scores = engine.retrieve([_stems(text) or [""]], k=DEPTH, show_progress=False)
        rankings.append([ids[place] for place, score in zip(found[0], scores[0], strict=True) if score > 0])
    return rankings


def _stems(text: str) -> list[str]:
    found = words.analyse(text)
    return [stem for word, stem in zip(found.exact, found.stems, strict=True) if word not in _STOP]


_STOP = frozenset(bm25s.stopwords.STOPWORDS_EN)


# --- a set ---


async def measure(judged: Judged, folder: Path) -> dict[str, Quality]:
    """Each engine's quality on one set, whose store is in ``folder`` or made there."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # nothing else waits for it
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{folder}/paperboy.db")  # type: ignore[call-arg,arg-type]  # pydantic converts
    found = {"bm25s": quality(beside(judged), judged)}
    async with open_resources(settings) as r:
        async with r.store.write() as tx:
            await tx.papers.save(judged.papers, [])
        await r.index.catch_up(r.store)
        found["words"] = quality(await ours(replace(r, embedder=None), judged.queries), judged)
        if r.embedder is not None:
            with Progress(transient=True) as progress:
                task = progress.add_task(f"reading {judged.name}", total=await meaning.behind(r))
                await meaning.catch_up(r, progress=lambda done: progress.update(task, completed=done))
            found["words and meaning"] = quality(await ours(r, judged.queries), judged)
    return found


def table(found: dict[str, dict[str, Quality]], judged: dict[str, Judged]) -> Table:
    """nDCG@10 and MRR@10 of each engine on each set."""
    shown = Table("set", "papers", "queries", title="nDCG@10 / MRR@10")
    engines = ("bm25s", "words", "words and meaning")
    for engine in engines:
        shown.add_column(engine)
    for name, qualities in found.items():
        cells = [f"{one.ndcg:.3f} / {one.mrr:.3f}" if (one := qualities.get(engine)) else "" for engine in engines]
        shown.add_row(name, f"{len(judged[name].papers):,}", f"{len(judged[name].queries):,}", *cells)
    return shown


def main() -> None:
    """Measure the sets that are named, or all that are here."""
    parser = argparse.ArgumentParser(description="How good search is.")
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(SETS))
    parser.add_argument("--folder", type=Path, help="where the sets' stores are kept for the next time")
    parser.add_argument("--queries", type=int, help="no more than so many of each set")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        judged = {name: one for name in asked.sets or SETS if (one := load(name, asked.queries)) is not None}
        found = {
            name: asyncio.run(measure(one, (asked.folder or Path(passing)) / name)) for name, one in judged.items()
        }
    Console(width=110).print(
        table(found, judged) if found else "No judged sets are here: they stand in ../shared/data."
    )


if __name__ == "__main__":
    main()
