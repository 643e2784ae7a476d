"""Which papers a thread is about, in the order in which they came into it, and what was asked there lately."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches, insert
from storage.discussion_schema import discussed_papers, turns
from storage.records import PaperId
from storage.turns import MOST_TURNS, Turn


class DiscussionsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def papers(self, thread_id: int) -> tuple[PaperId, ...]:
        """The papers of a thread, the first one first; none where it is not about papers."""
        query = (
            select(discussed_papers.c.paper_id)
            .where(discussed_papers.c.thread_id == thread_id)
            .order_by(discussed_papers.c.added_at, discussed_papers.c.paper_id)
        )
        return tuple((await self._connection.execute(query)).scalars())

    async def threads_about(
        self, paper_ids: Iterable[PaperId], *, added_since: datetime
    ) -> dict[PaperId, tuple[int, ...]]:
        """The threads into which each of these papers came since then; a paper without any is left out."""
        found: defaultdict[PaperId, list[int]] = defaultdict(list)
        for batch in batches(list(paper_ids)):
            query = select(discussed_papers.c.paper_id, discussed_papers.c.thread_id).where(
                discussed_papers.c.paper_id.in_(batch), discussed_papers.c.added_at >= added_since
            )
            for row in await self._connection.execute(query):
                found[row.paper_id].append(row.thread_id)
        return {paper_id: tuple(sorted(threads)) for paper_id, threads in found.items()}

    async def turns(self, thread_id: int, *, since: datetime) -> tuple[Turn, ...]:
        """What was asked in a thread since then, the last question last."""
        query = select(turns).where(turns.c.thread_id == thread_id, turns.c.at >= since).order_by(turns.c.id)
        return tuple(_turn(row) for row in await self._connection.execute(query))

    async def turns_of(self, person_id: int) -> tuple[tuple[int, Turn], ...]:
        """What one person asked and is still remembered, each with its thread, the last question last."""
        query = select(turns).where(turns.c.person_id == person_id).order_by(turns.c.id)
        return tuple((row.thread_id, _turn(row)) for row in await self._connection.execute(query))


class Discussions(DiscussionsReader):
    async def add(self, thread_id: int, paper_id: PaperId, *, at: datetime) -> None:
        """Let a thread be about a paper, too; one that it is about already keeps its place."""
        row = {"thread_id": thread_id, "paper_id": paper_id, "added_at": at}
        await self._connection.execute(insert(self._connection, discussed_papers).values(row).on_conflict_do_nothing())

    async def forget(self, thread_id: int) -> None:
        """The thread is gone."""
        await self._connection.execute(delete(discussed_papers).where(discussed_papers.c.thread_id == thread_id))
        await self._connection.execute(delete(turns).where(turns.c.thread_id == thread_id))

    async def remember(self, thread_id: int, person_id: int, turn: Turn) -> None:
        """Keep what was just asked; of the thread's turns the last ``MOST_TURNS`` stay."""
        row = {"thread_id": thread_id, "person_id": person_id, **asdict(turn)}
        await self._connection.execute(insert(self._connection, turns).values(row))
        ids = select(turns.c.id).where(turns.c.thread_id == thread_id).order_by(turns.c.id.desc())
        oldest = ids.limit(1).offset(MOST_TURNS - 1).scalar_subquery()
        await self._connection.execute(delete(turns).where(turns.c.thread_id == thread_id, turns.c.id < oldest))

    async def forget_turns_of(self, person_id: int) -> None:
        """Forget what one person asked, and what was said to it."""
        await self._connection.execute(delete(turns).where(turns.c.person_id == person_id))

    async def forget_turns_before(self, moment: datetime) -> None:
        """Forget what was asked before then."""
        await self._connection.execute(delete(turns).where(turns.c.at < moment))


def _turn(row: Row[Any]) -> Turn:
    return Turn(question=row.question, said=row.said, at=row.at)
