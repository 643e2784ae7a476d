"""The real client against the stand-in for Discord, over a real store with some papers in it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import discord as dpy
import pytest

from bot.answering.extractive import Extractive
from bot.discord_ui.client import PaperboyClient, point_at
from bot.ports import Resources
from storage.records import Paper
from storage.search_index import SearchIndex
from storage.store import Store
from tests.builders import BASE, DAY, FakeClock, make_id, make_paper, sighting_of
from tests.standins.discord import (
    NO_LIMITS,
    TOKEN,
    Channel,
    ChannelKind,
    DiscordStandIn,
    Guild,
    Permission,
    Person,
    StandInClock,
)

TITLES = (
    "Diffusion models for weather",
    "Retrieval with long contexts",
    "Diffusion without noise",
    "A survey of agents",
    "Quantization of diffusion transformers",
    "Reading tables",
    "Diffusion for molecules",
    "Faster diffusion sampling",
    "Diffusion in robotics",
)

PAPERS: tuple[Paper, ...] = tuple(
    make_paper(make_id(number), title=title, abstract=f"We study {title.lower()}. The dataset holds {number} samples.",
               upvotes=100 - number, daily_on=DAY)
    for number, title in enumerate(TITLES, 1)
)  # fmt: skip

Running = Callable[[], AbstractAsyncContextManager[PaperboyClient]]


@dataclass(slots=True)
class Lab:
    """A server with one channel, somebody who may manage it, and a guest who may not."""

    discord: DiscordStandIn
    guild: Guild
    papers: Channel
    admin: Person
    guest: Person


async def until(holds: Callable[[], Awaitable[bool]] | Callable[[], bool]) -> None:
    """Wait for something about the client or the store, which tell nobody when they change. Raises TimeoutError."""
    async with asyncio.timeout(30):
        while True:
            outcome = holds()
            if await outcome if isinstance(outcome, Awaitable) else outcome:
                return
            await asyncio.sleep(0.005)


LONG = timedelta(seconds=60)
"""The three seconds are a test of their own; here a machine may stall."""


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    clock = StandInClock(start=BASE)
    async with DiscordStandIn(limits=NO_LIMITS, clock=clock, answer_within=LONG) as stand_in:
        yield stand_in
    assert stand_in.violations == []


@pytest.fixture
def lab(discord: DiscordStandIn) -> Lab:
    guild = discord.world.add_guild("Lab")
    channel = discord.world.add_channel(guild, "papers", kind=ChannelKind.TEXT)
    admin = discord.add_person("ada", guild, permissions=Permission.MANAGE_GUILD)
    return Lab(discord, guild, channel, admin, discord.add_person("grace", guild))


@pytest.fixture
async def r(store: Store, clock: FakeClock, tmp_path: Path) -> Resources:
    """An empty store, an index over it, no sources."""
    index = SearchIndex.open(tmp_path / "index")
    return Resources(store=store, index=index, sources=(), answerer=Extractive(), clock=clock)


@pytest.fixture
async def stocked(r: Resources) -> None:
    """Put the papers into the store and into the index."""
    async with r.store.write() as tx:
        await tx.papers.save(PAPERS, [sighting_of(paper, seen_at=BASE - timedelta(hours=1)) for paper in PAPERS])
    await r.index.catch_up(r.store)


@pytest.fixture
def running(discord: DiscordStandIn, r: Resources, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Start a client of its own each time: what is kept between two of them is what survives a restart."""
    monkeypatch.setattr(dpy.http.Route, "BASE", dpy.http.Route.BASE)
    monkeypatch.setattr(dpy.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", dpy.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    point_at(discord.api_url)

    @asynccontextmanager
    async def start() -> AsyncIterator[PaperboyClient]:
        async with PaperboyClient(r, guilds_settle_in=0.02) as client:
            await client.sign_in(TOKEN)
            connection = asyncio.create_task(client.connect())
            await client.connected(connection)
            yield client
        await asyncio.wait_for(connection, 5)

    return start


@pytest.fixture
async def client(running: Running) -> AsyncIterator[PaperboyClient]:
    async with running() as started:
        yield started
