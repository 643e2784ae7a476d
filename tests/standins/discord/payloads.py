"""What this Discord knows, in the shapes in which Discord sends it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.standins.discord.clock import moment_of
from tests.standins.discord.permissions import Permission, in_channel

if TYPE_CHECKING:
    from tests.standins.discord import state

Json = dict[str, Any]

_THREAD_KINDS = (10, 11, 12)
_FORUM_KIND = 15
REQUIRE_TAG = 1 << 4


def moment(value: datetime) -> str:
    return value.isoformat(timespec="microseconds")


def user(one: "state.User") -> Json:
    return {
        "id": str(one.id),
        "username": one.name,
        "discriminator": "0",
        "global_name": None if one.bot else one.name.title(),
        "avatar": None,
        "bot": one.bot,
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "clan": None,
        "primary_guild": None,
    }


def role(one: "state.Role") -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(int(one.permissions)),
        "position": one.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "managed": one.managed,
        "mentionable": one.mentionable,
        "flags": 0,
    }


def member(one: "state.Member", *, permissions: Permission | None = None) -> Json:
    """``permissions`` is given inside interactions only."""
    told = {} if permissions is None else {"permissions": str(int(permissions))}
    return {
        "user": user(one.user),
        "roles": [str(role_id) for role_id in one.role_ids],
        "joined_at": moment(one.joined_at),
        "nick": None,
        "avatar": None,
        "banner": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "premium_since": None,
        "communication_disabled_until": None,
        **told,
    }


def channel(one: "state.Channel", bot: "state.User") -> Json:
    flags = REQUIRE_TAG if one.requires_tag else 0
    shared: Json = {"id": str(one.id), "type": int(one.kind), "flags": flags, "last_message_id": _last_message(one)}
    if one.guild is None:
        return {**shared, "recipients": [user(one.recipient)] if one.recipient else []}
    shared |= {"name": one.name, "guild_id": str(one.guild.id), "rate_limit_per_user": 0}
    shared["parent_id"] = str(one.parent.id) if one.parent else None
    if int(one.kind) in _THREAD_KINDS:
        return {**shared, **_thread(one, bot)}
    return {
        **shared,
        "position": 0,
        "topic": None,
        "nsfw": False,
        "default_auto_archive_duration": one.archive_after,
        "available_tags": [tag(each) for each in one.tags],
        "permission_overwrites": [
            {"id": str(target), "type": o.kind, "allow": str(int(o.allow)), "deny": str(int(o.deny))}
            for target, o in one.overwrites.items()
        ],
    }


def _thread(one: "state.Channel", bot: "state.User") -> Json:
    """The first message of a forum post is not counted among its messages."""
    in_forum = one.parent is not None and int(one.parent.kind) == _FORUM_KIND
    count = max(len(one.messages) - in_forum, 0)
    began = moment_of(one.id)
    return {
        "owner_id": str((one.owner or bot).id),
        "message_count": count,
        "member_count": 1,
        "total_message_sent": count,
        "applied_tags": [str(tag_id) for tag_id in one.applied_tags],
        "thread_metadata": {
            "archived": one.archived,
            "locked": one.locked,
            "auto_archive_duration": one.archive_after,
            "archive_timestamp": moment(one.archived_at or began),
            "create_timestamp": moment(began),
        },
    }


def tag(one: "state.Tag") -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "moderated": one.moderated,
        "emoji_id": None,
        "emoji_name": one.emoji,
    }


def _last_message(one: "state.Channel") -> str | None:
    return str(one.messages[-1].id) if one.messages else None


def guild(one: "state.Guild") -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner_id),
        "roles": [role(each) for each in one.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "preferred_locale": one.locale,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "application_id": None,
    }


def guild_create(one: "state.Guild", bot: "state.User", *, known: bool) -> Json:
    """Without the privileged members intent only the bot's own member is listed; only active threads are.

    Of a guild that READY announced Discord says that it is available; of one that the bot just joined it says nothing.
    """
    own = one.members[bot.id]
    channels = [each for each in one.channels.values() if int(each.kind) not in _THREAD_KINDS]
    threads = [each for each in one.channels.values() if int(each.kind) in _THREAD_KINDS and not each.archived]
    return {
        **guild(one),
        "joined_at": moment(one.created_at),
        "large": False,
        **({"unavailable": False} if known else {}),
        "member_count": len(one.members),
        "members": [member(own)],
        "channels": [channel(each, bot) for each in channels],
        "threads": [channel(each, bot) for each in threads if Permission.VIEW_CHANNEL in in_channel(each, own)],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def message(one: "state.Message") -> Json:
    body: Json = {
        "id": str(one.id),
        "type": 20 if one.interaction and one.interaction["type"] == 2 else 0,
        "channel_id": str(one.channel.id),
        "author": user(one.author),
        "content": one.content,
        "timestamp": moment(one.created_at),
        "edited_timestamp": moment(one.edited_at) if one.edited_at else None,
        "tts": False,
        "mention_everyone": bool(one.pings & {"everyone", "here"}),
        "mentions": [user(each) for each in one.mentioned],
        "mention_roles": [],
        "attachments": one.attachments,
        "embeds": one.embeds,
        "components": one.components,
        "pinned": False,
        "flags": one.flags,
    }
    if one.thread is not None:
        body["thread"] = channel(one.thread, one.author)
    if one.nonce is not None:
        body["nonce"] = one.nonce
    if one.interaction is not None:
        body |= {"interaction_metadata": one.interaction, "webhook_id": body["author"]["id"]}
        body["application_id"] = body["author"]["id"]
    if one.channel.guild is not None and one.ephemeral_for is None:
        body["guild_id"] = str(one.channel.guild.id)
    return body


def message_event(one: "state.Message") -> Json:
    """The message as the gateway tells of it: with what its author is in the server, but who that is only once."""
    guild = one.channel.guild
    author = guild.members.get(one.author.id) if guild is not None and one.ephemeral_for is None else None
    if author is None:
        return message(one)
    return message(one) | {"member": {name: value for name, value in member(author).items() if name != "user"}}
