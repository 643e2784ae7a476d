"""What a member may do in a channel: the documented order of roles and overwrites, computed apart from discord.py."""

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.standins.discord.state import Channel, Guild, Member


class Permission(IntFlag):
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


NOTHING = Permission(0)
EVERYTHING = Permission(sum(Permission))

USUAL = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What @everyone has in a new guild. It may ping everyone, so a message that forgets ``allowed_mentions`` shows."""

_LEFT_TO_THE_TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
_NEEDS_SENDING = Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.MENTION_EVERYONE


def in_guild(guild: "Guild", member: "Member") -> Permission:
    """What the member's roles give, before any channel."""
    if member.user.id == guild.owner_id:
        return EVERYTHING
    total = guild.everyone.permissions
    for role_id in member.role_ids:
        total |= guild.roles[role_id].permissions
    return EVERYTHING if Permission.ADMINISTRATOR in total else total


def in_channel(channel: "Channel", member: "Member") -> Permission:
    """The result of roles, then the channel's overwrites: @everyone, all roles together, the member.

    A thread has its parent's overwrites. Source: Discord's documentation, topics/permissions.
    """
    guild = channel.guild
    if guild is None:
        return USUAL
    total = in_guild(guild, member)
    if Permission.ADMINISTRATOR in total:
        return total
    overwrites = (channel.parent or channel).overwrites
    if everyone := overwrites.get(guild.id):
        total = (total & ~everyone.deny) | everyone.allow
    roles = [overwrites[role_id] for role_id in member.role_ids if role_id in overwrites]
    deny, allow = NOTHING, NOTHING
    for overwrite in roles:
        deny, allow = deny | overwrite.deny, allow | overwrite.allow
    total = (total & ~deny) | allow
    if own := overwrites.get(member.user.id):
        total = (total & ~own.deny) | own.allow
    return _implied(total, timed_out=member.timed_out, thread=channel.parent is not None)


def _implied(total: Permission, *, timed_out: bool, thread: bool) -> Permission:
    if Permission.VIEW_CHANNEL not in total:
        return NOTHING
    if timed_out:
        return total & _LEFT_TO_THE_TIMED_OUT
    sending = Permission.SEND_MESSAGES_IN_THREADS if thread else Permission.SEND_MESSAGES
    return total if sending in total else total & ~_NEEDS_SENDING
