"""The ledger: what was promised to whom, and what became of it. It is what makes a digest arrive exactly once.

    planned → sending → sent
       ↑_________|         (retry: certainly nothing was sent)
    planned or sending → skipped, failed, unreachable

Each step is one statement that says from which states it may start, so of any number of processes one takes it. What
has ended never ends in another way.

The messages of a delivery go out one after the other, and each is noted before the next one leaves. So after a crash
only the first that is still open can be in doubt.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from storage.dialect import batches, insert
from storage.ledger import DeliveriesReader, is_abandoned, is_ready
from storage.records import ChannelSetup, Delivery, DeliveryState, Destination, PaperId
from storage.schema import deliveries, messages, posted_papers

ALREADY_POSTED = "already posted here"
"""Why a picked paper is left out in the last moment: another delivery to the same place took it first."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is now ours to send. ``resumed``: somebody before us may have sent it; look before sending."""

    delivery: Delivery
    resumed: bool


class Deliveries(DeliveriesReader):
    async def plan(self, delivery: Delivery) -> Delivery | None:
        """Enter one delivery, see ``plan_all``; None where its key is there already, whoever planned it."""
        planned = await self.plan_all([delivery])
        return planned[0] if planned else None

    async def plan_all(self, wanted: Sequence[Delivery]) -> list[Delivery]:
        """Enter deliveries with their messages; gives those whose keys were not there yet, by key.

        Their papers are taken for their destinations. One that another delivery took first is dropped, its message
        with it, and counted in ``left_out``, so a delivery given back may hold fewer than the one handed in. One that
        has ended takes none and has no messages.
        """
        # In one order for everybody: two that wait for each other's rows would else be a deadlock on PostgreSQL.
        by_token = {one.token: one for one in sorted(wanted, key=_order)}
        # Its token follows from its key, and of two that come at once either may be met first.
        entering = insert(self._connection, deliveries).on_conflict_do_nothing()
        planned = []
        for batch in batches(list(by_token.values())):
            entered = await self._connection.execute(
                entering.returning(deliveries.c.id, deliveries.c.token), [_values(one) for one in batch]
            )
            ids = {row.token: row.id for row in entered}
            planned += [replace(one, id=ids[one.token]) for one in batch if one.token in ids]
        taken = await self._take([one for one in planned if one.ended_at is None])
        kept = [await self._kept(one, taken[one.id]) for one in planned]
        rows = [
            {"delivery_id": one.id, "part": message.part, "token": message.token, "paper_id": message.paper_id}
            for one in kept
            if one.ended_at is None
            for message in one.messages
        ]
        for part in batches(rows):
            await self._connection.execute(insert(self._connection, messages), part)
        return kept

    async def _kept(self, planned: Delivery, taken: set[PaperId]) -> Delivery:
        gone = set(planned.paper_ids) - taken
        if planned.ended_at is not None or not gone:
            return planned
        left = _without(planned, gone)
        await self._connection.execute(update(deliveries).where(deliveries.c.id == left.id).values(_values(left)))
        return left

    async def claim(self, delivery_id: int, *, now: datetime, lease: timedelta) -> Claimed | None:
        """Take a delivery for ``lease``; None where it is not due, ended, or in somebody's hands."""
        claimed = await self.claim_all([delivery_id], now=now, lease=lease)
        return claimed[0] if claimed else None

    async def claim_all(self, delivery_ids: Sequence[int], *, now: datetime, lease: timedelta) -> list[Claimed]:
        """Take those of them for ``lease`` that are due, not ended, and in nobody's hands, the longest due first."""
        values = {
            "state": DeliveryState.SENDING,
            "attempts": deliveries.c.attempts + 1,
            "lease_until": now + lease,
            "not_before": None,
        }
        claimed = []
        for may_start, resumed in ((is_ready(now), False), (is_abandoned(now), True)):
            for batch in batches(delivery_ids):
                # Two that take many at once must not wait for each other; on SQLite one at a time writes anyway.
                free = select(deliveries.c.id).where(deliveries.c.id.in_(batch), may_start)
                taking = update(deliveries).where(deliveries.c.id.in_(free.with_for_update(skip_locked=True)))
                rows = await self._connection.execute(taking.values(values).returning(*deliveries.c))
                claimed += [Claimed(one, resumed) for one in await self._with_messages(list(rows.mappings()))]
        return sorted(claimed, key=lambda one: (one.delivery.due_at, one.delivery.id))

    async def message_sent(self, delivery_id: int, part: int, *, message_id: int, at: datetime, publish: bool) -> bool:
        """Note that a message is there; with ``publish`` it has still to be crossposted. False where it was known."""
        values = {"message_id": message_id, "sent_at": at, "publish_at": at if publish else None}
        return await self._note(delivery_id, part, values)

    async def message_dropped(self, delivery_id: int, part: int, *, problem: str) -> bool:
        """Note that a message will never be sent, while the others may be. False where it was sent."""
        return await self._note(delivery_id, part, {"problem": problem})

    async def _note(self, delivery_id: int, part: int, values: dict[str, Any]) -> bool:
        which = and_(messages.c.delivery_id == delivery_id, messages.c.part == part, messages.c.message_id.is_(None))
        return bool((await self._connection.execute(update(messages).where(which).values(values))).rowcount)

    async def renew(self, delivery_id: int, lease_until: datetime, *, attempt: int) -> bool:
        """Hold a claimed delivery for longer. False where it is not being sent by this attempt any more."""
        return await self._move(delivery_id, (DeliveryState.SENDING,), attempt, {"lease_until": lease_until})

    async def retry(self, delivery_id: int, *, not_before: datetime, problem: str, attempt: int | None = None) -> bool:
        """Back to planned, only where it is certain that nothing was sent. False where nothing was changed.

        ``attempt`` is the number of the caller's own claim (``delivery.attempts``), here and in every other end: where
        the lease ran out meanwhile and somebody else went on, only they may say how it ended.
        """
        values = {
            "state": DeliveryState.PLANNED,
            "not_before": not_before,
            "lease_until": None,
            "problem": problem,
        }
        return await self._move(delivery_id, (DeliveryState.SENDING,), attempt, values)

    async def hold(self, setup: ChannelSetup, *, problem: str) -> None:
        """Let what waits for a setup wait until its grace window ends."""
        values = {"not_before": deliveries.c.expires_at, "problem": problem}
        waits = _waiting_in(setup.destination, setup.slot)
        await self._connection.execute(update(deliveries).where(waits).values(values))

    async def release(self, setup: ChannelSetup) -> None:
        """Let what was held for a setup go out."""
        await self._release(_waiting_in(setup.destination, setup.slot))

    async def release_held(self, destination: Destination) -> bool:
        """Let all go out that is held for a place until somebody mends something; gives whether anything was."""
        waits = and_(deliveries.c.destination == destination, deliveries.c.state == DeliveryState.PLANNED)
        return await self._release(and_(waits, deliveries.c.not_before >= deliveries.c.expires_at))

    async def _release(self, which: ColumnElement[bool]) -> bool:
        values = {"not_before": None, "problem": None}
        return bool((await self._connection.execute(update(deliveries).where(which).values(values))).rowcount)

    async def skip_waiting(self, destination: Destination, slot: str, *, reason: str, at: datetime) -> int:
        """Skip what waits in a slot of a place, or in one whose name goes on after a hyphen; gives how many."""
        in_slot = or_(deliveries.c.slot == slot, deliveries.c.slot.startswith(f"{slot}-", autoescape=True))
        waits = and_(deliveries.c.destination == destination, deliveries.c.state == DeliveryState.PLANNED)
        waiting = await self._connection.scalars(select(deliveries.c.id).where(waits, in_slot))
        return sum([await self.skipped(delivery_id, reason=reason, at=at) for delivery_id in waiting.all()])

    async def sent(
        self, delivery_id: int, *, at: datetime, problem: str | None = None, revise_at: datetime | None = None
    ) -> bool:
        """All of its messages are there that ever will be, whoever says so; ``problem`` tells of those that are not.

        ``revise_at`` is when to hold it against the day's list for the first time, where it is kept up to date.
        Papers whose own message is not there are free again. False where it had ended before; what was written then
        stays.
        """
        values = {"problem": problem, "revise_at": revise_at}
        return await self._end(delivery_id, DeliveryState.SENT, at, None, values)

    async def revised(self, revision: Delivery, *, revise_at: datetime | None) -> Delivery | None:
        """Keep another choice of papers for a delivery that was sent; None where it is gone.

        Its new papers are taken for its destination; one that another delivery took is dropped. Those that it does not
        hold any more stay taken: people have seen them. ``revise_at`` is when to look again; None for never.
        """
        rows = await self._take([revision])
        left = _without(revision, set(revision.paper_ids) - rows[revision.id])
        values = {
            "paper_ids": left.paper_ids,
            "considered": left.considered,
            "left_out": left.left_out,
            "notes": left.notes,
            "empty_because": left.empty_because,
            "added": left.added,
            "revise_at": revise_at,
        }
        changing = update(deliveries).where(deliveries.c.id == revision.id, deliveries.c.state == DeliveryState.SENT)
        return left if (await self._connection.execute(changing.values(values))).rowcount else None

    async def revise_later(self, delivery_id: int, at: datetime | None) -> None:
        """Look at a sent delivery again at another time; None for never."""
        await self._connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(revise_at=at))

    async def skipped(self, delivery_id: int, *, reason: str, at: datetime, attempt: int | None = None) -> bool:
        """It is not sent, on purpose; its papers are free again. False where nothing was changed."""
        return await self._end(delivery_id, DeliveryState.SKIPPED, at, attempt, {"problem": reason})

    async def failed(self, delivery_id: int, *, problem: str, at: datetime, attempt: int | None = None) -> bool:
        """It can never be sent; its papers are free again. False where nothing was changed."""
        return await self._end(delivery_id, DeliveryState.FAILED, at, attempt, {"problem": problem})

    async def unreachable(self, delivery_id: int, *, problem: str, at: datetime, attempt: int | None = None) -> bool:
        """A person has to act before anything arrives there; its papers are free again. False where nothing changed."""
        return await self._end(delivery_id, DeliveryState.UNREACHABLE, at, attempt, {"problem": problem})

    async def _end(
        self, delivery_id: int, state: DeliveryState, at: datetime, attempt: int | None, values: dict[str, Any]
    ) -> bool:
        values = values | {"state": state, "ended_at": at, "lease_until": None, "not_before": None}
        ended = await self._move(delivery_id, (DeliveryState.PLANNED, DeliveryState.SENDING), attempt, values)
        if ended:
            await self._free(delivery_id, sent=state is DeliveryState.SENT)
        return ended

    async def _free(self, delivery_id: int, *, sent: bool) -> None:
        """Give back the papers of a delivery that nobody saw.

        Of what was ``sent`` those whose own message is not there, else all but those whose own message is.
        """
        own = and_(messages.c.delivery_id == delivery_id, messages.c.paper_id.is_not(None))
        seen, unseen = (
            select(messages.c.paper_id).where(own, there)
            for there in (messages.c.message_id.is_not(None), messages.c.message_id.is_(None))
        )
        which = posted_papers.c.paper_id.in_(unseen) if sent else posted_papers.c.paper_id.not_in(seen)
        await self._connection.execute(delete(posted_papers).where(posted_papers.c.delivery_id == delivery_id, which))

    async def purge(self, *, before: datetime, limit: int = 1000) -> int:
        """Forget deliveries that ended before then, at most ``limit``; gives how many.

        Which papers were posted where is never forgotten, so none comes twice.
        """
        old = select(deliveries.c.id).where(deliveries.c.ended_at < before).order_by(deliveries.c.ended_at).limit(limit)
        return (await self._connection.execute(delete(deliveries).where(deliveries.c.id.in_(old)))).rowcount

    async def _move(
        self,
        delivery_id: int,
        from_states: tuple[DeliveryState, ...],
        attempt: int | None,
        values: dict[str, Any],
    ) -> bool:
        statement = update(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.state.in_(from_states))
        if attempt is not None:
            statement = statement.where(deliveries.c.attempts == attempt)
        return bool((await self._connection.execute(statement.values(values))).rowcount)

    async def _take(self, wanted: Sequence[Delivery]) -> dict[int, set[PaperId]]:
        """Take each one's papers for its destination; gives those that are its own now."""
        taken: defaultdict[int, set[PaperId]] = defaultdict(set)
        rows = [
            {
                "destination": one.key.destination,
                "cadence": str(one.cadence),
                "paper_id": paper_id,
                "delivery_id": one.id,
            }
            for one in sorted(wanted, key=_order)
            for paper_id in sorted(set(one.paper_ids))
        ]
        taking = insert(self._connection, posted_papers).on_conflict_do_nothing()
        for batch in batches(rows):
            await self._connection.execute(taking, batch)
        mine = (posted_papers.c.delivery_id, posted_papers.c.paper_id)
        for ids in batches([one.id for one in wanted]):
            for row in await self._connection.execute(select(*mine).where(posted_papers.c.delivery_id.in_(ids))):
                taken[row.delivery_id].add(row.paper_id)
        return taken


def _order(delivery: Delivery) -> tuple[str, str, str]:
    return str(delivery.key.destination), delivery.key.local_date.isoformat(), delivery.key.slot


def _waiting_in(destination: Destination, slot: str) -> ColumnElement[bool]:
    return and_(
        deliveries.c.destination == destination,
        deliveries.c.slot == slot,
        deliveries.c.state == DeliveryState.PLANNED,
    )


def _without(delivery: Delivery, gone: set[PaperId]) -> Delivery:
    if not gone:
        return delivery
    left = tuple(paper_id for paper_id in delivery.paper_ids if paper_id not in gone)
    dropped = len(delivery.paper_ids) - len(left)
    already = delivery.left_out.get(ALREADY_POSTED, 0)
    return replace(
        delivery,
        paper_ids=left,
        added=tuple(paper_id for paper_id in delivery.added if paper_id not in gone),
        left_out=delivery.left_out | {ALREADY_POSTED: already + dropped},
        notes={paper_id: note for paper_id, note in delivery.notes.items() if paper_id not in gone},
        messages=tuple(message for message in delivery.messages if message.paper_id not in gone),
    )


def _values(delivery: Delivery) -> dict[str, Any]:
    return {
        "destination": delivery.key.destination,
        "local_date": delivery.key.local_date,
        "slot": delivery.key.slot,
        "cadence": str(delivery.cadence),
        "due_at": delivery.due_at,
        "expires_at": delivery.expires_at,
        "token": delivery.token,
        "paper_ids": delivery.paper_ids,
        "considered": delivery.considered,
        "left_out": delivery.left_out,
        "notes": delivery.notes,
        "empty_because": delivery.empty_because,
        "added": delivery.added,
        "also": delivery.also,
        "revise_until": delivery.revise_until,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "not_before": delivery.not_before,
        "lease_until": delivery.lease_until,
        "problem": delivery.problem,
        "planned_at": delivery.planned_at,
        "ended_at": delivery.ended_at,
    }
