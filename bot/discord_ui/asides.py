"""What somebody has to know and did not ask for, said privately after their next command: once, and never twice.

What was said is kept in memory only: after a restart it is said once more, and no command has to write for it.
"""

import asyncio
from datetime import datetime

import discord
import structlog

from bot.discord_ui.components import layout
from bot.discord_ui.permissions import may_manage_server
from bot.discord_ui.refusals import detail
from bot.discord_ui.replies import NO_PINGS, Interaction
from bot.render.channels import on_hold
from bot.render.post import Post
from bot.render.topics import direct_messages_closed

log = structlog.get_logger(__name__)

MOST_REMEMBERED = 10_000
TELLS_OF_SETUPS = ("channels list", "channels resume", "status")
TELLS_OF_DIRECT_MESSAGES = ("topics list",)
"""Commands whose own answers say it."""

Said = tuple[str, int, datetime | None]


class Asides:
    """Remembers what was said to whom by this process."""

    def __init__(self) -> None:
        self._said: dict[Said, None] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._closed = False

    async def after(self, interaction: Interaction) -> None:
        """Say what there is to say to whoever gave this command. Two questions to an index where there is nothing."""
        if self._closed:
            return
        task = asyncio.create_task(self._say(interaction))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await task

    async def close(self) -> None:
        """Say nothing more, and wait for what is being said: it uses the store, which is closed after us."""
        self._closed = True
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _say(self, interaction: Interaction) -> None:
        for post in (await self._direct_messages(interaction), await self._setups(interaction)):
            if post is None:
                continue
            try:
                await interaction.followup.send(view=layout(post), ephemeral=True, allowed_mentions=NO_PINGS)
            except discord.HTTPException as problem:
                log.warning("something beside an answer could not be told", problem=detail(problem))

    async def _direct_messages(self, interaction: Interaction) -> Post | None:
        async with interaction.client.resources.store.read() as tx:
            person = await tx.people.get(interaction.user.id)
        if person is None or person.dm_closed_at is None:
            return None
        is_news = self._note(("person", person.id, person.dm_closed_at))
        return direct_messages_closed(person) if is_news and _is_not(interaction, TELLS_OF_DIRECT_MESSAGES) else None

    async def _setups(self, interaction: Interaction) -> Post | None:
        guild_id = interaction.guild_id
        if guild_id is None or not may_manage_server(interaction, guild_id):
            return None
        async with interaction.client.resources.store.read() as tx:
            stopped = [one for one in await tx.channels.paused(guild_id) if one.obstacle is not None]
        news = [one for one in stopped if self._note((f"setup of {interaction.user.id}", one.id, one.paused_at))]
        return on_hold(news) if news and _is_not(interaction, TELLS_OF_SETUPS) else None

    def _note(self, said: Said) -> bool:
        """Whether it has not been said before; the oldest are forgotten."""
        if said in self._said:
            return False
        self._said[said] = None
        if len(self._said) > MOST_REMEMBERED:
            del self._said[next(iter(self._said))]
        return True


def _is_not(interaction: Interaction, commands: tuple[str, ...]) -> bool:
    return interaction.command is None or interaction.command.qualified_name not in commands
