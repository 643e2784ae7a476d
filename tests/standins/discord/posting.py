"""A body becomes a message, or changes one."""

from copy import deepcopy
from typing import Any

from tests.standins.discord import errors, reading
from tests.standins.discord.components import numbered
from tests.standins.discord.permissions import Permission
from tests.standins.discord.state import COMPONENTS_V2, LOADING, Channel, Message
from tests.standins.discord.validation import check_message
from tests.standins.discord.wire import Upload
from tests.standins.discord.world import World

Json = dict[str, Any]

SUPPRESS_EMBEDS = 1 << 2


def compose(
    world: World,
    channel: Channel,
    body: Json,
    files: list[Upload],
    *,
    flags: int,
    unsaid: frozenset[str] = reading.EVERYBODY,
) -> Message:
    """A message of the bot that nobody sees yet; its body has been checked."""
    message = Message(id=world.ids.next(), channel=channel, author=world.bot, created_at=world.clock.now(), flags=flags)
    message.nonce = None if body.get("nonce") is None else str(body["nonce"])
    _fill(world, message, body, files)
    may_ping = Permission.MENTION_EVERYONE in world.may(world.bot, channel)
    spoken = "\n".join([message.content, *reading.texts(message.components)])
    allowed = body.get("allowed_mentions")
    reachable = _roles_to_ping(channel, may_ping=may_ping)
    pings = reading.pings(spoken, allowed, may_ping_everyone=may_ping, unsaid=unsaid)
    message.pings = frozenset(one for one in pings if not one.startswith("<@&") or one in reachable)
    return message


def _roles_to_ping(channel: Channel, *, may_ping: bool) -> frozenset[str]:
    roles = channel.guild.roles.values() if channel.guild else ()
    return frozenset(f"<@&{role.id}>" for role in roles if role.mentionable or may_ping)


def edit(world: World, message: Message, body: Json, files: list[Upload]) -> None:
    """Components V2 cannot be taken back from a message; a waiting message stops waiting. Raises Refusal."""
    wanted = int(body.get("flags") or 0)
    if message.flags & COMPONENTS_V2 and "flags" in body and body["flags"] is not None and not wanted & COMPONENTS_V2:
        form = errors.FormErrors()
        words = "The IS_COMPONENTS_V2 flag cannot be removed"
        form.add(("flags",), "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", words)
        form.refuse()
    flags = message.flags | (wanted & COMPONENTS_V2)
    check_message(body, flags=flags, kept=message, files=len(files))
    if "flags" in body:
        flags = (flags & ~SUPPRESS_EMBEDS) | (wanted & SUPPRESS_EMBEDS)
    message.flags = flags & ~LOADING
    _fill(world, message, body, files)
    world.changed(message)


def _fill(world: World, message: Message, body: Json, files: list[Upload]) -> None:
    if "content" in body:
        message.content = (body["content"] or "").strip()
    if "embeds" in body:
        message.embeds = deepcopy(body["embeds"] or [])
    if "components" in body:
        message.components = numbered(deepcopy(body["components"] or []))
    if "attachments" in body or files:
        kept = [one for one in message.attachments if _is_kept(one, body.get("attachments"))]
        message.attachments = kept + [_attachment(world, upload) for upload in files]


def _is_kept(attachment: Json, listed: list[Json] | None) -> bool:
    return listed is None or any(str(entry.get("id")) == attachment["id"] for entry in listed)


def _attachment(world: World, upload: Upload) -> Json:
    number = str(world.ids.next())
    address = f"https://cdn.discordapp.com/attachments/{number}/{upload.filename}"
    return {
        "id": number,
        "filename": upload.filename,
        "size": len(upload.content),
        "url": address,
        "proxy_url": address,
    }
