"""Open a database: SQLite on a file in WAL mode, or a pool of connections to PostgreSQL. Tables are brought up to date.

SQLite gets one writer, whose transactions begin with the write lock, and readers that never wait for it.
"""

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import migrations, sqlite_driver
from storage.address import Address
from storage.errors import StoreBusy, StoreUnreachable
from storage.failures import SQLITE_MENDS, translated

BUSY_TIMEOUT = timedelta(seconds=15)
"""How long to wait for somebody else's transaction; the longest of ours, a month of papers, takes about a second."""

READERS = 4
POOL = 10
PAUSE = 0.05
"""Seconds between two tries where SQLite does not wait by itself."""

WAL_LIMIT = 64 * 1024 * 1024
"""Bytes to which the write-ahead log is cut back after a large ingest."""


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine for each kind of transaction; on PostgreSQL they share a pool."""

    reader: AsyncEngine
    writer: AsyncEngine

    async def close(self) -> None:
        await self.reader.dispose()
        await self.writer.dispose()


async def open_engines(address: Address, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> Engines:
    """Engines on a database whose tables are those of this version.

    Raises:
        StorageError: one of its kinds; a store of a newer version is not touched.
    """
    if address.file is None:
        return await _open_postgres(address, busy_timeout)
    with translated(address, connecting=True):
        await asyncio.to_thread(make_ready, address, address.file)
        found = await asyncio.to_thread(stored_revision, address.file, busy_timeout)
        migrations.check_known(found)
        if found != migrations.HEAD:
            await _upgrade_sqlite(address, busy_timeout)
        await asyncio.to_thread(_switch_to_wal, address, address.file, busy_timeout)
    return Engines(
        reader=_sqlite(address, busy_timeout, begin=None, pool_size=READERS, pragmas=("query_only=ON",)),
        writer=_sqlite(address, busy_timeout, begin="BEGIN IMMEDIATE", pool_size=1, pragmas=("foreign_keys=ON",)),
    )


# ------------------------------------------------------------------------------------------------------ SQLite


def stored_revision(file: Path, busy_timeout: timedelta = BUSY_TIMEOUT) -> str | None:
    """The revision of a SQLite file, None where it is new; reading it changes no byte of it."""
    if not file.exists() or file.stat().st_size == 0:
        return None
    # Closing an ordinary connection would copy a crashed program's log into the file, one that may only read does
    # not; but that one leaves empty side files behind where there were none. Hence each in its place.
    log = file.with_name(f"{file.name}-wal")
    mode = "ro" if log.exists() and log.stat().st_size else "rw"
    uri = f"{file.resolve().as_uri()}?mode={mode}"
    with closing(sqlite3.connect(uri, uri=True, timeout=busy_timeout.total_seconds())) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def make_ready(address: Address, file: Path) -> None:
    """Make the folder; refuse what could be read but not written, before anything half works. Raises StorageError."""
    kind, sentence = SQLITE_MENDS[sqlite3.SQLITE_READONLY]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        is_folder = file.is_dir()
    except PermissionError as error:
        raise kind(sentence.format(address)) from error
    except OSError as error:
        raise StoreUnreachable(f"The folder of {address} is not there and cannot be made: {error.strerror}.") from error
    if is_folder:
        raise StoreUnreachable(f"{address} is a folder. DATABASE_URL has to name a file in it.")
    if not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
        raise kind(sentence.format(address))


async def _upgrade_sqlite(address: Address, busy_timeout: timedelta) -> None:
    engine = _sqlite(address, busy_timeout, begin="BEGIN IMMEDIATE", pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrations.upgrade)
    finally:
        await engine.dispose()


def _switch_to_wal(address: Address, file: Path, busy_timeout: timedelta) -> None:
    """Switch to the write-ahead log, once for the life of the file. SQLite itself does not wait for its turn here."""
    give_up = monotonic() + busy_timeout.total_seconds()
    with closing(sqlite3.connect(file, timeout=busy_timeout.total_seconds())) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                if monotonic() > give_up:
                    raise StoreBusy(SQLITE_MENDS[sqlite3.SQLITE_BUSY][1].format(address)) from error
                sleep(PAUSE)
            else:
                return


def _sqlite(
    address: Address, busy_timeout: timedelta, *, begin: str | None, pool_size: int, pragmas: tuple[str, ...] = ()
) -> AsyncEngine:
    """``begin`` is what begins a transaction; where it is None, it only reads."""
    engine = create_async_engine(
        address.url,
        # Without this the driver begins transactions by itself, later than we do and without the lock.
        connect_args={
            "isolation_level": None,
            "timeout": busy_timeout.total_seconds(),
            "async_creator_fn": sqlite_driver.connect,
        },
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=busy_timeout.total_seconds(),
    )

    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # FULL, not the usual NORMAL: a claim has to be on the disk before its message goes out. Where the power fails
        # in between, a claim that was lost would let the message be sent a second time without looking for the first.
        for pragma in ("synchronous=FULL", f"journal_size_limit={WAL_LIMIT}", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def start(connection: Any) -> None:
        if begin is None:
            connection.connection.driver_connection.begin_with_next()
        else:
            connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", start)
    return engine


# -------------------------------------------------------------------------------------------------- PostgreSQL


async def _open_postgres(address: Address, busy_timeout: timedelta) -> Engines:
    milliseconds = str(int(busy_timeout.total_seconds() * 1000))
    settings = {"application_name": "paperboy", "lock_timeout": milliseconds, "timezone": "UTC"}
    pool = create_async_engine(
        address.url,
        connect_args={"timeout": busy_timeout.total_seconds(), "server_settings": settings},
        pool_size=POOL,
        pool_timeout=busy_timeout.total_seconds(),
        pool_pre_ping=True,
    )
    try:
        with translated(address, connecting=True):
            async with pool.begin() as connection:
                found = await connection.run_sync(migrations.revision)
                migrations.check_known(found)
                if found != migrations.HEAD:
                    await connection.run_sync(migrations.upgrade)
    except BaseException:
        await pool.dispose()
        raise
    return Engines(
        reader=pool.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), writer=pool
    )
