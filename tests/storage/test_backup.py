"""Check, backup and restore of a store on real files."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import backup, check, restore
from storage.errors import StorageError, StoreBusy, StoreCorrupt, StoreReadOnly, StoreTooNew, StoreUnreachable
from storage.migrations import HEAD
from storage.store import Store
from tests.builders import make_delivery, make_paper, make_papers, sighting_of


async def fill(url: str, count: int) -> None:
    store = await Store.open(url)
    papers = make_papers(count)
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper) for paper in papers])
    await store.close()


async def paper_count(url: str) -> int:
    store = await Store.open(url)
    async with store.read() as tx:
        count = await tx.papers.count()
    await store.close()
    return count


def execute(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ruin(file: Path) -> bytes:
    file.write_bytes(b"rubbish" * 1_000)
    return file.read_bytes()


class TestCheck:
    async def test_a_sound_store_has_no_problems(self, each_url: str) -> None:
        await fill(each_url, 3)
        store = await Store.open(each_url)
        async with store.write() as tx:
            await tx.deliveries.plan(make_delivery("2503.00001"))
        await store.close()
        found = await check(each_url)
        assert (found.revision, found.papers, found.sightings, found.deliveries) == (HEAD, 3, 3, 1)
        assert found.problems == ()

    async def test_rows_without_their_paper_and_wrong_counts_are_named(self, store_file: Path, store_url: str) -> None:
        await fill(store_url, 3)
        execute(store_file, "DELETE FROM papers WHERE id = '2503.00002'", "UPDATE counters SET value = 1")
        problems = "\n".join((await check(store_url)).problems)
        assert "A row of sightings" in problems
        assert "says that it has 1 papers and holds 2" in problems
        assert "The last revision is said to be 1, but a paper has 3" in problems

    async def test_an_index_that_does_not_agree_is_damage(self, store_file: Path, store_url: str) -> None:
        await fill(store_url, 3)
        execute(
            store_file,
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET rootpage ="
            " (SELECT rootpage FROM sqlite_master WHERE name = 'ix_sightings_seen_at')"
            " WHERE name = 'ix_papers_published_at'",
        )
        assert any("ix_papers_published_at" in problem for problem in (await check(store_url)).problems)

    async def test_what_is_not_there_is_not_made(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnreachable, match="is not there"):
            await check(f"sqlite:///{tmp_path / 'paperboy.db'}")
        assert names_in(tmp_path) == []


class TestBackup:
    async def test_a_copy_made_in_use_is_whole_and_one_file(self, store: Store, store_url: str, tmp_path: Path) -> None:
        copy = tmp_path / "copies" / "copy.db"
        async with store.write() as tx:
            await tx.papers.save(make_papers(2), [])
        async with store.write() as tx:
            await tx.papers.save([make_paper()], [])
            await backup(store_url, copy)
        assert names_in(copy.parent) == ["copy.db"]
        assert await paper_count(f"sqlite:///{copy}") == 2, "as it was when the last block had ended"

    async def test_nothing_is_overwritten(self, store_url: str, tmp_path: Path) -> None:
        (tmp_path / "copy.db").write_text("precious")
        with pytest.raises(StorageError, match="not overwritten"):
            await backup(store_url, tmp_path / "copy.db")
        assert (tmp_path / "copy.db").read_text() == "precious"

    async def test_a_store_that_is_not_there_cannot_be_copied(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnreachable, match="nothing to back up"):
            await backup(f"sqlite:///{tmp_path / 'paperboy.db'}", tmp_path / "copy.db")
        assert names_in(tmp_path) == []

    async def test_a_place_that_cannot_be_written_is_named(self, store_url: str, tmp_path: Path) -> None:
        (tmp_path / "copies").write_text("a file, not a folder")
        with pytest.raises(StoreReadOnly, match=r"copies/copy\.db cannot be written"):
            await backup(store_url, tmp_path / "copies" / "copy.db")

    async def test_postgresql_has_its_own_tools(self, tmp_path: Path) -> None:
        with pytest.raises(StorageError, match="pg_dump"):
            await backup("postgresql://me:s3cret@db/paperboy", tmp_path / "copy")
        with pytest.raises(StorageError, match="pg_restore"):
            await restore(tmp_path / "copy", "postgresql://me:s3cret@db/paperboy")


class TestRestore:
    async def test_a_copy_takes_the_stores_place_and_the_former_store_is_kept(
        self, store_file: Path, store_url: str, tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy.db"
        await fill(store_url, 3)
        await backup(store_url, copy)
        await fill(store_url, 5)
        former = await restore(copy, store_url)
        assert former is not None
        assert await paper_count(store_url) == 3
        assert await paper_count(f"sqlite:///{former}") == 5
        again = await restore(copy, store_url)
        assert again not in {None, former}, "no former store is overwritten"
        assert copy.exists()

    async def test_a_copy_is_brought_to_a_new_place(self, store_url: str, tmp_path: Path) -> None:
        await fill(store_url, 3)
        await backup(store_url, tmp_path / "copy.db")
        new = f"sqlite:///{tmp_path / 'new' / 'paperboy.db'}"
        assert await restore(tmp_path / "copy.db", new) is None
        assert await paper_count(new) == 3

    async def test_a_damaged_store_is_replaced(self, store_file: Path, store_url: str, tmp_path: Path) -> None:
        await fill(store_url, 3)
        await backup(store_url, tmp_path / "copy.db")
        rubbish = ruin(store_file)
        former = await restore(tmp_path / "copy.db", store_url)
        assert former is not None
        assert former.read_bytes() == rubbish
        assert await paper_count(store_url) == 3

    async def test_a_store_in_use_is_not_replaced(self, store_url: str, store_file: Path, tmp_path: Path) -> None:
        await backup(store_url, tmp_path / "copy.db")
        store = await Store.open(store_url)
        async with store.write() as tx:
            await tx.papers.save(make_papers(3), [])
        with pytest.raises(StoreBusy, match="Stop Paperboy"):
            await restore(tmp_path / "copy.db", store_url)
        async with store.read() as tx:
            assert await tx.papers.count() == 3
        await store.close()
        assert names_in(tmp_path) == ["copy.db", store_file.name]

    async def test_what_is_no_copy_is_refused_and_the_store_stays(self, store_url: str, tmp_path: Path) -> None:
        await fill(store_url, 3)
        text, other, newer = tmp_path / "text.db", tmp_path / "other.db", tmp_path / "newer.db"
        text.write_text("Dear diary, " * 1_000)
        execute(other, "CREATE TABLE photos (name TEXT)")
        await backup(store_url, newer)
        execute(newer, "UPDATE alembic_version SET version_num = '9999'")
        for path, kind in (
            (text, StoreCorrupt),
            (other, StoreCorrupt),
            (newer, StoreTooNew),
            (tmp_path / "missing.db", StoreUnreachable),
        ):
            with pytest.raises(kind):
                await restore(path, store_url)
        assert await paper_count(store_url) == 3

    async def test_the_store_is_no_copy_of_itself(self, store_file: Path, store_url: str) -> None:
        with pytest.raises(StorageError, match="the store itself"):
            await restore(store_file, store_url)
