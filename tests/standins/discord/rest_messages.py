"""Routes about messages in channels: send, read, edit, delete, publish."""

from datetime import datetime, timedelta
from typing import Any

from tests.standins.discord import errors, limits, payloads, posting
from tests.standins.discord.limits import RateLimiter
from tests.standins.discord.permissions import Permission
from tests.standins.discord.rest import readable_channel
from tests.standins.discord.state import COMPONENTS_V2, THREADS, Channel, ChannelKind, Message
from tests.standins.discord.validation import check_message
from tests.standins.discord.wire import Call, Route
from tests.standins.discord.world import World

Json = dict[str, Any]

SETTABLE = (1 << 2) | (1 << 12) | COMPONENTS_V2
"""Message flags that a bot may set; others are passed over in silence."""
MOST_HISTORY, USUAL_HISTORY = 100, 50
GROWN_OLD = timedelta(hours=1)
"""Edits of older messages have a limit of their own."""


class MessageRoutes:
    def __init__(self, world: World, limiter: RateLimiter, *, nonce_window: timedelta) -> None:
        self.world = world
        self.limiter = limiter
        self.nonce_window = nonce_window
        self._nonces: dict[str, tuple[datetime, Message]] = {}

    def routes(self) -> list[Route]:
        many = "/channels/{channel_id}/messages"
        one = f"{many}/{{message_id}}"
        return [
            Route("POST", many, "create_message", self.create),
            Route("GET", many, "list_messages", self.history),
            Route("GET", one, "get_message", self.get),
            Route("PATCH", one, "update_message", self.update),
            Route("DELETE", one, "delete_message", self.delete),
            Route("POST", f"{one}/crosspost", "crosspost_message", self.crosspost),
            Route("POST", "/channels/{channel_id}/typing", "trigger_typing_indicator", self.typing),
        ]

    async def create(self, call: Call) -> Json:
        channel = readable_channel(self.world, call.id("channel_id"))
        self._may_send(channel, call.object, files=len(call.files))
        check_message(call.object, flags=flags_of(call.object), files=len(call.files))
        earlier = self._same_nonce(call.object)
        if earlier is not None:
            return payloads.message(earlier)
        message = posting.compose(self.world, channel, call.object, call.files, flags=flags_of(call.object) & SETTABLE)
        self.world.post(message)
        if message.nonce is not None:
            self._nonces[message.nonce] = (self.world.clock.now(), message)
        return payloads.message(message)

    def _same_nonce(self, body: Json) -> Message | None:
        """With ``enforce_nonce`` the first message of that nonce; a 404 where it was deleted meanwhile."""
        if not body.get("enforce_nonce") or (known := self._nonces.get(str(body.get("nonce")))) is None:
            return None
        at, message = known
        if self.world.clock.now() - at > self.nonce_window:
            return None
        if message.deleted:
            raise errors.unknown_message()
        return message

    def _may_send(self, channel: Channel, body: Json, *, files: int) -> None:
        recipient = channel.recipient
        if recipient is not None:
            if not any(recipient.id in guild.members for guild in self.world.guilds.values()):
                raise errors.no_mutual_guild()
            if not recipient.dms_open:
                raise errors.dm_closed()
            return
        if channel.kind is ChannelKind.FORUM:
            raise errors.forum_wants_threads()
        if channel.kind is ChannelKind.CATEGORY:
            raise errors.not_a_text_channel()
        may = self.world.may(self.world.bot, channel)
        thread = channel.kind in THREADS
        needed = Permission.SEND_MESSAGES_IN_THREADS if thread else Permission.SEND_MESSAGES
        if body.get("embeds"):
            needed |= Permission.EMBED_LINKS
        if files:
            needed |= Permission.ATTACH_FILES
        if needed not in may:
            raise errors.missing_permissions()
        check_unlocked(self.world, channel)
        self.world.unarchive(channel)

    async def history(self, call: Call) -> list[Json]:
        """Newest first. Without READ_MESSAGE_HISTORY Discord gives an empty list instead of a refusal."""
        channel = readable_channel(self.world, call.id("channel_id"))
        if Permission.READ_MESSAGE_HISTORY not in self.world.may(self.world.bot, channel):
            return []
        limit = int(call.query.get("limit", USUAL_HISTORY))
        if not 1 <= limit <= MOST_HISTORY:
            problems = errors.FormErrors()
            problems.add(("limit",), "NUMBER_TYPE_MAX", f"int value should be between 1 and {MOST_HISTORY}.")
            problems.refuse()
        newest_first = [message for message in reversed(channel.messages) if not message.deleted]
        return [payloads.message(message) for message in _window(newest_first, call, limit)]

    def _message(self, call: Call) -> Message:
        channel = readable_channel(self.world, call.id("channel_id"))
        message = self.world.find_message(channel, call.id("message_id"))
        if message is None:
            raise errors.unknown_message()
        return message

    async def get(self, call: Call) -> Json:
        channel = readable_channel(self.world, call.id("channel_id"))
        if Permission.READ_MESSAGE_HISTORY not in self.world.may(self.world.bot, channel):
            raise errors.missing_access()
        return payloads.message(self._message(call))

    async def update(self, call: Call) -> Json:
        message = self._message(call)
        if message.author is not self.world.bot:
            raise errors.not_the_author()
        if message.channel.archived:
            raise errors.thread_archived()
        check_unlocked(self.world, message.channel)
        self._spend_edit(message)
        posting.edit(self.world, message, call.object, call.files)
        return payloads.message(message)

    def _spend_edit(self, message: Message) -> None:
        now = self.world.clock.now()
        if now - message.created_at > GROWN_OLD:
            self.limiter.spend(limits.OLD_EDIT, message.channel.id, now=now.timestamp())
        if message.published:
            self.limiter.spend(limits.PUBLISHED_EDIT, message.id, now=now.timestamp())

    async def crosspost(self, call: Call) -> Json:
        """Publish a message to the servers that follow its announcement channel."""
        message = self._message(call)
        channel = message.channel
        if channel.kind is not ChannelKind.ANNOUNCEMENT:
            raise errors.wrong_kind_of_channel()
        needed = Permission.SEND_MESSAGES
        if message.author is not self.world.bot:
            needed |= Permission.MANAGE_MESSAGES
        if needed not in self.world.may(self.world.bot, channel):
            raise errors.missing_permissions()
        if message.published:
            raise errors.already_crossposted()
        self.limiter.spend(limits.CROSSPOST, channel.id, now=self.world.clock.now().timestamp())
        self.world.publish(message)
        return payloads.message(message)

    async def delete(self, call: Call) -> None:
        message = self._message(call)
        may = self.world.may(self.world.bot, message.channel)
        if message.author is not self.world.bot and Permission.MANAGE_MESSAGES not in may:
            raise errors.missing_permissions()
        self.world.delete(message)

    async def typing(self, call: Call) -> None:
        channel = readable_channel(self.world, call.id("channel_id"))
        self._may_send(channel, {}, files=0)


def check_unlocked(world: World, channel: Channel) -> None:
    """Raises Refusal for a locked thread, which is closed to everybody without MANAGE_THREADS."""
    if channel.locked and Permission.MANAGE_THREADS not in world.may(world.bot, channel):
        raise errors.thread_locked()


def flags_of(body: Json) -> int:
    return int(body.get("flags") or 0)


def _window(newest_first: list[Message], call: Call, limit: int) -> list[Message]:
    """``before``, ``after`` and ``around`` take any id, of a message or not; the answer stays newest first."""
    if "before" in call.query:
        return [message for message in newest_first if message.id < int(call.query["before"])][:limit]
    if "after" in call.query:
        later = [message for message in newest_first if message.id > int(call.query["after"])]
        return later[-limit:]
    if "around" in call.query:
        centre, half = int(call.query["around"]), limit // 2
        later = [message for message in newest_first if message.id > centre][-half:] if half else []
        earlier = [message for message in newest_first if message.id <= centre][: limit - half]
        return later + earlier
    return newest_first[:limit]
