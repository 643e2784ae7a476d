"""What comes out of our cursors is what comes out of sqlite3's own, with fewer trips to the connection's thread."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import sqlite_driver
from storage.sqlite_driver import FIRST_ROWS, Connection
from storage.store import Store
from tests.builders import make_papers

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n WHERE i <= ?"


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[Connection]:
    opened = sqlite_driver.connect(tmp_path / "some.db", isolation_level=None)
    await opened
    yield opened
    await opened.close()


@pytest.fixture
def trips(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of what is done on each trip to the connection's thread."""
    made: list[str] = []
    execute = connection._execute

    async def counted(work: Any, *args: Any, **kwargs: Any) -> Any:
        made.append(work.__name__)
        return await execute(work, *args, **kwargs)

    monkeypatch.setattr(connection, "_execute", counted)
    return made


async def test_a_statement_is_one_trip_with_all_its_rows(connection: Connection, trips: list[str]) -> None:
    cursor = await connection.cursor().execute(NUMBERS, (3, 3))
    assert await cursor.fetchall() == [(1,), (2,), (3,)]
    assert await cursor.fetchall() == []
    await cursor.close()
    assert len(trips) == 1


@pytest.mark.parametrize("count", [0, 1, FIRST_ROWS - 1, FIRST_ROWS, FIRST_ROWS + 1, 3 * FIRST_ROWS])
async def test_an_answer_of_any_size_comes_whole(connection: Connection, count: int) -> None:
    cursor = await connection.cursor().execute(NUMBERS, (count, count))
    assert [number for (number,) in await cursor.fetchall()] == list(range(1, count + 1))


@given(st.integers(0, 2 * FIRST_ROWS + 2), st.lists(st.integers(1, FIRST_ROWS), max_size=6))
def test_rows_come_in_order_however_they_are_asked_for(count: int, sizes: list[int]) -> None:
    async def read() -> list[int]:
        opened = sqlite_driver.connect(":memory:")
        await opened
        try:
            cursor = await opened.cursor().execute(NUMBERS, (count, count))
            pieces = [await cursor.fetchmany(size) for size in sizes]
            one = await cursor.fetchone()
            rest = await cursor.fetchall()
            await cursor.close()
        finally:
            await opened.close()
        assert all(len(piece) <= size for piece, size in zip(pieces, sizes, strict=True))
        return [number for piece in (*pieces, [one] if one else [], rest) for (number,) in piece]

    assert asyncio.run(read()) == list(range(1, count + 1))


async def test_a_cursor_that_is_closed_early_lets_go_of_its_statement(connection: Connection) -> None:
    await connection.cursor().execute("CREATE TABLE t (i)")
    cursor = await connection.cursor().execute(NUMBERS, (2 * FIRST_ROWS, 2 * FIRST_ROWS))
    await cursor.close()
    with pytest.raises(sqlite3.ProgrammingError):
        cursor._cursor.fetchone()


async def test_what_was_written_can_be_undone_and_what_was_not_needs_no_trip(
    connection: Connection, trips: list[str]
) -> None:
    await connection.cursor().execute("CREATE TABLE t (i)")
    await connection.cursor().execute("BEGIN")
    await connection.cursor().executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
    await connection.rollback()
    found = await connection.cursor().execute("SELECT count(*) FROM t")
    assert await found.fetchall() == [(0,)]
    before = len(trips)
    await connection.rollback()
    assert len(trips) == before


async def test_what_begins_a_reading_goes_along_with_its_first_statement(
    connection: Connection, trips: list[str]
) -> None:
    connection.begin_with_next()
    standing = []
    for number in range(2):
        await (await connection.cursor().execute("SELECT ?", (number,))).fetchall()
        standing.append(connection.in_transaction)
    await connection.commit()
    assert [*standing, connection.in_transaction] == [True, True, False]
    assert len(trips) == 3


@pytest.mark.parametrize("end", [Connection.commit, Connection.rollback])
async def test_a_reading_without_a_statement_needs_no_trip_and_begins_nothing_afterwards(
    connection: Connection, trips: list[str], end: Callable[[Connection], Awaitable[None]]
) -> None:
    connection.begin_with_next()
    await end(connection)
    assert trips == []
    await (await connection.cursor().execute("SELECT 1")).fetchall()
    assert not connection.in_transaction


async def test_a_statement_that_fails_says_why_and_leaves_the_connection_usable(connection: Connection) -> None:
    cursor = connection.cursor()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await cursor.execute("SELECT * FROM nowhere")
    await cursor.close()
    assert await (await connection.cursor().execute("SELECT 1")).fetchone() == (1,)


async def test_what_a_cancelled_caller_had_begun_is_undone(connection: Connection) -> None:
    await connection.cursor().execute("CREATE TABLE t (i)")
    busy = asyncio.create_task(connection.send(asyncio.run, asyncio.sleep(0.05)))
    begun = asyncio.create_task(connection.cursor().execute("BEGIN IMMEDIATE"))
    await asyncio.sleep(0)
    begun.cancel()
    await asyncio.wait([begun])
    await connection.rollback()
    await busy
    assert not connection.in_transaction


async def test_writers_that_are_cancelled_anywhere_leave_nothing_half_done(store: Store) -> None:
    async def save(count: int) -> None:
        async with store.write() as tx:
            await tx.papers.save(make_papers(count), [])
            await tx.facts.put("count", str(count))

    for turns in range(0, 40, 2):
        writing = asyncio.create_task(save(turns + 1))
        for _ in range(turns):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
        async with store.read() as tx:
            assert await tx.papers.count() == int(await tx.facts.get("count") or 0)
    await save(50)
    async with store.read() as tx:
        assert await tx.papers.count() == 50
