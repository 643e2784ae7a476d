"""Whether a place is still what it was set up as, and what a delivery lacks there; from what Discord told of it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import discord

from bot.discord_ui import forum, permissions
from bot.errors import InvalidInput, Unreachable
from bot.ports import Needs
from storage.records import Destination, DestinationKind, Layout, Obstacle

Place = discord.abc.GuildChannel | discord.Thread | discord.abc.PrivateChannel

CHANNELS = frozenset({discord.ChannelType.text, discord.ChannelType.news})
THREADS = frozenset(
    {discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread}
)
TYPES: dict[DestinationKind, frozenset[discord.ChannelType]] = {
    DestinationKind.CHANNEL: CHANNELS,
    DestinationKind.FORUM: frozenset({discord.ChannelType.forum}),
    DestinationKind.THREAD: THREADS,
    DestinationKind.PERSON: frozenset(),
    DestinationKind.TERMINAL: frozenset(),
}
NOW_IT_IS: dict[discord.ChannelType, str] = {
    discord.ChannelType.forum: "This is a forum now, which takes only posts; choose the layout “forum” for it.",
    discord.ChannelType.text: "This is a text channel now, which takes no forum posts; choose another layout for it.",
    discord.ChannelType.news: "This is an announcement channel now, which takes no forum posts; choose another layout.",
}
NO_PLACE = "Paperboy can send no digest to this kind of channel; choose a text channel, a forum or a thread."
NOT_ITS_LAYOUT = "A forum takes only the layout “forum”, and that layout only a forum; choose another layout or place."
NO_THREADS_HERE = "Threads can be opened only in a text or announcement channel; choose another layout or place."
TOO_MANY_THREADS = "This server has as many open threads as Discord allows; close some, or try again later."
NOT_TO_BE_PUBLISHED = "This is no announcement channel any more, so its messages cannot be published."
SERVER_LEFT = "Paperboy is not in this server any more."


def obstacle(place: Place, destination: Destination, needs: Needs) -> Unreachable | None:
    """The first thing that a person has to mend before ``needs`` can be met in ``place``; None where all is well."""
    words = wrong_kind(place, destination, needs.layout)
    if words is not None:
        return Unreachable(destination, words, obstacle=Obstacle.WRONG_KIND)
    lacking = missing(place, replace(needs, tags=()))  # a tag that we may not give is left out
    if lacking:
        words = f"Paperboy lacks permission here: {', '.join(lacking)}."
        return Unreachable(destination, words, obstacle=Obstacle.PERMISSION)
    if isinstance(place, discord.ForumChannel) and forum.lacks_tag(place, needs.tags):
        return Unreachable(destination, forum.TAG_NEEDED, obstacle=Obstacle.TAG_NEEDED)
    return None


def wrong_kind(place: Place, destination: Destination, layout: Layout) -> str | None:
    """Why ``place`` is not what the destination says or the layout takes; None where it is."""
    if isinstance(place, discord.abc.PrivateChannel):
        return NO_PLACE
    kind = place.type
    if kind not in TYPES[destination.kind]:
        return NOW_IT_IS.get(kind, NO_PLACE)
    if (layout is Layout.FORUM) != (kind is discord.ChannelType.forum):
        return NOT_ITS_LAYOUT
    if layout is Layout.THREADS and kind not in CHANNELS:
        return NO_THREADS_HERE
    return None


def changed_its_kind(place: Place) -> bool:
    """discord.py keeps a text channel's class whatever becomes of it, and takes all but text for announcements."""
    return isinstance(place, discord.TextChannel) and place.type is discord.ChannelType.news and not place.is_news()


def require_thread(interaction: discord.Interaction[Any]) -> int:
    """The id of the thread in which something was typed or pressed.

    Raises:
        InvalidInput: it is none.
    """
    channel = interaction.channel
    if channel is None or channel.type not in THREADS:
        raise InvalidInput("This works in a thread. /discuss start opens one about a paper.")
    return channel.id


def thread_type(place: discord.TextChannel) -> discord.ChannelType:
    """Of a thread that everybody there can see; without it Discord would make a private one."""
    return discord.ChannelType.news_thread if place.is_news() else discord.ChannelType.public_thread


def missing(place: object, needs: Needs) -> tuple[str, ...]:
    """The permissions that ``needs`` take and that we lack there, by their names in Discord.

    Nothing is called missing where Discord has not described the server: sending will show.
    """
    if not isinstance(place, discord.abc.GuildChannel | discord.Thread):
        return ()
    granted = permissions.granted_to_us(place)
    if granted is None:
        return ()
    return permissions.lacking(granted, _needed(place, needs))


def _needed(place: discord.abc.GuildChannel | discord.Thread, needs: Needs) -> Iterable[permissions.Need]:
    yield from permissions.needs(thread=isinstance(place, discord.Thread), layout=needs.layout)
    if isinstance(place, discord.Thread) and place.locked:
        yield permissions.MANAGE_THREADS
    if isinstance(place, discord.ForumChannel) and forum.takes_moderator(place, needs.tags):
        yield permissions.MANAGE_THREADS
    role = place.guild.get_role(needs.role_id) if needs.role_id is not None else None
    if role is not None and not role.mentionable:
        yield permissions.MENTION_ALL


def role_to_notify(place: object, role_id: int | None) -> int | None:
    """``role_id`` where such a role may be notified there: not one that is gone, and never everybody."""
    if role_id is None or not isinstance(place, discord.abc.GuildChannel | discord.Thread):
        return role_id
    if place.guild.unavailable:
        return role_id  # nobody can tell yet; Discord notifies nobody of a role that is gone
    role = place.guild.get_role(role_id)
    return role_id if role is not None and not role.is_default() else None
