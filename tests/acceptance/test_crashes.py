"""SIGKILL between any two steps of a delivery, then a restart: each message exactly once, and the ledger agrees."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services.delivery import LEASE
from storage.records import DeliveryState, Layout
from tests.acceptance import doomed_program
from tests.acceptance.doomed_program import OF_EACH_MESSAGE, STEPS
from tests.acceptance.machine import PROCESSES
from tests.acceptance.stocked import digest_is_due, ledger
from tests.standins.discord import TOKEN, Channel, ChannelKind, DiscordStandIn, Message, StandInClock

KILLED = -9
AFTER_THE_LEASE = LEASE + timedelta(seconds=5)
PAST_THE_NONCE_WINDOW = timedelta(minutes=10)


async def run(discord: DiscordStandIn, url: str, step: str, ahead: timedelta, time: int = 1) -> int | None:
    """One round of the real program as a process; gives its exit code."""
    environment = {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": discord.api_url,
        "DATABASE_URL": url,
        "HF_ENDPOINT": "http://127.0.0.1:9",
    }
    process = PROCESSES.Process(target=doomed_program.run, args=(environment, step, ahead, time))
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


def posts_in(discord: DiscordStandIn, forum: Channel) -> list[Message]:
    """The first messages of its posts, whether these are open or closed."""
    threads = [channel for channel in discord.world.channels.values() if channel.parent is forum]
    return [discord.messages(thread)[0] for thread in threads]


def close_posts(discord: DiscordStandIn, forum: Channel) -> None:
    for channel in list(discord.world.channels.values()):
        if channel.parent is forum:
            discord.world.archive(channel)


@pytest.mark.parametrize("layout", [Layout.CARDS, Layout.FORUM])
@pytest.mark.parametrize("time", [1, 2, 3])
@pytest.mark.parametrize("step", OF_EACH_MESSAGE)
async def test_each_of_several_messages_exactly_once_whatever_the_step(
    step: str, time: int, layout: Layout, store_file: Path
) -> None:
    """Forum posts have no nonce, and here somebody has closed them before the program comes back."""
    url = f"sqlite+aiosqlite:///{store_file}"
    clock = StandInClock()
    async with DiscordStandIn(clock=clock) as discord:
        guild = discord.world.add_guild("Lab")
        kind = ChannelKind.FORUM if layout is Layout.FORUM else ChannelKind.TEXT
        channel = discord.world.add_channel(guild, "papers", kind=kind)
        await digest_is_due(url, channel, layout)
        assert await run(discord, url, step, timedelta(), time) == KILLED
        clock.advance(PAST_THE_NONCE_WINDOW)
        close_posts(discord, channel)
        assert await run(discord, url, "none", AFTER_THE_LEASE) == 0
        there = posts_in(discord, channel) if layout is Layout.FORUM else discord.messages(channel)
        (delivery,) = await ledger(url)
        assert (delivery.state, delivery.problem) == (DeliveryState.SENT, None)
        assert [message.id for message in there] == [message.message_id for message in delivery.messages]
        assert len(there) == 3
        assert not discord.violations
