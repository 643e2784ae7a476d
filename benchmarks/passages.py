"""How often the passages that an answer shows hold what was asked: ours, beside bm25s and MiniLM alone.

    python -m benchmarks.passages

Two sets. SciFact: claims, and the sentences that experts named as evidence, of one abstract or among those of 30.
``questions.tsv``: a hundred questions about abstracts of Hugging Face's lists, asked in other words than the abstracts
use; the routes of ``bot.core.questions`` were written with these at hand, the weights with both sets.
"""

import asyncio
import csv
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import bm25s
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.figures import RECORDED, seconds
from bot.core.evaluation import percentile
from bot.core.grounding import Passage
from bot.core.passages import best, of_paper, spoken
from bot.evaluation.questions import Asked, scifact
from bot.meaning import MiniLM
from storage import words
from storage.records import Paper, PaperId

EVIDENCE = RECORDED.parent / "qa" / "scifact_evidence"
QUESTIONS = Path(__file__).with_name("questions.tsv")
SHOWN = 3
OTHERS = 29
LONG = 1_200
_SEED = 7

Engine = Callable[[str, Sequence[Passage]], Awaitable[list[Passage]]]


def among_others(asked: Sequence[Asked]) -> list[Asked]:
    """Every fourth question over its own abstract and ``OTHERS`` more."""
    dice = random.Random(_SEED)
    return [
        Asked(
            one.question,
            tuple({passage: None for other in (one, *dice.sample(asked, OTHERS)) for passage in other.passages}),
            one.holding,
        )
        for one in asked[::4]
    ]


def questions() -> list[Asked]:
    """Our own; empty where the recorded lists are not on this machine."""
    papers: dict[str, Paper] = {}
    for path in sorted(RECORDED.glob("*.json")):
        for item in json.loads(path.read_text(encoding="utf-8")):
            told = item["paper"]
            papers[told["id"]] = Paper(id=PaperId(told["id"]), title=told["title"], abstract=told["summary"])
    if not papers:
        return []
    with QUESTIONS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    passages = {row["paper"]: of_paper(papers[row["paper"]]) for row in rows}
    return [
        Asked(
            row["question"],
            passages[row["paper"]],
            frozenset(passages[row["paper"]][int(number)] for number in row["sentences"].split()),
        )
        for row in rows
    ]


# --- the engines ---


async def by_bm25s(question: str, passages: Sequence[Passage]) -> list[Passage]:
    engine = bm25s.BM25(k1=1.2, b=0.75)
    engine.index([_stems(passage.text) or [""] for passage in passages], show_progress=False)
    found, _ = engine.retrieve([_stems(question) or [""]], k=min(SHOWN, len(passages)), show_progress=False)
    return [passages[place] for place in found[0]]


def _stems(text: str) -> list[str]:
    return [stem for word, stem in zip(*_analysed(text), strict=True) if word not in bm25s.stopwords.STOPWORDS_EN]


def _analysed(text: str) -> tuple[Sequence[str], Sequence[str]]:
    found = words.analyse(text)
    return found.exact, found.stems


async def by_words(question: str, passages: Sequence[Passage]) -> list[Passage]:
    return [close.passage for close in best(question, passages, limit=SHOWN)]


class WithMeaning:
    """MiniLM alone, and words and meaning together, over vectors that are made once."""

    def __init__(self) -> None:
        self._model = MiniLM()
        self._vectors: dict[str, bytes] = {}

    async def alone(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        near = await self._near(question, passages)
        order = sorted(range(len(passages)), key=lambda place: -near[place])
        return [passages[place] for place in order[:SHOWN]]

    async def together(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        near = await self._near(spoken(question, passages), passages)
        return [close.passage for close in best(question, passages, near, limit=SHOWN)]

    async def _near(self, question: str, passages: Sequence[Passage]) -> list[float]:
        wanted = await self._vector(question)
        return self._model.nearness(wanted, [await self._vector(passage.text) for passage in passages])

    async def _vector(self, text: str) -> bytes:
        if text not in self._vectors:
            self._vectors[text] = await self._model.of_query(text)
        return self._vectors[text]


async def hits(engine: Engine, asked: Sequence[Asked], name: str) -> tuple[float, float]:
    """The share of questions of which the first passage, and one of the first three, holds what was asked."""
    first = any_of_three = 0
    for one in track(asked, name, transient=True):
        found = await engine(one.question, one.passages)
        first += found[0] in one.holding
        any_of_three += not one.holding.isdisjoint(found)
    return first / len(asked), any_of_three / len(asked)


def took(asked: Sequence[Asked]) -> list[float]:
    """Milliseconds that each question takes over one text of ``LONG`` passages, as long as a paper of sixty pages."""
    told = [passage.text for one in asked for passage in one.passages][:LONG]
    paper = Passage(paper_id=PaperId("2503.00001"), ordinal=0, section="1", text="")
    texts = tuple(replace(paper, ordinal=place, section=f"{place // 40}", text=text) for place, text in enumerate(told))
    dice = random.Random(_SEED)
    near = [dice.random() / 2 for _ in texts]
    best("warm", texts, near)  # the words of a text are counted once
    return [1_000 * seconds(partial(best, one.question, texts, near, limit=12)) for one in asked[:100]]


async def measure() -> Table:
    """Each engine on each set that is here."""
    meaning = WithMeaning()
    engines: dict[str, Engine] = {
        "bm25s": by_bm25s,
        "MiniLM alone": meaning.alone,
        "words": by_words,
        "words and meaning": meaning.together,
    }
    claims = scifact(EVIDENCE) if EVIDENCE.is_dir() else []
    sets = {
        "SciFact, its own abstract": claims,
        f"SciFact, among {OTHERS + 1} abstracts": among_others(claims),
        "our questions": questions(),
    }
    table = Table("set", "asked", *engines, title="hit@1 / hit@3")
    for name, asked in sets.items():
        if asked:
            found = [await hits(engine, asked, f"{name}: {told}") for told, engine in engines.items()]
            table.add_row(name, str(len(asked)), *(f"{first:.3f} / {three:.3f}" for first, three in found))
    if claims:
        times = took(claims)
        typical, slow = percentile(times, 0.5), percentile(times, 0.95)
        table.caption = f"Over a text of {LONG:,} passages: {typical:.0f} ms, 95th percentile {slow:.0f} ms."
    return table


if __name__ == "__main__":
    Console(width=120).print(asyncio.run(measure()))
