"""Channel setups as an admin handles them, by command or by button: who may, what is missing, what became of it."""

from dataclasses import replace
from datetime import datetime

from bot import pages
from bot.core.schedule import next_slot
from bot.core.terms import Asked, changed
from bot.discord_ui.permissions import may_manage_server, require_manage_server
from bot.discord_ui.replies import Interaction
from bot.discord_ui.terms import fitted
from bot.errors import InvalidInput
from bot.ports import Needs, Resources
from bot.render import channels as words
from bot.render.actions import ChannelAct
from bot.render.post import Post
from bot.services import channels, delivery, pauses
from storage.records import ChannelSetup, Destination, DestinationKind, Obstacle

NOT_CONFIRMED = "not started yet: press Start under its preview, or use /channels resume"
"""Why a setup sends nothing while its preview waits for a yes."""


async def propose(interaction: Interaction, draft: ChannelSetup) -> tuple[Post, Post]:
    """Keep ``draft`` without starting it; gives the digest that it would post now and the question whether to start.

    It takes the place of an earlier proposal for the same channel that nobody answered.

    Raises:
        InvalidInput: the server has as many setups as it may, or the place does not allow what was asked for.
        OutboxError: the channel cannot be looked at.
    """
    r, outbox = interaction.client.resources, interaction.client.outbox
    draft = await fitted(interaction.client, draft)
    missing = await outbox.missing_permissions(draft.destination, Needs.of(draft))
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
        OutboxError: something else is in the way there, or it cannot be found out.
    """
    guild_id = require_manage_server(interaction)
    r = interaction.client.resources
    setup = await channels.setup_by_id(r, setup_id, guild_id=guild_id)
    if missing := await _missing(interaction, setup):
        return words.setup_preview(setup, next_due=_next_due(r, setup), missing=missing)
    setup = await channels.resume(r, setup_id, guild_id=guild_id)
    return words.setup_done(setup, next_due=_next_due(r, setup))


async def act(interaction: Interaction, setup_id: int, what: ChannelAct) -> Post:
    """Do ``what`` with a setup of this server.

    Raises:
        InvalidInput: who asks may not, or there is no such setup in this server.
        OutboxError: what it takes there cannot be done, or cannot be found out.
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


async def edit(interaction: Interaction, setup: ChannelSetup, asked: Asked) -> Post:
    """Keep other terms for a setup of this server; one that a problem paused goes on where that mended it.

    Raises:
        InvalidInput: who asks may not, nothing was asked for, or an option cannot be read or does not fit.
        OutboxError: its place cannot be looked at.
    """
    require_manage_server(interaction)
    if asked == Asked():
        raise InvalidInput("Name what is to be different, in an option of /channels edit; all else stays as it is.")
    r, client = interaction.client.resources, interaction.client
    wanted = await fitted(client, channels.checked(changed(setup, asked)))
    missing = await client.outbox.missing_permissions(wanted.destination, Needs.of(wanted))
    kept = await channels.change(r, wanted)
    if kept.obstacle is not None and await pauses.recheck(r, client.outbox, kept) is None:
        kept = await channels.setup_by_id(r, kept.id)
    return words.edited(kept, next_due=_next_due(r, kept), missing=missing)


async def preview(interaction: Interaction, setup: ChannelSetup, about: str | None) -> Post:
    """What a setup of this server would post next; with ``about`` why that paper would be in it or not."""
    require_manage_server(interaction)
    return await pages.preview(interaction.client.resources, setup, about)


async def recheck(interaction: Interaction, setup_id: int, token: str) -> Post:
    """Look again whether what paused a setup is mended: for whom the notice was written, and who manages its server.

    Raises:
        InvalidInput: who pressed may not, or the setup is gone.
        OutboxError: it cannot be found out now.
    """
    r = interaction.client.resources
    setup = await channels.setup_by_id(r, setup_id)
    if not (may_manage_server(interaction, setup.guild_id) or await _was_told(interaction, setup, token)):
        raise InvalidInput("Only who got this message from me, or may manage that server, can do this.")
    if setup.paused_because is not None and setup.obstacle is None:
        return words.paused_by_hand(setup)
    if setup.obstacle is not None:
        problem = await pauses.recheck(r, interaction.client.outbox, setup)
        if problem is not None:
            return words.recheck_failed(replace(setup, obstacle=problem.obstacle), token, str(problem))
    return words.recheck_done(setup, next_due=_next_due(r, setup))


async def _was_told(interaction: Interaction, setup: ChannelSetup, token: str) -> bool:
    """Whether that notice is about this setup and went to this person."""
    async with interaction.client.resources.store.read() as tx:
        notice = await tx.deliveries.by_token(token)
    them = Destination(kind=DestinationKind.PERSON, id=interaction.user.id)
    return notice is not None and notice.key.destination == them and pauses.is_notice_of(setup, notice.key)


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
    if missing := await _missing(interaction, setup):
        return words.missing_permissions(setup.destination, missing)
    resumed = await channels.resume(r, setup.id, guild_id=setup.guild_id)
    return words.resumed(resumed, next_due=_next_due(r, resumed))


async def _missing(interaction: Interaction, setup: ChannelSetup) -> tuple[str, ...]:
    """The permissions that it lacks in its place. Raises OutboxError where anything else is in the way there."""
    outbox, needs = interaction.client.outbox, Needs.of(setup)
    problem = await outbox.obstacle(setup.destination, needs)
    if problem is not None and problem.obstacle is not Obstacle.PERMISSION:
        raise problem
    return await outbox.missing_permissions(setup.destination, needs) if problem is not None else ()


def _next_due(r: Resources, setup: ChannelSetup) -> datetime | None:
    slot = next_slot(setup.schedule, r.clock())
    return slot.due_at if slot else None
