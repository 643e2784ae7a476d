"""What people saved: each for themselves, the last first, and who is to hear of it."""

from datetime import timedelta

import pytest

from storage.saved import SavedPaper
from storage.store import Store
from tests.builders import BASE, PERSON_ID, make_id, make_papers, make_person

LATER = BASE + timedelta(hours=1)
SOMEBODY_ELSE = PERSON_ID + 1
ONE, TWO, THREE = map(make_id, (1, 2, 3))


@pytest.fixture
async def each_store(each_store: Store) -> Store:
    """With three papers in it."""
    async with each_store.write() as tx:
        await tx.papers.save(make_papers(3), [])
    return each_store


async def test_what_somebody_saved_comes_back_the_last_first(each_store: Store) -> None:
    async with each_store.write() as tx:
        for paper_id, at in ((TWO, BASE), (ONE, BASE), (THREE, LATER)):
            assert await tx.saved.add(PERSON_ID, paper_id, at=at)
        found = await tx.saved.of(PERSON_ID)
        assert [(one.paper_id, one.saved_at) for one in found] == [(THREE, LATER), (ONE, BASE), (TWO, BASE)]
        assert await tx.saved.of(SOMEBODY_ELSE) == ()


async def test_a_paper_that_is_saved_twice_stays_as_it_was(each_store: Store) -> None:
    async with each_store.write() as tx:
        assert await tx.saved.add(PERSON_ID, ONE, at=BASE)
        assert not await tx.saved.add(PERSON_ID, ONE, at=LATER)
        assert await tx.saved.since(PERSON_ID, ONE) == BASE
        assert await tx.saved.since(PERSON_ID, TWO) is None
        assert await tx.saved.since(SOMEBODY_ELSE, ONE) is None


async def test_everybody_takes_out_only_what_they_saved_themselves(each_store: Store) -> None:
    async with each_store.write() as tx:
        await tx.saved.add(PERSON_ID, ONE, at=BASE)
        assert not await tx.saved.remove(SOMEBODY_ELSE, ONE)
        assert not await tx.saved.remove(PERSON_ID, TWO)
        assert await tx.saved.remove(PERSON_ID, ONE)
        assert await tx.saved.of(PERSON_ID) == ()


async def test_who_saved_a_paper_is_known_unless_their_messages_are_closed(each_store: Store) -> None:
    async with each_store.write() as tx:
        for person_id, paper_id in ((2, ONE), (2, THREE), (1, ONE), (3, ONE), (4, THREE)):
            await tx.saved.add(person_id, paper_id, at=BASE)
        await tx.people.save(make_person(1))
        await tx.people.save(make_person(3, dm_closed_at=BASE))
        assert await tx.saved.readers_of([THREE, ONE, TWO]) == {1: (ONE,), 2: (ONE, THREE), 4: (THREE,)}
        assert await tx.saved.readers_of([TWO]) == {}


async def test_forgetting_takes_all_of_one_and_nothing_of_others(each_store: Store) -> None:
    async with each_store.write() as tx:
        for person_id, paper_id in ((PERSON_ID, ONE), (PERSON_ID, TWO), (SOMEBODY_ELSE, ONE)):
            await tx.saved.add(person_id, paper_id, at=BASE)
        assert await tx.saved.forget(PERSON_ID) == 2
        assert await tx.saved.forget(PERSON_ID) == 0
        assert await tx.saved.of(PERSON_ID) == ()
        assert await tx.saved.of(SOMEBODY_ELSE) == (SavedPaper(paper_id=ONE, saved_at=BASE),)
