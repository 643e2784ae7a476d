"""An index is used for the store that it was made from, and for a copy as far as both are the same."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage.backup import backup, restore
from storage.copying import copy
from storage.search_index import SearchIndex
from storage.search_index.writer import Writer
from storage.store import Store
from tests.builders import DAY, make_id, make_paper

Copier = Callable[[str, str, Path], Awaitable[object]]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = await Store.open(url)
    try:
        yield store
    finally:
        await store.close()


async def bring(url: str, *numbers: int, title: str = "A paper") -> None:
    async with opened(url) as store, store.write() as tx:
        await tx.papers.save([make_paper(make_id(number), title=title) for number in numbers], ())


async def caught_up(place: Path, url: str) -> tuple[int, set[str], str | None]:
    """How many papers were read, which ones are found then, and why they were read anew."""
    index = SearchIndex.open(place)
    async with opened(url) as store:
        read = await index.catch_up(store)
        assert await index.behind(store) == 0
    hits = await index.search(None, limit=100, today=DAY)
    return read, {hit.paper_id for hit in hits.hits}, index.rebuilt_because


def ids(*numbers: int) -> set[str]:
    return {make_id(number) for number in numbers}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def other_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'other' / 'other.db'}"


async def by_copying(source: str, target: str, _: Path) -> None:
    await copy(source, target)


async def by_backup(source: str, target: str, folder: Path) -> None:
    await backup(source, folder / "backup.db")
    await restore(folder / "backup.db", target)


@pytest.mark.parametrize("count", [2, 3, 4], ids=["smaller", "as large", "larger"])
async def test_the_index_of_another_store_is_made_anew_and_it_is_said_why(
    store_url: str, other_url: str, place: Path, count: int
) -> None:
    await bring(store_url, 1, 2, 3)
    await bring(other_url, *range(11, 11 + count))
    assert await caught_up(place, store_url) == (3, ids(1, 2, 3), None)
    async with opened(other_url) as other:
        assert await SearchIndex.open(place).behind(other) == count
    expected = (count, ids(*range(11, 11 + count)), "the index was made from another store")
    assert await caught_up(place, other_url) == expected
    assert (await caught_up(place, store_url))[1] == ids(1, 2, 3), "and back again"


@pytest.mark.parametrize("copied", [by_copying])
async def test_the_index_of_a_store_is_one_of_its_copy_as_far_as_both_are_the_same(
    store_url: str, other_url: str, place: Path, tmp_path: Path, copied: Copier
) -> None:
    await bring(store_url, 1, 2, 3)
    await caught_up(place, store_url)
    await copied(store_url, other_url, tmp_path)
    assert await caught_up(place, other_url) == (0, ids(1, 2, 3), None)
    await bring(other_url, 4)
    assert await caught_up(place, other_url) == (1, ids(1, 2, 3, 4), None)


@pytest.mark.parametrize("copied", [by_copying, by_backup])
async def test_what_the_source_gained_after_the_copying_does_not_count_for_the_copy(
    store_url: str, other_url: str, place: Path, tmp_path: Path, copied: Copier
) -> None:
    await bring(store_url, 1, 2)
    await copied(store_url, other_url, tmp_path)
    await bring(store_url, 3)
    await caught_up(place, store_url)
    await bring(other_url, 11, 12)  # so that its revision is no smaller one
    assert await caught_up(place, other_url) == (4, ids(1, 2, 11, 12), "the index was made from another store")


async def test_a_store_that_was_put_back_and_went_on_is_read_anew(store_url: str, place: Path, tmp_path: Path) -> None:
    await bring(store_url, 1)
    await backup(store_url, tmp_path / "backup.db")
    await bring(store_url, 2, 3)
    await caught_up(place, store_url)
    await restore(tmp_path / "backup.db", store_url)
    await bring(store_url, 11, 12, 13)
    read, found, why = await caught_up(place, store_url)
    assert (read, found, why) == (4, ids(1, 11, 12, 13), "the index was made from another store")


async def test_an_index_that_was_being_emptied_is_of_no_store(store_url: str, other_url: str, place: Path) -> None:
    await bring(store_url, 1, 2)
    await bring(other_url, 11, 12)
    await caught_up(place, store_url)
    writer = Writer(place, SearchIndex.open(place)._index)
    writer.empty()
    writer.close()  # as if killed before the papers of the other store were committed
    assert (await caught_up(place, other_url))[:2] == (2, ids(11, 12))
    writer = Writer(place, SearchIndex.open(place)._index)
    writer.empty()
    writer._writer.commit()
    writer.close()  # and now behind that commit, before it was said whose papers they are
    assert (await caught_up(place, other_url))[:2] == (2, ids(11, 12))


async def test_the_same_store_is_the_same_however_often_it_is_opened(each_url: str) -> None:
    numbers = []
    for _ in range(2):
        async with opened(each_url) as store, store.read() as tx:
            numbers.append((await tx.papers.lineage()).store)
    assert numbers[0] == numbers[1] > 0
