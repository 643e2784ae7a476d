"""aiosqlite with one trip to its thread for a statement, where SQLAlchemy alone makes four of it.

A trip costs more than what most statements do. A cursor is made, asked, emptied and closed in one trip each, and a
transaction that has ended is rolled back. Here a statement brings its first rows along, what begins a reading goes with
its first statement, and what would change nothing is not sent.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import aiosqlite
from aiosqlite.cursor import Cursor

FIRST_ROWS = 1_000
"""Rows that come with a statement: nearly always all there are. Those behind them are fetched as they are asked for."""

P = ParamSpec("P")
T = TypeVar("T")


def connect(file: str | Path, **options: Any) -> "Connection":
    """A connection, to be awaited; for SQLAlchemy's ``async_creator_fn``. ``options`` are those of ``sqlite3``."""
    connection = Connection(partial(sqlite3.connect, file, **options), FIRST_ROWS)
    connection._thread.daemon = True  # noqa: SLF001  # as SQLAlchemy has it where it connects by itself
    return connection


class Connection(aiosqlite.Connection):
    """Its thread does one thing after another, also what was sent by somebody who was cancelled meanwhile."""

    _settled = True
    """Whether all that was sent is known to have ended."""
    _begins = False
    """Whether a transaction begins with the next statement."""

    def begin_with_next(self) -> None:
        """Begin a transaction that reads. SQLite itself does nothing for it before the first statement."""
        self._begins = True

    def begins(self) -> bool:
        """Whether one begins with the statement that is sent now."""
        begins, self._begins = self._begins, False
        return begins

    async def commit(self) -> None:
        """Without a statement since its beginning nothing."""
        if not self.begins():
            await super().commit()

    def cursor(self) -> "Rows":  # type: ignore[override]  # a trip less: there is nothing to await
        return Rows(self)

    async def rollback(self) -> None:
        """Without a transaction nothing: SQLAlchemy asks for it whenever a connection is given back."""
        self._begins = False
        if not self._settled or self.in_transaction:
            await super().rollback()

    async def send(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have ``work`` done in the connection's thread."""
        result: T = await self._execute(work, *args, **kwargs)
        return result

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._settled = False
        try:
            result = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # it has no types
        except Exception:
            self._settled = True
            raise
        self._settled = True
        return result


class Rows(Cursor):
    """A cursor that has its first rows once its statement is done."""

    def __init__(self, connection: Connection) -> None:
        self.iter_chunk_size = FIRST_ROWS
        self._connection = connection
        self._rows: deque[Any] = deque()
        self._more = False
        """Whether the statement may have rows that were not fetched yet."""

    async def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> "Rows":  # type: ignore[override]
        self._cursor, rows = await self._connection.send(self._ask, sql, parameters or (), self._connection.begins())
        self._rows = deque(rows)
        self._more = len(rows) == FIRST_ROWS
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> "Rows":  # type: ignore[override]
        self._cursor = await self._connection.send(self._ask_many, sql, parameters, self._connection.begins())
        return self

    async def fetchone(self) -> Any:
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        wanted = size or self._cursor.arraysize
        missing = wanted - len(self._rows)
        if missing > 0 and self._more:
            rows = await self._connection.send(self._cursor.fetchmany, missing)
            self._more = len(rows) == missing
            self._rows.extend(rows)
        return [self._rows.popleft() for _ in range(min(wanted, len(self._rows)))]

    async def fetchall(self) -> list[Any]:
        if self._more:
            self._rows.extend(await self._connection.send(self._cursor.fetchall))
            self._more = False
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        """Where all rows were fetched nothing: SQLite itself is done with the statement."""
        if self._more:
            self._more = False
            await self._connection.send(self._cursor.close)

    def _ask(self, sql: str, parameters: Sequence[Any], begins: bool) -> tuple[sqlite3.Cursor, list[Any]]:  # noqa: FBT001  # passed on by place
        cursor = self._connected(begins).execute(sql, parameters)
        return cursor, cursor.fetchmany(FIRST_ROWS) if cursor.description else []

    def _ask_many(self, sql: str, parameters: Sequence[Sequence[Any]], begins: bool) -> sqlite3.Cursor:  # noqa: FBT001  # passed on by place
        return self._connected(begins).executemany(sql, parameters)

    def _connected(self, begins: bool) -> sqlite3.Connection:  # noqa: FBT001  # passed on by place
        connection = self._connection._conn  # noqa: SLF001  # we are in its thread
        if begins:
            connection.execute("BEGIN")
        return connection
