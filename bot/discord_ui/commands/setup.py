"""``/setup``: a daily digest for a channel, shown as it would be before it is started."""

from typing import Any

import discord
from discord import AppCommandOptionType, app_commands

from bot import pages
from bot.core.schedule import parse_hour, parse_weekdays, parse_zone
from bot.discord_ui import setups
from bot.discord_ui.commands.inputs import ORDERS, PLACES, day_choices, destination, hour_choices, zone_choices
from bot.discord_ui.commands.papers import LONGEST_QUERY
from bot.discord_ui.permissions import require_manage_server
from bot.discord_ui.replies import Interaction, answer_twice
from bot.errors import InvalidInput
from bot.services.channels import MOST_PAPERS, MOST_UPVOTES, checked
from storage.records import ChannelSetup, Destination, Schedule, Sort


class Place(app_commands.Transformer):
    """A channel or thread that can get a digest; also one that discord.py does not know (yet)."""

    @property
    def type(self) -> AppCommandOptionType:
        return AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return PLACES

    async def transform(self, _interaction: discord.Interaction[Any], value: Any, /) -> Destination:
        return destination(value.id, value.type)


@app_commands.command(name="setup")
@app_commands.describe(
    zone="The time zone of the hour: type a city or continent, for example Berlin",
    hour="When it comes, for example 8, 08:30 or 8am; empty: 09:00",
    channel="Where it goes; empty: this channel",
    days="On which days: daily, weekdays, or for example mon,wed,fri; empty: daily",
    papers="How many papers at most; empty: 5",
    sort="Which papers come first; empty: trending",
    query="Only papers that match, for example: cat:cs.CL -survey; empty: all",
    min_upvotes="Only papers with at least so many upvotes; empty: 0",
)
@app_commands.choices(sort=ORDERS)
@app_commands.autocomplete(zone=zone_choices, hour=hour_choices, days=day_choices)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
async def setup(  # noqa: PLR0917  # its options, as Discord shows them
    interaction: Interaction,
    zone: app_commands.Range[str, 1, 60],
    hour: app_commands.Range[str, 1, 20] = "09:00",
    channel: app_commands.Transform[Destination, Place] | None = None,
    days: app_commands.Range[str, 1, 80] = "daily",
    papers: app_commands.Range[int, 1, MOST_PAPERS] = 5,
    sort: str = Sort.TRENDING,
    query: app_commands.Range[str, 1, LONGEST_QUERY] | None = None,
    min_upvotes: app_commands.Range[int, 0, MOST_UPVOTES] = 0,
) -> None:
    """A daily digest of papers for a channel; you see it before it starts."""
    guild_id = require_manage_server(interaction)
    draft = ChannelSetup(
        guild_id=guild_id,
        destination=channel or _here(interaction),
        schedule=Schedule(at=parse_hour(hour), zone=parse_zone(zone), weekdays=parse_weekdays(days)),
        limit=papers,
        sort=pages.paper_sort(sort),
        query=query,
        min_upvotes=min_upvotes,
        created_by=interaction.user.id,
        created_at=interaction.client.resources.clock(),
    )
    await answer_twice(interaction, setups.propose(interaction, checked(draft)))


def _here(interaction: Interaction) -> Destination:
    if interaction.channel is None:
        raise InvalidInput("Choose the channel in the option “channel”.")
    return destination(interaction.channel.id, interaction.channel.type)
