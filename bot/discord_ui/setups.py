"""Channel setups as an admin handles them, by command or by button: who may, what is missing, what became of it."""

from dataclasses import replace
from datetime import datetime

from bot.core.schedule import next_slot
from bot.discord_ui.permissions import require_manage_server
from bot.discord_ui.replies import Interaction
from bot.ports import Resources
from bot.render import channels as words
from bot.render.actions import ChannelAct
from bot.render.post import Post
from bot.services import channels, delivery
from storage.records import ChannelSetup

NOT_CONFIRMED = "not started yet: press Start under its preview, or use /channels resume"
"""Why a setup sends nothing while its preview waits for a yes."""


async def propose(interaction: Interaction, draft: ChannelSetup) -> tuple[Post, Post]:
    """Keep ``draft`` without starting it; gives the digest that it would post now and the question whether to start.

    It takes the place of an earlier proposal for the same channel that nobody answered.

    Raises:
        InvalidInput: the server has as many setups as it may.
        OutboxError: the channel cannot be looked at.
    """
    r = interaction.client.resources
    missing = await interaction.client.outbox.missing_permissions(draft.destination)
    here = [
        one.setup for one in await channels.overview(r, draft.guild_id) if one.setup.destination == draft.destination
    ]
    for setup in here:
        if setup.paused_because == NOT_CONFIRMED:
            await channels.remove(r, setup.id, guild_id=draft.guild_id)
    proposed = await channels.create(r, replace(draft, paused_because=NOT_CONFIRMED))
    digest, _ = await delivery.preview(r, proposed)
    beside = [setup for setup in here if setup.paused_because != NOT_CONFIRMED]
    question = words.setup_preview(proposed, next_due=_next_due(r, proposed), missing=missing, beside=beside)
    return digest, question


async def start(interaction: Interaction, setup_id: int) -> Post:
    """Start a proposed setup, unless a permission is still missing.

    Raises:
        InvalidInput: who pressed may not, or there is no such setup in this server.
    """
    guild_id = require_manage_server(interaction)
    r = interaction.client.resources
    setup = await channels.setup_by_id(r, setup_id, guild_id=guild_id)
    missing = await interaction.client.outbox.missing_permissions(setup.destination)
    if missing:
        return words.setup_preview(setup, next_due=_next_due(r, setup), missing=missing)
    setup = await channels.resume(r, setup_id, guild_id=guild_id)
    return words.setup_done(setup, next_due=_next_due(r, setup))


async def act(interaction: Interaction, setup_id: int, what: ChannelAct) -> Post:
    """Do ``what`` with a setup of this server.

    Raises:
        InvalidInput: who asks may not, or there is no such setup in this server.
    """
    guild_id = require_manage_server(interaction)
    r = interaction.client.resources
    setup = await channels.setup_by_id(r, setup_id, guild_id=guild_id)
    match what:
        case ChannelAct.PAUSE:
            return words.paused(await channels.pause(r, setup.id, guild_id=guild_id))
        case ChannelAct.RESUME:
            return await _resume(interaction, setup)
        case ChannelAct.REMOVE:
            return words.removed(await channels.remove(r, setup.id, guild_id=guild_id))
        case ChannelAct.POST:
            return words.posted(setup, await delivery.post_now(r, interaction.client.outbox, setup.id))
        case ChannelAct.PREVIEW:
            digest, _ = await delivery.preview(r, setup)
            return digest


async def ask_before_removing(interaction: Interaction, setup: ChannelSetup) -> Post:
    """Ask before a setup is forgotten."""
    require_manage_server(interaction)
    return words.confirm_remove(setup)


async def overview(interaction: Interaction) -> Post:
    """Every setup of this server."""
    guild_id = require_manage_server(interaction)
    r = interaction.client.resources
    return words.channel_list(await channels.overview(r, guild_id), r.clock())


async def _resume(interaction: Interaction, setup: ChannelSetup) -> Post:
    """Resume it, or say what would stop the next digest and leave it paused."""
    r = interaction.client.resources
    missing = await interaction.client.outbox.missing_permissions(setup.destination)
    if missing:
        return words.missing_permissions(setup.destination, missing)
    resumed = await channels.resume(r, setup.id, guild_id=setup.guild_id)
    return words.resumed(resumed, next_due=_next_due(r, resumed))


def _next_due(r: Resources, setup: ChannelSetup) -> datetime | None:
    slot = next_slot(setup.schedule, r.clock())
    return slot.due_at if slot else None
