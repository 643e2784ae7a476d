"""Posts on their way out: one send with its own nonce, and the search for a send whose answer was lost."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import discord
import structlog

from bot.discord_ui import permissions, wire
from bot.discord_ui.components import custom_ids, layout
from bot.discord_ui.refusals import is_bad_token, outbox_error
from bot.errors import OutboxError, RetryLater, SendUncertain, Unreachable
from bot.ports import Clock
from bot.render.post import Post
from storage.records import Destination, DestinationKind, Obstacle

log = structlog.get_logger(__name__)

SEND_WITHIN = 75.0
"""Seconds for one send with all its retries: less than a delivery's lease, or another process would take it over."""

LOOK_WITHIN = 20.0
"""Seconds for looking at a history or at a channel."""

OLDEST_MESSAGES_READ = 1000
"""From the moment on at which the delivery was planned; its message is among the first that follow."""

PER_SECOND = 40
"""Sends that may begin in a second; Discord allows a bot 50 requests of all kinds."""


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
        self._next_start = 0.0

    def reaches(self, destination: Destination) -> bool:
        return destination.kind is not DestinationKind.TERMINAL and destination.id != 0

    async def send(self, destination: Destination, post: Post, *, token: str) -> int:
        """See the port. The token is the message's nonce; a button of the post carries it, too, for ``find``."""
        if self._closed:
            raise RetryLater(destination, "Paperboy is stopping; nothing was sent.", retry_at=self._clock())
        self._under_way += 1
        self._idle.clear()
        try:
            return await self._send(destination, post, token)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def _send(self, destination: Destination, post: Post, token: str) -> int:
        with wire.watching() as tries:
            try:
                async with asyncio.timeout(SEND_WITHIN):
                    place = await self._place(destination)
                    await self._turn()
                    tries.open = 0  # opening a direct message is no send
                    message = await place.send(view=layout(post), nonce=token)
            except Exception as error:
                raise self._translated(error, destination, in_doubt=tries.open > 0) from error
        return message.id

    async def find(self, destination: Destination, token: str, *, since: datetime) -> int | None:
        """See the port. While nobody can say whether the message is there, this is ``SendUncertain``."""
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                await self._check_history(destination)
                place = await self._place(destination)
                async for message in place.history(limit=OLDEST_MESSAGES_READ, after=since, oldest_first=True):
                    if message.author.id == self._own_id and any(
                        token in own for own in custom_ids(message.components)
                    ):
                        return message.id
        except Exception as error:
            raise _undecided(self._translated(error, destination)) from error
        return None

    async def _check_history(self, destination: Destination) -> None:
        """Without the permission Discord shows an empty history and no error: the message would be sent twice."""
        missing = await self.missing_permissions(destination)
        if permissions.READ_HISTORY.name in missing or permissions.VIEW_CHANNEL.name in missing:
            words = f"Paperboy lacks permission here: {', '.join(missing)}."
            raise Unreachable(destination, words, obstacle=Obstacle.PERMISSION)

    async def missing_permissions(self, destination: Destination) -> tuple[str, ...]:
        """See the port. Where Discord has not described the server, nothing is called missing: sending will show."""
        if destination.kind is DestinationKind.PERSON:
            return ()
        channel = self._client.get_channel(destination.id)
        if channel is None:  # an archived thread, or a channel that is hidden from us or gone
            try:
                async with asyncio.timeout(LOOK_WITHIN):
                    channel = await self._client.fetch_channel(destination.id)
            except Exception as error:
                raise self._translated(error, destination) from error
        return _missing_in(channel)

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

    async def _place(self, destination: Destination) -> discord.abc.Messageable:
        match destination.kind:
            case DestinationKind.CHANNEL:
                return self._client.get_partial_messageable(destination.id, type=discord.ChannelType.text)
            case DestinationKind.THREAD:
                return self._client.get_partial_messageable(destination.id, type=discord.ChannelType.public_thread)
            case DestinationKind.PERSON:
                return await self._client.create_dm(discord.Object(destination.id))
            case DestinationKind.FORUM:
                words = "A forum takes no messages of its own; choose the layout “forum”."
                raise Unreachable(destination, words, obstacle=Obstacle.WRONG_KIND)
            case DestinationKind.TERMINAL:
                words = "A terminal cannot be reached through Discord."
                raise Unreachable(destination, words, obstacle=Obstacle.WRONG_KIND)

    async def _turn(self) -> None:
        """Wait until one more send may begin."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._next_start)
        self._next_start = start + 1 / PER_SECOND
        await asyncio.sleep(start - now)

    def _translated(self, error: Exception, destination: Destination, *, in_doubt: bool = False) -> OutboxError:
        if isinstance(error, OutboxError):
            return error
        if is_bad_token(error):
            self._on_bad_token()
        channel = self._client.get_channel(destination.id) if isinstance(error, discord.Forbidden) else None
        missing = _missing_in(channel) if channel is not None else ()
        return outbox_error(error, destination, now=self._clock(), missing=missing, in_doubt=in_doubt)

    @property
    def _own_id(self) -> int | None:
        return self._client.user.id if self._client.user is not None else None


def _missing_in(channel: object) -> tuple[str, ...]:
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return ()
    granted = permissions.granted_to_us(channel)
    return permissions.lacking(granted, thread=isinstance(channel, discord.Thread)) if granted is not None else ()


def _undecided(error: OutboxError) -> OutboxError:
    """A search that only has to wait must not end as "nothing was sent": nobody knows that yet."""
    if isinstance(error, RetryLater):
        return SendUncertain(error.destination, f"Whether it was sent is not known yet. {error}")
    return error
