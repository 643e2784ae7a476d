"""What a delivery has to be allowed to do in a place, by the names that Discord's own screens use."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import discord

from bot.errors import InvalidInput
from storage.records import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One permission: discord.py's flag and the name on Discord's screens."""

    flag: str
    name: str


VIEW_CHANNEL = Need(flag="view_channel", name="View Channel")
SEND_MESSAGES = Need(flag="send_messages", name="Send Messages")
SEND_IN_THREADS = Need(flag="send_messages_in_threads", name="Send Messages in Threads")
EMBED_LINKS = Need(flag="embed_links", name="Embed Links")
READ_HISTORY = Need(flag="read_message_history", name="Read Message History")
CREATE_THREADS = Need(flag="create_public_threads", name="Create Public Threads")
MANAGE_THREADS = Need(flag="manage_threads", name="Manage Threads")
MENTION_ALL = Need(flag="mention_everyone", name="Mention @everyone, @here, and All Roles")

IN_A_CHANNEL = (VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, READ_HISTORY)
IN_A_THREAD = (VIEW_CHANNEL, SEND_IN_THREADS, EMBED_LINKS, READ_HISTORY)
"""Send Messages has no effect in threads. In a forum it is what making a post takes."""

INVITE = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    read_message_history=True,
)
"""What an invitation asks for, so that a setup anywhere works at once.

Not Manage Threads and not the mention of all roles: few setups need them, and an admin can give them where they do.
"""


def needs(*, thread: bool, layout: Layout = Layout.DIGEST) -> tuple[Need, ...]:
    """What a delivery needs in a thread, or in a channel or forum. To publish what we sent takes nothing more."""
    if thread:
        return IN_A_THREAD
    return (*IN_A_CHANNEL, CREATE_THREADS, SEND_IN_THREADS) if layout is Layout.THREADS else IN_A_CHANNEL


def lacking(granted: discord.Permissions, needed: Iterable[Need]) -> tuple[str, ...]:
    """The names of what is needed and ``granted`` does not hold, in the given order."""
    return tuple(need.name for need in needed if not getattr(granted, need.flag))


def granted_to_us(channel: discord.abc.GuildChannel | discord.Thread) -> discord.Permissions | None:
    """What this bot may do in ``channel``; None where the server is not known well enough to say."""
    place = channel.parent if isinstance(channel, discord.Thread) else channel
    # Discord has not described every server at every moment (an outage): then not even we are among its members.
    me = cast("discord.Member | None", channel.guild.me)
    if place is None or me is None:
        return None
    # Not place.permissions_for: without Send Messages it also takes away Embed Links, and a person who was told that
    # both are missing would look in vain for the second.
    return discord.abc.GuildChannel.permissions_for(place, me)


def may_manage_server(interaction: discord.Interaction[Any], guild_id: int) -> bool:
    """Whether who asks does so in that server, and may manage it."""
    granted = interaction.permissions
    return interaction.guild_id == guild_id and (granted.manage_guild or granted.administrator)


def require_manage_server(interaction: discord.Interaction[Any]) -> int:
    """The id of the server, if who asks may manage it. Discord's own gate can be opened by an admin; this one cannot.

    Raises:
        InvalidInput: it is no server, or they may not.
    """
    if interaction.guild_id is None:
        raise InvalidInput("Digests go to the channels of a server; use this command there.")
    if not may_manage_server(interaction, interaction.guild_id):
        raise InvalidInput(
            "Only members with the permission Manage Server can do this. Ask one of them; what you can always do is "
            "follow topics for yourself with /topics follow."
        )
    return interaction.guild_id


def may_write(interaction: discord.Interaction[Any]) -> bool:
    """Whether who presses a button could also write where it stands: else what it shows is for them alone."""
    granted = interaction.permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    writes = granted.send_messages_in_threads if in_thread else granted.send_messages
    return interaction.guild_id is None or writes or granted.administrator


def require_thread_writer(interaction: discord.Interaction[Any]) -> None:
    """That who asks may write in the threads of this channel: what nobody may talk in is not opened for them.

    Raises:
        InvalidInput: they may not.
    """
    if not (interaction.permissions.send_messages_in_threads or interaction.permissions.administrator):
        raise InvalidInput(
            "You may not write in the threads of this channel, so I do nothing in them for you. Someone who manages "
            "the server can allow you Send Messages in Threads."
        )


def require_thread_maker(interaction: discord.Interaction[Any]) -> None:
    """That who asks could open a thread here without us.

    Raises:
        InvalidInput: they could not.
    """
    require_thread_writer(interaction)
    if not (interaction.permissions.create_public_threads or interaction.permissions.administrator):
        raise InvalidInput(
            "You may open no threads in this channel, so I open none for you. Someone who manages the server can allow "
            "you Create Public Threads."
        )
