"""What a setup would post next, and why a paper would be in it or not, decided as the run itself decides."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.digest import LeaveOut
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.render.preview import standing
from bot.services import dispatch, next_run
from storage.records import Cadence, ChannelSetup, Destination, DestinationKind
from tests.builders import BASE, CHANNEL, DAY, FakeClock, make_papers, make_schedule, make_setup, sighting_of
from tests.services.doubles import FakeOutbox

PAPERS = make_papers(3)
LATER = make_setup(schedule=make_schedule(at=(BASE + timedelta(hours=3)).time()))


async def keep(r: Resources, *setups: ChannelSetup) -> list[ChannelSetup]:
    async with r.store.write() as tx:
        await tx.papers.save(PAPERS, [sighting_of(paper, daily_on=DAY) for paper in PAPERS])
        return [await tx.channels.add(setup) for setup in setups]


async def test_it_is_what_the_run_then_posts(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    (setup,) = await keep(r, replace(LATER, limit=2))
    run = await next_run.next_run(r, setup)
    assert run.slot is not None
    clock.now = run.slot.due_at
    report = await dispatch.tick(r, outbox)
    assert report.sent[0].paper_ids == tuple(ranked.paper.id for ranked in run.decision.picked)
    assert report.sent[0].left_out == run.decision.counts()


async def test_what_was_posted_is_left_out_of_the_next(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    (setup,) = await keep(r, LATER)
    clock.advance(hours=3)
    await dispatch.tick(r, outbox)
    run = await next_run.next_run(r, setup)
    assert run.slot is not None
    assert run.slot.local_date == DAY + timedelta(days=1)
    assert standing(run.decision, PAPERS[0].id).left_out is LeaveOut.POSTED
    assert run.empty_because


async def test_a_slot_that_has_come_and_waits_for_the_bot_is_the_next(r: Resources, clock: FakeClock) -> None:
    (setup,) = await keep(r, LATER)
    clock.advance(hours=4)
    run = await next_run.next_run(r, setup)
    assert run.slot is not None
    assert run.slot.local_date == DAY
    clock.advance(hours=6)
    run = await next_run.next_run(r, setup)
    assert run.slot is not None
    assert run.slot.local_date > DAY


async def test_a_round_up_is_of_the_days_before_it(r: Resources) -> None:
    (setup,) = await keep(r, make_setup(schedule=make_schedule(cadence=Cadence.WEEKLY)))
    run = await next_run.next_run(r, setup)
    assert (run.days.first, run.days.last) == (DAY - timedelta(days=4), DAY + timedelta(days=2))
    assert len(run.decision.picked) == 3


async def test_a_paused_one_has_no_run_and_is_decided_all_the_same(r: Resources) -> None:
    (setup,) = await keep(r, replace(LATER, paused_because="paused by an admin"))
    run = await next_run.next_run(r, setup)
    assert run.slot is None
    assert len(run.decision.picked) == 3


async def test_a_paper_that_is_named_is_looked_up(r: Resources) -> None:
    (setup,) = await keep(r, LATER)
    assert PAPERS[0].id in (await next_run.next_run(r, setup, named=PAPERS[0].id)).papers
    stranger = make_papers(9)[8].id
    assert stranger not in (await next_run.next_run(r, setup, named=stranger)).papers


async def test_a_setup_is_named_by_its_number_or_its_channel(r: Resources) -> None:
    elsewhere = Destination(kind=DestinationKind.FORUM, id=77_000)
    first, second, third = await keep(r, LATER, LATER, replace(LATER, destination=elsewhere))
    assert await next_run.setup_named(r, first.id) == first
    assert await next_run.setup_named(r, elsewhere.id) == third
    with pytest.raises(InvalidInput, match=f"by its number: {first.id}, {second.id}"):
        await next_run.setup_named(r, CHANNEL.id)
    with pytest.raises(InvalidInput, match="neither the number of a setup nor the id"):
        await next_run.setup_named(r, 99)
