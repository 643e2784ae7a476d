"""Transactions: all or nothing, one consistent view, and values that come out as they went in."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest
from sqlalchemy import text

from storage.store import Store, Writing
from tests.builders import BASE, make_paper, make_papers, make_sighting, sighting_of


async def test_what_a_block_wrote_is_kept_at_its_end(each_store: Store) -> None:
    paper = make_paper()
    async with each_store.write() as tx:
        await tx.papers.save([paper], [sighting_of(paper)])
    async with each_store.read() as tx:
        assert await tx.papers.get(paper.id) == paper


async def test_an_exception_undoes_the_whole_block(each_store: Store) -> None:
    async def stop_half_way() -> None:
        async with each_store.write() as tx:
            await tx.papers.save(make_papers(3), [])
            await tx.facts.put("name", "value")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await stop_half_way()
    async with each_store.read() as tx:
        assert (await tx.papers.count(), await tx.papers.revision(), await tx.facts.get("name")) == (0, 0, None)


async def test_a_reader_keeps_its_view_while_others_write(each_store: Store) -> None:
    async with each_store.read() as reading:
        before = await reading.papers.count()
        async with each_store.write() as writing:
            await writing.papers.save(make_papers(2), [])
        assert (before, await reading.papers.count()) == (0, 0)
    async with each_store.read() as reading:
        assert await reading.papers.count() == 2


async def test_a_reader_cannot_write_even_by_force(each_store: Store) -> None:
    async with each_store.read() as tx:
        with pytest.raises(Exception, match=r"readonly|read-only"):
            await tx.papers._connection.execute(text("DELETE FROM papers"))


async def test_writers_on_sqlite_take_turns_even_if_they_read_first(store: Store, store_url: str) -> None:
    other = await Store.open(store_url)

    async def add_one(mine: Store) -> None:
        async with mine.write() as tx:
            seen = int(await tx.facts.get("seen") or 0)
            await asyncio.sleep(0)
            await tx.facts.put("seen", str(seen + 1))

    await asyncio.gather(*(add_one(mine) for mine in (store, other) * 10))
    async with store.read() as tx:
        assert await tx.facts.get("seen") == "20"
    await other.close()


async def test_a_moment_without_zone_is_refused_where_it_would_be_stored(each_store: Store) -> None:
    naive = make_sighting(seen_at=datetime(2025, 3, 14, 9))  # noqa: DTZ001  # that is the point
    with pytest.raises(ValueError, match="without time zone"):
        async with each_store.write() as tx:
            await tx.papers.save([make_paper()], [naive])
    async with each_store.read() as tx:
        assert await tx.papers.count() == 0


async def test_moments_come_back_in_utc_to_the_microsecond(each_store: Store) -> None:
    tokyo = timezone(timedelta(hours=9))
    moment = datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=tokyo)
    paper = make_paper(published_at=moment)
    async with each_store.write() as tx:
        await tx.papers.save([paper], [])
    async with each_store.read() as tx:
        stored = await tx.papers.get(paper.id)
    assert stored is not None
    assert stored.published_at is not None
    assert stored.published_at == moment
    assert stored.published_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("NUL\0 in it", "NUL in it"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("a pair \ud83d\ude00 in halves", "a pair 😀 in halves"),
        ("\u202eright to left, @everyone `x` 'quoted' \\ %s", "\u202eright to left, @everyone `x` 'quoted' \\ %s"),
    ],
)
async def test_a_title_that_no_database_could_hold_loses_only_that(each_store: Store, given: str, kept: str) -> None:
    paper = make_paper(title=given, authors=(given, "Ada"), summary=given)
    async with each_store.write() as tx:
        await tx.papers.save([paper, make_paper("2503.00002")], [])
    async with each_store.read() as tx:
        stored = await tx.papers.get(paper.id)
        assert stored == replace(paper, title=kept, authors=(kept, "Ada"), summary=kept)
        assert await tx.papers.count() == 2


async def test_a_store_is_shown_without_its_password() -> None:
    with pytest.raises(Exception, match="does not answer") as failure:
        await Store.open("postgresql://paperboy:s3cret@127.0.0.1:1/paperboy", busy_timeout=timedelta(seconds=2))
    assert "s3cret" not in str(failure.value)
    assert "***" in str(failure.value)


async def test_a_cancelled_writer_leaves_nothing_and_blocks_nobody(each_store: Store) -> None:
    started = asyncio.Event()

    async def never_ends() -> None:
        async with each_store.write() as tx:
            await tx.facts.put("name", "value")
            started.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(never_ends())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with each_store.write() as tx:
        assert await tx.facts.get("name") is None
        await tx.sources.mark_day("huggingface", BASE.date(), at=BASE)


async def test_what_a_sqlite_store_promises_of_its_file(store: Store) -> None:
    async def pragma(name: str) -> object:
        async with store.write() as tx:
            return await tx.facts._connection.scalar(text(f"PRAGMA {name}"))

    promised = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}
    assert {name: await pragma(name) for name in promised} == promised


async def test_notes_that_come_together_are_kept_in_one_unit_each_with_its_own_result(each_store: Store) -> None:
    units: list[Writing] = []

    async def note(name: str, tx: Writing) -> str:
        units.append(tx)
        await asyncio.sleep(0)
        await tx.facts.put(name, name)
        return name

    names = [f"note {number}" for number in range(20)]
    assert await asyncio.gather(*(each_store.note(partial(note, name)) for name in names)) == names
    # The first one goes ahead, the others go together.
    assert len({id(tx) for tx in units}) <= 2
    async with each_store.read() as tx:
        assert [await tx.facts.get(name) for name in names] == names


async def test_an_error_of_one_note_is_told_to_each_that_shared_its_unit_and_to_nobody_later(each_store: Store) -> None:
    async def note(name: str, tx: Writing) -> None:
        await tx.facts.put(name, "kept")
        if name == "bad":
            raise ValueError(name)

    ends = await asyncio.gather(
        *(each_store.note(partial(note, name)) for name in ("first", "bad")), return_exceptions=True
    )
    assert isinstance(ends[1], ValueError)
    await each_store.note(partial(note, "later"))
    async with each_store.read() as tx:
        assert (await tx.facts.get("bad"), await tx.facts.get("later")) == (None, "kept")
        assert (await tx.facts.get("first") is None) == isinstance(ends[0], ValueError)
