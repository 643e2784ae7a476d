"""Migrations make exactly the tables of the schema, once, whoever comes first, and never touch a newer store."""

import asyncio
import re
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage import migrations
from storage.errors import StoreCorrupt, StoreTooNew
from storage.schema import metadata
from storage.store import Store
from tests.builders import make_paper


def write_log(file: Path, statement: str) -> None:
    """Change a file as a program does that is killed: the change stands in the log beside it, not in the file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(statement)
        connection.commit()
        copies = {path: path.read_bytes() for path in (file, file.with_name(f"{file.name}-wal"))}
    for path, body in copies.items():
        path.write_bytes(body)


def everything(folder: Path) -> dict[str, str]:
    """What stands in a folder, byte for byte; the shared memory of readers counts for nothing."""
    files = [path for path in sorted(folder.iterdir()) if not path.name.endswith("-shm")]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_known_revisions_are_those_on_disk_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    config.set_main_option("path_separator", "os")
    on_disk = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(on_disk)) == migrations.REVISIONS


async def test_the_migrated_tables_are_those_of_the_schema(each_empty_url: str) -> None:
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    store = await Store.open(each_empty_url)
    async with store._engines.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
    await store.close()


async def test_constraints_have_the_names_of_the_schema(store_file: Path, tmp_path: Path) -> None:
    def definitions(file: Path) -> set[str]:
        with closing(sqlite3.connect(file)) as connection:
            found = connection.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
            )
            # A column that was added later stands behind the constraints, its default in brackets.
            return {"".join(sorted(re.sub("[,()]", " ", row[0]).split())) for row in found}

    from sqlalchemy import create_engine

    fresh = tmp_path / "fresh.db"
    engine = create_engine(f"sqlite:///{fresh}")
    metadata.create_all(engine)
    engine.dispose()
    assert definitions(store_file) == definitions(fresh)


async def test_opening_again_changes_nothing(each_empty_url: str) -> None:
    for expected in (0, 1):
        store = await Store.open(each_empty_url)
        async with store.write() as tx:
            assert await tx.papers.count() == expected
            await tx.papers.save([make_paper()], [])
        await store.close()


async def test_many_that_open_a_new_store_at_once_make_it_once(each_empty_url: str) -> None:
    stores = await asyncio.gather(*(Store.open(each_empty_url) for _ in range(4)))
    async with stores[0].write() as tx:
        await tx.papers.save([make_paper()], [])
    for store in stores:
        async with store.read() as tx:
            assert await tx.papers.count() == 1
        await store.close()


async def test_a_newer_store_is_refused_and_stays_as_it_is(store_file: Path, store_url: str) -> None:
    with closing(sqlite3.connect(store_file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = everything(store_file.parent)
    with pytest.raises(StoreTooNew, match=r"revision 9999.*newer version") as refusal:
        await Store.open(store_url)
    assert (refusal.value.found, refusal.value.known) == ("9999", migrations.HEAD)
    assert everything(store_file.parent) == before


async def test_a_newer_store_that_crashed_keeps_its_log_too(store_file: Path, store_url: str) -> None:
    write_log(store_file, "UPDATE alembic_version SET version_num = '9999'")
    before = everything(store_file.parent)
    assert f"{store_file.name}-wal" in before
    with pytest.raises(StoreTooNew):
        await Store.open(store_url)
    assert everything(store_file.parent) == before


@pytest.mark.postgres
async def test_a_newer_store_on_postgresql_is_refused(empty_postgres_url: str) -> None:
    store = await Store.open(empty_postgres_url)
    async with store._engines.writer.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(StoreTooNew):
        await Store.open(empty_postgres_url)


async def test_a_crashed_store_of_ours_is_opened_with_all_that_was_kept(store_file: Path, store_url: str) -> None:
    write_log(store_file, "INSERT INTO facts VALUES ('name', 'value')")
    store = await Store.open(store_url)
    async with store.read() as tx:
        assert await tx.facts.get("name") == "value"
    await store.close()


async def test_the_file_of_another_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "photos.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE photos (name TEXT)")
    before = everything(tmp_path)
    with pytest.raises(StoreCorrupt, match="another program"):
        await Store.open(f"sqlite:///{file}")
    assert everything(tmp_path) == before


async def test_a_failed_migration_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("half way")

    with monkeypatch.context() as patched:
        patched.setattr(op, "bulk_insert", fail)
        with pytest.raises(RuntimeError, match="half way"):
            await Store.open(f"sqlite:///{tmp_path / 'new.db'}")
    store = await Store.open(f"sqlite:///{tmp_path / 'new.db'}")
    await store.close()
