"""The one gate to all of arXiv: its feeds, its API and its OAI server count our requests together.

What is kept (arXiv's API terms of use): one request in three seconds and one connection at a time, over all processes
of this installation. What is kept besides, from what others met: ten minutes of silence after a refusal, since it
names no time itself, and none between 00:00 and 01:00 UTC, when everybody asks for what was announced.
"""

from datetime import datetime, time, timedelta

from bot.errors import SourceThrottled
from bot.ports import Clock
from bot.sources.arxiv_facts import NAME
from bot.sources.exchange import Reply
from bot.sources.store_gate import StoreGate
from storage.store import Store

BETWEEN = timedelta(seconds=3)
SILENCE = timedelta(minutes=10)
QUIET_FROM, QUIET_UNTIL = time(0), time(1)
REFUSAL = b"rate exceeded"
"""How arXiv says so in words, sometimes under another status."""
SHORT = 1_000
"""Bytes of an answer that can be a refusal and nothing else."""


def is_quiet(now: datetime) -> bool:
    """Whether arXiv is left alone at ``now`` (UTC)."""
    return QUIET_FROM <= now.time() < QUIET_UNTIL


class ArxivGate(StoreGate):
    """The gate, shut in the quiet hour as well."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock, name=NAME, between=BETWEEN, silence=SILENCE)

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
        return await super().enter()

    def refuses(self, reply: Reply) -> bool:
        """Whether arXiv asks for patience, under whatever status."""
        return super().refuses(reply) or (len(reply.body) < SHORT and REFUSAL in reply.body.lower())
