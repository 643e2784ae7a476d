"""How often each site is asked, how long a backfill takes, and how fast papers are merged.

The clock is a simulated one: it moves only where somebody sleeps, and by the beats of a running bot. Sites answer at
once, so what is told of time is what politeness costs. What they announce is made up, in the numbers below.
"""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from time import process_time
from typing import cast

import httpx
import structlog
from rich.console import Console
from rich.table import Table

from benchmarks.figures import RECORDED
from bot.answering.extractive import Extractive
from bot.app import LOOK_UP, REFRESH
from bot.core.merge import as_said, cleaned, merge
from bot.core.period import Period
from bot.ports import Catalogue, Resources
from bot.services import details, ingest
from bot.sources import arxiv_gate, semantic_scholar
from bot.sources.arxiv import ArXiv
from bot.sources.arxiv_gate import ArxivGate
from bot.sources.arxiv_sites import Sites
from bot.sources.http import PoliteClient
from bot.sources.huggingface import HuggingFace
from bot.sources.huggingface_parse import read_items, read_papers
from bot.sources.semantic_scholar import SemanticScholar
from storage import categories
from storage.records import Paper
from storage.search_index import SearchIndex
from storage.store import Store
from tests.standins.arxiv import Entry, api_body, oai_body, rss_body
from tests.standins.hugging_face import as_body, make_items
from tests.standins.semantic_scholar import batch_body, make_known

MONDAY = datetime(2025, 3, 10, 12, tzinfo=UTC)
A_DAY, A_WEEK, A_MONTH = (timedelta(days=days) for days in (1, 7, 30))
LISTED = 40
"""Papers of a day on Hugging Face's list, as on most recorded days."""
ANNOUNCED = {"new": 8, "cross": 5, "replace": 9}
"""For each category: in all 155 some 3,400 a day, of which 1,240 are new."""
FOLLOWED = (1, 20, 155)
SLOW = timedelta(seconds=30)
"""What an answer of the OAI server took where it was measured."""
MERGED = 5
"""Recorded days are merged so often."""
HF, FEED, API, OAI, S2 = "Hugging Face", "arXiv, feeds", "arXiv, API", "arXiv, OAI", "Semantic Scholar"
LIMITS = {
    HF: f"{500 * 12 * 24:,} (500 in 5 minutes)",
    FEED: f"{A_DAY // arxiv_gate.BETWEEN:,} (1 in 3 seconds)",
    API: "together with the feeds",
    S2: f"{A_DAY // semantic_scholar.WITH_KEY:,} with a key, about {A_DAY // semantic_scholar.WITHOUT_KEY:,} without",
}


class Unindexed:
    """In place of the search index, which asks nobody."""

    async def catch_up(self, store: Store) -> None:
        """There is nothing to do."""


@dataclass
class Simulation:
    """A bot that follows some categories, and the sites that it asks."""

    followed: tuple[str, ...]
    now: datetime = MONDAY
    takes: timedelta = timedelta()
    asked: Counter[str] = field(default_factory=Counter)

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.now += self.takes
        site, body = {
            "hf": self._hugging_face,
            "rss": self._feed,
            "api": self._api,
            "oai": self._records,
            "s2": self._batch,
        }[request.url.host](request)
        self.asked[site] += 1
        return httpx.Response(200, stream=httpx.ByteStream(body))  # it is read raw

    def _hugging_face(self, request: httpx.Request) -> tuple[str, bytes]:
        day = date.fromisoformat(request.url.params["date"])
        return HF, as_body(make_items(LISTED, day=day) if day <= self.now.date() else [])

    def _feed(self, request: httpx.Request) -> tuple[str, bytes]:
        named = request.url.path.rpartition("/")[2].split("+")
        entries, day = [], self.now.date()
        for code in named:
            for kind, count in ANNOUNCED.items():
                first = day.day * 3_000 + 8 * categories_in_order().index(code)
                entries += [
                    Entry(id=f"{day:%y%m}.{first + number:05}", categories=(code,), kind=kind)
                    for number in range(count)
                ]
        return FEED, rss_body(entries, day=day)

    def _api(self, request: httpx.Request) -> tuple[str, bytes]:
        return API, api_body(Entry(id=one) for one in request.url.params["id_list"].split(","))

    def _records(self, request: httpx.Request) -> tuple[str, bytes]:
        return OAI, oai_body([Entry(changed_on=date.fromisoformat(request.url.params["from"]))])

    def _batch(self, request: httpx.Request) -> tuple[str, bytes]:
        ids = [one.partition(":")[2] for one in json.loads(request.content)["ids"]]
        return S2, batch_body(map(make_known, ids))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Resources]:
        """A bot with an empty store."""
        transport = httpx.MockTransport(self.answer)
        with tempfile.TemporaryDirectory() as folder:
            store = await Store.open(f"sqlite+aiosqlite:///{folder}/paperboy.db")
            async with httpx.AsyncClient(transport=transport) as client:
                polite = partial(PoliteClient, client, clock=self.clock, sleep=self.sleep)
                gate = semantic_scholar.gate(store, self.clock, has_key=False)
                arxiv = ArXiv(
                    polite(shared=ArxivGate(store, self.clock)),
                    sites=Sites(rss="http://rss", api="http://api", oai="http://oai"),
                    clock=self.clock,
                    followed=self._followed,
                )
                yield Resources(
                    store=store,
                    index=cast("SearchIndex", Unindexed()),
                    sources=(HuggingFace(polite(), endpoint="http://hf", token=None, clock=self.clock), arxiv),
                    catalogue=arxiv,
                    enrichment=SemanticScholar(polite(shared=gate), url="http://s2", key=None),
                    answerer=Extractive(),
                    clock=self.clock,
                )
            await store.close()

    async def _followed(self) -> tuple[str, ...]:
        return self.followed


def categories_in_order() -> list[str]:
    return sorted(categories.CODES)


async def working_days() -> list[Counter[str]]:
    """The requests to each site on days that follow more and more categories, with the beats of a running bot.

    The store knows a month before them, whose look-ups were made in their time.
    """
    simulation = Simulation((), now=MONDAY - A_WEEK)
    found = []
    async with simulation.running() as r:
        async for _ in ingest.days(r, r.sources[0], (simulation.now - A_MONTH).date(), simulation.now.date()):
            pass
        while simulation.now < MONDAY:
            await _all_of(simulation, r, r.enrichment)
            simulation.now += A_DAY
            await ingest.period(r, r.sources[0], Period.day(simulation.now.date()))
        await _all_of(simulation, r, r.catalogue)
        for number, count in enumerate(FOLLOWED):
            simulation.now = MONDAY + number * A_DAY
            simulation.followed = tuple(categories_in_order()[:count])
            simulation.asked.clear()
            await _a_day(simulation, r)
            found.append(Counter(simulation.asked))
    return found


async def _all_of(simulation: Simulation, r: Resources, catalogue: Catalogue | None) -> None:
    while await details.look_up(r, catalogue):
        simulation.now += LOOK_UP


async def _a_day(simulation: Simulation, r: Resources) -> None:
    began = simulation.now
    for beat in range(A_DAY // LOOK_UP):
        simulation.now = max(simulation.now, began + beat * LOOK_UP)
        if beat % (REFRESH // LOOK_UP) == 0:
            await ingest.refresh(r)
        await details.look_up(r, r.catalogue)
        await details.look_up(r, r.enrichment)


async def backfill(count: int, takes: timedelta) -> tuple[int, timedelta]:
    """How many requests it takes to bring in all that arXiv changed in a month, and how long."""
    simulation = Simulation(tuple(categories_in_order()[:count]), takes=takes)
    async with simulation.running() as r:
        since = MONDAY.date() - A_MONTH
        async for _, report in ingest.days(r, r.sources[1], since, MONDAY.date() - A_DAY):
            if report is None or report.error:
                raise RuntimeError(f"the backfill broke off: {report}")
    return simulation.asked[OAI], simulation.now - MONDAY


def merging() -> tuple[int, float]:
    """How many papers of recorded days are merged with what another source says of them, and the CPU time (s)."""
    papers: list[Paper] = []
    for path in sorted(RECORDED.glob("*.json")):
        papers += read_papers(read_items(path.read_bytes()), day=None, seen_at=MONDAY).papers
    known = [as_said(cleaned(paper), "huggingface", MONDAY) for paper in papers]
    began = process_time()
    for _ in range(MERGED):
        for paper, before in zip(papers, known, strict=True):
            merge(before, as_said(cleaned(paper), "arxiv", MONDAY + A_DAY))
    return MERGED * len(papers), process_time() - began


async def _requests() -> Table:
    title = f"Requests of a working day, {LISTED} papers on its list, by the number of categories followed"
    table = Table("site", *map(str, FOLLOWED), "the site's limit a day", title=title)
    days = await working_days()
    for site, limit in LIMITS.items():
        table.add_row(site, *(f"{day[site]:,}" for day in days), limit)
    return table


async def _backfills() -> Table:
    title = f"All that arXiv changed in {A_MONTH.days} days, where a category's day is one page"
    table = Table("categories", "requests", "at the polite rate", "where each answer takes 30 s", title=title)
    for count in (1, 4, 20):
        requests, took = await backfill(count, timedelta())
        _, slow = await backfill(count, SLOW)
        table.add_row(str(count), f"{requests:,}", str(took), str(slow))
    return table


def tables() -> list[Table | str]:
    """What ``make bench`` prints."""
    count, took = merging()
    merged = f"{count:,} papers merged in {took:.2f} s of processor time: {count / max(took, 0.001):,.0f} a second"
    if not count:
        merged = "merging: not measured, no recorded days here"
    return [asyncio.run(_requests()), asyncio.run(_backfills()), merged]


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    Console(width=150).print(*tables(), sep="\n")
