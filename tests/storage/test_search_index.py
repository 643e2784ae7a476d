"""The index answers in a total order, follows the store, and survives what happens to folders."""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from threading import get_ident
from time import sleep
from typing import Any, get_args

import pytest

from bot.core.parse_query import parse_query
from storage import search_index
from storage.query import Query
from storage.records import Paper
from storage.search_index import Hits, SearchIndex, SearchSort, folder
from storage.search_index.pages import by_key
from storage.store import Store
from storage.words import analyse
from tests.builders import make_id, make_paper, make_papers, sighting_of

TODAY = date(2025, 3, 14)


async def fill(store: Store, papers: Iterable[Paper]) -> None:
    papers = tuple(papers)
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper) for paper in papers])


async def found(
    index: SearchIndex, query: Query | str | None, *, sort: SearchSort = "relevance", limit: int = 1000
) -> list[str]:
    wanted = parse_query(query) if isinstance(query, str) else query
    hits = await index.search(wanted, limit=limit, sort=sort, today=TODAY)
    return [hit.paper_id for hit in hits.hits]


def said_to_be_at(place: Path, revision: int) -> None:
    """As if another revision had been written when it was committed last."""
    state = folder.read_state(place)
    assert state is not None
    folder.write_state(place, replace(state, revision=revision))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
async def index(place: Path) -> SearchIndex:
    return SearchIndex.open(place)


# --- many at once ---


async def test_one_core_is_left_to_the_event_loop(place: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    running: set[int] = set()
    most = 0

    def slowly(*asked: Any) -> Hits:
        nonlocal most
        running.add(get_ident())
        most = max(most, len(running))
        sleep(0.01)
        running.discard(get_ident())
        return by_key(*asked)

    monkeypatch.setattr(search_index, "by_key", slowly)
    await fill(store, make_papers(2))
    index = SearchIndex.open(place)
    await index.catch_up(store)
    answers = await asyncio.gather(*(found(index, None) for _ in range(6)))
    assert {len(answer) for answer in answers} == {2}
    assert most == 2


# --- order and pages ---


async def test_each_order_is_total_and_says_how_equals_are_told_apart(index: SearchIndex, store: Store) -> None:
    early, late = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 9, tzinfo=UTC)
    facts = {"title": "Same words", "abstract": "in each of them"}
    await fill(
        store,
        [
            make_paper("2503.00004", published_at=early, upvotes=3, **facts),
            make_paper("2503.00002", published_at=late, upvotes=1, **facts),
            make_paper("2503.00001", published_at=late, upvotes=3, **facts),
            make_paper("2503.00003", published_at=None, daily_on=None, upvotes=None, **facts),
        ],
    )
    await index.catch_up(store)
    by_day = ["2503.00001", "2503.00002", "2503.00004", "2503.00003"]
    assert await found(index, "words", sort="match") == by_day
    assert await found(index, "words") == ["2503.00001", "2503.00004", "2503.00002", "2503.00003"]
    assert await found(index, "cat:cs.CL") == by_day
    assert await found(index, None) == by_day
    assert await found(index, "words", sort="new") == by_day
    assert await found(index, "words", sort="top") == ["2503.00001", "2503.00004", "2503.00002", "2503.00003"]


@pytest.mark.parametrize("sort", get_args(SearchSort))
@pytest.mark.parametrize("query", ["words", "words OR number*", "number*", None])
async def test_pages_together_are_the_whole_list(
    index: SearchIndex, store: Store, sort: SearchSort, query: str | None
) -> None:
    await fill(
        store,
        [
            make_paper(
                f"2503.{number:05}",
                title=f"Words {'and words ' * (number % 3)}number{number}",
                upvotes=number % 4,
                published_at=datetime(2025, 3, 1 + number % 5, tzinfo=UTC),
            )
            for number in range(53)
        ],
    )
    await index.catch_up(store)
    wanted = parse_query(query) if query else None
    whole = await index.search(wanted, limit=100, sort=sort, today=TODAY)
    assert len(whole.hits) == 53
    pages = [await index.search(wanted, limit=7, offset=offset, sort=sort, today=TODAY) for offset in range(0, 63, 7)]
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert {page.total for page in pages} == {53}


async def test_the_total_is_exact_up_to_a_thousand(
    index: SearchIndex, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, make_papers(30, title="Words"))
    await index.catch_up(store)
    hits = await index.search(parse_query("words"), limit=1, today=TODAY)
    assert (hits.total, hits.exact) == (30, True)
    monkeypatch.setattr("storage.search_index.pages.MOST_COUNTED", 29)
    hits = await index.search(parse_query("words"), limit=1, today=TODAY)
    assert (hits.total, hits.exact) == (29, False)


@pytest.mark.parametrize("query", ["nothing", "author:nobody", "model*", '"no such words"', "-x upvotes:>999"])
async def test_an_empty_index_finds_nothing_and_says_so(index: SearchIndex, query: str) -> None:
    hits = await index.search(parse_query(query), limit=5, today=TODAY)
    assert (hits.total, hits.exact, hits.hits) == (0, True, ())


# --- following the store ---


async def test_it_follows_what_is_new_and_what_changed(index: SearchIndex, store: Store) -> None:
    await fill(store, [make_paper("2503.00001", title="First"), make_paper("2503.00002", title="Second")])
    assert await index.catch_up(store) == 2
    assert await index.catch_up(store) == 0
    await fill(store, [make_paper("2503.00001", title="Changed", upvotes=99)])
    assert await index.catch_up(store) == 1
    assert await found(index, "first") == []
    assert await found(index, "changed upvotes:99") == ["2503.00001"]
    assert await found(index, None) == ["2503.00001", "2503.00002"]


async def test_it_remembers_how_far_it_came(index: SearchIndex, place: Path, store: Store) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)
    again = SearchIndex.open(place)
    async with store.read() as tx:
        assert again.revision == await tx.papers.revision()
    assert again.rebuilt_because is None
    assert await again.catch_up(store) == 0
    assert len(await found(again, None)) == 3


async def test_many_papers_come_in_batches_and_the_progress_is_told(
    index: SearchIndex, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "BATCH", 10)
    monkeypatch.setattr(search_index, "COMMIT_EVERY", 20)
    await fill(store, make_papers(45))
    told: list[int] = []
    assert await index.catch_up(store, progress=told.append) == 45
    assert told == [10, 20, 30, 40, 45]
    assert len(await found(index, None)) == 45


async def test_what_a_crash_left_behind_the_last_commit_is_read_again(
    index: SearchIndex, place: Path, store: Store
) -> None:
    await fill(store, make_papers(5))
    await index.catch_up(store)
    # As if it had died between the commit of the papers and the writing of the revision.
    said_to_be_at(place, 2)
    again = SearchIndex.open(place)
    assert await again.catch_up(store) == 3
    assert len(await found(again, None)) == 5


async def test_papers_that_come_and_change_while_it_reads_stand_in_it_once_as_they_are_now(
    index: SearchIndex, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "BATCH", 4)
    monkeypatch.setattr(search_index, "COMMIT_EVERY", 12)
    random, now = Random(1), dict.fromkeys(range(40), 0)
    await fill(store, make_papers(40))

    async def go_on() -> None:
        for change in range(1, 25):
            numbers = random.sample([*now, len(now)], k=3)
            now.update(dict.fromkeys(numbers, change))
            await fill(store, [make_paper(make_id(number), title=f"Of {change}") for number in numbers])

    going_on = asyncio.create_task(go_on())
    while not going_on.done():
        await index.catch_up(store)
    await going_on
    await index.catch_up(store)
    assert sorted(await found(index, None)) == sorted(map(make_id, now))
    for change in {*now.values()} - {0}:
        expected = sorted(make_id(number) for number, last in now.items() if last == change)
        assert sorted(await found(index, f"title:{change}")) == expected


async def test_a_store_that_was_put_back_is_read_from_its_beginning(index: SearchIndex, store: Store) -> None:
    await fill(store, make_papers(2))
    await index.catch_up(store)
    said_to_be_at(index.path, 999)
    assert await index.catch_up(store) == 2
    assert index.rebuilt_because is not None
    assert len(await found(index, None)) == 2


async def test_two_catchings_up_at_once_do_the_work_once(index: SearchIndex, store: Store) -> None:
    await fill(store, make_papers(20))
    assert sorted(await asyncio.gather(index.catch_up(store), index.catch_up(store))) == [0, 20]


async def test_a_cancelled_catching_up_lets_the_next_one_write(index: SearchIndex, store: Store) -> None:
    await fill(store, make_papers(40))

    def cancel(_: int) -> None:
        first.cancel()

    first = asyncio.ensure_future(index.catch_up(store, progress=cancel))
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await index.catch_up(store) == 40


async def test_what_is_indexed_keeps_its_meaning_whatever_stands_around_it(index: SearchIndex, store: Store) -> None:
    hostile = 'Title with | bars *stars* "quotes" (and) \\emph{TeX} @everyone <b> \u202e ' + "x" * 3000
    await fill(store, [make_paper(title=hostile)])
    await index.catch_up(store)
    for word in ("bars", "stars", "quotes", "tex", "everyone"):
        assert await found(index, word) == ["2503.01234"]
    assert analyse("|").exact == ()


async def test_it_stops_when_it_is_told_to_and_goes_on_from_there(
    index: SearchIndex, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "BATCH", 10)
    await fill(store, make_papers(45))
    assert await index.behind(store) == 45
    assert await index.catch_up(store, until=lambda: True) == 10
    assert (await index.behind(store), len(await found(index, None))) == (35, 10)
    assert await index.catch_up(store) == 35
    assert await index.behind(store) == 0


async def test_a_store_that_was_put_back_is_as_far_ahead_as_it_is_large(index: SearchIndex, store: Store) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)
    said_to_be_at(index.path, 999)
    assert await index.behind(store) == 3
