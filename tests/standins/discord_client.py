"""An unmodified discord.py client against the stand-in, as a program under test would be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord as dpy
import pytest
import yarl

from tests.standins.discord import TOKEN, DiscordStandIn


class Bot(dpy.AutoShardedClient):
    def __init__(self, intents: dpy.Intents | None = None, *, heartbeat_timeout: float = 60.0) -> None:
        super().__init__(
            intents=intents or dpy.Intents(guilds=True),
            allowed_mentions=dpy.AllowedMentions.none(),
            guild_ready_timeout=0.02,
            heartbeat_timeout=heartbeat_timeout,
        )
        self.tree = dpy.app_commands.CommandTree(self)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No waiting between shards: the stand-in does not mind."""

    def at(self, channel_id: int) -> dpy.PartialMessageable:
        """A channel without asking for it."""
        return self.get_partial_messageable(channel_id)


@asynccontextmanager
async def running(stand_in: DiscordStandIn, bot: Bot | None = None, *, token: str = TOKEN) -> AsyncIterator[Bot]:
    """The bot, ready, against that stand-in. What ends its connection is raised here."""
    bot = bot or Bot()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dpy.http.Route, "BASE", stand_in.api_url)
        # what reconnects without a session to resume goes there, whatever /gateway/bot said
        patch.setattr(dpy.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(stand_in.gateway.url))
        async with bot:
            await bot.login(token)
            task = asyncio.create_task(bot.connect())
            ready = asyncio.create_task(bot.wait_until_ready())
            await asyncio.wait([task, ready], timeout=5, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                ready.cancel()
                await task
            yield bot
        await asyncio.wait_for(task, 5)
