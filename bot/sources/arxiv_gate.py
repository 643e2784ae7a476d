"""The one gate to all of arXiv: its feeds, its API and its OAI server count our requests together.

What is kept (arXiv's API terms of use): one request in three seconds and one connection at a time, over all processes
of this installation. What is kept besides, from what others met: ten minutes of silence after a refusal, since it
names no time itself, and none between 00:00 and 01:00 UTC, when everybody asks for what was announced.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from secrets import token_hex

from bot.core.retry_after import retry_after
from bot.errors import SourceThrottled
from bot.ports import Clock
from bot.sources.arxiv_facts import NAME
from bot.sources.exchange import Reply
from storage.store import Store

BETWEEN = timedelta(seconds=3)
"""From the end of one request to the beginning of the next one: never less than asked for, whatever a request takes."""
SILENCE = timedelta(minutes=10)
LEASE = timedelta(minutes=3)
"""Longer than any request may take."""
QUIET_FROM, QUIET_UNTIL = time(0), time(1)
TOO_MANY = 429
REFUSAL = b"rate exceeded"
"""How arXiv says so in words, sometimes under another status."""
SHORT = 1_000
"""Bytes of an answer that can be a refusal and nothing else."""


def is_quiet(now: datetime) -> bool:
    """Whether arXiv is left alone at ``now`` (UTC)."""
    return QUIET_FROM <= now.time() < QUIET_UNTIL


@dataclass(slots=True)
class ArxivGate:
    """Ours of the gate that stands in the store. Used by one request at a time."""

    store: Store
    clock: Clock
    _token: str = field(default_factory=lambda: token_hex(8))

    async def enter(self) -> datetime | None:
        """Go through, or be told when to try again.

        Raises:
            SourceThrottled: it is the hour in which arXiv is left alone.
        """
        now = self.clock()
        if is_quiet(now):
            raise SourceThrottled(
                NAME,
                "arXiv is left alone from 00:00 to 01:00 UTC, while it announces.",
                retry_at=datetime.combine(now.date(), QUIET_UNTIL, now.tzinfo),
            )
        async with self.store.write() as tx:
            return await tx.gates.enter(NAME, self._token, now=now, lease=LEASE, again=BETWEEN)

    async def leave(self, silence: timedelta | None) -> None:
        """Leave it shut for ``silence``, or for as long as it always is."""
        open_at = self.clock() + max(BETWEEN, silence or BETWEEN)
        async with self.store.write() as tx:
            await tx.gates.leave(NAME, self._token, open_at=open_at)

    def refusal(self, reply: Reply, now: datetime) -> timedelta | None:
        """How long arXiv wants to be left alone, or None where ``reply`` is no refusal."""
        said = len(reply.body) < SHORT and REFUSAL in reply.body.lower()
        if reply.status != TOO_MANY and not said:
            return None
        return max(SILENCE, retry_after(reply.headers, now) or SILENCE)
