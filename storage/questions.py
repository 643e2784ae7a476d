"""How many questions a model was asked in a day, for each person and each server."""

from datetime import date

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.schema import model_questions


def of_person(person_id: int) -> str:
    """The name under which a person's questions are counted."""
    return f"person:{person_id}"


def of_server(guild_id: int) -> str:
    """The name under which a server's questions are counted."""
    return f"server:{guild_id}"


class QuestionsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def asked(self, day: date, name: str) -> int:
        """How many were asked on ``day`` under ``name``."""
        query = select(model_questions.c.asked).where(_is(day, name))
        return await self._connection.scalar(query) or 0


class Questions(QuestionsReader):
    async def take(self, day: date, name: str, *, most: int | None) -> bool:
        """Count one more; False where it would be more than ``most``, however many ask at once."""
        statement = insert(self._connection, model_questions).values(day=day, name=name, asked=1)
        counting = statement.on_conflict_do_update(
            index_elements=[model_questions.c.name, model_questions.c.day],
            set_={"asked": model_questions.c.asked + 1},
            where=None if most is None else model_questions.c.asked < most,
        )
        return (await self._connection.execute(counting.returning(model_questions.c.asked))).first() is not None

    async def give_back(self, day: date, name: str) -> None:
        """Count one less: it was not answered."""
        fewer = update(model_questions).where(_is(day, name), model_questions.c.asked > 0)
        await self._connection.execute(fewer.values(asked=model_questions.c.asked - 1))

    async def forget(self, name: str) -> None:
        """Delete all that is counted under ``name``."""
        await self._connection.execute(delete(model_questions).where(model_questions.c.name == name))

    async def forget_before(self, day: date) -> None:
        """Delete the counts of the days before ``day``."""
        await self._connection.execute(delete(model_questions).where(model_questions.c.day < day))


def _is(day: date, name: str) -> ColumnElement[bool]:
    return and_(model_questions.c.name == name, model_questions.c.day == day)
