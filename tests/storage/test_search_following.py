"""A second process fills the index while this one fills the store."""

from pathlib import Path

import pytest

from storage.search_index import SearchIndex, following
from storage.search_index.following import followed
from storage.store import Store
from tests.acceptance.machine import until
from tests.builders import DAY, make_papers


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


async def test_a_second_process_that_fails_costs_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = SearchIndex.open(tmp_path / "index")
    monkeypatch.setattr(following, "__name__", "nowhere.at.all")
    async with followed(store, index), store.write() as tx:
        await tx.papers.save(make_papers(3), ())
    assert await index.catch_up(store) == 3
