"""``/setup``: a digest for a channel, shown as it would be before it is started."""

from datetime import time

import discord
from discord import app_commands

from bot import pages
from bot.core.terms import Asked, Spot, first_terms
from bot.discord_ui import setups
from bot.discord_ui.commands.inputs import (
    CADENCES,
    LAYOUTS,
    LISTS,
    ORDERS,
    Place,
    day_choices,
    grace_choices,
    hour_choices,
    role_id,
    spot,
    zone_choices,
)
from bot.discord_ui.commands.papers import LONGEST_QUERY
from bot.discord_ui.permissions import require_manage_server
from bot.discord_ui.replies import Interaction, answer_twice
from bot.errors import InvalidInput
from bot.services.channels import MOST_PAPERS, MOST_UPVOTES, checked
from storage.records import ChannelSetup, Schedule

LONGEST_TAGS = 2000
FIRST_HOUR = time(9)


@app_commands.command(name="setup")
@app_commands.rename(list_="list")
@app_commands.describe(
    zone="The time zone of the hour: type a city or continent, for example Berlin",
    hour="When it comes, for example 8, 08:30 or 8am; empty: 09:00",
    channel="Where it goes: a text or announcement channel, a forum or a thread; empty: this channel",
    layout="In which messages; empty: one message, in a forum one post a paper",
    every="How often, and of how many days; empty: daily",
    days="On which days: daily, weekdays, or for example mon,wed,fri; empty: daily",
    papers="How many papers at most; empty: 5",
    sort="Which papers come first; empty: trending",
    query="Only papers that match, for example: cat:cs.CL -survey; empty: all",
    min_upvotes="Only papers with at least so many upvotes; empty: 0",
    list_="Which list of a day; empty: complete, for cards and in a forum settled",
    role="Who is notified of it; empty: nobody",
    publish="In an announcement channel: publish it to the channels that follow; empty: yes there",
    quiet="Say nothing on days without papers; empty: say why there are none",
    grace="How late it may still come after downtime, for example 2h; empty: 6h",
    tags="In a forum: which papers get which tag, for example NLP: cat:cs.CL; Papers: *",
)
@app_commands.choices(sort=ORDERS, layout=LAYOUTS, every=CADENCES, list_=LISTS)
@app_commands.autocomplete(zone=zone_choices, hour=hour_choices, days=day_choices, grace=grace_choices)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
async def setup(  # noqa: PLR0917  # its options, as Discord shows them
    interaction: Interaction,
    zone: app_commands.Range[str, 1, 60],
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
) -> None:
    """Papers for a channel, every day, week or month; you see them before it starts."""
    guild_id = require_manage_server(interaction)
    asked = Asked(
        spot=channel or _here(interaction), zone=zone, hour=hour, days=days, every=every, grace=grace, papers=papers,
        sort=pages.paper_sort(sort) if sort else None, query=query, min_upvotes=min_upvotes, layout=layout,
        settle=list_, publish=publish, quiet=quiet, role_id=role_id(interaction, role), tags=tags,
    )  # fmt: skip
    await answer_twice(interaction, setups.propose(interaction, _draft(interaction, guild_id, asked)))


def _draft(interaction: Interaction, guild_id: int, asked: Asked) -> ChannelSetup:
    place = asked.spot or _here(interaction)
    blank = ChannelSetup(
        guild_id=guild_id,
        destination=place.destination,
        schedule=Schedule(at=FIRST_HOUR, zone="UTC"),
        created_by=interaction.user.id,
        created_at=interaction.client.resources.clock(),
    )
    return checked(first_terms(blank, asked))


def _here(interaction: Interaction) -> Spot:
    if interaction.channel is None:
        raise InvalidInput("Choose the channel in the option “channel”.")
    return spot(interaction.channel.id, interaction.channel.type)
