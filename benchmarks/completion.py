"""What is offered while somebody types: words of titles, authors, categories and ids by their first letters.

``python -m benchmarks.completion 100000`` measures a store of so many papers made for it, ``python -m
benchmarks.completion PATH.db`` one that is there, with its index.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from time import perf_counter

from rich.console import Console
from rich.table import Table

from benchmarks import corpus, stores
from bot.app import open_resources
from bot.core.evaluation import percentile
from bot.ports import Resources
from bot.services import bulk, completion
from storage.records import Paper

SHORTEST, LONGEST = 1, 8
EACH = 25
"""Words of each kind; each is asked for letter by letter."""
OFFERED = 10
Times = dict[str, dict[int, list[float]]]
"""Milliseconds by kind and by how many letters were typed."""


async def measured(r: Resources) -> Times:
    """Each beginning asked once, as both ends ask: which queries and which papers it may become."""
    typed = beginnings(await stores.sample(r))
    await _offered(r, "the model of a query")  # whatever is loaded once
    return {
        kind: {length: [await _offered(r, text) for text in texts] for length, texts in by_length.items()}
        for kind, by_length in typed.items()
    }


def beginnings(papers: Sequence[Paper], *, seed: int = 1) -> dict[str, dict[int, list[str]]]:
    """By kind and length what is typed, each once; the same for the same papers."""
    chance = Random(seed)
    words = _some(chance, (word for paper in papers for word in paper.title.split() if word.isalpha()))
    names = _some(chance, (name.split()[-1] for paper in papers for name in paper.authors if name.strip()))
    codes = _some(chance, (code for paper in papers for code in paper.categories))
    ids = _some(chance, (paper.id for paper in papers))
    kinds = {"word of a title": ("", words), "author": ("author:", names), "category": ("cat:", codes), "id": ("", ids)}
    return {
        kind: {
            length: sorted({field + whole[:length] for whole in wholes if len(whole) >= length})
            for length in range(SHORTEST, LONGEST + 1)
            if any(len(whole) >= length for whole in wholes)
        }
        for kind, (field, wholes) in kinds.items()
    }


def _some(chance: Random, wholes: Iterable[str]) -> list[str]:
    """Long ones, where there are any, so that they can be typed to the end."""
    found = sorted(set(wholes))
    long = [whole for whole in found if len(whole) >= LONGEST] or found
    return chance.sample(long, min(EACH, len(long)))


async def _offered(r: Resources, typed: str) -> float:
    started = perf_counter()
    await completion.queries_like(r, typed, limit=OFFERED)
    await completion.papers_like(r, typed, limit=OFFERED)
    return (perf_counter() - started) * 1000


def every(times: Times) -> list[float]:
    """All of them."""
    return [time for by_length in times.values() for found in by_length.values() for time in found]


async def _there(store: Path) -> tuple[int, Times]:
    async with open_resources(stores.settings(store)) as r:
        await r.index.catch_up(r.store)
        async with r.store.read() as tx:
            count = await tx.papers.count()
        return count, await measured(r)


async def _made(count: int) -> tuple[int, Times]:
    with tempfile.TemporaryDirectory() as folder:
        dump, store = Path(folder) / "dump.jsonl", Path(folder) / "paperboy.db"
        await asyncio.to_thread(corpus.main, count, dump)
        async with open_resources(stores.settings(store)) as r:
            await bulk.file(r, dump)
        return await _there(store)


def main(what: str) -> None:
    """Print a table: one row for each kind, one column for each length, p50 / p95 in milliseconds."""
    count, times = asyncio.run(_there(Path(what)) if what.endswith(".db") else _made(int(what)))
    lengths = range(SHORTEST, LONGEST + 1)
    table = Table("letters", *map(str, lengths), title=f"Completion over {count:,} papers, ms at p50 / p95")
    for kind, by_length in times.items():
        table.add_row(kind, *(_shown(by_length.get(length, [])) for length in lengths))
    found = every(times)
    Console(width=150).print(table, f"All {len(found):,} of them: {_shown(found)}, at most {max(found):,.1f}")


def _shown(times: Sequence[float]) -> str:
    return f"{percentile(times, 0.5):,.1f} / {percentile(times, 0.95):,.1f}" if len(times) > 1 else ""


if __name__ == "__main__":
    main(sys.argv[1])
