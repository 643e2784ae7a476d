"""Who sends the fan-out: Paperboy as ``bot.app`` puts it together, or the loops that one would write first.

Each in a process of its own, whose memory and processor time are its own, too.
"""

import asyncio
import gc
import logging
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

import discord
import structlog

from benchmarks.fanout_discord import Place, Town
from bot.app import beating, open_resources
from bot.discord_ui.client import PaperboyClient, point_at
from bot.ports import Resources
from bot.sample import sample_days
from bot.services import planning
from bot.settings import Settings
from storage.records import ChannelSetup, Destination, DestinationKind, Layout, Schedule, Sort
from tests.standins.discord import TOKEN

DUE_IN = timedelta(seconds=10)
"""After the heart begins to beat: half of what may pass between two looks at what is due."""
LOOK_EVERY = 0.005
"""Seconds between two looks whether the event loop is held up."""

ALIKE = 10
"""Of so many setups all but one ask for the same."""
OTHER_TERMS: tuple[dict[str, Any], ...] = (
    {"limit": 10},
    {"query": "agent OR reasoning"},
    {"query": "diffusion -survey", "limit": 3},
    {"sort": Sort.NEW},
    {"query": "title:language", "min_upvotes": 5},
    {"limit": 8, "min_upvotes": 10},
)


@dataclass(slots=True)
class Felt:
    """A run as the bot's own process felt it; moments are of ``time.monotonic``."""

    due: float = 0.0
    planned: int = 0
    planning: list[tuple[float, float]] = field(default_factory=list)
    """When each round of planning that had something to plan began and ended."""
    lags: list[float] = field(default_factory=list)
    """Seconds by which the event loop was late, at each look."""
    busy: list[float] = field(default_factory=list)
    """Seconds of its processor time between two looks: how long it held itself up, whatever else this machine did."""
    busy_planning: float = 0.0
    """The longest of them while something was planned."""
    cpu: float = 0.0
    """Seconds of processor time from the moment at which it was due."""
    memory: int = 0
    """Bytes by which the process grew."""
    memory_before: int = 0


def paperboy(pipe: Connection, town: Town, url: str | None, folder: Path) -> None:
    """Paperboy: says when it is ready, goes on a word, and sends a ``Felt`` on another. ``url`` is of its store."""
    logging.basicConfig(level=logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(_paperboy(pipe, town, url or f"sqlite+aiosqlite:///{folder}/paperboy.db", folder))


async def _paperboy(pipe: Connection, town: Town, url: str, folder: Path) -> None:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it, its types hide it
        hf_endpoint="http://127.0.0.1:9",
        discord_api_url=town.api_url,
        database_url=url,  # type: ignore[arg-type]  # pydantic makes it a secret
        index_path=folder / "index",
        semantic=False,  # reading papers for their meaning is done beside, and is measured elsewhere
    )
    ahead = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    point_at(town.api_url)
    async with open_resources(settings, clock=clock) as r, PaperboyClient(r) as client:
        due_at = (clock() + timedelta(minutes=2)).replace(second=0, microsecond=0)
        await _stock(r, due_at)
        await _set_up(r, town, due_at)
        await client.sign_in(TOKEN)
        connection = asyncio.create_task(client.connect())
        await client.connected(connection)
        gc.collect()
        felt = Felt(memory_before=_memory())
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)
        ahead = due_at - DUE_IN - datetime.now(UTC)
        felt.due = time.monotonic() + DUE_IN.total_seconds()
        with _planning_timed(felt):
            async with beating(r, client.outbox, ledger_kept=settings.ledger_kept):
                stopped = asyncio.create_task(asyncio.to_thread(pipe.recv))
                await _feel(felt, stopped)
                pipe.send(felt)
                await asyncio.Event().wait()  # for as long as the driver lets this process live


async def _stock(r: Resources, due_at: datetime) -> None:
    """A day's list, of the moment; the source is called fresh, so that nobody looks for another."""
    papers = [
        (replace(paper, daily_on=due_at.date()), replace(seen, daily_on=due_at.date(), seen_at=due_at))
        for day in sample_days()
        for paper, seen in zip(day.papers, day.sightings, strict=True)
    ]
    async with r.store.write() as tx:
        await tx.papers.save([paper for paper, _ in papers], [seen for _, seen in papers])
        await tx.sources.record_success("huggingface", at=due_at + timedelta(hours=1), fetched=len(papers), rejected=0)
        await tx.sources.mark_day("huggingface", due_at.date(), at=due_at + timedelta(hours=1))
    await r.index.catch_up(r.store)


async def _set_up(r: Resources, town: Town, due_at: datetime) -> None:
    others = islice(cycle(OTHER_TERMS), len(town.places))
    async with r.store.write() as tx:
        for number, (place, terms) in enumerate(zip(town.places, others, strict=True)):
            setup = _setup(place, town.admin_id, due_at)
            await tx.channels.add(replace(setup, **terms) if number % ALIKE == 1 else setup)


def _setup(place: Place, admin_id: int, due_at: datetime) -> ChannelSetup:
    cards = place.messages > 1
    return ChannelSetup(
        guild_id=place.guild_id,
        destination=Destination(kind=DestinationKind.CHANNEL, id=place.channel_id),
        schedule=Schedule(at=due_at.time(), zone="UTC"),
        limit=place.messages if cards else 5,
        layout=Layout.CARDS if cards else Layout.DIGEST,
        created_by=admin_id,
        created_at=due_at - timedelta(hours=12),
    )


@contextmanager
def _planning_timed(felt: Felt) -> Iterator[None]:
    plan_due = planning.plan_due

    async def timed(*arguments: Any) -> int:
        began, looks = time.monotonic(), len(felt.busy)
        planned = await plan_due(*arguments)
        if planned:
            felt.planned += planned
            felt.planning.append((began, time.monotonic()))
            felt.busy_planning = max([felt.busy_planning, *felt.busy[looks:]])
        return planned

    with mock.patch.object(planning, "plan_due", timed):
        yield


async def _feel(felt: Felt, stopped: asyncio.Task[Any]) -> None:
    cpu = 0.0
    while not stopped.done():
        before, spent = time.monotonic(), time.thread_time()
        await asyncio.sleep(LOOK_EVERY)
        felt.lags.append(time.monotonic() - before - LOOK_EVERY)
        felt.busy.append(time.thread_time() - spent)
        if not cpu and before >= felt.due:
            cpu = time.process_time()
    felt.cpu = time.process_time() - cpu
    felt.memory = _memory() - felt.memory_before


def _memory() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def loop(pipe: Connection, town: Town, within: float) -> None:
    """``for channel in channels: await channel.send(embed=embed)``, for as many seconds as it may take."""
    asyncio.run(_plain(pipe, town, within, at_once=False))


def gather(pipe: Connection, town: Town, within: float) -> None:
    """The same with ``asyncio.gather`` over all."""
    asyncio.run(_plain(pipe, town, within, at_once=True))


async def _plain(pipe: Connection, town: Town, within: float, *, at_once: bool) -> None:
    logging.basicConfig(level=logging.CRITICAL)
    point_at(town.api_url)
    # Sharded, because the plain one goes to the built-in address of the gateway.
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True))
    text = "\n".join(f"{paper.title}\n{paper.text[:200]}" for paper in sample_days()[0].papers[:5])
    embed = discord.Embed(title="Trending papers", description=text)

    async def send(place: Place) -> None:
        channel = client.get_channel(place.channel_id)
        try:
            for _ in range(place.messages):
                await channel.send(embed=embed)  # type: ignore[union-attr]  # they are text channels
        except discord.DiscordException:
            pass  # the next one

    async with client:
        await client.login(TOKEN)
        connection = asyncio.create_task(client.connect())
        await client.wait_until_ready()
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)
        felt = Felt(due=time.monotonic())
        try:
            async with asyncio.timeout(within):
                if at_once:
                    await asyncio.gather(*map(send, town.places))
                else:
                    for place in town.places:
                        await send(place)
        except TimeoutError:
            pass
        pipe.send(felt)
        await connection
