"""The ledger as it is read: what was promised to whom, and how far each of it has come."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches
from storage.records import Cadence, Delivery, DeliveryKey, DeliveryState, Destination, Message, PaperId
from storage.schema import OPEN, deliveries, messages, posted_papers

A_WEEK = timedelta(days=7)
LONGEST_LEASE = timedelta(hours=2)
"""Nobody asks for more."""

MESSAGE_COLUMNS = (messages.c.delivery_id, *(messages.c[field.name] for field in fields(Message)))


class DeliveriesReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, delivery_id: int) -> Delivery | None:
        return await self._one(deliveries.c.id == delivery_id)

    async def get_many(self, delivery_ids: Collection[int]) -> dict[int, Delivery]:
        """Those of them that are known."""
        found: dict[int, Delivery] = {}
        for batch in batches(list(delivery_ids)):
            found |= {one.id: one for one in await self._all(select(deliveries).where(deliveries.c.id.in_(batch)))}
        return found

    async def by_key(self, key: DeliveryKey) -> Delivery | None:
        return await self._one(
            and_(
                deliveries.c.destination == key.destination,
                deliveries.c.local_date == key.local_date,
                deliveries.c.slot == key.slot,
            )
        )

    async def by_token(self, token: str) -> Delivery | None:
        """The delivery that one of its messages names."""
        by_message = select(messages.c.delivery_id).where(messages.c.token == token).scalar_subquery()
        return await self._one(or_(deliveries.c.id == by_message, deliveries.c.token == token))

    async def known(self, keys: Iterable[DeliveryKey]) -> set[DeliveryKey]:
        """Those of ``keys`` that were planned before, whatever became of them."""
        found: set[DeliveryKey] = set()
        columns = (deliveries.c.destination, deliveries.c.local_date, deliveries.c.slot)
        for batch in batches(list(keys)):
            wanted = [(key.destination, key.local_date, key.slot) for key in batch]
            for row in await self._connection.execute(select(*columns).where(tuple_(*columns).in_(wanted))):
                found.add(DeliveryKey(destination=row.destination, local_date=row.local_date, slot=row.slot))
        return found

    async def added_before(self, keys: Iterable[DeliveryKey]) -> dict[DeliveryKey, tuple[PaperId, ...]]:
        """For each of ``keys`` the papers that the last delivery in its slot before it gained after it was sent."""
        wanted = {(key.destination, key.slot): key for key in keys}
        found: dict[DeliveryKey, tuple[PaperId, ...]] = {}
        slots = (deliveries.c.destination, deliveries.c.slot)
        for batch in batches(list(wanted)):
            first = min(wanted[slot].local_date for slot in batch) - A_WEEK
            sent = select(*slots, deliveries.c.local_date, deliveries.c.added).where(
                tuple_(*slots).in_(batch), deliveries.c.local_date >= first, deliveries.c.state == DeliveryState.SENT
            )
            # Oldest first, so that the newest is what stays.
            for row in await self._connection.execute(sent.order_by(deliveries.c.local_date)):
                key = wanted[row.destination, row.slot]
                if key.local_date - A_WEEK <= row.local_date < key.local_date:
                    found[key] = row.added
        return found

    async def due(self, now: datetime, *, limit: int = 1000, beside: Iterable[int] = ()) -> list[Delivery]:
        """What can be claimed at ``now``, the longest due first; at most ``limit``, none of those ``beside``."""
        claimable = select(deliveries.c.id).where(OPEN, or_(is_ready(now), is_abandoned(now)))
        skipped, in_order = set(beside), (deliveries.c.due_at, deliveries.c.id)
        ids = await self._connection.scalars(claimable.order_by(*in_order).limit(limit + len(skipped)))
        found = [delivery_id for delivery_id in ids if delivery_id not in skipped][:limit]
        return await self._all(select(deliveries).where(deliveries.c.id.in_(found)).order_by(*in_order))

    async def unfinished(self, *, limit: int = 1000) -> list[Delivery]:
        """What has not ended yet, whoever has it and whatever it waits for, the longest due first."""
        return await self._all(select(deliveries).where(OPEN).order_by(deliveries.c.due_at).limit(limit))

    async def to_revise(self, now: datetime, *, limit: int = 100) -> list[Delivery]:
        """Those sent whose message has to be held against the day's list again, the longest waiting first."""
        waiting = select(deliveries).where(deliveries.c.revise_at <= now).order_by(deliveries.c.revise_at)
        return await self._all(waiting.limit(limit))

    async def recent(
        self, *, destination: Destination | None = None, limit: int = 20, beside_slots: str | None = None
    ) -> list[Delivery]:
        """The last ``limit`` that were planned (for one destination), newest first; none whose slot begins so."""
        query = select(deliveries).order_by(deliveries.c.id.desc()).limit(limit)
        if destination is not None:
            query = query.where(deliveries.c.destination == destination)
        if beside_slots is not None:
            query = query.where(~deliveries.c.slot.startswith(beside_slots, autoescape=True))
        return await self._all(query)

    async def posted_among(
        self, destinations: Iterable[Destination], paper_ids: Iterable[PaperId], cadence: Cadence
    ) -> dict[Destination, set[PaperId]]:
        """Those of ``paper_ids`` that digests of this cadence brought to each place, or are bringing."""
        found: defaultdict[Destination, set[PaperId]] = defaultdict(set)
        columns = (posted_papers.c.destination, posted_papers.c.paper_id)
        wanted = list(paper_ids)
        for places in batches(list(dict.fromkeys(destinations))):
            for papers in batches(wanted):
                query = select(*columns).where(
                    posted_papers.c.destination.in_(places),
                    posted_papers.c.cadence == str(cadence),
                    posted_papers.c.paper_id.in_(papers),
                )
                for row in await self._connection.execute(query):
                    found[row.destination].add(row.paper_id)
        return found

    async def _one(self, which: ColumnElement[bool]) -> Delivery | None:
        found = await self._all(select(deliveries).where(which))
        return found[0] if found else None

    async def _all(self, query: Select[Any]) -> list[Delivery]:
        return await self._with_messages(list((await self._connection.execute(query)).mappings()))

    async def _with_messages(self, rows: Sequence[RowMapping]) -> list[Delivery]:
        of_each: defaultdict[int, list[Message]] = defaultdict(list)
        for batch in batches([row["id"] for row in rows]):
            query = select(*MESSAGE_COLUMNS).where(messages.c.delivery_id.in_(batch)).order_by(messages.c.part)
            for row in (await self._connection.execute(query)).mappings():
                facts = dict(row)
                of_each[facts.pop("delivery_id")].append(Message(**facts))
        return [_delivery(row, of_each[row["id"]]) for row in rows]


def is_ready(now: datetime) -> ColumnElement[bool]:
    """What waits and may be sent."""
    return and_(
        deliveries.c.state == DeliveryState.PLANNED,
        deliveries.c.due_at <= now,
        or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= now),
    )


def is_abandoned(now: datetime) -> ColumnElement[bool]:
    """What somebody began to send and holds no more.

    A lease that ends much later than any is given for was given before this machine's clock was put back.
    """
    over = or_(deliveries.c.lease_until <= now, deliveries.c.lease_until > now + LONGEST_LEASE)
    return and_(deliveries.c.state == DeliveryState.SENDING, over)


def _delivery(row: RowMapping, its_messages: Sequence[Message]) -> Delivery:
    facts = {name: value for name, value in row.items() if name != "revise_at"}
    key = DeliveryKey(destination=facts.pop("destination"), local_date=facts.pop("local_date"), slot=facts.pop("slot"))
    facts |= {"state": DeliveryState(facts["state"]), "cadence": Cadence(facts["cadence"])}
    return Delivery(key=key, messages=tuple(its_messages), **facts)
