"""Which papers people saved, and when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches, insert
from storage.records import PaperId
from storage.schema import people, saved_papers


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPaper:
    paper_id: PaperId
    saved_at: datetime


class SavedPapersReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, person_id: int) -> tuple[SavedPaper, ...]:
        """What the person saved, the last one first."""
        query = select(saved_papers.c.paper_id, saved_papers.c.saved_at).where(saved_papers.c.person_id == person_id)
        rows = await self._connection.execute(query)
        # Not ORDER BY: PostgreSQL's locale may sort ids in another way than SQLite does.
        found = sorted((SavedPaper(**row) for row in rows.mappings()), key=lambda one: one.paper_id)
        return tuple(sorted(found, key=lambda one: one.saved_at, reverse=True))

    async def since(self, person_id: int, paper_id: PaperId) -> datetime | None:
        """When the person saved that paper; None where they did not."""
        return await self._connection.scalar(select(saved_papers.c.saved_at).where(_is(person_id, paper_id)))

    async def readers_of(self, paper_ids: Iterable[PaperId]) -> dict[int, tuple[PaperId, ...]]:
        """Who saved any of these papers and takes messages, by id, each with which of them."""
        found: defaultdict[int, list[PaperId]] = defaultdict(list)
        beside = saved_papers.outerjoin(people, people.c.id == saved_papers.c.person_id)
        query = select(saved_papers.c.person_id, saved_papers.c.paper_id).select_from(beside)
        open_to_us = query.where(people.c.dm_closed_at.is_(None))
        for batch in batches(list(paper_ids)):
            for row in await self._connection.execute(open_to_us.where(saved_papers.c.paper_id.in_(batch))):
                found[row.person_id].append(row.paper_id)
        return {person_id: tuple(sorted(found[person_id])) for person_id in sorted(found)}


class SavedPapers(SavedPapersReader):
    async def add(self, person_id: int, paper_id: PaperId, *, at: datetime) -> bool:
        """Save a paper that is known; False where the person has saved it already, since when they did."""
        row = {"person_id": person_id, "paper_id": paper_id, "saved_at": at}
        adding = insert(self._connection, saved_papers).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(adding.returning(saved_papers.c.paper_id))).first() is not None

    async def remove(self, person_id: int, paper_id: PaperId) -> bool:
        """Take a paper out again; False where the person had not saved it."""
        return bool((await self._connection.execute(delete(saved_papers).where(_is(person_id, paper_id)))).rowcount)

    async def forget(self, person_id: int) -> int:
        """Forget all that the person saved; gives how many papers that were."""
        theirs = delete(saved_papers).where(saved_papers.c.person_id == person_id)
        return (await self._connection.execute(theirs)).rowcount


def _is(person_id: int, paper_id: PaperId) -> ColumnElement[bool]:
    return and_(saved_papers.c.person_id == person_id, saved_papers.c.paper_id == paper_id)
