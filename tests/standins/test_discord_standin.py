"""The stand-in for Discord, driven by the unmodified discord.py client over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord as dpy
import pytest

from tests.standins.discord import DiscordStandIn


class Bot(dpy.AutoShardedClient):
    """A plain client: what a program under test would be."""

    def __init__(self, intents: dpy.Intents | None = None) -> None:
        super().__init__(
            intents=intents or dpy.Intents(guilds=True),
            allowed_mentions=dpy.AllowedMentions.none(),
            guild_ready_timeout=0.05,
        )
        self.tree = dpy.app_commands.CommandTree(self)

    def channel(self, channel_id: int) -> dpy.PartialMessageable:
        return self.get_partial_messageable(channel_id)


@asynccontextmanager
async def running(stand_in: DiscordStandIn, bot: Bot | None = None) -> AsyncIterator[Bot]:
    """The bot, ready, against that stand-in."""
    bot = bot or Bot()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dpy.http.Route, "BASE", stand_in.api_url)
        async with bot:
            await bot.login(stand_in.token)
            task = asyncio.create_task(bot.connect())
            waiting = asyncio.create_task(bot.wait_until_ready())
            await asyncio.wait([task, waiting], timeout=5, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                waiting.cancel()
                task.result()
            yield bot
        await asyncio.wait_for(task, 5)


async def test_a_client_logs_in_and_a_message_arrives() -> None:
    async with DiscordStandIn() as discord:
        guild = discord.world.add_guild("Lab")
        papers = discord.world.add_channel(guild, "papers")
        async with running(discord) as bot:
            assert bot.get_channel(papers.id) is not None
            sent = await bot.channel(papers.id).send("hello", nonce="abc")
        assert [(m.id, m.text, m.nonce) for m in discord.messages(papers)] == [(sent.id, "hello", "abc")]
        assert discord.gateway.close_codes == [1000]
