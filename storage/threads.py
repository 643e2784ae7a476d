"""The threads of papers below digests: one for each paper and place, whoever asks for it first."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches, insert
from storage.records import Destination, PaperId
from storage.schema import paper_threads


class ThreadsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, destination: Destination, paper_ids: Iterable[PaperId]) -> dict[PaperId, int]:
        """The threads that there are for papers in a place."""
        found: dict[PaperId, int] = {}
        for batch in batches(list(paper_ids)):
            query = select(paper_threads.c.paper_id, paper_threads.c.thread_id).where(
                paper_threads.c.destination == destination,
                paper_threads.c.paper_id.in_(batch),
                paper_threads.c.thread_id.is_not(None),
            )
            found |= {row.paper_id: row.thread_id for row in await self._connection.execute(query)}
        return found


class Threads(ThreadsReader):
    async def claim(
        self, destination: Destination, paper_id: PaperId, *, now: datetime, abandoned_before: datetime
    ) -> bool:
        """Take it upon oneself to open a thread. False where there is one, or somebody is opening it.

        A claim of before ``abandoned_before`` without a thread is nobody's any more.
        """
        row = {"destination": destination, "paper_id": paper_id, "asked_at": now}
        statement = insert(self._connection, paper_threads).values(row)
        claiming = statement.on_conflict_do_update(
            index_elements=[paper_threads.c.destination, paper_threads.c.paper_id],
            set_={"asked_at": now},
            where=and_(paper_threads.c.thread_id.is_(None), paper_threads.c.asked_at < abandoned_before),
        )
        return (await self._connection.execute(claiming.returning(paper_threads.c.paper_id))).first() is not None

    async def opened(self, destination: Destination, paper_id: PaperId, thread_id: int | None) -> None:
        """Keep the thread; None where it could not be opened, or is gone: then the next who asks may try."""
        which = and_(paper_threads.c.destination == destination, paper_threads.c.paper_id == paper_id)
        if thread_id is None:
            await self._connection.execute(delete(paper_threads).where(which))
        else:
            await self._connection.execute(update(paper_threads).where(which).values(thread_id=thread_id))
