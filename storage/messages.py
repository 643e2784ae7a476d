"""What is left to do with messages that are there: crosspost them, bring them up to date.

Neither can be done twice with harm, so there are no leases here: whoever comes does it, and it is noted as done.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches
from storage.ledger import DeliveriesReader
from storage.records import Delivery, Destination, Message, PaperId
from storage.schema import deliveries, messages, posted_papers


class Errand(StrEnum):
    """Something to do with a message; the value is the column that says when."""

    PUBLISH = "publish_at"
    EDIT = "edit_at"


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A message with an errand that is due, and how often it was tried in vain."""

    delivery: Delivery
    message: Message
    message_id: int
    tries: int
    since: datetime
    """When it became due: another moment where it was wanted once more meanwhile."""


class Dropped(NamedTuple):
    """How many messages will never be sent to a place, and why."""

    destination: Destination
    problem: str
    number: int


class MessagesReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def due(
        self, errand: Errand, now: datetime, *, limit: int, beside: Collection[tuple[int, int]] = ()
    ) -> list[Outstanding]:
        """The messages whose ``errand`` is due, the longest first; none of those (delivery, part) ``beside``."""
        when = messages.c[errand]
        columns = (messages.c.delivery_id, messages.c.part, messages.c.tries, when.label("since"))
        waiting = select(*columns).where(when <= now, messages.c.message_id.is_not(None))
        rows = await self._connection.execute(waiting.order_by(when).limit(limit + len(beside)))
        wanted = [row for row in rows if (row.delivery_id, row.part) not in beside][:limit]
        known = await DeliveriesReader(self._connection).get_many({row.delivery_id for row in wanted})
        return [
            Outstanding(delivery, message, message.message_id, row.tries, row.since)
            for row in wanted
            if (delivery := known.get(row.delivery_id)) is not None
            for message in delivery.messages
            if message.part == row.part and message.message_id is not None
        ]

    async def papers_of(self, message_id: int) -> tuple[PaperId, ...]:
        """The papers that a message of a digest brought, none where it is none.

        A thread that somebody opens below a message has its id, as a forum post has that of its first one.
        """
        query = select(messages.c.paper_id, deliveries.c.paper_ids).join(deliveries)
        row = (await self._connection.execute(query.where(messages.c.message_id == message_id))).first()
        if row is None:
            return ()
        return (row.paper_id,) if row.paper_id is not None else tuple(map(PaperId, row.paper_ids))

    async def in_vain(self, errand: Errand, *, due_before: datetime, tries: int) -> int:
        """For how many messages ``errand`` was due before then and is not done, or was tried in vain so often."""
        when = messages.c[errand]
        late = and_(
            when.is_not(None), messages.c.message_id.is_not(None), or_(when < due_before, messages.c.tries >= tries)
        )
        return (await self._connection.execute(select(func.count()).where(late))).scalar_one()

    async def dropped(self, *, planned_since: datetime, limit: int = 20) -> list[Dropped]:
        """What kept messages from ever being sent of deliveries that were planned since then, by place."""
        what = (deliveries.c.destination, messages.c.problem)
        counts = (
            select(*what, func.count().label("number"))
            .join(deliveries, deliveries.c.id == messages.c.delivery_id)
            .where(messages.c.problem.is_not(None), deliveries.c.planned_at >= planned_since)
            .group_by(*what)
        )
        rows = await self._connection.execute(counts.order_by(func.count().desc()).limit(limit))
        return [Dropped(row.destination, row.problem, row.number) for row in rows]


class Messages(MessagesReader):
    async def want_edit(self, delivery_id: int, *, at: datetime) -> None:
        """Bring every message of a delivery that is there up to date."""
        there = and_(messages.c.delivery_id == delivery_id, messages.c.message_id.is_not(None))
        await self._set(there, {"edit_at": at, "tries": 0})

    async def want_edits_of(self, paper_ids: Sequence[PaperId], *, sent_since: datetime, at: datetime) -> int:
        """Bring the messages that name one of these papers up to date; gives how many there are.

        One that is on its way may have been made already, so it is brought up to date when it is there.
        """
        there = messages.c.sent_at >= sent_since
        on_its_way = and_(deliveries.c.ended_at.is_(None), messages.c.message_id.is_(None))
        count = 0
        for batch in batches(paper_ids):
            naming = (
                select(messages.c.delivery_id, messages.c.part)
                .join(posted_papers, posted_papers.c.delivery_id == messages.c.delivery_id)
                .join(deliveries, deliveries.c.id == messages.c.delivery_id)
                .where(
                    posted_papers.c.paper_id.in_(batch),
                    or_(there, on_its_way),
                    or_(messages.c.paper_id.is_(None), messages.c.paper_id == posted_papers.c.paper_id),
                )
            )
            for row in (await self._connection.execute(naming.distinct())).all():
                which = and_(messages.c.delivery_id == row.delivery_id, messages.c.part == row.part)
                count += await self._set(which, {"edit_at": at, "tries": 0})
        return count

    async def done(self, errand: Errand, delivery_id: int, part: int, *, since: datetime) -> None:
        """There is nothing left to do, because it is done or can never be.

        Where it was wanted once more than at ``since``, it is still to be done.
        """
        as_it_was = and_(_one(delivery_id, part), messages.c[errand] == since)
        await self._set(as_it_was, {errand: None, "tries": 0})

    async def later(self, errand: Errand, delivery_id: int, part: int, *, at: datetime) -> None:
        """It was tried in vain; try again at another time."""
        await self._set(_one(delivery_id, part), {errand: at, "tries": messages.c.tries + 1})

    async def _set(self, which: ColumnElement[bool], values: dict[str, object]) -> int:
        return (await self._connection.execute(update(messages).where(which).values(values))).rowcount


def _one(delivery_id: int, part: int) -> ColumnElement[bool]:
    return and_(messages.c.delivery_id == delivery_id, messages.c.part == part)
