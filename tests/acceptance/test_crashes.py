"""SIGKILL between any two steps of a delivery, then a restart: exactly one message, and the ledger agrees."""

import asyncio
import multiprocessing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services.delivery import LEASE
from storage.records import DeliveryState
from tests.acceptance import doomed_program
from tests.acceptance.doomed_program import STEPS
from tests.acceptance.stocked import digest_is_due, ledger
from tests.standins.discord import TOKEN, DiscordStandIn, StandInClock

KILLED = -9
AFTER_THE_LEASE = LEASE + timedelta(seconds=5)
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.acceptance.doomed_program"])
"""Each program is forked from one that has imported everything: two seconds less for each of twenty."""

PAST_THE_NONCE_WINDOW = timedelta(minutes=10)


async def run(discord: DiscordStandIn, url: str, step: str, ahead: timedelta) -> int | None:
    """One round of the real program as a process; gives its exit code."""
    environment = {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": discord.api_url,
        "DATABASE_URL": url,
        "HF_ENDPOINT": "http://127.0.0.1:9",
    }
    process = PROCESSES.Process(target=doomed_program.run, args=(environment, step, ahead))
    process.start()
    await asyncio.to_thread(process.join, 60)
    return process.exitcode


WITHIN_THE_NONCE_WINDOW = [(step, timedelta()) for step in STEPS]
AFTER_IT = [(step, PAST_THE_NONCE_WINDOW) for step in ("after Discord accepted", "before sent is written")]


@pytest.mark.parametrize(
    ("step", "pause"),
    WITHIN_THE_NONCE_WINDOW + AFTER_IT,
    ids=lambda value: value if isinstance(value, str) else str(value),
)
async def test_exactly_one_message_whatever_the_step(step: str, pause: timedelta, store_file: Path) -> None:
    url = f"sqlite+aiosqlite:///{store_file}"
    clock = StandInClock()
    async with DiscordStandIn(clock=clock) as discord:
        guild = discord.world.add_guild("Lab")
        channel = discord.world.add_channel(guild, "papers")
        await digest_is_due(url, channel)
        assert await run(discord, url, step, timedelta()) == KILLED
        clock.advance(pause)
        assert await run(discord, url, "none", AFTER_THE_LEASE) == 0
        (message,) = discord.messages(channel)
        (delivery,) = await ledger(url)
        assert delivery.state is DeliveryState.SENT
        assert delivery.message_id == message.id
        assert not discord.violations
