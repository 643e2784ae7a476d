"""Posts on their way out: one send with its own nonce, changes of it later, and the search for one that got lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import discord
import structlog
from discord.abc import Messageable

from bot.core.tags import ForumTag
from bot.discord_ui import forum, permissions, places, wire
from bot.discord_ui.components import custom_ids, fitting, notifying
from bot.discord_ui.places import Place
from bot.discord_ui.refusals import (
    ALREADY_PUBLISHED,
    ARCHIVED,
    SHORT_WAIT,
    TOO_MANY_THREADS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    UNKNOWN_ROLE,
    UNKNOWN_TAG,
    WRONG_KIND,
    is_bad_token,
    outbox_error,
)
from bot.errors import OutboxError, Refused, RetryLater, SendUncertain, Unreachable
from bot.ports import DIGEST_ONLY, Clock, Envelope, Needs
from bot.render.post import Post
from storage.records import Destination, DestinationKind, Layout, Obstacle

log = structlog.get_logger(__name__)

SEND_WITHIN = 75.0
"""Seconds for one send with all its retries: less than a delivery's lease, or another process would take it over."""

LOOK_WITHIN = 20.0
"""Seconds for looking at a history or at a channel."""

MESSAGES_READ = 1000
"""At each end of the history since a delivery was planned: its message is among the last ones where a program died a
moment ago, and among the first where it was down for long; in a busy channel not all that lies between can be read."""


class DiscordOutbox:
    """Implements ``bot.ports.Outbox``. ``on_bad_token`` is called when Discord refuses the token itself."""

    def __init__(self, client: discord.Client, *, clock: Clock, on_bad_token: Callable[[], None]) -> None:
        self._client = client
        self._clock = clock
        self._on_bad_token = on_bad_token
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    def reaches(self, destination: Destination) -> bool:
        return destination.kind is not DestinationKind.TERMINAL and destination.id != 0

    async def send(self, destination: Destination, post: Post, envelope: Envelope) -> int:
        """See the port. The token is the message's nonce; a button of the post carries it, too, for ``find``."""
        in_forum = destination.kind is DestinationKind.FORUM
        needs = Needs(layout=Layout.FORUM if in_forum else Layout.DIGEST, role_id=envelope.role_id, tags=envelope.tags)
        async with self._writing(destination, needs) as tries:
            if in_forum:
                return await self._send_to_forum(destination, post, envelope, tries)
            place = await self._messageable(destination)
            tries.begin()  # opening a direct message is no send
            role_id = self._role(destination, envelope.role_id)
            try:
                return await self._send_to(place, destination, post, envelope.token, role_id=role_id)
            except discord.HTTPException as error:
                if error.code != UNKNOWN_ROLE or role_id is None:
                    raise
                return await self._send_to(place, destination, post, envelope.token)

    async def _send_to(
        self, place: Messageable, destination: Destination, post: Post, token: str, *, role_id: int | None = None
    ) -> int:
        view = fitting(post, destination, role_id=role_id)
        return (await place.send(view=view, nonce=token, allowed_mentions=notifying(role_id))).id

    async def _send_to_forum(self, destination: Destination, post: Post, envelope: Envelope, tries: wire.Tries) -> int:
        """Without a nonce: only one try may leave this machine without a clear answer."""
        role_id, fresh = self._role(destination, envelope.role_id), False
        while True:
            place = await self._forum(destination, fresh=fresh)
            if forum.lacks_tag(place, envelope.tags):
                raise Unreachable(destination, forum.TAG_NEEDED, obstacle=Obstacle.TAG_NEEDED)
            tries.begin(once=True)
            try:
                made = await place.create_thread(
                    name=envelope.title,
                    view=fitting(post, destination, role_id=role_id),
                    applied_tags=forum.tags_for(place, envelope.tags),
                    allowed_mentions=notifying(role_id),
                )
            except discord.HTTPException as error:
                if error.code == UNKNOWN_TAG and not fresh:
                    fresh = True
                elif error.code == UNKNOWN_ROLE and role_id is not None:
                    role_id = None
                else:
                    raise
            else:
                return made.thread.id

    async def open_thread(self, destination: Destination, name: str, post: Post, *, token: str) -> int:
        """See the port. A thread that was opened, but whose first message failed, gets it at the next try."""
        async with self._writing(destination, Needs(layout=Layout.THREADS)) as tries:
            place = await self._place(destination)
            if not isinstance(place, discord.TextChannel):
                raise Unreachable(destination, places.NO_THREADS_HERE, obstacle=Obstacle.WRONG_KIND)
            thread = await self._own_thread(place, name)
            if thread is None:
                tries.begin(once=True)
                thread = await self._new_thread(place, destination, name)
            elif await self._message_with(token, thread, since=thread.created_at or self._clock()) is not None:
                return thread.id
            tries.begin()
            await self._send_to(thread, destination, post, token)
            return thread.id

    async def _new_thread(self, place: discord.TextChannel, destination: Destination, name: str) -> discord.Thread:
        try:
            return await place.create_thread(name=name, type=places.thread_type(place))
        except discord.HTTPException as error:
            if error.code in TOO_MANY_THREADS:  # somebody waits for it; it will not be an hour
                raise Refused(destination, places.TOO_MANY_THREADS) from error
            raise

    async def _own_thread(self, place: discord.TextChannel, name: str) -> discord.Thread | None:
        """Asked of Discord, because what was made a moment ago may not have been told to us yet."""
        for thread in await place.guild.active_threads():
            if (thread.parent_id, thread.owner_id, thread.name) == (place.id, self._own_id, name):
                return thread
        return None

    async def edit(self, destination: Destination, message_id: int, post: Post, *, role_id: int | None = None) -> bool:
        """See the port. A closed thread is opened for the edit; one of our own is closed again."""
        view = fitting(post, destination, role_id=self._role(destination, role_id))
        async with self._changing(destination):
            message = await self._message(destination, message_id)
            try:
                await self._edit(message, view)
            except discord.HTTPException as error:
                if not _is_gone(error, destination):
                    raise
                return False
        return True

    async def _edit(self, message: discord.PartialMessage, view: discord.ui.LayoutView) -> None:
        nobody = discord.AllowedMentions.none()
        try:
            await message.edit(view=view, allowed_mentions=nobody)
        except discord.HTTPException as error:
            thread = await self._client.fetch_channel(message.channel.id) if error.code == ARCHIVED else None
            if not isinstance(thread, discord.Thread):
                raise
            await thread.edit(archived=False)
            await message.edit(view=view, allowed_mentions=nobody)
            if thread.owner_id == self._own_id:
                await thread.edit(archived=True)

    async def publish(self, destination: Destination, message_id: int) -> bool:
        """See the port."""
        async with self._changing(destination):
            message = await self._message(destination, message_id)
            try:
                await message.publish()
            except discord.HTTPException as error:
                if error.code == ALREADY_PUBLISHED:
                    return True
                if error.code == WRONG_KIND:  # the digest is there, and that is no reason to stop sending more
                    raise Refused(destination, places.NOT_TO_BE_PUBLISHED) from error
                if not _is_gone(error, destination):
                    raise
                return False
        return True

    async def find(self, destination: Destination, token: str, *, since: datetime) -> int | None:
        """See the port. While nobody can say whether the message is there, this is ``SendUncertain``."""
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                await self._check_history(destination)
                if destination.kind is DestinationKind.FORUM:
                    place = await self._forum(destination)
                    return await forum.find_post(place, token, own_id=self._own_id, since=since)
                return await self._message_with(token, await self._messageable(destination), since=since)
        except Exception as error:
            raise _undecided(self._translated(error, destination)) from error

    async def _message_with(self, token: str, place: Messageable, *, since: datetime) -> int | None:
        read = 0
        async for message in place.history(limit=MESSAGES_READ):
            if message.created_at < since:
                return None
            if self._carries(message, token):
                return message.id
            read += 1
        if read < MESSAGES_READ:
            return None
        async for message in place.history(limit=MESSAGES_READ, after=since, oldest_first=True):
            if self._carries(message, token):
                return message.id
        return None

    def _carries(self, message: discord.Message, token: str) -> bool:
        return message.author.id == self._own_id and any(token in own for own in custom_ids(message.components))

    async def _check_history(self, destination: Destination) -> None:
        """Without the permission Discord shows an empty history and no error: the message would be sent twice."""
        missing = await self.missing_permissions(destination)
        if permissions.READ_HISTORY.name in missing or permissions.VIEW_CHANNEL.name in missing:
            words = f"Paperboy lacks permission here: {', '.join(missing)}."
            raise Unreachable(destination, words, obstacle=Obstacle.PERMISSION)

    async def forum_tags(self, destination: Destination) -> tuple[ForumTag, ...]:
        """See the port. Nothing is asked of Discord where it has described the forum already."""
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                place = await self._forum(destination)
        except Exception as error:
            raise self._translated(error, destination) from error
        return tuple(ForumTag(tag.id, tag.name, tag.moderated) for tag in place.available_tags)

    async def missing_permissions(self, destination: Destination, needs: Needs = DIGEST_ONLY) -> tuple[str, ...]:
        """See the port. Where Discord has not described the server, nothing is called missing: sending will show."""
        if destination.kind is DestinationKind.PERSON:
            return ()
        return places.missing(await self._looked_at(destination), needs)

    async def obstacle(self, destination: Destination, needs: Needs = DIGEST_ONLY) -> Unreachable | None:
        """See the port. Nothing is asked of Discord where it has described the place already."""
        if destination.kind is DestinationKind.PERSON:
            return None
        if needs.guild_id is not None and self._client.is_ready() and self._client.get_guild(needs.guild_id) is None:
            return Unreachable(destination, places.SERVER_LEFT, obstacle=Obstacle.LEFT)
        try:
            place = await self._looked_at(destination)
        except Unreachable as error:
            return error
        return places.obstacle(place, destination, needs)

    async def drain(self, *, within: timedelta) -> bool:
        """Take no more sends and wait for those under way; False when some were not done in time."""
        self._closed = True
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._idle.wait()
        except TimeoutError:
            log.warning("closing with sends under way; the ledger will look for them", sends=self._under_way)
            return False
        return True

    @asynccontextmanager
    async def _writing(self, destination: Destination, needs: Needs = DIGEST_ONLY) -> AsyncIterator[wire.Tries]:
        """What is sent inside is waited for by ``drain``, ends in time, and fails as one of our own errors."""
        if self._closed:
            raise RetryLater(destination, "Paperboy is stopping; nothing was sent.", retry_at=self._clock())
        self._under_way += 1
        self._idle.clear()
        try:
            with wire.watching() as tries:
                try:
                    async with asyncio.timeout(SEND_WITHIN):
                        yield tries
                except Exception as error:
                    raise self._translated(error, destination, needs=needs, tries=tries) from error
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    @asynccontextmanager
    async def _changing(self, destination: Destination) -> AsyncIterator[None]:
        """As ``_writing``, for what may be done twice: a doubt is a reason to do it again, and nothing else."""
        try:
            async with self._writing(destination):
                yield
        except SendUncertain as error:
            raise RetryLater(destination, str(error), retry_at=self._clock() + SHORT_WAIT) from error

    async def _message(self, destination: Destination, message_id: int) -> discord.PartialMessage:
        if destination.kind is DestinationKind.FORUM:  # a forum post's first message has its thread's id
            thread = self._client.get_partial_messageable(message_id, type=discord.ChannelType.public_thread)
            return thread.get_partial_message(message_id)
        return (await self._messageable(destination)).get_partial_message(message_id)

    async def _messageable(self, destination: Destination) -> discord.PartialMessageable | discord.DMChannel:
        match destination.kind:
            case DestinationKind.CHANNEL:
                return self._client.get_partial_messageable(destination.id, type=discord.ChannelType.text)
            case DestinationKind.THREAD:
                return self._client.get_partial_messageable(destination.id, type=discord.ChannelType.public_thread)
            case DestinationKind.PERSON:
                return await self._client.create_dm(discord.Object(destination.id))
            case DestinationKind.FORUM | DestinationKind.TERMINAL:
                raise Unreachable(destination, places.NO_PLACE, obstacle=Obstacle.WRONG_KIND)

    async def _place(self, destination: Destination, *, fresh: bool = False) -> Place:
        """As Discord described it; asked for where it did not: an archived thread, or what is hidden or gone."""
        known = None if fresh else self._client.get_channel(destination.id)
        if known is None or places.changed_its_kind(known):
            return await self._client.fetch_channel(destination.id)
        return known

    async def _looked_at(self, destination: Destination) -> Place:
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                return await self._place(destination)
        except Exception as error:
            raise self._translated(error, destination) from error

    async def _forum(self, destination: Destination, *, fresh: bool = False) -> discord.ForumChannel:
        place = await self._place(destination, fresh=fresh)
        problem = places.wrong_kind(place, destination, Layout.FORUM)
        if problem is not None or not isinstance(place, discord.ForumChannel):
            raise Unreachable(destination, problem or places.NO_PLACE, obstacle=Obstacle.WRONG_KIND)
        return place

    def _role(self, destination: Destination, role_id: int | None) -> int | None:
        return places.role_to_notify(self._client.get_channel(destination.id), role_id)

    def _translated(
        self,
        error: Exception,
        destination: Destination,
        *,
        needs: Needs = DIGEST_ONLY,
        tries: wire.Tries | None = None,
    ) -> OutboxError:
        if isinstance(error, OutboxError):
            return error
        if is_bad_token(error):
            self._on_bad_token()
        channel = self._client.get_channel(destination.id) if isinstance(error, discord.Forbidden) else None
        missing = places.missing(channel, needs)
        sending = tries is not None and tries.begun
        in_doubt = sending and tries is not None and tries.open > 0
        meant = outbox_error(error, destination, now=self._clock(), missing=missing, in_doubt=in_doubt)
        if isinstance(meant, SendUncertain) and not sending:
            return RetryLater(destination, f"Discord could not be asked. {meant}", retry_at=self._clock() + SHORT_WAIT)
        return meant

    @property
    def _own_id(self) -> int | None:
        return self._client.user.id if self._client.user is not None else None


def _is_gone(error: discord.HTTPException, destination: Destination) -> bool:
    """The message was deleted; a forum post together with its thread."""
    return error.code == UNKNOWN_MESSAGE or (
        error.code == UNKNOWN_CHANNEL and destination.kind is DestinationKind.FORUM
    )


def _undecided(error: OutboxError) -> OutboxError:
    """A search that only has to wait must not end as "nothing was sent": nobody knows that yet."""
    if isinstance(error, RetryLater):
        return SendUncertain(error.destination, f"Whether it was sent is not known yet. {error}")
    return error
