"""What somebody who runs the bot should look at, gathered from the store alone."""

from dataclasses import replace
from datetime import timedelta

from bot.ports import Resources
from bot.services.examination import Examination, examine
from storage.messages import Errand
from storage.records import TagRule
from tests.builders import (
    BASE,
    CHANNEL,
    FakeClock,
    make_delivery,
    make_key,
    make_person,
    make_schedule,
    make_setup,
    make_topic,
)

NOTHING = Examination(unreadable=(), held=(), overdue=(), dropped=(), to_publish=0, to_edit=0)
TWO = replace(CHANNEL, id=7)


async def test_where_all_is_well_there_is_nothing(r: Resources) -> None:
    async with r.store.write() as tx:
        await tx.channels.add(make_setup())
        await tx.people.save(make_person())
        await tx.topics.follow(make_topic())
        await tx.deliveries.plan(make_delivery("2503.00001"))
    assert await examine(r) == NOTHING


async def test_what_cannot_be_read_is_named_with_its_problem(r: Resources) -> None:
    async with r.store.write() as tx:
        await tx.channels.add(make_setup(schedule=make_schedule(zone="Mars/Base")))
        await tx.channels.add(make_setup(query='"open'))
        await tx.channels.add(make_setup(tags=(TagRule(name="NLP", query="(open"), TagRule(name="Papers"))))
        await tx.channels.add(make_setup(schedule=make_schedule(grace=timedelta(hours=6))))
        await tx.people.save(make_person(schedule=make_schedule(zone="Mars/Base")))
        await tx.topics.follow(make_topic('"open'))
    found = await examine(r)
    assert [type(one.what).__name__ for one in found.unreadable] == ["ChannelSetup"] * 3 + ["Person", "Topic"]
    assert all(one.problem for one in found.unreadable)
    assert "Mars/Base" in found.unreadable[0].problem


async def test_what_is_held_is_told_apart_from_what_is_late(r: Resources, clock: FakeClock) -> None:
    async with r.store.write() as tx:
        setup = await tx.channels.add(make_setup(paused_because="I may not write there", paused_at=BASE))
        held = await tx.deliveries.plan(make_delivery("2503.00001", key=make_key(slot=setup.slot)))
        late = await tx.deliveries.plan(make_delivery("2503.00002", key=make_key(TWO)))
        await tx.deliveries.hold(setup, problem="I may not write there")
    assert held is not None
    assert late is not None
    found = await examine(r)
    assert ([one.id for one in found.held], found.overdue) == ([held.id], ())
    clock.advance(hours=2)
    found = await examine(r)
    assert ([one.id for one in found.held], [one.id for one in found.overdue]) == ([held.id], [late.id])


async def test_messages_that_will_never_be_sent_are_counted_for_a_week(r: Resources, clock: FakeClock) -> None:
    async with r.store.write() as tx:
        for number in (1, 2):
            delivery = await tx.deliveries.plan(
                make_delivery(f"2503.0000{number}", key=make_key(slot=f"setup-{number}"), due_at=BASE)
            )
            assert delivery is not None
            await tx.deliveries.message_dropped(delivery.id, 0, problem="Discord refused it")
            await tx.deliveries.failed(delivery.id, problem="Discord refused it", at=BASE)
    assert [tuple(one) for one in (await examine(r)).dropped] == [(CHANNEL, "Discord refused it", 2)]
    clock.advance(days=8)
    assert (await examine(r)).dropped == ()


async def test_what_is_to_be_published_or_edited_counts_when_it_waits_long(r: Resources, clock: FakeClock) -> None:
    async with r.store.write() as tx:
        delivery = await tx.deliveries.plan(make_delivery("2503.00001"))
        assert delivery is not None
        await tx.deliveries.message_sent(delivery.id, 0, message_id=9, at=BASE, publish=True)
        await tx.deliveries.sent(delivery.id, at=BASE)
        await tx.messages.want_edit(delivery.id, at=BASE)
    assert await examine(r) == NOTHING
    clock.advance(hours=2)
    found = await examine(r)
    assert (found.to_publish, found.to_edit) == (1, 1)
    async with r.store.write() as tx:
        await tx.messages.done(Errand.EDIT, delivery.id, 0, since=BASE)
        for _ in range(3):
            await tx.messages.later(Errand.PUBLISH, delivery.id, 0, at=clock.now + timedelta(hours=5))
    found = await examine(r)
    assert (found.to_publish, found.to_edit) == (1, 0)
