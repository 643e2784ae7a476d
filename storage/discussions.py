"""Which papers a thread is about, in the order in which they came into it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.records import PaperId
from storage.schema import discussed_papers


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


class Discussions(DiscussionsReader):
    async def add(self, thread_id: int, paper_id: PaperId, *, at: datetime) -> None:
        """Let a thread be about a paper, too; one that it is about already keeps its place."""
        row = {"thread_id": thread_id, "paper_id": paper_id, "added_at": at}
        await self._connection.execute(insert(self._connection, discussed_papers).values(row).on_conflict_do_nothing())

    async def forget(self, thread_id: int) -> None:
        """The thread is gone."""
        await self._connection.execute(delete(discussed_papers).where(discussed_papers.c.thread_id == thread_id))
