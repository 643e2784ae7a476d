"""The composition root: the only module that knows every layer. It puts the parts together and lets them run."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from typing import Any

import httpx
import structlog

from bot.answering.extractive import Extractive
from bot.core.reports import SourceReport, TickReport
from bot.ports import Clock, Outbox, Resources, system_clock
from bot.services import ingest
from bot.settings import Settings
from bot.sources.http import PoliteClient
from bot.sources.huggingface import HuggingFace
from storage.search_index import SearchIndex
from storage.store import Store

log = structlog.get_logger(__name__)

REFRESH = timedelta(minutes=30)
PATIENCE = timedelta(seconds=15)
"""A running bot does not wait for a site that asks for more: it goes on with the store and comes back later."""


@contextlib.asynccontextmanager
async def open_resources(
    settings: Settings, *, patience: timedelta = PATIENCE, clock: Clock = system_clock
) -> AsyncIterator[Resources]:
    """All that the use cases need, opened, and closed at the end of the block.

    ``patience`` is how long a source may be waited for when its rate limit is spent. ``clock`` is what everything in it
    goes by.

    Raises:
        StorageError: the store cannot be opened; the message says how to mend it.
    """
    store = await Store.open(settings.database_url.get_secret_value())
    try:
        index = await asyncio.to_thread(SearchIndex.open, settings.index_folder)
        async with httpx.AsyncClient() as client:
            polite = PoliteClient(client, clock=clock)
            hugging_face = HuggingFace(
                polite, endpoint=settings.hf_endpoint, token=settings.hf_token, clock=clock, patience=patience
            )
            yield Resources(store=store, index=index, sources=(hugging_face,), answerer=Extractive(), clock=clock)
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def beating(r: Resources, outbox: Outbox) -> AsyncIterator[None]:
    """The heart of a running bot: look at the sources, deliver what is due."""
    # Here and below late: a search at a shell does without the scheduler, deliveries and Discord, and starts sooner.
    from bot.scheduler import TICK, Beat, heartbeat
    from bot.services import delivery

    async def tick() -> TickReport:
        return await delivery.tick(r, outbox)

    async def refresh() -> tuple[SourceReport, ...]:
        return await ingest.refresh(r)

    async with heartbeat(
        Beat(name="refresh", every=REFRESH, call=refresh),
        Beat(name="tick", every=TICK, call=tick),
    ):
        yield


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Do ``work`` until it ends by itself or the process is told to stop (SIGTERM, SIGINT); then it may tidy up.

    An error of the work is raised. No work is left behind, not even where whoever waits here is cancelled.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            log.info("stopping")
    finally:
        task.cancel()  # changes nothing where it has ended
        await asyncio.wait({task})
        stopped.cancel()
        for number in numbers:
            loop.remove_signal_handler(number)
    if not task.cancelled():  # which we asked for
        task.result()


async def run_discord(settings: Settings, token: str, *, once: bool = False) -> TickReport | None:
    """The bot on Discord until it is told to stop; with ``once`` one round only, whose report is given.

    Raises:
        SettingsError: Discord does not accept the token.
        StorageError: the store cannot be opened.
    """
    from bot.discord_ui.client import PaperboyClient, point_at
    from bot.services import delivery

    point_at(settings.discord_api_url)
    async with open_resources(settings) as r, PaperboyClient(r) as client:

        async def connected() -> asyncio.Task[None]:
            await client.sign_in(token)
            await ingest.ensure_papers(r)  # before anybody can ask for them
            connection = asyncio.create_task(client.connect())
            await client.connected(connection)
            return connection

        async def stay() -> None:
            connection = await connected()
            async with beating(r, client.outbox):
                # Not awaited itself: when we are stopped, a tick that is under way still needs the connection.
                await asyncio.wait({connection})
            connection.result()

        if once:
            await connected()
            await ingest.refresh(r)
            return await delivery.tick(r, client.outbox)
        await until_stopped(stay())
    return None


async def run_terminal(settings: Settings, *, once: bool = False) -> TickReport | None:
    """The same bot at this terminal, until its input ends; with ``once`` one round only, whose report is given.

    Raises:
        StorageError: the store cannot be opened.
    """
    from bot.console.terminal_bot import TerminalBot
    from bot.services import delivery

    async with open_resources(settings) as r:
        terminal = TerminalBot(r)
        if once:
            await ingest.ensure_papers(r)
            await ingest.refresh(r)
            await terminal.begin()
            return await delivery.tick(r, terminal.outbox)
        await terminal.welcome()
        async with beating(r, terminal.outbox):
            await terminal.converse()
    return None
