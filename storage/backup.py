"""Check a store, make it compact, copy it while it is in use, bring a copy back.

PostgreSQL has its own tools for the last two.
"""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import URL, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import migrations
from storage.address import Address
from storage.engine import BUSY_TIMEOUT, make_ready, open_engines, stored_revision
from storage.errors import StorageError, StoreBusy, StoreCorrupt, StoreReadOnly, StoreUnreachable
from storage.failures import translated
from storage.lineage import PARTED, new_number
from storage.schema import counters, deliveries, metadata, papers, sightings

PROBLEMS_NAMED = 20
PATIENCE = 1.0
"""Seconds to wait before a store counts as in use."""
_SIZE = (
    "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found; without problems the store is sound."""

    store: str
    revision: str
    papers: int
    sightings: int
    deliveries: int
    problems: tuple[str, ...] = ()


async def check(url: str) -> Checked:
    """Read through the whole store: damaged pages, rows that hang in the air, counts that do not agree.

    Raises:
        StorageError: it cannot be opened at all.
    """
    address = Address.parse(url)
    damage: list[str] = []
    if address.file is not None:
        with translated(address):
            damage = await asyncio.to_thread(_look_through, address.file)
    engines = await open_engines(address)
    try:
        with translated(address):
            async with engines.reader.connect() as connection, connection.begin():
                return await _counted(connection, address, damage)
    finally:
        await engines.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """What a store takes on the disk, in bytes."""

    store: str
    before: int
    after: int


async def compact(url: str) -> Compacted:
    """Give back the room of what was deleted or replaced. The store may be in use; on SQLite nobody writes meanwhile.

    Raises:
        StorageError: it cannot be opened, somebody else writes for too long, or the disk has no room for the new file.
    """
    address = Address.parse(url)
    if address.file is not None:
        with translated(address):
            before, after = await asyncio.to_thread(_vacuum, address.file)
        return Compacted(store=str(address), before=before, after=after)
    engines = await open_engines(address)
    try:
        with translated(address, connecting=True):
            async with engines.writer.connect() as connection:
                alone = await connection.execution_options(isolation_level="AUTOCOMMIT")  # VACUUM takes no transaction
                before = await alone.scalar(text(_SIZE)) or 0
                await alone.execute(text(f"VACUUM (ANALYZE) {', '.join(metadata.tables)}"))
                after = await alone.scalar(text(_SIZE)) or 0
    finally:
        await engines.close()
    return Compacted(store=str(address), before=before, after=after)


async def backup(url: str, path: Path) -> None:
    """Copy the store to ``path`` as it is at one moment; it may be in use meanwhile.

    Raises:
        StorageError: there is something at ``path`` already, it cannot be written, or the store is on PostgreSQL.
    """
    address = Address.parse(url)
    file = _sqlite_file(address, f"pg_dump --format=custom --file={path} DATABASE")
    with translated(address):
        await asyncio.to_thread(_may_copy, file, path)
    with translated(_address_of(path)):
        await asyncio.to_thread(_copy, file, path)


async def restore(path: Path, url: str) -> Path | None:
    """Put the copy at ``path`` in the store's place; gives where the former store was moved to, if there was one.

    Nobody may have the store open. Its search index notices by itself, see ``storage.lineage``.

    Raises:
        StorageError: ``path`` is no sound Paperboy store, a newer version wrote it, or the store is in use.
    """
    target = Address.parse(url)
    file = _sqlite_file(target, f"pg_restore --clean --dbname=DATABASE {path}")
    with translated(_address_of(path)):
        await asyncio.to_thread(_may_restore, path, file)
    with translated(target):
        return await asyncio.to_thread(_replace, path, target, file)


def _address_of(file: Path) -> Address:
    return Address(URL.create("sqlite+aiosqlite", database=str(file)))


def _sqlite_file(address: Address, instead: str) -> Path:
    if address.file is None:
        raise StorageError(f"{address} is on PostgreSQL, which has its own tool for this: {instead}")
    return address.file


async def _counted(connection: AsyncConnection, address: Address, damage: list[str]) -> Checked:
    held = [
        await connection.scalar(select(func.count()).select_from(table)) or 0
        for table in (papers, sightings, deliveries)
    ]
    rows = await connection.execute(select(counters.c.name, counters.c.value))
    said = {row.name: row.value for row in rows}
    newest = await connection.scalar(select(func.max(papers.c.revision))) or 0
    problems = list(damage)
    if said.get("papers") != held[0]:
        problems.append(f"The store says that it has {said.get('papers')} papers and holds {held[0]}.")
    if said.get("revision", 0) < newest:
        problems.append(f"The last revision is said to be {said.get('revision')}, but a paper has {newest}.")
    return Checked(
        store=str(address),
        revision=migrations.HEAD,
        papers=held[0],
        sightings=held[1],
        deliveries=held[2],
        problems=tuple(problems),
    )


def _vacuum(file: Path) -> tuple[int, int]:
    if not file.exists():
        raise StoreUnreachable(f"{file} is not there.")
    migrations.check_known(stored_revision(file))
    before = _bytes(file)
    with closing(
        sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_TIMEOUT.total_seconds(), isolation_level=None
        )
    ) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, _bytes(file)


def _bytes(file: Path) -> int:
    """What the file takes with the log beside it."""
    log = file.with_name(f"{file.name}-wal")
    return file.stat().st_size + (log.stat().st_size if log.exists() else 0)


def _look_through(file: Path) -> list[str]:
    if not file.exists():
        raise StoreUnreachable(f"{file} is not there.")
    migrations.check_known(stored_revision(file))
    return _damage(file)


def _damage(file: Path) -> list[str]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True)) as connection:
        found = [row[0] for row in connection.execute(f"PRAGMA integrity_check({PROBLEMS_NAMED})")]
        loose = connection.execute("PRAGMA foreign_key_check").fetchmany(PROBLEMS_NAMED)
    return [line for line in found if line != "ok"] + [
        f"A row of {table} (row {row}) names a row of {parent} that is not there." for table, row, parent, _ in loose
    ]


def _may_copy(file: Path, path: Path) -> None:
    if path.exists():
        raise StorageError(f"{path} is there already and is not overwritten. Name another file.")
    if not file.exists():
        raise StoreUnreachable(f"{file} is not there, so there is nothing to back up.")
    stored_revision(file)


def _copy(source: Path, target: Path) -> None:
    """Copy under another name first, so that ``target`` is whole or not there."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise StoreReadOnly(f"{target} cannot be written: {error.strerror}. Name another place.") from error
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True)) as from_store,
            closing(sqlite3.connect(unfinished)) as to_copy,
        ):
            from_store.backup(to_copy)
            _part(to_copy)
            to_copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _part(copy: sqlite3.Connection) -> None:
    """Whatever happens to the store or to its copy from here on, the two are told apart."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'counters'").fetchone():
        with copy:
            for statement in PARTED:
                copy.execute(statement, {"number": new_number()})


def _may_restore(path: Path, file: Path) -> None:
    if not path.is_file():
        raise StoreUnreachable(f"{path} is not there.")
    if file.exists() and path.samefile(file):
        raise StorageError(f"{path} is the store itself.")
    found = stored_revision(path)
    migrations.check_known(found)
    if found is None:
        raise StoreCorrupt(f"{path} is not a copy of a Paperboy store.")
    if damage := _damage(path):
        raise StoreCorrupt(f"{path} is damaged: {damage[0]}. Use another copy.")


def _replace(path: Path, target: Address, file: Path) -> Path | None:
    make_ready(target, file)
    if file.exists():
        _check_unused(target, file)
    incoming = file.with_name(f"{file.name}.restored")
    incoming.unlink(missing_ok=True)
    _copy(path, incoming)
    former = None
    if file.exists():
        former = _free_name(file)
        file.replace(former)
        for side in ("-wal", "-shm", "-journal"):
            file.with_name(f"{file.name}{side}").unlink(missing_ok=True)
    incoming.replace(file)
    return former


def _free_name(file: Path) -> Path:
    names = (file.with_name(f"{file.name}.before-restore-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _check_unused(target: Address, file: Path) -> None:
    """Leaving the write-ahead log succeeds only for the one user of a file; a damaged file has none."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                return
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise StoreBusy(
                    f"{target} is in use. Stop Paperboy, then restore again; nothing was changed."
                ) from error
            raise
