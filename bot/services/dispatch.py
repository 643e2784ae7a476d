"""Who sends what is due: many deliveries side by side, none waiting for another.

How fast requests may follow each other is the outbox's affair; here only their number at a time is bounded.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.core.reports import TickReport
from bot.ports import Outbox, Resources
from bot.services import planning
from bot.services.delivery import deliver
from bot.services.posts import Posts
from storage.records import Delivery, DeliveryState

log = structlog.get_logger(__name__)

UNDER_WAY = 200
"""Deliveries at a time. At Discord's 50 requests a second each takes about four seconds then; one whose destination
stalls holds one of these places for as long as a send may take, and the others go on."""

FAREWELL = timedelta(seconds=60)
"""How long what is under way may take to end when a round is stopped."""


class Dispatcher:
    """Starts every delivery that may be tried now. Bound to the event loop that made it."""

    def __init__(self, r: Resources, outbox: Outbox) -> None:
        self._r = r
        self._outbox = outbox
        self._posts = Posts(r)
        self._tasks: dict[int, asyncio.Task[Delivery]] = {}
        self._not_now: set[int] = set()
        self._closed = False
        self.ended: list[Delivery] | None = None
        """Filled, where it is a list, with each delivery as it stood after it was tried."""

    async def send_due(self) -> None:
        """Start all that is due; returns when all of it was started, not when it is there.

        What another outbox has to send, or what was tried in vain, is not looked at again before the next call.
        """
        self._not_now.clear()
        while not self._closed:
            room = UNDER_WAY - len(self._tasks)
            if room >= UNDER_WAY // 2:
                due = await self._due(room)
                for delivery in due:
                    self._start(delivery)
                if not due:
                    return
                continue
            await self._some_end(asyncio.FIRST_COMPLETED)

    def close(self) -> None:
        """Start nothing more."""
        self._closed = True

    async def idle(self, *, within: timedelta | None = None) -> bool:
        """Wait until nothing is under way; False where that took longer than ``within``."""
        try:
            async with asyncio.timeout(within.total_seconds() if within is not None else None):
                while self._tasks:
                    await self._some_end(asyncio.ALL_COMPLETED)
        except TimeoutError:
            return False
        return True

    async def _some_end(self, when: str) -> None:
        await asyncio.wait(self._tasks.values(), return_when=when)
        await asyncio.sleep(0)  # for those that have ended to be taken off the list

    async def _due(self, limit: int) -> Sequence[Delivery]:
        now = self._r.clock()
        async with self._r.store.read() as tx:
            while due := await tx.deliveries.due(now, limit=limit, beside=self._tasks.keys() | self._not_now):
                ours = [delivery for delivery in due if self._outbox.reaches(delivery.key.destination)]
                self._not_now.update(delivery.id for delivery in due if delivery not in ours)
                if ours:
                    return ours
        return []

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(deliver(self._r, self._outbox, self._posts, delivery))
        self._tasks[delivery.id] = task
        task.add_done_callback(lambda done: self._finished(delivery, done))

    def _finished(self, delivery: Delivery, task: asyncio.Task[Delivery]) -> None:
        del self._tasks[delivery.id]
        if task.cancelled():
            return
        error = task.exception()
        if error is not None or task.result().ended_at is None:
            self._not_now.add(delivery.id)
        if error is not None:  # one destination's trouble must not end the others' deliveries; its lease keeps it safe
            log.error("delivery broke", delivery=delivery.id, destination=str(delivery.key.destination), exc_info=error)
        if self.ended is not None:
            self.ended.append(delivery if error is not None else task.result())


async def tick(r: Resources, outbox: Outbox) -> TickReport:
    """One round to its end: plan every slot that has come, then try every delivery that may be tried now."""
    planned = await planning.plan_due(r, outbox.reaches)
    dispatcher = Dispatcher(r, outbox)
    dispatcher.ended = []
    try:
        await dispatcher.send_due()
        await dispatcher.idle()
    finally:  # where it is stopped, what is under way may end
        dispatcher.close()
        await dispatcher.idle(within=FAREWELL)
    return _report(planned, dispatcher.ended)


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
