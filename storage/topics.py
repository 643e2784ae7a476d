"""Topics: the queries that people follow."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.records import Topic
from storage.schema import topics


class TopicsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, person_id: int) -> list[Topic]:
        """What the person follows, oldest first."""
        return await self._topics(select(topics).where(topics.c.person_id == person_id))

    async def all(self) -> list[Topic]:
        """What everybody follows, oldest first."""
        return await self._topics(select(topics))

    async def _topics(self, query: Select[Any]) -> list[Topic]:
        rows = await self._connection.execute(query.order_by(topics.c.id))
        return [Topic(**row) for row in rows.mappings()]


class Topics(TopicsReader):
    async def follow(self, topic: Topic) -> Topic | None:
        """Keep a topic of a person who is known; gives it with its id, or None where they follow that query already."""
        statement = insert(self._connection, topics).values(
            person_id=topic.person_id, query=topic.query, created_at=topic.created_at
        )
        nothing_twice = statement.on_conflict_do_nothing(index_elements=[topics.c.person_id, topics.c.query])
        topic_id = await self._connection.scalar(nothing_twice.returning(topics.c.id))
        return None if topic_id is None else replace(topic, id=topic_id)

    async def unfollow(self, person_id: int, topic_id: int) -> bool:
        """Forget the topic if it is that person's; False where it is not."""
        theirs = (topics.c.person_id == person_id) & (topics.c.id == topic_id)
        return bool((await self._connection.execute(delete(topics).where(theirs))).rowcount)
