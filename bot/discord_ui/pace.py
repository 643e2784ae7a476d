"""How fast the whole bot may ask Discord, and how often it may be refused before it stops asking.

Discord allows a bot 50 requests a second, whatever they are, except the answers to interactions; and an address
10,000 refused requests (401, 403, 429) in ten minutes, before it is blocked for everybody behind it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

import discord
import structlog

log = structlog.get_logger(__name__)

PER_SECOND = 48.0
"""Requests that start in a second while many wait, evenly spaced: 96 % of what Discord allows."""

MOST_IN_A_SECOND = 49
"""Whatever is made up for, no second has more: what leaves in one may arrive in a little less."""

SECOND = 1.001
CATCH_UP = 0.2
"""Seconds by which a start may be late and still not move those behind it; after more, all of them move."""

MOST_REFUSED = 2_000
"""In ``REFUSED_WITHIN``: a fifth of Discord's limit, because other programs may share the address."""

REFUSED_WITHIN = 600.0
"""Seconds."""


class Pacer:
    """First come, first served. ``now`` counts seconds and never goes back."""

    def __init__(
        self,
        *,
        per_second: float = PER_SECOND,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._now = now
        self._sleep = sleep
        self._in_turn = asyncio.Lock()
        self._due = 0.0
        self._held_until = 0.0
        self._started: deque[float] = deque(maxlen=MOST_IN_A_SECOND)

    async def turn(self) -> None:
        """Wait until one more request may start."""
        async with self._in_turn:
            while (wait := self._earliest() - self._now()) > 0:
                await self._sleep(wait)
            start = self._now()
            self._started.append(start)
            counted_from = self._due if start - self._due <= CATCH_UP else start
            self._due = counted_from + self._interval

    def _earliest(self) -> float:
        full = len(self._started) == MOST_IN_A_SECOND
        return max(self._due, self._held_until, self._started[0] + SECOND if full else 0.0)

    def hold(self, seconds: float) -> None:
        """Start nothing for so long: Discord said that its limit is spent."""
        self._held_until = max(self._held_until, self._now() + seconds)


class RefusedTooOften(discord.RateLimited):
    """Raised instead of asking; ``retry_after`` says for how many seconds."""


class Refusals:
    """Counts what Discord refused. Above ``MOST_REFUSED`` nothing is to be asked until the whole time has passed."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at: deque[float] = deque(maxlen=MOST_REFUSED)
        self._closed_until = 0.0

    def note(self) -> None:
        """One more was refused."""
        now = self._now()
        self._at.append(now)
        if len(self._at) == MOST_REFUSED and now - self._at[0] < REFUSED_WITHIN:
            self._at.clear()
            self._closed_until = now + REFUSED_WITHIN
            log.error("Discord refused too many requests; asking nothing for a while", seconds=REFUSED_WITHIN)

    def check(self) -> None:
        """Raises RefusedTooOften while nothing is to be asked."""
        left = self._closed_until - self._now()
        if left > 0:
            raise RefusedTooOften(left)
