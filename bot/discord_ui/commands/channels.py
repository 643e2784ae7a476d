"""``/channels``: the setups of this server; for those who may manage it."""

from typing import Final

import discord
from discord import Permissions, app_commands

from bot import pages
from bot.core.terms import Asked, Spot
from bot.discord_ui import setups
from bot.discord_ui.commands.inputs import (
    CADENCES,
    LAYOUTS,
    LISTS,
    ORDERS,
    WITHOUT,
    Place,
    chosen_setup,
    day_choices,
    grace_choices,
    hour_choices,
    paper_choices,
    role_id,
    setup_choices,
    take_away,
    zone_choices,
)
from bot.discord_ui.commands.papers import LONGEST_QUERY
from bot.discord_ui.commands.setup import LONGEST_TAGS
from bot.discord_ui.permissions import require_manage_server
from bot.discord_ui.replies import Interaction, answer
from bot.render.actions import ChannelAct
from bot.render.post import Post
from bot.services.channels import MOST_PAPERS, MOST_UPVOTES

WHICH: Final = "Which setup: choose it, or type its number; may be left out where there is only one"

channels = app_commands.Group(
    name="channels",
    description="The digests of this server",
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    default_permissions=Permissions(manage_guild=True),
)


@channels.command(name="list")
async def list_(interaction: Interaction) -> None:
    """Every channel that gets digests, and how each is doing."""
    await answer(interaction, setups.overview(interaction), private=True)


@channels.command(name="edit")
@app_commands.rename(list_="list")
@app_commands.describe(
    setup=WHICH,
    zone="The time zone of the hour: type a city or continent, for example Berlin",
    hour="When it comes, for example 8, 08:30 or 8am",
    channel="Where it goes: a text or announcement channel, a forum or a thread",
    layout="In which messages",
    every="How often, and of how many days",
    days="On which days: daily, weekdays, or for example mon,wed,fri",
    papers="How many papers at most",
    sort="Which papers come first",
    query="Only papers that match, for example: cat:cs.CL -survey",
    min_upvotes="Only papers with at least so many upvotes",
    list_="Which list of a day",
    role="Who is notified of it",
    publish="In an announcement channel: publish it to the channels that follow",
    quiet="Say nothing on days without papers",
    grace="How late it may still come after downtime, for example 2h",
    tags="In a forum: which papers get which tag, for example NLP: cat:cs.CL; Papers: *",
    without="Take one of these away",
)
@app_commands.choices(sort=ORDERS, layout=LAYOUTS, every=CADENCES, list_=LISTS, without=WITHOUT)
@app_commands.autocomplete(
    setup=setup_choices, zone=zone_choices, hour=hour_choices, days=day_choices, grace=grace_choices
)
async def edit(  # noqa: PLR0917  # its options, as Discord shows them
    interaction: Interaction,
    setup: str | None = None,
    zone: app_commands.Range[str, 1, 60] | None = None,
    hour: app_commands.Range[str, 1, 20] | None = None,
    channel: app_commands.Transform[Spot, Place] | None = None,
    layout: str | None = None,
    every: str | None = None,
    days: app_commands.Range[str, 1, 80] | None = None,
    papers: app_commands.Range[int, 1, MOST_PAPERS] | None = None,
    sort: str | None = None,
    query: app_commands.Range[str, 1, LONGEST_QUERY] | None = None,
    min_upvotes: app_commands.Range[int, 0, MOST_UPVOTES] | None = None,
    list_: str | None = None,
    role: discord.Role | None = None,
    publish: bool | None = None,  # noqa: FBT001
    quiet: bool | None = None,  # noqa: FBT001
    grace: app_commands.Range[str, 1, 30] | None = None,
    tags: app_commands.Range[str, 1, LONGEST_TAGS] | None = None,
    without: str | None = None,
) -> None:
    """Change a setup: only what you name becomes different."""
    asked = Asked(
        spot=channel, zone=zone, hour=hour, days=days, every=every, grace=grace, papers=papers,
        sort=pages.paper_sort(sort) if sort else None, query=query, min_upvotes=min_upvotes, layout=layout,
        settle=list_, publish=publish, quiet=quiet, role_id=role_id(interaction, role), tags=tags,
    )  # fmt: skip

    async def work() -> Post:
        require_manage_server(interaction)
        return await setups.edit(interaction, await chosen_setup(interaction, setup), take_away(asked, without))

    await answer(interaction, work(), private=True)


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
@app_commands.describe(setup=WHICH, paper="Why this paper would be in it, or not: words of its title, or its id")
@app_commands.autocomplete(setup=setup_choices, paper=paper_choices)
async def preview(
    interaction: Interaction,
    setup: str | None = None,
    paper: app_commands.Range[str, 1, LONGEST_QUERY] | None = None,
) -> None:
    """See what would come next, and what would not, and why; only you see it."""

    async def work() -> Post:
        require_manage_server(interaction)
        return await setups.preview(interaction, await chosen_setup(interaction, setup), paper)

    await answer(interaction, work(), private=True)


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
