"""Which papers a thread is about, in the order in which they came into it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches, insert
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


class Discussions(DiscussionsReader):
    async def add(self, thread_id: int, paper_id: PaperId, *, at: datetime) -> None:
        """Let a thread be about a paper, too; one that it is about already keeps its place."""
        row = {"thread_id": thread_id, "paper_id": paper_id, "added_at": at}
        await self._connection.execute(insert(self._connection, discussed_papers).values(row).on_conflict_do_nothing())

    async def forget(self, thread_id: int) -> None:
        """The thread is gone."""
        await self._connection.execute(delete(discussed_papers).where(discussed_papers.c.thread_id == thread_id))
