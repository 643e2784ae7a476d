"""APScheduler as a heartbeat: it calls, again and again; what is due is decided elsewhere, from the ledger."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger(__name__)

TICK = timedelta(seconds=5)
"""What is due is planned at most so late; looking for it costs a question or two to an index."""

LONGEST_FAREWELL = timedelta(seconds=60)
"""How long a beat that is under way may take to end when the program stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Something to be done again and again."""

    name: str
    every: timedelta
    call: Callable[[], Awaitable[object]]


@asynccontextmanager
async def heartbeat(*beats: Beat) -> AsyncIterator[None]:
    """Call each beat at once and then in its interval, never twice at a time, until the block ends.

    A beat that is under way then is waited for, so that no delivery is cut in half.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)
    locks = {beat.name: asyncio.Lock() for beat in beats}

    async def once(beat: Beat) -> None:
        async with locks[beat.name]:
            try:
                await beat.call()
            except Exception:  # the next beat is the retry; a heart that stops at the first error serves nobody
                log.exception("beat failed", beat=beat.name)

    for beat in beats:
        scheduler.add_job(
            once,
            "interval",
            args=[beat],
            seconds=beat.every.total_seconds(),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,  # after a suspended machine wakes, late is better than never
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        try:
            async with asyncio.timeout(LONGEST_FAREWELL.total_seconds()):
                for lock in locks.values():
                    await lock.acquire()
        except TimeoutError:
            log.warning("stopped in the middle of a beat; the ledger will resume it")
        scheduler.shutdown(wait=False)
