"""A conversation at a terminal that writes into a text."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.answering.extractive import Extractive
from bot.console.commands import Commands
from bot.console.outbox import TerminalOutbox
from bot.console.talk import Talk
from bot.console.terminal import Screen
from bot.ports import Resources
from storage.search_index import SearchIndex
from storage.store import Store
from tests.builders import DAY, FakeClock, make_papers, sighting_of
from tests.services.doubles import FakeSource

TITLES = ("Diffusion for video", "Attention is enough", "Diffusion in latent space")


class Terminal:
    """Types lines and keeps what was shown for them."""

    def __init__(self, r: Resources) -> None:
        self.r = r
        self.file = StringIO()
        self.screen = Screen(Console(file=self.file, width=80))
        self.talk = Talk(r, self.screen, zone="Europe/Berlin")
        self.outbox = TerminalOutbox(r.store, r.clock, self.talk.arrive)
        self.commands = Commands(self.talk, self.outbox)

    async def type(self, line: str) -> str:
        """What is shown for ``line``; it must not end the conversation."""
        assert await self.commands.obey(line)
        return self.shown()

    def shown(self) -> str:
        """What was shown since the last look."""
        text = self.file.getvalue()
        self.file.seek(0)
        self.file.truncate()
        return text


@pytest.fixture
def source(clock: FakeClock) -> FakeSource:
    return FakeSource(clock)


@pytest.fixture
def empty(store: Store, source: FakeSource, clock: FakeClock, tmp_path: Path) -> Resources:
    """A store without papers."""
    index = SearchIndex.open(tmp_path / "index")
    return Resources(store=store, index=index, sources=(source,), answerer=Extractive(), clock=clock)


@pytest.fixture
async def r(empty: Resources, clock: FakeClock) -> Resources:
    """Twelve papers of ``DAY``: three with a title of their own have the most upvotes."""
    named = [replace(paper, title=title) for paper, title in zip(make_papers(len(TITLES)), TITLES, strict=True)]
    papers = [replace(paper, upvotes=50 - n) for n, paper in enumerate([*named, *make_papers(12)[len(TITLES) :]])]
    async with empty.store.write() as tx:
        seen_at = clock() - timedelta(minutes=1)
        await tx.papers.save(papers, [sighting_of(paper, daily_on=DAY, seen_at=seen_at) for paper in papers])
    await empty.index.catch_up(empty.store)
    return empty


@pytest.fixture
def terminal(r: Resources) -> Terminal:
    return Terminal(r)
