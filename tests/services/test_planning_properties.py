"""For any setups, topics, papers and moments: planning is idempotent, its sums hold, and two planners make no two."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.extractive import Extractive
from bot.ports import Resources
from bot.services import planning
from storage.records import (
    Cadence,
    ChannelSetup,
    Delivery,
    DeliveryState,
    Destination,
    DestinationKind,
    Layout,
    Paper,
    Schedule,
    Settle,
    Sort,
)
from storage.search_index import SearchIndex
from storage.store import Store
from tests.builders import BASE, DAY, FakeClock, make_id, make_paper, make_person, make_setup, make_topic
from tests.services.seeding import keep_unindexed, ledger

EXAMPLES = settings(max_examples=8, deadline=None)
"""Each one is a database of its own with a hundred transactions."""

PLACES = [Destination(kind=DestinationKind.CHANNEL, id=number) for number in (1, 2)]
QUERIES = ["diffusion", "graph OR kernel", "-survey kernel", "upvotes:>3"]

schedules = st.builds(
    Schedule,
    at=st.sampled_from([time(0), time(2, 30), time(9), time(23, 59)]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"]),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    cadence=st.sampled_from([Cadence.DAILY, *Cadence]),
)
daily_schedules = schedules.map(lambda schedule: replace(schedule, cadence=Cadence.DAILY))
setups = st.builds(
    make_setup,
    destination=st.sampled_from(PLACES),
    schedule=schedules,
    limit=st.integers(1, 4),
    sort=st.sampled_from(list(Sort)),
    query=st.none() | st.sampled_from(QUERIES),
    min_upvotes=st.integers(0, 3),
    layout=st.sampled_from(Layout),
    settle=st.sampled_from(Settle),
    quiet=st.booleans(),
    paused_because=st.none() | st.none() | st.just("paused by an admin"),
)
people = st.tuples(daily_schedules, st.lists(st.sampled_from(QUERIES), max_size=3, unique=True))
papers = st.builds(
    make_paper,
    title=st.sampled_from(["Diffusion", "A graph kernel", "A survey of kernels", "Something else"]),
    upvotes=st.none() | st.integers(0, 6),
    daily_on=st.integers(-4, 4).map(lambda days: DAY + timedelta(days=days)),
    withdrawn_at=st.none() | st.none() | st.just(BASE),
)
moments = st.lists(st.integers(0, 5 * 24 * 60), min_size=1, max_size=3).map(
    lambda minutes: [BASE + timedelta(minutes=number) for number in sorted(minutes)]
)


@dataclass(frozen=True)
class World:
    setups: list[ChannelSetup]
    people: list[tuple[Schedule, list[str]]]
    papers: list[Paper]


worlds = st.builds(
    World,
    setups=st.lists(setups, max_size=4),
    people=st.lists(people, max_size=2),
    papers=st.lists(papers, max_size=8),
)


@asynccontextmanager
async def planners(template: Path, world: World, clock: FakeClock, *, count: int) -> AsyncIterator[list[Resources]]:
    """``count`` processes on one database in which the world is kept. No site is asked: nothing else happens."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = f"sqlite+aiosqlite:///{shutil.copy(template, folder / 'paperboy.db')}"
        index = SearchIndex.open(folder / "index")
        found = []
        for _ in range(count):
            store = await Store.open(url)
            stack.push_async_callback(store.close)
            found.append(Resources(store=store, index=index, sources=(), answerer=Extractive(), clock=clock))
        await _settle(found[0], world)
        yield found


async def _settle(r: Resources, world: World) -> None:
    numbered = [
        make_paper(make_id(number), title=p.title, upvotes=p.upvotes, daily_on=p.daily_on, withdrawn_at=p.withdrawn_at)
        for number, p in enumerate(world.papers)
    ]
    await keep_unindexed(r, *numbered)
    async with r.store.write() as tx:
        for setup in world.setups:
            await tx.channels.add(setup)
        for person_id, (schedule, queries) in enumerate(world.people, start=1):
            await tx.people.save(make_person(person_id, schedule=schedule))
            for query in queries:
                await tx.topics.follow(make_topic(query, person_id=person_id))


def check(planned: list[Delivery]) -> None:
    """What holds of any ledger that planning made."""
    assert max(Counter(one.key for one in planned).values(), default=1) == 1
    assert len({one.token for one in planned}) == len(planned)
    posted = Counter((one.key.destination, one.cadence, paper_id) for one in planned for paper_id in one.paper_ids)
    assert max(posted.values(), default=1) == 1, "a paper comes twice to one place"
    tokens = [message.token for one in planned for message in one.messages]
    assert len(tokens) == len(set(tokens))
    assert max(map(len, tokens), default=25) <= 25, "longer than Discord takes as a nonce"
    for one in planned:
        assert one.considered == len(one.paper_ids) + sum(one.left_out.values())
        assert (one.state is DeliveryState.PLANNED) is (bool(one.paper_ids) or one.empty_because is not None)
        assert one.empty_because is None or not one.paper_ids
        assert bool(one.problem) is (one.state is DeliveryState.SKIPPED)
        assert set(one.notes) == set(one.paper_ids)
        assert one.due_at <= one.planned_at
        check_messages(one)


def check_messages(one: Delivery) -> None:
    """All of its papers are in messages, each once, and in its order; what has ended has none."""
    if one.ended_at is not None:
        assert one.messages == ()
        return
    assert [message.part for message in one.messages] == sorted({message.part for message in one.messages})
    about = tuple(message.paper_id for message in one.messages)
    assert about in {(None,), one.paper_ids}
    assert about == (None,) or one.paper_ids


@given(world=worlds, moments=moments)
@EXAMPLES
async def test_planning_again_changes_nothing(world: World, moments: list[object], migrated_file: Path) -> None:
    clock = FakeClock()
    async with planners(migrated_file, world, clock, count=1) as (r,):
        for clock.now in moments:  # type: ignore[assignment]  # each moment in turn is now
            before = await ledger(r)
            planned = await planning.plan_due(r)
            after = await ledger(r)
            assert len(after) == len(before) + planned
            assert after[planned:] == before
            assert await planning.plan_due(r) == 0
            assert await ledger(r) == after
        check(after)


@given(world=worlds, moments=moments)
@EXAMPLES
async def test_two_planners_at_once_make_one_delivery_each(
    world: World, moments: list[object], migrated_file: Path
) -> None:
    alone, together = FakeClock(), FakeClock()
    async with (
        planners(migrated_file, world, alone, count=1) as (single,),
        planners(migrated_file, world, together, count=2) as pair,
    ):
        for alone.now in moments:  # type: ignore[assignment]  # each moment in turn is now
            together.now = alone.now
            expected = await planning.plan_due(single)
            assert sum(await asyncio.gather(*map(planning.plan_due, pair))) == expected
        raced = await ledger(pair[0])
        assert {one.key for one in raced} == {one.key for one in await ledger(single)}
        check(raced)


@given(world=worlds, late=st.integers(0, 30))
@EXAMPLES
async def test_who_is_due_gets_one_delivery_of_the_newest_slot(world: World, late: int, migrated_file: Path) -> None:
    clock = FakeClock(BASE + timedelta(days=9, hours=late))
    async with planners(migrated_file, world, clock, count=1) as (r,):
        await planning.plan_due(r)
        planned = await ledger(r)
    running = [setup for setup in world.setups if setup.paused_because is None]
    following = [queries for _, queries in world.people if queries]
    assert len(planned) == len(running) + len(following)
    for one in planned:
        if one.expires_at <= clock.now:
            assert one.state is DeliveryState.SKIPPED
            assert "grace window" in (one.problem or "")
