"""What others do meanwhile, and what is broken, costs nobody else their digest."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from bot.core import digest
from bot.ports import Resources
from bot.services import channels, choosing, delivery, planning, privacy, topics
from storage.records import ChannelSetup, DeliveryState, Paper
from tests.builders import (
    CHANNEL,
    DAY,
    PERSON_ID,
    make_paper,
    make_papers,
    make_person,
    make_schedule,
    make_setup,
    make_topic,
)
from tests.services.doubles import FakeOutbox, FakeSource
from tests.services.seeding import keep_unindexed, ledger


async def follow(r: Resources, *queries: str, person_id: int = PERSON_ID) -> None:
    async with r.store.write() as tx:
        await tx.people.save(make_person(person_id))
        for query in queries:
            await tx.topics.follow(make_topic(query, person_id=person_id))


# --- while the source was asked, somebody acted ---


async def removed(r: Resources, setup: ChannelSetup) -> None:
    await channels.remove(r, setup.id)


async def paused(r: Resources, setup: ChannelSetup) -> None:
    await channels.pause(r, setup.id)


async def moved_to_the_evening(r: Resources, setup: ChannelSetup) -> None:
    await channels.change(r, replace(setup, schedule=make_schedule(at=time(18))))


async def forgotten(r: Resources, _setup: ChannelSetup) -> None:
    await privacy.forget(r, PERSON_ID)


async def unfollowed(r: Resources, _setup: ChannelSetup) -> None:
    _, followed = await topics.mine(r, PERSON_ID)
    for topic in followed:
        await topics.unfollow(r, PERSON_ID, topic.id)


@pytest.mark.parametrize(
    ("act", "left"),
    [
        (removed, "person"),
        (paused, "person"),
        (moved_to_the_evening, "person"),
        (forgotten, "channel"),
        (unfollowed, "channel"),
    ],
)
async def test_what_nobody_wants_any_more_is_not_planned(
    act: Callable[[Resources, ChannelSetup], Awaitable[None]], left: str, r: Resources, source: FakeSource
) -> None:
    source.lists[DAY] = make_papers(3)
    setup = await channels.create(r, make_setup(created_by=PERSON_ID + 1))
    await follow(r, "test")

    async def meanwhile() -> None:
        source.meanwhile = None
        await act(r, setup)

    source.meanwhile = meanwhile
    assert await planning.plan_due(r) == 1
    assert [one.key.destination.kind for one in await ledger(r)] == [left]


# --- trouble stays where it is ---


async def test_a_query_that_cannot_be_read_any_more_pauses_its_setup_and_no_other(r: Resources) -> None:
    """As after an update that reads queries more strictly."""
    async with r.store.write() as tx:
        broken = await tx.channels.add(make_setup(query='"never closed'))
    fine = await channels.create(r, make_setup(destination=replace(CHANNEL, id=1)))
    assert await planning.plan_due(r) == 1
    assert [one.key.destination for one in await ledger(r)] == [fine.destination]
    because = (await channels.setup_by_id(r, broken.id)).paused_because
    assert because is not None
    assert "never closed" in because
    assert (await channels.setup_by_id(r, fine.id)).paused_because is None


async def test_a_topic_that_cannot_be_read_any_more_does_not_stop_the_others(r: Resources) -> None:
    await keep_unindexed(r, make_paper(title="Diffusion"))
    await follow(r, '"never closed', "diffusion")
    await follow(r, "diffusion", person_id=PERSON_ID + 1)
    await planning.plan_due(r)
    assert [len(one.paper_ids) for one in await ledger(r)] == [1, 1]


async def test_a_zone_that_is_gone_does_not_stop_the_others(r: Resources) -> None:
    async with r.store.write() as tx:
        await tx.channels.add(make_setup(schedule=make_schedule(zone="Atlantis/Capital")))
        await tx.people.save(make_person(1, schedule=make_schedule(zone="Atlantis/Capital")))
        await tx.topics.follow(make_topic(person_id=1))
        await tx.channels.add(make_setup())
    assert await planning.plan_due(r) == 1


async def test_a_mistake_of_ours_does_not_stop_the_others(r: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        await channels.create(r, make_setup(destination=replace(CHANNEL, id=number + 1)))

    choose = digest.choose

    def broken_once(*args: object, **facts: object) -> object:
        monkeypatch.setattr(choosing, "choose", choose)
        raise ZeroDivisionError

    monkeypatch.setattr(choosing, "choose", broken_once)
    assert await planning.plan_due(r) == 2
    assert await planning.plan_due(r) == 1


# --- at once ---


async def test_two_setups_of_one_channel_that_post_at_once_share_the_papers(
    r: Resources, outbox: FakeOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both choose before either is entered: what comes second finds its papers taken, and says nothing empty."""
    plan_now, both_chose = planning.plan_now, asyncio.Barrier(2)

    async def chosen(*args: Any, **facts: Any) -> Any:
        decided = await plan_now(*args, **facts)
        await both_chose.wait()
        return decided

    monkeypatch.setattr(planning, "plan_now", chosen)
    papers: tuple[Paper, ...] = make_papers(3)
    await keep_unindexed(r, *papers)
    setups = [await channels.create(r, make_setup()) for _ in range(2)]
    ended = await asyncio.gather(*(delivery.post_now(r, outbox, setup.id) for setup in setups))
    assert sorted(one.state for one in ended) == [DeliveryState.SENT, DeliveryState.SKIPPED]
    (skipped,) = (one for one in ended if one.state is DeliveryState.SKIPPED)
    assert skipped.problem == "3 already posted here"
    assert (skipped.considered, skipped.left_out) == (3, {"already posted here": 3})
    assert len(outbox.sent) == 1
