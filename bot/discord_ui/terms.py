"""Whether what is asked of a setup can be in its place: what only Discord knows, such as a forum's tags."""

from dataclasses import replace

import discord

from bot.core.tags import Available, find_tag, print_tags, vanished
from bot.discord_ui.replies import ServedClient
from bot.errors import InvalidInput
from bot.render.phrases import listed
from storage.records import ChannelSetup, DestinationKind, TagRule


def announces(client: discord.Client, channel_id: int) -> bool:
    """Whether it is an announcement channel, as far as Discord has told."""
    channel = client.get_channel(channel_id)
    return isinstance(channel, discord.TextChannel) and channel.is_news()


async def fitted(client: ServedClient, setup: ChannelSetup) -> ChannelSetup:
    """``setup`` with its forum's tags known by their ids.

    Raises:
        InvalidInput: its place does not allow what was asked for; the message says how to mend it.
        OutboxError: the forum cannot be looked at.
    """
    if setup.role_id == setup.guild_id:
        raise InvalidInput("A digest never mentions everyone. Choose another role, or none.")
    if setup.publish and not announces(client, setup.destination.id):
        raise InvalidInput(
            "Only what stands in an announcement channel can be published to others. Choose one, or set publish to no."
        )
    if setup.destination.kind is not DestinationKind.FORUM:
        return setup
    return await _with_tags(client, setup)


async def _with_tags(client: ServedClient, setup: ChannelSetup) -> ChannelSetup:
    available = await client.outbox.forum_tags(setup.destination)
    names = listed([f"“{tag.name}”" for tag in available]) or "none yet"
    if unknown := vanished(setup.tags, available):
        called = listed([f"“{rule.name}”" for rule in unknown])
        raise InvalidInput(f"This forum has no tag called {called}. Its tags are: {names}.")
    if _wants_tag(client, setup) and not any(not rule.query for rule in setup.tags):
        raise InvalidInput(
            "This forum wants a tag on every post, so one has to be there for papers that get no other: write it with "
            f"a star in the option “tags”, as in {_example(available)}. Its tags are: {names}."
        )
    found = [(rule, find_tag(rule, available)) for rule in setup.tags]
    return replace(
        setup, tags=tuple(replace(rule, name=tag.name, tag_id=tag.tag_id) for rule, tag in found if tag is not None)
    )


def _example(available: Available) -> str:
    """A rule that would do in this forum."""
    free = [tag[1] for tag in available if not tag[2]]
    return print_tags([TagRule(name=free[0] if free else "Papers")])


def _wants_tag(client: ServedClient, setup: ChannelSetup) -> bool:
    forum = client.get_channel(setup.destination.id)
    return isinstance(forum, discord.ForumChannel) and forum.flags.require_tag
