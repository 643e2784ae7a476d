"""Small things to remember by name, and the queries that paging buttons stand for."""

from base64 import b32encode
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.schema import facts, kept_queries

TOKEN_LENGTH = 12
"""60 bits: two of a million queries share a token with a chance of one in two million."""
_KEPT = select(kept_queries.c.text).where(kept_queries.c.token == bindparam("kept"))


class FactsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> str | None:
        return await self._connection.scalar(select(facts.c.value).where(facts.c.name == name))


class Facts(FactsReader):
    async def put(self, name: str, value: str) -> None:
        statement = insert(self._connection, facts).values(name=name, value=value)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": value})
        )

    async def hold(self, name: str) -> str:
        """The fact, empty where there is none; who else holds it waits until this unit of work has ended."""
        statement = insert(self._connection, facts).values(name=name, value="")
        holding = statement.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": facts.c.value})
        return await self._connection.scalar(holding.returning(facts.c.value)) or ""


class QueriesReader:
    """A button holds at most 100 characters, a query any number: the button carries a token, the text stands here."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def token(self, text: str) -> str | None:
        """The token of ``text`` if it is kept."""
        token = query_token(text)
        return token if await self.text(token) is not None else None

    async def text(self, token: str) -> str | None:
        """The text that ``token`` stands for."""
        return await self._connection.scalar(_KEPT, {"kept": token})


class Queries(QueriesReader):
    async def keep(self, text: str, *, at: datetime) -> str:
        """Keep ``text``; gives its token, the same one for the same text."""
        token = query_token(text)
        statement = insert(self._connection, kept_queries).values(token=token, text=text, kept_at=at)
        await self._connection.execute(statement.on_conflict_do_nothing())
        return token


def query_token(text: str) -> str:
    """A name of ``TOKEN_LENGTH`` small letters and digits that follows from ``text`` alone."""
    return b32encode(sha256(text.encode("utf-8", "replace")).digest()).decode().lower()[:TOKEN_LENGTH]
