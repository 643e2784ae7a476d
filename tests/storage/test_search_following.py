"""A second process fills the index while this one fills the store."""

import asyncio
from pathlib import Path

import pytest

from bot.core.parse_query import parse_query
from storage.search_index import SearchIndex, following
from storage.search_index.following import followed
from storage.store import Store
from tests.acceptance.machine import until
from tests.builders import DAY, make_id, make_paper, make_papers


async def test_the_index_follows_the_store_and_can_be_written_afterwards(store: Store, tmp_path: Path) -> None:
    index = SearchIndex.open(tmp_path / "index")
    async with followed(store, index):
        async with store.write() as tx:
            await tx.papers.save(make_papers(20), ())
        await until(lambda: index.revision == 20)
    assert (await index.search(None, limit=50, today=DAY)).total == 20
    async with store.write() as tx:
        await tx.papers.save(make_papers(25), ())
    assert await index.catch_up(store) == 5


async def test_each_of_several_processes_keeps_an_index_of_its_own_current(each_store: Store, tmp_path: Path) -> None:
    """Two that only read, on machines of their own; two that write at once, each for itself."""
    indexes = [SearchIndex.open(tmp_path / name) for name in ("here", "there")]
    other = await Store.open(each_store.url)

    async def bring(store: Store, month: str) -> None:
        for count in range(5, 30, 5):
            async with store.write() as tx:
                await tx.papers.save(
                    [make_paper(make_id(number, month), title=f"Of {count}") for number in range(count)], ()
                )

    async with followed(each_store, indexes[0]), followed(each_store, indexes[1]):
        await asyncio.gather(bring(each_store, "2501"), bring(other, "2502"))
        async with each_store.read() as tx:
            newest = await tx.papers.revision()
        await until(lambda: all(index.revision == newest for index in indexes))
    for index in indexes:
        found = await index.search(parse_query("title:25"), limit=100, today=DAY)
        assert found.total == (await index.search(None, limit=100, today=DAY)).total == 50
        assert await index.catch_up(each_store) == 0
    await other.close()


async def test_a_second_process_that_fails_costs_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = SearchIndex.open(tmp_path / "index")
    monkeypatch.setattr(following, "__name__", "nowhere.at.all")
    async with followed(store, index), store.write() as tx:
        await tx.papers.save(make_papers(3), ())
    assert await index.catch_up(store) == 3
