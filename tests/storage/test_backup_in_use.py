"""A store is checked, made compact and copied while somebody writes to it; the copy answers as the store did."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.parse_query import parse_query
from storage.backup import Compacted, backup, check, compact, restore
from storage.errors import StoreUnreachable
from storage.records import Delivery
from storage.search_index import Hits, SearchIndex
from storage.store import Store
from tests.acceptance.machine import until
from tests.builders import DAY, make_delivery, make_id, make_key, make_paper, make_papers, sighting_of

QUERIES = ("reads", "title:paper -nothing", "author:lovelace", "upvotes:>15", "2503.00007", "cat:cs.CL since:7d")


async def write(store: Store, number: int) -> None:
    """A paper together with the delivery that names it: a copy holds both or neither."""
    paper = make_paper(make_id(number), upvotes=number)
    async with store.write() as tx:
        await tx.papers.save([paper], [sighting_of(paper)])
        await tx.deliveries.plan(make_delivery(paper.id, key=make_key(slot=f"setup-{number}")))


@asynccontextmanager
async def writing(store: Store) -> AsyncIterator[Callable[[], int]]:
    """Somebody writes one unit of work after the other for as long as the block runs; gives how many there were."""
    count, stop = 0, asyncio.Event()

    async def go_on() -> None:
        nonlocal count
        while not stop.is_set():
            await write(store, count + 1)
            count += 1
            await asyncio.sleep(0.002)  # a bot rests between two, and whoever waits for its turn gets it

    running = asyncio.create_task(go_on())
    try:
        await until(lambda: count >= 3)
        yield lambda: count
    finally:
        stop.set()
        await running


async def answers(url: str, folder: Path) -> tuple[list[Hits], list[Delivery], int]:
    """What a bot with this store finds and remembers, with an index of its own."""
    store = await Store.open(url)
    index = SearchIndex.open(folder)
    await index.catch_up(store)
    found = [await index.search(parse_query(query), limit=100, today=DAY) for query in QUERIES]
    async with store.read() as tx:
        ledger = await tx.deliveries.recent(limit=1000)
        count = await tx.papers.count()
    await store.close()
    return found, list(ledger), count


async def test_a_copy_made_between_two_writes_is_whole(store: Store, store_url: str, tmp_path: Path) -> None:
    async with writing(store) as written:
        for number in range(3):
            least = written()
            await backup(store_url, tmp_path / f"{number}.db")
            found = await check(f"sqlite:///{tmp_path / f'{number}.db'}")
            assert found.problems == ()
            assert least <= found.papers == found.deliveries <= written() + 1


async def test_a_copy_brought_back_elsewhere_answers_the_same(store: Store, store_url: str, tmp_path: Path) -> None:
    for number in range(1, 31):
        await write(store, number)
    await backup(store_url, tmp_path / "copy.db")
    before = await answers(store_url, tmp_path / "index")
    await write(store, 31)
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere' / 'paperboy.db'}"
    assert await restore(tmp_path / "copy.db", elsewhere) is None
    assert await answers(elsewhere, tmp_path / "elsewhere" / "index") == before
    assert all(hits.total for hits in before[0])


@pytest.mark.parametrize("look", [check, compact], ids=["check", "compact"])
async def test_it_may_be_looked_after_while_somebody_writes(
    each_store: Store, each_url: str, look: Callable[[str], Awaitable[object]]
) -> None:
    async with writing(each_store) as written:
        for _ in range(3):
            least = written()
            await look(each_url)
            await until(lambda least=least: written() > least)
    found = await check(each_url)
    assert found.problems == ()
    assert found.papers == found.deliveries == written()


async def test_the_room_of_what_was_replaced_is_given_back(store: Store, store_url: str) -> None:
    long = [make_paper(make_id(number), abstract="Words. " * 500) for number in range(200)]
    for papers in (long, make_papers(200, abstract="Short.")):
        async with store.write() as tx:
            await tx.papers.save(papers, ())
    done = await compact(store_url)
    assert done.after < done.before / 2
    assert await compact(store_url) == Compacted(store=done.store, before=done.after, after=done.after)
    async with store.read() as tx:
        assert await tx.papers.count() == 201


async def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "paperboy.db"
    with pytest.raises(StoreUnreachable, match="is not there"):
        await compact(f"sqlite:///{file}")
    assert not file.exists()
