"""What is wrong with a file, a disk or a server is named, says how to mend it, and loses nothing."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import IntegrityError

from storage.address import Address
from storage.errors import (
    StorageError,
    StoreBusy,
    StoreCorrupt,
    StoreFull,
    StoreReadOnly,
    StoreUnreachable,
)
from storage.failures import translated
from storage.store import Store
from tests.builders import make_paper, make_papers, make_sighting

SOON = timedelta(milliseconds=200)


@pytest.fixture
def file_for_reading(migrated_file: Path, shared_folder: Path) -> Path:
    """A store that another user may read, in a folder where they may write."""
    file = Path(shutil.copy(migrated_file, shared_folder))
    shared_folder.chmod(0o777)
    file.chmod(0o444)
    return file


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def damage_the_end(file: Path) -> None:
    """The last third: what is read at opening stands before it."""
    size = file.stat().st_size
    with file.open("r+b") as pages:
        pages.seek(size * 2 // 3)
        pages.write(b"\xff" * (size - size * 2 // 3))


async def refused(url: str, kind: type[StorageError], message: str) -> None:
    with pytest.raises(kind, match=message):
        await Store.open(url, busy_timeout=SOON)


class TestFile:
    async def test_a_file_that_may_only_be_read(self, file_for_reading: Path, powerless: None) -> None:
        await refused(f"sqlite:///{file_for_reading}", StoreReadOnly, "Make the file and its folder writable")

    async def test_a_folder_that_may_only_be_read(self, shared_folder: Path, powerless: None) -> None:
        await refused(f"sqlite:///{shared_folder / 'new.db'}", StoreReadOnly, "Make the file and its folder writable")

    async def test_a_folder_that_may_not_be_made(self, shared_folder: Path, powerless: None) -> None:
        await refused(f"sqlite:///{shared_folder / 'data' / 'new.db'}", StoreReadOnly, "Make the file and its folder")

    def test_a_file_that_becomes_read_only_later(self, store_file: Path, store_url: str) -> None:
        with (
            closing(sqlite3.connect(f"{store_file.as_uri()}?mode=ro", uri=True)) as connection,
            pytest.raises(StoreReadOnly, match="Make the file and its folder writable"),
            translated(Address.parse(store_url)),
        ):
            connection.execute("INSERT INTO facts VALUES ('name', 'value')")

    async def test_a_text_file_is_not_a_database_and_stays_as_it_is(self, tmp_path: Path) -> None:
        file = tmp_path / "notes.txt"
        file.write_text("Dear diary, " * 1_000)
        await refused(f"sqlite:///{file}", StoreCorrupt, "is not a SQLite database")
        assert file.read_text() == "Dear diary, " * 1_000
        assert names_in(tmp_path) == ["notes.txt"]

    async def test_damaged_pages(self, store_file: Path, store_url: str) -> None:
        store = await Store.open(store_url)
        async with store.write() as tx:
            await tx.papers.save(make_papers(1_000), [])
        await store.close()
        damage_the_end(store_file)
        store = await Store.open(store_url)
        with pytest.raises(StoreCorrupt, match=r"is damaged.*paperboy db restore"):
            async with store.read() as tx:
                await tx.papers.changed_since(0, 1_000)
        await store.close()

    async def test_a_file_that_was_cut_off_stays_as_it_is(self, store_file: Path, store_url: str) -> None:
        whole = store_file.read_bytes()  # noqa: ASYNC240  # nothing else goes on here
        store_file.write_bytes(whole[: len(whole) // 2])  # noqa: ASYNC240
        await refused(store_url, StoreCorrupt, r"is damaged.*paperboy db restore")
        assert store_file.read_bytes() == whole[: len(whole) // 2]  # noqa: ASYNC240

    async def test_a_folder_in_place_of_the_file(self, tmp_path: Path) -> None:
        await refused(f"sqlite:///{tmp_path}", StoreUnreachable, "is a folder")

    async def test_a_file_in_place_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("in the way")
        await refused(f"sqlite:///{tmp_path / 'data' / 'paperboy.db'}", StoreUnreachable, "cannot be made")

    async def test_a_folder_that_vanished_while_the_store_was_open(self, tmp_path: Path) -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'data' / 'paperboy.db'}")
        shutil.rmtree(tmp_path / "data")
        with pytest.raises(StoreUnreachable, match="Its folder must be there"):
            async with store.read() as tx:
                await tx.papers.count()
        await store.close()

    @pytest.mark.parametrize("name", ["data", "two words", "100%", "what?", "a#b", "größe"])
    async def test_a_missing_folder_is_made_whatever_its_name(self, tmp_path: Path, name: str) -> None:
        url = URL.create("sqlite", database=str(tmp_path / name / "deep" / "paperboy.db"))
        await (await Store.open(url.render_as_string())).close()
        await (await Store.open(url.render_as_string())).close()
        assert names_in(tmp_path / name / "deep") == ["paperboy.db"]


class TestRoom:
    async def test_a_full_disk_keeps_nothing_of_the_block_and_all_of_before(self, store: Store) -> None:
        before = make_paper()
        async with store.write() as tx:
            await tx.papers.save([before], [])
            pages = await tx.papers._connection.scalar(text("PRAGMA page_count"))
            await tx.papers._connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        with pytest.raises(StoreFull, match=r"no room left.*Free some disk space"):
            async with store.write() as tx:
                await tx.papers.save(make_papers(1_000), [])
        async with store.read() as tx:
            assert await tx.papers.get(before.id) == before
            assert await tx.papers.count() == 1


class TestLock:
    async def test_a_writer_waits_and_then_says_who_is_in_the_way(self, store_file: Path, store_url: str) -> None:
        store = await Store.open(store_url, busy_timeout=SOON)
        with closing(sqlite3.connect(store_file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StoreBusy, match="held by another process"):
                async with store.write() as tx:
                    await tx.facts.put("name", "value")
            async with store.read() as tx:
                assert await tx.facts.get("name") is None, "readers do not wait for a writer"
        async with store.write() as tx:
            await tx.facts.put("name", "value")
        await store.close()

    async def test_opening_waits_for_somebody_who_makes_the_tables(self, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            await refused(f"sqlite:///{tmp_path / 'new.db'}", StoreBusy, "held by another process")
        store = await Store.open(f"sqlite:///{tmp_path / 'new.db'}")
        await store.close()

    async def test_opening_waits_for_somebody_who_holds_an_old_file(self, store_file: Path, store_url: str) -> None:
        with closing(sqlite3.connect(store_file, isolation_level=None)) as other:
            other.execute("PRAGMA journal_mode=DELETE")
            other.execute("BEGIN EXCLUSIVE")
            await refused(store_url, StoreBusy, "held by another process")

    async def test_a_writer_behind_a_slow_writer_of_this_process(self, store_url: str) -> None:
        store = await Store.open(store_url, busy_timeout=SOON)
        async with store.write():
            with pytest.raises(StoreBusy, match="Try again"):
                async with store.write() as tx:
                    await tx.facts.put("name", "value")
        await store.close()


@pytest.mark.postgres
class TestServer:
    async def test_a_server_that_does_not_answer(self) -> None:
        await refused(
            "postgresql://me@127.0.0.1:1/paperboy", StoreUnreachable, "does not answer.*Check that the server"
        )

    async def test_a_host_that_does_not_exist(self) -> None:
        await refused("postgresql://me@no-such-host.invalid/paperboy", StoreUnreachable, "does not answer")

    async def test_a_database_that_does_not_exist(self, postgres_server: str) -> None:
        url = make_url(postgres_server).set(database="no_such_database")
        await refused(url.render_as_string(hide_password=False), StoreUnreachable, "no such database")

    async def test_a_user_who_does_not_exist(self, postgres_server: str) -> None:
        url = make_url(postgres_server).set(username="no_such_user", password="s3cret")
        await refused(url.render_as_string(hide_password=False), StoreUnreachable, "refuses the user or the password")

    async def test_a_server_that_goes_away_in_the_middle(self, postgres_url: str) -> None:
        store = await Store.open(postgres_url)
        victim = await Store.open(postgres_url)

        async def die_half_way() -> None:
            async with victim.write() as tx:
                await tx.facts.put("name", "value")
                pid = await tx.facts._connection.scalar(text("SELECT pg_backend_pid()"))
                async with store.write() as killer:
                    await killer.facts._connection.execute(text(f"SELECT pg_terminate_backend({pid})"))
                await tx.facts.put("name", "value")

        with pytest.raises(StoreUnreachable, match="does not answer"):
            await die_half_way()
        async with victim.read() as tx:
            assert await tx.facts.get("name") is None, "it goes on with a new connection"
        await store.close()
        await victim.close()

    async def test_a_row_that_somebody_holds_too_long(self, postgres_url: str) -> None:
        store = await Store.open(postgres_url, busy_timeout=SOON)
        async with store.write() as holder:
            await holder.papers.save([make_paper()], [])
            with pytest.raises(StoreBusy, match="held by another process"):
                async with store.write() as tx:
                    await tx.papers.save([make_paper()], [])
        await store.close()

    async def test_a_user_without_the_right(self, postgres_url: str) -> None:
        store = await Store.open(postgres_url)

        async def put_as_a_reader() -> None:
            async with store.write() as tx:
                await tx.facts._connection.execute(text("SET LOCAL ROLE pg_read_all_data"))
                await tx.facts.put("name", "value")

        with pytest.raises(StoreReadOnly, match="lacks a right"):
            await put_as_a_reader()
        await store.close()


async def test_a_bug_stays_a_bug(each_store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with each_store.write() as tx:
            await tx.papers.save([], [make_sighting("2503.99999")])


async def test_an_error_of_the_caller_passes_through(each_store: Store) -> None:
    for error in (OSError("theirs"), asyncio.CancelledError(), KeyError("theirs")):
        with pytest.raises(type(error)) as passed:
            async with each_store.write():
                raise error
        assert passed.value is error
