"""When a slot comes next is a hint: it spares looking at those that are not due, and is never believed too long."""

from datetime import time, timedelta
from typing import Any

import pytest

from storage.records import Cadence
from storage.store import Store, Writing
from tests.builders import BASE, PERSON_ID, make_person, make_schedule, make_setup

AN_HOUR = timedelta(hours=1)
TOMORROW = BASE + timedelta(days=1)


async def due(tx: Writing, now: Any) -> tuple[list[int], list[int]]:
    """The setups and the people that may be due."""
    return [setup.id for setup in await tx.channels.due(now)], [person.id for person in await tx.people.due(now)]


async def foresee(tx: Writing, setup_id: int, next_due: Any, *, at: Any = BASE) -> None:
    await tx.channels.foresee([(setup_id, next_due)], at=at)
    await tx.people.foresee([(PERSON_ID, next_due)], at=at)


@pytest.fixture
async def setup_id(each_store: Store) -> int:
    async with each_store.write() as tx:
        await tx.people.save(make_person())
        return (await tx.channels.add(make_setup())).id


async def test_what_was_never_foreseen_may_always_be_due(each_store: Store, setup_id: int) -> None:
    async with each_store.write() as tx:
        for now in (BASE - AN_HOUR, TOMORROW):
            assert await due(tx, now) == ([setup_id], [PERSON_ID])


async def test_what_was_foreseen_is_due_from_that_moment_on(each_store: Store, setup_id: int) -> None:
    async with each_store.write() as tx:
        await foresee(tx, setup_id, TOMORROW)
        assert await due(tx, BASE) == ([], [])
        assert await due(tx, TOMORROW - timedelta(microseconds=1)) == ([], [])
        assert await due(tx, TOMORROW) == ([setup_id], [PERSON_ID])
        assert await due(tx, TOMORROW + timedelta(days=9)) == ([setup_id], [PERSON_ID])


async def test_where_nothing_can_be_foreseen_it_stays_due(each_store: Store, setup_id: int) -> None:
    async with each_store.write() as tx:
        await foresee(tx, setup_id, None)
        assert await due(tx, BASE) == ([setup_id], [PERSON_ID])


async def test_a_clock_that_was_put_back_makes_the_hint_worthless(each_store: Store, setup_id: int) -> None:
    """Else a clock that was a year ahead for a minute would silence everybody for a year."""
    async with each_store.write() as tx:
        a_year_ahead = BASE + timedelta(days=365)
        await foresee(tx, setup_id, a_year_ahead + AN_HOUR, at=a_year_ahead)
        assert await due(tx, BASE) == ([setup_id], [PERSON_ID])
        assert await due(tx, a_year_ahead) == ([], [])


@pytest.mark.parametrize(
    "schedule", [make_schedule(time(10)), make_schedule(zone="Asia/Tokyo"), make_schedule(cadence=Cadence.WEEKLY)]
)
async def test_a_hint_is_forgotten_when_the_schedule_changes(each_store: Store, setup_id: int, schedule: Any) -> None:
    async with each_store.write() as tx:
        await foresee(tx, setup_id, TOMORROW)
        await tx.channels.update(make_setup(id=setup_id, schedule=schedule))
        await tx.people.save(make_person(schedule=schedule))
        assert await due(tx, BASE) == ([setup_id], [PERSON_ID])


async def test_who_takes_nothing_is_not_due_whatever_was_foreseen(each_store: Store, setup_id: int) -> None:
    async with each_store.write() as tx:
        await tx.channels.update(make_setup(id=setup_id, paused_because="paused by an admin"))
        await tx.people.save(make_person(dm_closed_at=BASE))
        assert await due(tx, TOMORROW) == ([], [])


async def test_each_one_has_a_hint_of_its_own(each_store: Store, setup_id: int) -> None:
    async with each_store.write() as tx:
        other = await tx.channels.add(make_setup())
        await tx.channels.foresee([(setup_id, TOMORROW), (other.id, BASE + AN_HOUR)], at=BASE)
        await tx.channels.foresee([], at=BASE)
        assert [setup.id for setup in await tx.channels.due(BASE + AN_HOUR)] == [other.id]
