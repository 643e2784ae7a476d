"""Routes about threads: posts in forums, threads of their own and from messages, finding them, waking them."""

from datetime import datetime
from typing import Any

from tests.standins.discord import errors, limits, payloads, posting
from tests.standins.discord.limits import RateLimiter
from tests.standins.discord.permissions import Permission
from tests.standins.discord.rest import joined_guild, readable_channel
from tests.standins.discord.rest_messages import SETTABLE, check_unlocked, flags_of
from tests.standins.discord.state import THREADS, Channel, ChannelKind, Guild
from tests.standins.discord.validation import check_message
from tests.standins.discord.wire import Call, Route
from tests.standins.discord.world import World

Json = dict[str, Any]

ARCHIVE_AFTER = (60, 1440, 4320, 10080)
MOST_TAGS = 5
MOST_LISTED = 100
MAY_HAVE_THREADS = frozenset({ChannelKind.TEXT, ChannelKind.ANNOUNCEMENT})


class ThreadRoutes:
    def __init__(self, world: World, limiter: RateLimiter) -> None:
        self.world = world
        self.limiter = limiter

    def routes(self) -> list[Route]:
        one = "/channels/{channel_id}"
        from_one = f"{one}/messages/{{message_id}}/threads"
        return [
            Route("POST", f"{one}/threads", "create_thread", self.create, created=True),
            Route("POST", from_one, "create_thread_from_message", self.create_from, created=True),
            Route("GET", f"{one}/threads/archived/public", "list_public_archived_threads", self.archived),
            Route("GET", f"{one}/threads/search", "thread_search", self.search),
            Route("GET", "/guilds/{guild_id}/threads/active", "get_active_guild_threads", self.active),
            Route("PATCH", one, "update_channel", self.update),
            Route("DELETE", one, "delete_channel", self.delete),
        ]

    async def create(self, call: Call) -> Json:
        """In a forum a post, elsewhere an empty thread. No nonce here: asked twice, Discord creates two."""
        parent = readable_channel(self.world, call.id("channel_id"))
        body = call.object
        _check_form(body, in_forum=parent.kind is ChannelKind.FORUM)
        if parent.kind is ChannelKind.FORUM:
            return self._post(parent, call)
        private = int(body.get("type") or ChannelKind.PRIVATE_THREAD) == ChannelKind.PRIVATE_THREAD
        kind = ChannelKind.PRIVATE_THREAD if private else _public_kind(parent)
        needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
        guild = self._allowed(parent, kind, needed)
        thread = self.world.add_channel(
            guild, body["name"], kind=kind, parent=parent, archive_after=body.get("auto_archive_duration")
        )
        return payloads.channel(thread, self.world.bot)

    def _allowed(self, parent: Channel, kind: ChannelKind, needed: Permission) -> Guild:
        if parent.guild is None or parent.kind not in MAY_HAVE_THREADS | {ChannelKind.FORUM}:
            raise errors.wrong_kind_of_channel()
        if needed not in self.world.may(self.world.bot, parent):
            raise errors.missing_permissions()
        self.world.archive_the_quiet(parent.guild)
        self.world.check_room_for_thread(parent.guild, kind)
        self.limiter.spend(limits.NEW_THREAD, parent.id, now=self.world.clock.now().timestamp())
        return parent.guild

    def _post(self, forum: Channel, call: Call) -> Json:
        body, first = call.object, call.object["message"]
        needed = Permission.SEND_MESSAGES
        needed |= Permission.EMBED_LINKS if first.get("embeds") else needed
        needed |= Permission.ATTACH_FILES if call.files else needed
        check_message(first, flags=flags_of(first), files=len(call.files), at=("message",))
        applied = self._tags(forum, body.get("applied_tags") or [])
        guild = self._allowed(forum, ChannelKind.PUBLIC_THREAD, needed)
        thread = self.world.add_channel(
            guild,
            body["name"],
            kind=ChannelKind.PUBLIC_THREAD,
            parent=forum,
            applied_tags=applied,
            archive_after=body.get("auto_archive_duration"),
        )
        message = posting.compose(self.world, thread, first, call.files, flags=flags_of(first) & SETTABLE)
        message.id, message.nonce = thread.id, None
        self.world.post(message)
        return {**payloads.channel(thread, self.world.bot), "message": payloads.message(message)}

    def _tags(self, forum: Channel, wanted: list[Any]) -> list[int]:
        """Raises Refusal. A moderated tag without MANAGE_THREADS: 50013, which Discord does not document."""
        applied = [int(tag_id) for tag_id in wanted]
        known = {tag.id: tag for tag in forum.tags}
        moderates = Permission.MANAGE_THREADS in self.world.may(self.world.bot, forum)
        if any(tag_id not in known for tag_id in applied):
            raise errors.unknown_tag()
        if any(known[tag_id].moderated for tag_id in applied) and not moderates:
            raise errors.missing_permissions()
        if forum.requires_tag and not applied:
            settable = [tag for tag in forum.tags if moderates or not tag.moderated]
            raise errors.tag_required() if settable else errors.no_tag_for_everybody()
        return applied

    async def create_from(self, call: Call) -> Json:
        parent = readable_channel(self.world, call.id("channel_id"))
        message = self.world.find_message(parent, call.id("message_id"))
        if message is None:
            raise errors.unknown_message()
        body = call.object
        _check_form(body, in_forum=False)
        if parent.kind not in MAY_HAVE_THREADS:
            raise errors.wrong_kind_of_channel()
        if message.thread is not None:
            raise errors.has_a_thread()
        kind = _public_kind(parent)
        guild = self._allowed(parent, kind, Permission.CREATE_PUBLIC_THREADS)
        thread = self.world.add_channel(
            guild,
            body["name"],
            kind=kind,
            parent=parent,
            opened_from=message,
            archive_after=body.get("auto_archive_duration"),
        )
        return payloads.channel(thread, self.world.bot)

    def _seen(self, thread: Channel) -> bool:
        return Permission.VIEW_CHANNEL in self.world.may(self.world.bot, thread)

    async def active(self, call: Call) -> Json:
        """Newest first."""
        guild = joined_guild(self.world, call.id("guild_id"))
        self.world.archive_the_quiet(guild)
        threads = sorted(filter(self._seen, self.world.active_threads(guild)), key=lambda one: one.id, reverse=True)
        return {"threads": [payloads.channel(one, self.world.bot) for one in threads], "members": [], "has_more": False}

    def _children(self, call: Call) -> list[Channel]:
        """For a bot that may read the history. Raises Refusal."""
        parent = readable_channel(self.world, call.id("channel_id"))
        if parent.guild is None or parent.kind in THREADS:
            raise errors.wrong_kind_of_channel()
        if Permission.READ_MESSAGE_HISTORY not in self.world.may(self.world.bot, parent):
            raise errors.missing_access()
        self.world.archive_the_quiet(parent.guild)
        return [one for one in parent.guild.channels.values() if one.parent is parent and one.kind in THREADS]

    async def archived(self, call: Call) -> Json:
        """Those archived last first; ``before`` is a moment."""
        before = datetime.fromisoformat(call.query["before"]) if "before" in call.query else None
        gone = [
            (one.archived_at, one)
            for one in self._children(call)
            if one.archived and one.archived_at and one.kind is not ChannelKind.PRIVATE_THREAD
        ]
        gone.sort(key=lambda each: (each[0], each[1].id), reverse=True)
        found = [one for at, one in gone if before is None or at < before]
        return self._page(found, call)

    async def search(self, call: Call) -> Json:
        """By words of the name; ``archived`` says which, both where it is not given. Newest first."""
        words = call.query.get("name", "").casefold().split()
        found = [one for one in self._children(call) if all(word in one.name.casefold() for word in words)]
        if "archived" in call.query:
            wanted = call.query["archived"].lower() in ("1", "true")
            found = [one for one in found if one.archived is wanted]
        for name, fits in (("min_id", int.__gt__), ("max_id", int.__lt__)):
            if name in call.query:
                limit = int(call.query[name])
                found = [one for one in found if fits(one.id, limit)]
        found.sort(key=lambda one: one.id, reverse=True)
        offset = int(call.query.get("offset", 0))
        return {**self._page(found[offset:], call), "total_results": len(found)}

    def _page(self, found: list[Channel], call: Call) -> Json:
        limit = int(call.query.get("limit", MOST_LISTED))
        threads = [payloads.channel(one, self.world.bot) for one in found[:limit]]
        return {"threads": threads, "members": [], "has_more": len(found) > limit}

    async def update(self, call: Call) -> Json:
        """Of threads only: wake, archive, lock, rename, other tags. Other channels are administrators' business."""
        thread = readable_channel(self.world, call.id("channel_id"))
        if thread.kind not in THREADS:
            raise errors.missing_permissions()
        body = call.object
        may = self.world.may(self.world.bot, thread)
        moderates = Permission.MANAGE_THREADS in may
        check_unlocked(self.world, thread)
        wakes = body.get("archived") is False
        if thread.archived and not wakes:
            raise errors.thread_archived()
        if wakes and Permission.SEND_MESSAGES_IN_THREADS not in may and not moderates:
            raise errors.missing_permissions()
        others = set(body) - {"archived"} if wakes else set(body)
        own = thread.owner in (None, self.world.bot)
        if others and not moderates and (not own or "locked" in others):
            raise errors.missing_permissions()
        if body.get("applied_tags") is not None and thread.parent is not None:
            thread.applied_tags = self._tags(thread.parent, body["applied_tags"])
        if wakes:
            self.world.unarchive(thread)
        thread.name = body.get("name") or thread.name
        thread.locked = bool(body.get("locked", thread.locked))
        thread.archive_after = body.get("auto_archive_duration") or thread.archive_after
        if body.get("archived"):
            self.world.archive(thread)
        elif others:
            self.world.changed_channel(thread)
        return payloads.channel(thread, self.world.bot)

    async def delete(self, call: Call) -> Json:
        channel = readable_channel(self.world, call.id("channel_id"))
        needed = Permission.MANAGE_THREADS if channel.kind in THREADS else Permission.MANAGE_CHANNELS
        if channel.guild is None or needed not in self.world.may(self.world.bot, channel):
            raise errors.missing_permissions()
        told = payloads.channel(channel, self.world.bot)
        self.world.remove_channel(channel)
        return told


def _public_kind(parent: Channel) -> ChannelKind:
    announces = parent.kind is ChannelKind.ANNOUNCEMENT
    return ChannelKind.ANNOUNCEMENT_THREAD if announces else ChannelKind.PUBLIC_THREAD


def _check_form(body: Json, *, in_forum: bool) -> None:
    form = errors.FormErrors()
    form.length(("name",), body.get("name") or "", least=1, most=100)
    if (body.get("auto_archive_duration") or ARCHIVE_AFTER[0]) not in ARCHIVE_AFTER:
        form.add(("auto_archive_duration",), "BASE_TYPE_CHOICES", f"Value must be one of {set(ARCHIVE_AFTER)}.")
    form.length(("applied_tags",), body.get("applied_tags"), most=MOST_TAGS)
    if in_forum and not isinstance(body.get("message"), dict):
        form.required(("message",))
    form.refuse()
