"""A program of its own that is killed while Discord has its request: what is left, and what a restart makes of it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.standins.discord import Channel, DiscordStandIn, Hang

PROGRAM = """
import asyncio, os, sys
import discord
discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
async def main():
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(os.environ["DISCORD_TOKEN"])
        await client.get_partial_messageable(int(sys.argv[1])).send("digest", nonce="digest-1")
asyncio.run(main())
"""


@asynccontextmanager
async def program(discord: DiscordStandIn, channel: Channel) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        str(channel.id),
        env={**os.environ, "DISCORD_API_URL": discord.api_url, "DISCORD_TOKEN": discord.token},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("executed", [True, False], ids=["carried out", "not carried out"])
async def test_a_program_is_killed_between_its_request_and_the_answer(executed: bool) -> None:
    async with DiscordStandIn() as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        discord.script("POST", "/channels/*/messages", Hang(executed=executed))
        async with program(discord, papers) as first:
            await discord.until(lambda: discord.wire.hanging == 1, seconds=20)
            first.kill()
            await discord.until(lambda: discord.wire.hanging == 0)
        assert len(discord.messages(papers)) == executed
        async with program(discord, papers) as second:
            assert await asyncio.wait_for(second.wait(), 20) == 0
        assert [message.text for message in discord.messages(papers)] == ["digest"]
