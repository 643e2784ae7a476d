"""What is due becomes a delivery once, whoever plans it and however often; and what nobody wants any more does not."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.core.period import Period
from bot.errors import SourceUnreachable
from bot.ports import Resources
from bot.services import channels, planning, topics
from storage.records import DeliveryState
from tests.builders import (
    BASE,
    DAY,
    PERSON_ID,
    FakeClock,
    make_id,
    make_paper,
    make_person,
    make_schedule,
    make_setup,
    make_topic,
)
from tests.services.doubles import FakeSource
from tests.services.seeding import keep_unindexed, ledger

YESTERDAY = DAY - timedelta(days=1)
HOUR = make_schedule(at=time(9))


@pytest.fixture
def r(r: Resources) -> Resources:
    """Without sources: what is planned is planned from what is kept, and no index has to be brought up to date."""
    return replace(r, sources=())


@pytest.fixture
def asking(r: Resources, source: FakeSource) -> Resources:
    """With one, for the tests that are about it."""
    return replace(r, sources=(source,))


async def follow(r: Resources, *queries: str, person_id: int = PERSON_ID) -> None:
    async with r.store.write() as tx:
        await tx.people.save(make_person(person_id))
        for query in queries:
            await tx.topics.follow(make_topic(query, person_id=person_id))


# --- which papers are looked at ---


@pytest.mark.parametrize(
    ("daily_on", "considered"),
    [(DAY, 1), (YESTERDAY, 1), (YESTERDAY - timedelta(days=1), 0), (DAY + timedelta(days=1), 0)],
)
async def test_a_digest_is_of_its_local_day_and_the_day_before(daily_on: object, considered: int, r: Resources) -> None:
    await keep_unindexed(r, make_paper(daily_on=daily_on))
    await channels.create(r, make_setup())
    await planning.plan_due(r)
    assert [one.considered for one in await ledger(r)] == [considered]


async def test_the_day_is_that_of_the_zone(r: Resources, clock: FakeClock) -> None:
    clock.now = BASE.replace(hour=22)
    await channels.create(r, make_setup(schedule=make_schedule(at=time(7), zone="Pacific/Auckland")))
    await planning.plan_due(r)
    assert [one.key.local_date for one in await ledger(r)] == [DAY + timedelta(days=1)]


async def test_beside_the_schedule_the_newest_day_serves_where_today_has_nothing(r: Resources) -> None:
    await keep_unindexed(r, make_paper(daily_on=DAY - timedelta(days=5)), make_paper("2503.00001", daily_on=None))
    setup = await channels.create(r, make_setup())
    shown, decision = await planning.plan_now(r, setup, slot_name="preview")
    assert shown.paper_ids == ("2503.01234",)
    assert decision.considered == 1
    assert await ledger(r) == []


async def test_a_topic_digest_names_for_each_paper_the_topic_that_it_matches(r: Resources) -> None:
    await keep_unindexed(
        r,
        make_paper(make_id(1), title="Graph kernels"),
        make_paper(make_id(2), title="Diffusion on graph kernels"),
        make_paper(make_id(3), title="Something else"),
    )
    await follow(r, "kernels", "diffusion", "title:graph -kernels")
    await planning.plan_due(r)
    (planned,) = await ledger(r)
    assert planned.key.slot == planning.TOPIC_SLOT
    assert {name: note.split(" ")[0] for name, note in planned.notes.items()} == {
        make_id(1): "kernels",
        make_id(2): "kernels",
    }
    assert planned.left_out == {"filtered by the query": 1}


async def test_a_paper_may_come_to_a_channel_and_to_a_person_once_each(r: Resources, clock: FakeClock) -> None:
    await keep_unindexed(r, make_paper(title="Diffusion"))
    await channels.create(r, make_setup())
    await follow(r, "diffusion")
    await planning.plan_due(r)
    clock.advance(days=1)
    await planning.plan_due(r)
    assert sorted((one.key.destination.kind, len(one.paper_ids)) for one in await ledger(r)) == [
        ("channel", 0),
        ("channel", 1),
        ("person", 0),
        ("person", 1),
    ]


# --- who is due ---


async def test_who_follows_nothing_or_cannot_be_written_to_gets_no_digest(r: Resources) -> None:
    async with r.store.write() as tx:
        await tx.people.save(make_person(1))
        await tx.people.save(make_person(2, dm_closed_at=BASE))
        await tx.topics.follow(make_topic(person_id=2))
    assert await planning.plan_due(r) == 0


@pytest.mark.parametrize(("hour", "due_at"), [(8, BASE + timedelta(hours=23)), (10, BASE + timedelta(hours=1))])
async def test_who_follows_a_first_topic_gets_the_next_message(
    hour: int, due_at: object, r: Resources, clock: FakeClock
) -> None:
    await topics.follow(r, PERSON_ID, "diffusion", at=time(hour))
    for _ in range(48):
        await planning.plan_due(r)
        if found := await ledger(r):
            assert clock.now == found[0].due_at == due_at
            return
        clock.advance(minutes=30)
    pytest.fail("nothing was planned in a whole day")


async def test_a_moved_hour_makes_no_second_digest_of_a_day(r: Resources, clock: FakeClock) -> None:
    setup = await channels.create(r, make_setup())
    await planning.plan_due(r)
    await channels.change(r, replace(setup, schedule=make_schedule(at=time(11))))
    clock.advance(hours=3)
    assert await planning.plan_due(r) == 0


# --- asking the source ---


async def test_the_source_is_asked_only_where_something_is_due_that_can_still_come(
    asking: Resources, source: FakeSource, clock: FakeClock
) -> None:
    await planning.plan_due(asking)
    await channels.create(asking, make_setup(schedule=HOUR))
    clock.advance(hours=6)
    await planning.plan_due(asking)
    assert not source.asked
    clock.advance(hours=18)
    await planning.plan_due(asking)
    looks = [Period.day(DAY), Period.day(DAY + timedelta(days=1))]
    assert source.asked == looks
    clock.advance(hours=1)
    await planning.plan_due(asking)
    assert source.asked == looks, "it is planned already"


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (BASE, "on this day or the day before"),
        (BASE + timedelta(days=1), "it is Saturday"),
        (BASE + timedelta(days=2), "it is Sunday"),
        (BASE + timedelta(days=3), "the weekend has none"),
    ],
)
async def test_an_empty_day_says_why(day: object, reason: str, r: Resources, clock: FakeClock) -> None:
    await channels.create(r, make_setup())
    clock.now = day  # type: ignore[assignment]  # a table of moments
    await planning.plan_due(r)
    (empty,) = await ledger(r)
    assert (empty.state, len(empty.messages), empty.paper_ids) == (DeliveryState.PLANNED, 1, ())
    assert reason in (empty.empty_because or "")


async def test_where_silence_is_wanted_an_empty_day_ends_with_its_reason_and_no_message(r: Resources) -> None:
    await channels.create(r, make_setup(quiet=True))
    await follow(r, "diffusion")
    await planning.plan_due(r)
    for silent in await ledger(r):
        assert (silent.state, silent.ended_at, silent.messages) == (DeliveryState.SKIPPED, BASE, ())
        assert "on this day or the day before" in (silent.problem or "")
        assert silent.empty_because is None


async def test_what_a_dead_source_said_is_the_reason_for_an_empty_day(asking: Resources, source: FakeSource) -> None:
    source.problems = [SourceUnreachable(source.name, "Hugging Face answers 503.")]
    await channels.create(asking, make_setup())
    await planning.plan_due(asking)
    assert [one.empty_because for one in await ledger(asking)] == ["no papers: Hugging Face answers 503."]


async def test_where_everything_was_left_out_the_sums_are_the_reason(r: Resources) -> None:
    await keep_unindexed(r, make_paper(make_id(1), upvotes=1), make_paper(make_id(2), title="Diffusion", upvotes=1))
    await channels.create(r, make_setup(query="diffusion", min_upvotes=5))
    await planning.plan_due(r)
    assert [one.empty_because for one in await ledger(r)] == ["1 filtered by the query, 1 below the upvote threshold"]
