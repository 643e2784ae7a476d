"""The terminal as a place where digests arrive."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.tags import ForumTag
from bot.errors import RetryLater, SendUncertain, Unreachable
from bot.ports import DIGEST_ONLY, Clock, Envelope, Needs
from bot.render.post import Heading, Post, Span
from storage.records import Destination, DestinationKind
from storage.store import Store

HERE = Destination(kind=DestinationKind.TERMINAL, id=0)
PERSON_HERE = 0
"""Who sits at the terminal: there, everybody is the same person, with the rights of whoever runs the bot."""

GUILD_HERE = 0

SHOWN = "terminal: shown"
MOST_REMEMBERED = 200
"""Deliveries whose tokens are kept: far more than can be under way at a time."""

LOOK_AGAIN = timedelta(minutes=10)
FOR_DISCORD = "This delivery is for Discord; it goes out when Paperboy runs with a DISCORD_TOKEN."


class TerminalOutbox:
    """Shows a delivery and then notes its token in the store, so that one that was shown is found after a crash.

    A crash between the two shows it once more: what was written to a window that is gone is better seen twice than
    never.
    """

    def __init__(self, store: Store, clock: Clock, show: Callable[[Post, str], None]) -> None:
        self._store = store
        self._clock = clock
        self._show = show
        self._one_at_a_time = asyncio.Lock()

    def reaches(self, destination: Destination) -> bool:
        return _is_here(destination)

    async def send(self, destination: Destination, post: Post, envelope: Envelope) -> int:
        """Show ``post`` under its title, unless one with this token was shown already. Nobody is to be notified here.

        Raises:
            RetryLater: it is for Discord, which this process does not speak to; nothing is lost while it waits.
        """
        if not _is_here(destination):
            raise self._later(destination)
        token = envelope.token
        async with self._one_at_a_time:
            shown = await self._shown()
            if token in shown:
                return int(shown[token]["id"])
            self._show(_titled(post, envelope.title), token)
            message_id = max((int(one["id"]) for one in shown.values()), default=0) + 1
            shown[token] = {"id": message_id, "at": self._clock().isoformat()}
            kept = dict(list(shown.items())[-MOST_REMEMBERED:])
            async with self._store.write() as tx:
                await tx.facts.put(SHOWN, json.dumps(kept))
        return message_id

    async def find(self, destination: Destination, token: str, *, since: datetime) -> int | None:
        """The number under which ``token`` was shown after ``since``, or None.

        Raises:
            SendUncertain: it is for Discord, whose history is not to be seen from here; who can see it will look.
        """
        if not _is_here(destination):
            raise SendUncertain(destination, FOR_DISCORD)
        found = (await self._shown()).get(token)
        if found is None or datetime.fromisoformat(found["at"]) < since:
            return None
        return int(found["id"])

    async def edit(
        self,
        destination: Destination,
        message_id: int,  # noqa: ARG002
        post: Post,  # noqa: ARG002
        *,
        role_id: int | None = None,  # noqa: ARG002
    ) -> bool:
        """False: what was printed stays as it is. Raises RetryLater as ``send`` does."""
        if not _is_here(destination):
            raise self._later(destination)
        return False

    async def publish(self, destination: Destination, message_id: int) -> bool:  # noqa: ARG002
        """True: nobody follows a terminal, so there is nothing left to do. Raises RetryLater as ``send`` does."""
        if not _is_here(destination):
            raise self._later(destination)
        return True

    async def open_thread(self, destination: Destination, name: str, post: Post, *, token: str) -> int:
        """Show ``post`` under ``name``. Raises RetryLater as ``send`` does."""
        return await self.send(destination, post, Envelope(token=token, title=name))

    async def forum_tags(self, _destination: Destination) -> tuple[ForumTag, ...]:
        """None: a terminal is no forum."""
        return ()

    async def missing_permissions(
        self,
        destination: Destination,
        needs: Needs = DIGEST_ONLY,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """None: a terminal shows whatever it gets. Raises RetryLater as ``send`` does."""
        if not _is_here(destination):
            raise self._later(destination)
        return ()

    async def obstacle(
        self,
        destination: Destination,
        needs: Needs = DIGEST_ONLY,  # noqa: ARG002
    ) -> Unreachable | None:
        """None: a terminal is always there. Raises RetryLater as ``send`` does."""
        if not _is_here(destination):
            raise self._later(destination)
        return None

    def _later(self, destination: Destination) -> RetryLater:
        return RetryLater(destination, FOR_DISCORD, retry_at=self._clock() + LOOK_AGAIN)

    async def _shown(self) -> dict[str, dict[str, Any]]:
        """Token → under which number and when it was shown, oldest first."""
        async with self._store.read() as tx:
            found = await tx.facts.get(SHOWN)
        return dict(json.loads(found)) if found else {}


def _titled(post: Post, title: str) -> Post:
    return replace(post, blocks=(Heading((Span(title),)), *post.blocks)) if title else post


def _is_here(destination: Destination) -> bool:
    return destination in {HERE, Destination(kind=DestinationKind.PERSON, id=PERSON_HERE)}
