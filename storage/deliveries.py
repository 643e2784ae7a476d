"""The ledger: what was promised to whom, and what became of it. It is what makes a digest arrive exactly once.

    planned → sending → sent
       ↑_________|         (retry: certainly nothing was sent)
    planned or sending → skipped, failed, unreachable

Each step is one statement that says from which states it may start, so of any number of processes one takes it. What
has ended never changes again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches, insert
from storage.records import Delivery, DeliveryKey, DeliveryState, Destination, PaperId
from storage.schema import OPEN, deliveries, posted_papers

ALREADY_POSTED = "already posted here"
"""Why a picked paper is left out in the last moment: another delivery to the same place took it first."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is now ours to send. ``resumed``: somebody before us may have sent it; look before sending."""

    delivery: Delivery
    resumed: bool


class DeliveriesReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, delivery_id: int) -> Delivery | None:
        return await self._one(deliveries.c.id == delivery_id)

    async def by_key(self, key: DeliveryKey) -> Delivery | None:
        return await self._one(
            and_(
                deliveries.c.destination == key.destination,
                deliveries.c.local_date == key.local_date,
                deliveries.c.slot == key.slot,
            )
        )

    async def by_token(self, token: str) -> Delivery | None:
        return await self._one(deliveries.c.token == token)

    async def due(self, now: datetime) -> list[Delivery]:
        """What can be claimed at ``now``, the longest due first."""
        claimable = select(deliveries).where(OPEN, or_(_ready(now), _abandoned(now)))
        return await self._all(claimable.order_by(deliveries.c.due_at, deliveries.c.id))

    async def recent(self, *, destination: Destination | None = None, limit: int = 20) -> list[Delivery]:
        """The last ``limit`` that were planned (for one destination), newest first."""
        query = select(deliveries).order_by(deliveries.c.id.desc()).limit(limit)
        if destination is not None:
            query = query.where(deliveries.c.destination == destination)
        return await self._all(query)

    async def posted_papers(self, destination: Destination) -> set[PaperId]:
        """The papers that were posted there or are on their way."""
        query = select(posted_papers.c.paper_id).where(posted_papers.c.destination == destination)
        return set(await self._connection.scalars(query))

    async def posted_among(self, destination: Destination, paper_ids: Iterable[PaperId]) -> set[PaperId]:
        """Those of ``paper_ids`` that were posted there or are on their way."""
        found: set[PaperId] = set()
        for batch in batches(list(paper_ids)):
            query = select(posted_papers.c.paper_id).where(
                posted_papers.c.destination == destination, posted_papers.c.paper_id.in_(batch)
            )
            found |= set(await self._connection.scalars(query))
        return found

    async def _one(self, which: ColumnElement[bool]) -> Delivery | None:
        found = await self._all(select(deliveries).where(which))
        return found[0] if found else None

    async def _all(self, query: Select[Any]) -> list[Delivery]:
        rows = await self._connection.execute(query)
        return [_delivery(row) for row in rows.mappings()]


class Deliveries(DeliveriesReader):
    async def plan(self, delivery: Delivery) -> Delivery | None:
        """Enter a delivery; None where its key is there already, whoever planned it.

        Its papers are taken for its destination. One that another delivery took first is dropped and counted in
        ``left_out``, so the delivery given back may hold fewer than the one handed in. An ended one takes none.
        """
        kept_id = await self._connection.scalar(
            insert(self._connection, deliveries)
            .values(_values(delivery))
            .on_conflict_do_nothing(
                index_elements=[deliveries.c.destination, deliveries.c.local_date, deliveries.c.slot]
            )
            .returning(deliveries.c.id)
        )
        if kept_id is None:
            return None
        planned = replace(delivery, id=kept_id)
        if planned.ended_at is not None or not planned.paper_ids:
            return planned
        taken = await self._take(planned)
        if taken == set(planned.paper_ids):
            return planned
        planned = _without(planned, set(planned.paper_ids) - taken)
        await self._connection.execute(update(deliveries).where(deliveries.c.id == kept_id).values(_values(planned)))
        return planned

    async def claim(self, delivery_id: int, *, now: datetime, lease: timedelta) -> Claimed | None:
        """Take a delivery for ``lease``; None where it is not due, ended, or in somebody's hands."""
        values = {
            "state": DeliveryState.SENDING,
            "attempts": deliveries.c.attempts + 1,
            "lease_until": now + lease,
            "not_before": None,
        }
        for may_start, resumed in ((_ready(now), False), (_abandoned(now), True)):
            claiming = update(deliveries).where(deliveries.c.id == delivery_id, may_start).values(values)
            row = (await self._connection.execute(claiming.returning(*deliveries.c))).mappings().one_or_none()
            if row is not None:
                return Claimed(_delivery(row), resumed)
        return None

    async def renew(self, delivery_id: int, lease_until: datetime, *, attempt: int | None = None) -> bool:
        """Hold a claimed delivery for longer. False where it is not being sent (by this attempt) any more."""
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

    async def sent(self, delivery_id: int, *, message_id: int, at: datetime) -> bool:
        """It is there, whoever says so. False where it had ended before; what was written then stays."""
        values = {"message_id": message_id, "problem": None}
        return await self._end(delivery_id, DeliveryState.SENT, at, None, values)

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
        if ended and state is not DeliveryState.SENT:
            await self._connection.execute(delete(posted_papers).where(posted_papers.c.delivery_id == delivery_id))
        return ended

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

    async def _take(self, delivery: Delivery) -> set[PaperId]:
        rows = [
            {"destination": delivery.key.destination, "paper_id": paper_id, "delivery_id": delivery.id}
            # In one order for everybody: two that wait for each other's papers would else be a deadlock on PostgreSQL.
            for paper_id in sorted(set(delivery.paper_ids))
        ]
        statement = insert(self._connection, posted_papers).values(rows).on_conflict_do_nothing()
        return set(await self._connection.scalars(statement.returning(posted_papers.c.paper_id)))


def _ready(now: datetime) -> ColumnElement[bool]:
    return and_(
        deliveries.c.state == DeliveryState.PLANNED,
        deliveries.c.due_at <= now,
        or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= now),
    )


def _abandoned(now: datetime) -> ColumnElement[bool]:
    return and_(deliveries.c.state == DeliveryState.SENDING, deliveries.c.lease_until <= now)


def _without(delivery: Delivery, gone: set[PaperId]) -> Delivery:
    left = tuple(paper_id for paper_id in delivery.paper_ids if paper_id not in gone)
    dropped = len(delivery.paper_ids) - len(left)
    already = delivery.left_out.get(ALREADY_POSTED, 0)
    return replace(
        delivery,
        paper_ids=left,
        left_out=delivery.left_out | {ALREADY_POSTED: already + dropped},
        notes={paper_id: note for paper_id, note in delivery.notes.items() if paper_id not in gone},
    )


def _values(delivery: Delivery) -> dict[str, Any]:
    return {
        "destination": delivery.key.destination,
        "local_date": delivery.key.local_date,
        "slot": delivery.key.slot,
        "due_at": delivery.due_at,
        "expires_at": delivery.expires_at,
        "token": delivery.token,
        "paper_ids": delivery.paper_ids,
        "considered": delivery.considered,
        "left_out": delivery.left_out,
        "notes": delivery.notes,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "not_before": delivery.not_before,
        "lease_until": delivery.lease_until,
        "message_id": delivery.message_id,
        "problem": delivery.problem,
        "planned_at": delivery.planned_at,
        "ended_at": delivery.ended_at,
    }


def _delivery(row: RowMapping) -> Delivery:
    facts = dict(row)
    key = DeliveryKey(destination=facts.pop("destination"), local_date=facts.pop("local_date"), slot=facts.pop("slot"))
    return Delivery(key=key, **facts | {"state": DeliveryState(facts["state"])})
