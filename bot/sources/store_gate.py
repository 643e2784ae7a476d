"""The gate to a site that counts the requests of all processes of an installation together; it stands in the store."""

from datetime import datetime, timedelta
from secrets import token_hex

from bot.core.retry_after import retry_after
from bot.ports import Clock
from bot.sources.exchange import Reply
from storage.store import Store

LEASE = timedelta(minutes=3)
"""Longer than any request may take."""
TOO_MANY = 429


class StoreGate:
    """Ours of the gate called ``name``. Used by one request at a time.

    ``between`` lies between the end of one request and the beginning of the next one: so it is never less, whatever a
    request takes. ``silence`` is kept after a refusal, or longer where the site says so.
    """

    def __init__(self, store: Store, clock: Clock, *, name: str, between: timedelta, silence: timedelta) -> None:
        self.store = store
        self.clock = clock
        self._name = name
        self._between = between
        self._silence = silence
        self._token = token_hex(8)

    async def enter(self) -> datetime | None:
        """Go through, or be told when to try again."""
        async with self.store.write() as tx:
            return await tx.gates.enter(self._name, self._token, now=self.clock(), lease=LEASE, again=self._between)

    async def leave(self, silence: timedelta | None) -> None:
        """Leave it shut for ``silence``, or for as long as it always is."""
        open_at = self.clock() + max(self._between, silence or self._between)
        async with self.store.write() as tx:
            await tx.gates.leave(self._name, self._token, open_at=open_at)

    def refusal(self, reply: Reply, now: datetime) -> timedelta | None:
        """How long the site wants to be left alone, or None where ``reply`` is no refusal."""
        return max(self._silence, retry_after(reply.headers, now) or self._silence) if self.refuses(reply) else None

    def refuses(self, reply: Reply) -> bool:
        """Whether the site asks for patience."""
        return reply.status == TOO_MANY
