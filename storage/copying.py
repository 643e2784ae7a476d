"""A whole store carried over to another database, from SQLite to PostgreSQL or back, and compared row for row.

It is read in one consistent view and written in one transaction, which is kept only if everything in it reads as it
does in the source. So whatever interrupts it, a kill included, leaves the target as empty as it was. From there on the
copy is a store of its own, see ``storage.lineage``.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import Row, Table, delete, func, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.address import Address
from storage.engine import Engines, open_engines
from storage.errors import StorageError, StoreUnreachable
from storage.failures import translated
from storage.lineage import PARTED, new_number
from storage.schema import counters, metadata

PORTION = 250
"""Rows that are in memory at once: of whole texts some ten megabytes, of all else far less."""

TABLES = tuple(metadata.sorted_tables)
"""Each behind those that its rows refer to."""
COUNTED_UP = tuple(table for table in TABLES if table.dialect_options["sqlite"]["autoincrement"])
"""Their ids are never given twice, so the last one is carried over too."""


@dataclass(slots=True)
class Content:
    """What a table holds, in whatever order its rows come: how many, and the sum of their digests."""

    rows: int = 0
    digest: int = 0

    def add(self, portion: Iterable[Sequence[Any]]) -> None:
        for row in portion:
            body = repr(tuple(row)).encode("utf-8", "surrogatepass")
            self.rows += 1
            self.digest = (self.digest + int.from_bytes(blake2b(body, digest_size=16).digest(), "big")) % 2**128


async def rows(url: str) -> int:
    """How many rows the store holds in all its tables.

    Raises:
        StorageError: it cannot be opened.
    """
    address = _existing(url)
    async with _opened(address) as engines, _transaction(engines.reader, address) as connection:
        counts = [await connection.scalar(select(func.count()).select_from(table)) for table in TABLES]
    return sum(count or 0 for count in counts)


async def copy(source_url: str, target_url: str, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Copy everything from one store into an empty one and compare it; gives how many rows that were.

    What others write to the source meanwhile is not in the copy. ``progress`` is told how many rows were written or
    compared so far: in the end twice as many as there are.

    Raises:
        StorageError: one of the two cannot be used, the target is not empty, or what it gives back differs.
    """
    source, target = _existing(source_url), Address.parse(target_url)
    if source == target or _are_one_file(source, target):
        raise StorageError(f"{target} is the store itself. Name another database.")
    async with (
        _opened(source) as here,
        _opened(target) as there,
        _transaction(here.reader, source) as reading,
        _transaction(there.writer, target) as writing,
    ):
        copying = _Copying(source, reading, target, writing, progress)
        await copying.reserve()
        for table in TABLES:
            await copying.carry(table)
        for table in TABLES:
            await copying.compare(table)
        await copying.part()
        return sum(content.rows for content in copying.held.values())


@dataclass(slots=True)
class _Copying:
    """The two transactions and what went from one to the other."""

    source: Address
    reading: AsyncConnection
    target: Address
    writing: AsyncConnection
    progress: Callable[[int], None]
    held: dict[Table, Content] = field(default_factory=dict)
    done: int = 0

    async def reserve(self) -> None:
        """From here on nobody else writes to the target. Raises StorageError where it holds anything."""
        if self.writing.dialect.name == "postgresql":  # on SQLite the transaction began with the write lock
            names = ", ".join(table.name for table in TABLES)
            await self.writing.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
        for table in TABLES:
            if table is not counters and await self.writing.scalar(select(literal(1)).select_from(table).limit(1)):
                raise StorageError(
                    f"{self.target} is not empty: its table {table.name} holds something. Nothing was changed. "
                    "Name a new file, or a database that was just created."
                )
        await self.writing.execute(delete(counters))

    async def carry(self, table: Table) -> None:
        content, names = self.held.setdefault(table, Content()), table.c.keys()
        async with aclosing(_portions(self.reading, self.source, table)) as portions:
            async for portion in portions:
                await self.writing.execute(insert(table), [dict(zip(names, row, strict=True)) for row in portion])
                content.add(portion)
                self._tell(portion)
        if table in COUNTED_UP:
            with translated(self.source):
                last = await _last_id(self.reading, table)
            await _go_on_after(self.writing, table, last)

    async def compare(self, table: Table) -> None:
        content, wanted = Content(), self.held[table]
        async with aclosing(_portions(self.writing, self.target, table)) as portions:
            async for portion in portions:
                content.add(portion)
                self._tell(portion)
        if content != wanted:
            raise StorageError(
                f"{self.target} does not give back what was written to its table {table.name} ({content.rows:,} rows "
                f"of {wanted.rows:,}). Nothing was kept there; check that database, then copy again."
            )

    async def part(self) -> None:
        number = {"number": new_number()}
        for statement in PARTED:
            await self.writing.execute(text(statement), number if ":number" in statement else {})

    def _tell(self, portion: Sequence[Row[Any]]) -> None:
        self.done += len(portion)
        self.progress(self.done)


def _existing(url: str) -> Address:
    address = Address.parse(url)
    if address.file is not None and not address.file.exists():
        raise StoreUnreachable(f"{address} is not there, so there is nothing to copy.")
    return address


def _are_one_file(one: Address, other: Address) -> bool:
    return one.file is not None and other.file is not None and other.file.exists() and other.file.samefile(one.file)


@asynccontextmanager
async def _opened(address: Address) -> AsyncIterator[Engines]:
    engines = await open_engines(address)
    try:
        yield engines
    finally:
        await engines.close()


@asynccontextmanager
async def _transaction(engine: AsyncEngine, address: Address) -> AsyncIterator[AsyncConnection]:
    with translated(address, connecting=True):
        connection = await engine.connect()
    try:
        with translated(address):
            async with connection.begin():
                yield connection
    finally:
        await connection.close()


async def _portions(
    connection: AsyncConnection, address: Address, table: Table
) -> AsyncGenerator[Sequence[Row[Any]], None]:
    with translated(address):
        async with connection.stream(select(table), execution_options={"yield_per": PORTION}) as result:
            async for portion in result.partitions():
                yield portion


async def _last_id(connection: AsyncConnection, table: Table) -> int:
    """The last id that was ever given in ``table``, perhaps to a row that is gone; 0 for none."""
    if connection.dialect.name == "postgresql":
        query = "SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass)"
    else:
        query = "SELECT seq FROM sqlite_sequence WHERE name = :name"
    return await connection.scalar(text(query), {"name": table.name}) or 0


async def _go_on_after(connection: AsyncConnection, table: Table, last: int) -> None:
    """Let the next id of ``table`` be a higher one than ``last``."""
    if not last:
        return
    named = {"name": table.name}
    if connection.dialect.name == "postgresql":
        await connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), named | {"last": last}
        )
        return
    await connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), named)
    await connection.execute(
        text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), named | {"last": last}
    )
