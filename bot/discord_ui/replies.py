"""How an interaction is answered: within Discord's three seconds, publicly or privately, anew or in place.

Most answers take milliseconds and are sent at once. One that takes longer is announced ("thinking ...") just in time
and filled in when it is there; nobody ever sees "the application did not respond".
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import discord

from bot.core.allowance import Asker
from bot.discord_ui import growing
from bot.discord_ui.components import layout
from bot.discord_ui.outbox import DiscordOutbox
from bot.ports import Resources
from bot.render.post import Post

PATIENCE = 1.0
"""Seconds of Discord's three that an answer may take before it is announced; the rest is for the way there and back."""

NO_PINGS = discord.AllowedMentions.none()
"""Given with every answer and every edit: an edit without it would let Discord read the mentions anew."""

DEFERRED = "deferred"


class ServedClient(discord.AutoShardedClient):
    """What commands and buttons may use of the client that received them."""

    resources: Resources
    outbox: DiscordOutbox


Interaction = discord.Interaction[ServedClient]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithFile:
    """An answer with a file to keep."""

    post: Post
    name: str
    content: bytes


Work = Coroutine[Any, Any, Post] | Coroutine[Any, Any, WithFile] | Coroutine[Any, Any, Post | WithFile]


async def answer(interaction: Interaction, work: Work, *, private: bool, slow: bool = False) -> None:
    """Send what ``work`` gives; ``slow`` announces it at once, for work that asks the network or a model."""
    task: asyncio.Task[Post | WithFile] = asyncio.ensure_future(work)
    try:
        if slow or not await _done_within(task, PATIENCE):
            await interaction.response.defer(ephemeral=private, thinking=True)
            interaction.extras[DEFERRED] = "private" if private else "public"
        outcome = await task
    finally:
        task.cancel()
    view, file = _shown(outcome)
    if DEFERRED in interaction.extras:
        await interaction.edit_original_response(
            view=view, attachments=[file] if file else [], allowed_mentions=NO_PINGS
        )
    elif file:
        await interaction.response.send_message(view=view, file=file, ephemeral=private, allowed_mentions=NO_PINGS)
    else:
        await interaction.response.send_message(view=view, ephemeral=private, allowed_mentions=NO_PINGS)


async def answer_growing(interaction: Interaction, work: growing.Work, *, private: bool = False) -> None:
    """Announce an answer that a model may write, show it while it grows, and whole in the end."""
    await interaction.response.defer(ephemeral=private, thinking=True)
    interaction.extras[DEFERRED] = "private" if private else "public"

    async def show(post: Post) -> None:
        await interaction.edit_original_response(view=layout(post), allowed_mentions=NO_PINGS)

    await growing.show_growing(work, show)


async def answer_twice(interaction: Interaction, work: Coroutine[Any, Any, tuple[Post, Post]]) -> None:
    """Show two messages that belong together, privately, one below the other."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    interaction.extras[DEFERRED] = "private"
    first, second = await work
    await interaction.edit_original_response(view=layout(first), allowed_mentions=NO_PINGS)
    await interaction.followup.send(view=layout(second), ephemeral=True, allowed_mentions=NO_PINGS)


async def replace(interaction: Interaction, work: Coroutine[Any, Any, Post]) -> None:
    """Put what ``work`` gives in the place of the message whose button was pressed."""
    task = asyncio.ensure_future(work)
    try:
        if not await _done_within(task, PATIENCE):
            await interaction.response.defer()
            interaction.extras[DEFERRED] = "in place"
        post = await task
    finally:
        task.cancel()
    if DEFERRED in interaction.extras:
        await interaction.edit_original_response(view=layout(post), allowed_mentions=NO_PINGS)
    else:
        await interaction.response.edit_message(view=layout(post), allowed_mentions=NO_PINGS)


async def tell_privately(interaction: Interaction, post: Post) -> None:
    """Say something that only the person who asked should see, whatever has been answered before."""
    how = interaction.extras.get(DEFERRED)
    if not interaction.response.is_done():
        await interaction.response.send_message(view=layout(post), ephemeral=True, allowed_mentions=NO_PINGS)
    elif how == "private":
        await interaction.edit_original_response(view=layout(post), allowed_mentions=NO_PINGS)
    else:
        if how == "public":
            # The announcement is public and cannot become private: it goes, and what has to be said comes beside it.
            await interaction.delete_original_response()
        await interaction.followup.send(view=layout(post), ephemeral=True, allowed_mentions=NO_PINGS)


def asker(interaction: Interaction) -> Asker:
    """Who asks, and where."""
    return asker_of(interaction.user, interaction.guild_id)


def asker_of(user: discord.User | discord.Member, guild_id: int | None) -> Asker:
    """Who asks in that server, with their roles there."""
    # Not user.roles: those are only the roles of a server that Discord has described, which an outage may prevent.
    role_ids = user._roles if isinstance(user, discord.Member) else ()  # noqa: SLF001  # as Discord told them just now
    return Asker(person_id=user.id, guild_id=guild_id, role_ids=frozenset(role_ids))


def is_private(interaction: Interaction) -> bool:
    """Whether nobody but this person sees the pressed message."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def is_own(interaction: Interaction) -> bool:
    """Whether the pressed message answers this very person, so that turning its page disturbs nobody else."""
    message = interaction.message
    if message is None:
        return False
    if is_private(interaction):
        return True
    asked = message.interaction_metadata
    return asked is not None and asked.user.id == interaction.user.id


def _shown(outcome: Post | WithFile) -> tuple[discord.ui.LayoutView, discord.File | None]:
    if isinstance(outcome, Post):
        return layout(outcome), None
    view = layout(outcome.post)
    view.add_item(discord.ui.File(f"attachment://{outcome.name}"))
    return view, discord.File(BytesIO(outcome.content), filename=outcome.name)


async def _done_within(task: asyncio.Task[Any], seconds: float) -> bool:
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done)
