"""Who sends what is due: many deliveries side by side, none waiting for another.

How fast requests may follow each other is the outbox's affair; here only their number at a time is bounded.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.core.reports import TickReport
from bot.ports import Outbox, Resources
from bot.services import delivery, planning
from bot.services.delivery import Assignment
from bot.services.posts import Posts
from storage.records import Delivery, DeliveryState

log = structlog.get_logger(__name__)

UNDER_WAY = 250
"""Deliveries at a time. At Discord's 50 requests a second each takes about five seconds then, so a disk that stands
still for a moment costs no turn. One whose destination stalls holds one of these places for as long as a send may take,
and the others go on."""

AT_ONCE = 50
"""Deliveries that are claimed together, as soon as there is room for so many."""

FAREWELL = timedelta(seconds=60)
"""How long what is under way may take to end when a round is stopped."""


class Dispatcher:
    """Starts every delivery that may be tried now. Bound to the event loop that made it."""

    def __init__(self, r: Resources, outbox: Outbox) -> None:
        self._r = r
        self._outbox = outbox
        self._posts = Posts(r)
        self._tasks: dict[int, asyncio.Task[bool]] = {}
        self._one_ended = asyncio.Event()
        self._not_now: set[int] = set()
        self._closed = False
        self.tried: list[int] | None = None
        """Filled, where it is a list, with the id of each delivery that was tried."""

    async def send_due(self) -> None:
        """Start all that is due; returns when all of it was started, not when it is there.

        What another outbox has to send, or what was tried in vain, is not looked at again before the next call.
        """
        self._not_now.clear()
        while not self._closed:
            room = UNDER_WAY - len(self._tasks)
            if room >= min(AT_ONCE, UNDER_WAY // 2):
                due = await self._due(min(AT_ONCE, room))
                if not due:
                    return
                for ours in await delivery.claim(self._r, due):
                    self._start(ours)
                    await asyncio.sleep(0)  # a hundred messages made in one go would hold up every answer
            else:
                await self._until_one_ends()

    def close(self) -> None:
        """Start nothing more."""
        self._closed = True

    async def idle(self, *, within: timedelta | None = None) -> bool:
        """Wait until nothing is under way; False where that took longer than ``within``."""
        try:
            async with asyncio.timeout(within.total_seconds() if within is not None else None):
                while self._tasks:
                    await self._until_one_ends()
        except TimeoutError:
            return False
        return True

    async def _until_one_ends(self) -> None:
        self._one_ended.clear()
        await self._one_ended.wait()

    async def _due(self, limit: int) -> Sequence[Delivery]:
        now = self._r.clock()
        async with self._r.store.read() as tx:
            while due := await tx.deliveries.due(now, limit=limit, beside=self._tasks.keys() | self._not_now):
                ours = [one for one in due if self._outbox.reaches(one.key.destination)]
                if ours:
                    return ours
                self._not_now.update(one.id for one in due)
        return []

    def _start(self, ours: Assignment) -> None:
        task = asyncio.create_task(delivery.deliver(self._r, self._outbox, self._posts, ours))
        self._tasks[ours.delivery.id] = task
        task.add_done_callback(lambda done: self._finished(ours.delivery, done))

    def _finished(self, tried: Delivery, task: asyncio.Task[bool]) -> None:
        del self._tasks[tried.id]
        self._one_ended.set()
        if self.tried is not None:
            self.tried.append(tried.id)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None or not task.result():
            self._not_now.add(tried.id)
        if error is not None:  # one destination's trouble must not end the others' deliveries; its lease keeps it safe
            log.error("delivery broke", delivery=tried.id, destination=str(tried.key.destination), exc_info=error)


async def tick(r: Resources, outbox: Outbox) -> TickReport:
    """One round to its end: plan every slot that has come, then try every delivery that may be tried now."""
    planned = await planning.plan_due(r, outbox.reaches)
    dispatcher = Dispatcher(r, outbox)
    dispatcher.tried = []
    try:
        await dispatcher.send_due()
        await dispatcher.idle()
    finally:  # where it is stopped, what is under way may end
        dispatcher.close()
        await dispatcher.idle(within=FAREWELL)
    async with r.store.read() as tx:
        known = await tx.deliveries.get_many(dispatcher.tried)
    return _report(planned, [known[tried] for tried in dispatcher.tried if tried in known])


def _report(planned: int, ended: Sequence[Delivery]) -> TickReport:
    def those(*states: DeliveryState) -> tuple[Delivery, ...]:
        return tuple(delivery for delivery in ended if delivery.state in states)

    waiting = those(DeliveryState.PLANNED, DeliveryState.SENDING)
    held = tuple(delivery for delivery in waiting if delivery.is_held)
    return TickReport(
        planned=planned,
        sent=those(DeliveryState.SENT),
        skipped=those(DeliveryState.SKIPPED),
        failed=those(DeliveryState.FAILED, DeliveryState.UNREACHABLE),
        held=held,
        waiting=len(waiting) - len(held),
    )
