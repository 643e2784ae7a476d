"""People who follow topics: when their daily message comes, and whether it can."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.records import Destination, DestinationKind, Person
from storage.schedules import FORGOTTEN, foresee, may_be_due, schedule_of, schedule_values
from storage.schema import deliveries, people, posted_papers


class PeopleReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, person_id: int) -> Person | None:
        row = (await self._connection.execute(select(people).where(people.c.id == person_id))).one_or_none()
        return _person(row) if row else None

    async def list(self) -> list[Person]:
        """Everybody, by id."""
        return [_person(row) for row in await self._connection.execute(select(people).order_by(people.c.id))]

    async def due(self, now: datetime) -> Sequence[Person]:
        """Everybody who takes messages and whose next slot may have come, by id."""
        query = select(people).where(people.c.dm_closed_at.is_(None), may_be_due(people, now)).order_by(people.c.id)
        return [_person(row) for row in await self._connection.execute(query)]


class People(PeopleReader):
    async def save(self, person: Person) -> None:
        """Keep the person as given, whether they were known or not."""
        facts = schedule_values(person.schedule) | {"dm_closed_at": person.dm_closed_at} | FORGOTTEN
        statement = insert(self._connection, people).values(id=person.id, **facts)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=[people.c.id], set_=facts))

    async def foresee(self, next_due: Iterable[tuple[int, datetime | None]], *, at: datetime) -> None:
        """Keep when each person's next slot comes, as seen at ``at``."""
        await foresee(self._connection, people, next_due, at=at)

    async def forget(self, person_id: int) -> bool:
        """Delete the person, their topics and every delivery to them; False where nothing was known of them."""
        them = Destination(kind=DestinationKind.PERSON, id=person_id)
        sent = await self._connection.execute(delete(deliveries).where(deliveries.c.destination == them))
        await self._connection.execute(delete(posted_papers).where(posted_papers.c.destination == them))
        known = await self._connection.execute(delete(people).where(people.c.id == person_id))
        return bool(known.rowcount or sent.rowcount)


def _person(row: Row[Any]) -> Person:
    return Person(id=row.id, schedule=schedule_of(row), dm_closed_at=row.dm_closed_at)
