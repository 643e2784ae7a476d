"""``/channels``: the setups of this server; for those who may manage it."""

from typing import Final

from discord import Permissions, app_commands

from bot.discord_ui import setups
from bot.discord_ui.commands.inputs import chosen_setup, setup_choices
from bot.discord_ui.permissions import require_manage_server
from bot.discord_ui.replies import Interaction, answer
from bot.render.actions import ChannelAct
from bot.render.post import Post

WHICH: Final = "Which setup: choose it, or type its number; may be left out where there is only one"

channels = app_commands.Group(
    name="channels",
    description="The daily digests of this server",
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    default_permissions=Permissions(manage_guild=True),
)


@channels.command(name="list")
async def list_(interaction: Interaction) -> None:
    """Every channel that gets digests, and how each is doing."""
    await answer(interaction, setups.overview(interaction), private=True)


@channels.command(name="pause")
@app_commands.describe(setup=WHICH)
@app_commands.autocomplete(setup=setup_choices)
async def pause(interaction: Interaction, setup: str | None = None) -> None:
    """Send nothing to a channel until it is resumed."""
    await answer(interaction, _act(interaction, setup, ChannelAct.PAUSE), private=True)


@channels.command(name="resume")
@app_commands.describe(setup=WHICH)
@app_commands.autocomplete(setup=setup_choices)
async def resume(interaction: Interaction, setup: str | None = None) -> None:
    """Go on after a pause."""
    await answer(interaction, _act(interaction, setup, ChannelAct.RESUME), private=True)


@channels.command(name="post")
@app_commands.describe(setup=WHICH)
@app_commands.autocomplete(setup=setup_choices)
async def post(interaction: Interaction, setup: str | None = None) -> None:
    """Send a channel's digest now, beside its schedule."""
    await answer(interaction, _act(interaction, setup, ChannelAct.POST), private=True, slow=True)


@channels.command(name="preview")
@app_commands.describe(setup=WHICH)
@app_commands.autocomplete(setup=setup_choices)
async def preview(interaction: Interaction, setup: str | None = None) -> None:
    """See what would be sent now; only you see it."""
    await answer(interaction, _act(interaction, setup, ChannelAct.PREVIEW), private=True)


@channels.command(name="remove")
@app_commands.describe(setup=WHICH)
@app_commands.autocomplete(setup=setup_choices)
async def remove(interaction: Interaction, setup: str | None = None) -> None:
    """End the digests of a channel; asks before it does."""

    async def work() -> Post:
        require_manage_server(interaction)
        return await setups.ask_before_removing(interaction, await chosen_setup(interaction, setup))

    await answer(interaction, work(), private=True)


async def _act(interaction: Interaction, typed: str | None, what: ChannelAct) -> Post:
    require_manage_server(interaction)
    chosen = await chosen_setup(interaction, typed)
    return await setups.act(interaction, chosen.id, what)
