"""``/topics``: what a person follows; private everywhere, in direct messages too."""

from discord import app_commands

from bot import pages
from bot.core.schedule import parse_hour
from bot.discord_ui.commands.inputs import hour_choices, topic_choices, zone_choices
from bot.discord_ui.commands.papers import LONGEST_QUERY
from bot.discord_ui.replies import Interaction, answer
from bot.render.post import Post
from bot.render.topics import unfollowed
from bot.services import topics as service

topics = app_commands.Group(name="topics", description="Follow what interests you: one direct message a day")


@topics.command(name="follow")
@app_commands.describe(
    query='Words, "exact phrases", -without, a OR b, author:ho, cat:cs.CL; as in /papers search',
    hour="When your daily message comes, for example 9:30; it is one message for all your topics",
    zone="Your time zone: type your city or continent",
)
@app_commands.autocomplete(hour=hour_choices, zone=zone_choices)
async def follow(
    interaction: Interaction,
    query: app_commands.Range[str, 1, LONGEST_QUERY],
    hour: app_commands.Range[str, 1, 20] | None = None,
    zone: app_commands.Range[str, 1, 60] | None = None,
) -> None:
    """Get what matches a query as one direct message a day."""

    async def work() -> Post:
        r = interaction.client.resources
        at = parse_hour(hour) if hour else None
        return pages.follows(r, await service.follow(r, interaction.user.id, query, at=at, zone=zone))

    await answer(interaction, work(), private=True)


@topics.command(name="list")
async def list_(interaction: Interaction) -> None:
    """The topics that you follow."""
    await answer(interaction, pages.own_topics(interaction.client.resources, interaction.user.id), private=True)


@topics.command(name="unfollow")
@app_commands.describe(topic="The topic: choose it, or type its number or its query")
@app_commands.autocomplete(topic=topic_choices)
async def unfollow(interaction: Interaction, topic: app_commands.Range[str, 1, LONGEST_QUERY]) -> None:
    """Follow a topic no longer."""

    async def work() -> Post:
        return unfollowed(await service.unfollow_named(interaction.client.resources, interaction.user.id, topic))

    await answer(interaction, work(), private=True)
