"""A digest comes once, on time, and every run explains itself: the services on a real store, with a fake outbox."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.errors import InvalidInput, OutboxError, Refused, RetryLater, SendUncertain, Unreachable
from bot.ports import Resources
from bot.services import channels, delivery, dispatch, ingest, topics
from bot.services.delivery import LEASE
from storage.records import ChannelSetup, Delivery, DeliveryState, Obstacle
from tests.builders import (
    BASE,
    CHANNEL,
    DAY,
    PERSON_ID,
    FakeClock,
    make_paper,
    make_papers,
    make_schedule,
    make_setup,
)
from tests.render.reading import read
from tests.services.doubles import FakeOutbox, FakeSource


@pytest.fixture(autouse=True)
def todays_list(source: FakeSource) -> None:
    source.lists[DAY] = tuple(replace(p, upvotes=number) for number, p in enumerate(make_papers(8), start=1))


@pytest.fixture
async def setup(r: Resources) -> ChannelSetup:
    return await channels.create(r, make_setup(limit=5))


async def ledger(r: Resources) -> list[Delivery]:
    async with r.store.read() as tx:
        return await tx.deliveries.recent(limit=100)


async def the_only(r: Resources) -> Delivery:
    (only,) = await ledger(r)
    return only


@pytest.mark.usefixtures("setup")
async def test_a_digest_that_is_due_is_delivered_once(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    report = await dispatch.tick(r, outbox)
    for _ in range(3):
        clock.advance(minutes=1)
        await dispatch.tick(r, outbox)
    assert len(report.sent) == 1
    assert [message.destination for message in outbox.sent] == [CHANNEL]
    done = await the_only(r)
    assert done.state is DeliveryState.SENT
    assert done.message_id == outbox.sent[0].id
    assert len(done.paper_ids) == 5


@pytest.mark.usefixtures("setup")
async def test_the_sums_of_a_run_hold(r: Resources, outbox: FakeOutbox) -> None:
    await dispatch.tick(r, outbox)
    done = await the_only(r)
    assert done.considered == 8
    assert done.considered == len(done.paper_ids) + sum(done.left_out.values())
    assert done.left_out == {"over the limit": 3}


@pytest.mark.usefixtures("setup")
async def test_nothing_is_due_before_the_hour(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    clock.now = BASE - timedelta(minutes=1)
    report = await dispatch.tick(r, outbox)
    # The slot of the day before has passed long ago: it is recorded as missed, not sent.
    assert not report.sent
    assert not outbox.sent


async def test_a_setup_made_after_its_hour_waits_for_tomorrow(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await channels.create(r, make_setup(schedule=make_schedule(at=time(8)), created_at=BASE))
    await dispatch.tick(r, outbox)
    assert not await ledger(r)
    clock.advance(hours=23)
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1


@pytest.mark.usefixtures("setup")
async def test_after_downtime_it_comes_within_the_grace_window(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    clock.advance(hours=5)
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1


@pytest.mark.usefixtures("setup")
async def test_after_longer_downtime_it_is_recorded_as_skipped(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    clock.advance(hours=7)
    await dispatch.tick(r, outbox)
    skipped = await the_only(r)
    assert skipped.state is DeliveryState.SKIPPED
    assert "down" in (skipped.problem or "")
    assert not outbox.sent


@pytest.mark.usefixtures("setup")
async def test_a_paper_is_never_posted_twice_to_one_place(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    await dispatch.tick(r, outbox)
    clock.advance(days=1)
    await dispatch.tick(r, outbox)
    first, second = sorted(await ledger(r), key=lambda one: one.id)
    assert len(second.paper_ids) == 3
    assert not set(first.paper_ids) & set(second.paper_ids)
    assert second.left_out == {"already posted here": 5}


@pytest.mark.usefixtures("setup")
async def test_a_day_without_papers_is_a_message_that_says_why(
    r: Resources, outbox: FakeOutbox, source: FakeSource
) -> None:
    source.lists.clear()
    await dispatch.tick(r, outbox)
    empty = await the_only(r)
    assert (empty.state, empty.paper_ids) == (DeliveryState.SENT, ())
    assert "nothing was listed" in (empty.empty_because or "")
    assert "Nothing was listed" in read(outbox.sent[0].post)


async def test_a_quiet_setup_passes_such_a_day_in_silence(r: Resources, outbox: FakeOutbox, source: FakeSource) -> None:
    source.lists.clear()
    await channels.create(r, make_setup(quiet=True))
    await dispatch.tick(r, outbox)
    skipped = await the_only(r)
    assert skipped.state is DeliveryState.SKIPPED
    assert "nothing was listed" in (skipped.problem or "")
    assert not outbox.sent


@pytest.mark.usefixtures("setup")
async def test_a_dead_source_is_named_where_a_day_is_empty(
    r: Resources, outbox: FakeOutbox, source: FakeSource
) -> None:
    source.down = True
    await dispatch.tick(r, outbox)
    assert "did not answer" in ((await the_only(r)).empty_because or "")


@pytest.mark.usefixtures("setup")
async def test_a_dead_source_does_not_stop_a_digest_from_the_store(
    r: Resources, outbox: FakeOutbox, source: FakeSource, clock: FakeClock
) -> None:
    clock.now = BASE - timedelta(hours=2)
    await ingest.refresh(r)
    source.down = True
    clock.now = BASE
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1


async def test_a_query_and_a_threshold_decide_what_is_posted(
    r: Resources, outbox: FakeOutbox, source: FakeSource
) -> None:
    source.lists[DAY] = (
        make_paper("2503.00001", title="Diffusion for everyone", upvotes=50),
        make_paper("2503.00002", title="Diffusion for nobody", upvotes=2),
        make_paper("2503.00003", title="Graph kernels", upvotes=90),
    )
    await channels.create(r, make_setup(query="title:diffusion", min_upvotes=10))
    await dispatch.tick(r, outbox)
    done = await the_only(r)
    assert done.paper_ids == ("2503.00001",)
    assert done.left_out == {"filtered by the query": 1, "below the upvote threshold": 1}


@pytest.mark.usefixtures("setup")
async def test_an_uncertain_send_that_arrived_is_found_and_not_repeated(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    outbox.after = [SendUncertain(CHANNEL, "the connection was lost")]
    await dispatch.tick(r, outbox)
    assert (await the_only(r)).state is DeliveryState.SENDING
    clock.advance(LEASE + timedelta(seconds=1))
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1
    assert outbox.looked_for == [outbox.sent[0].token]
    assert (await the_only(r)).state is DeliveryState.SENT


@pytest.mark.usefixtures("setup")
async def test_an_uncertain_send_that_never_arrived_is_sent_again_with_the_same_token(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    outbox.before = [SendUncertain(CHANNEL, "the connection was lost")]
    await dispatch.tick(r, outbox)
    clock.advance(LEASE + timedelta(seconds=1))
    await dispatch.tick(r, outbox)
    assert [message.token for message in outbox.sent] == [(await the_only(r)).token]


@pytest.mark.usefixtures("setup")
async def test_when_discord_asks_for_patience_it_is_tried_again_then(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    outbox.before = [RetryLater(CHANNEL, "slow down", retry_at=BASE + timedelta(minutes=10))]
    await dispatch.tick(r, outbox)
    clock.advance(minutes=9)
    await dispatch.tick(r, outbox)
    assert not outbox.sent
    clock.advance(minutes=1)
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1


@pytest.mark.parametrize(
    "error",
    [
        Refused(CHANNEL, "too long"),
        RetryLater(CHANNEL, "slow down", retry_at=BASE + timedelta(days=2)),
    ],
)
async def test_what_discord_will_not_take_this_day_has_failed_and_pauses_nothing(
    error: OutboxError, r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    outbox.before = [error]
    await dispatch.tick(r, outbox)
    failed = await the_only(r)
    assert failed.state is DeliveryState.FAILED
    assert str(error) in (failed.problem or "")
    assert (await channels.setup_by_id(r, setup.id)).paused_because is None


async def test_a_missing_permission_is_named_and_pauses_that_channel_only(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    elsewhere = replace(CHANNEL, id=CHANNEL.id + 1)
    other = await channels.create(r, make_setup(destination=elsewhere))
    outbox.obstacles[CHANNEL] = Unreachable(CHANNEL, "Send Messages is missing", obstacle=Obstacle.PERMISSION)
    await dispatch.tick(r, outbox)
    assert [message.destination for message in outbox.sent] == [elsewhere]
    paused = await channels.setup_by_id(r, setup.id)
    assert (paused.paused_because, paused.obstacle) == ("Send Messages is missing", Obstacle.PERMISSION)
    assert (await channels.setup_by_id(r, other.id)).paused_because is None


async def test_one_destination_in_trouble_does_not_stop_the_others(r: Resources, outbox: FakeOutbox) -> None:
    for number in range(3):
        await channels.create(r, make_setup(destination=replace(CHANNEL, id=CHANNEL.id + number)))
    outbox.before = [ValueError("a mistake of ours")]
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 2


async def test_a_paused_setup_gets_nothing_and_a_resumed_one_goes_on(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    await channels.pause(r, setup.id)
    await dispatch.tick(r, outbox)
    assert not outbox.sent
    await channels.resume(r, setup.id)
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1


async def test_what_matches_a_persons_topics_comes_as_one_message_with_the_reason(
    r: Resources, outbox: FakeOutbox, source: FakeSource, clock: FakeClock
) -> None:
    clock.now = BASE - timedelta(hours=1)
    await topics.follow(r, PERSON_ID, "diffusion")
    await topics.follow(r, PERSON_ID, "author:noether kernels")
    source.lists[DAY] = (
        make_paper("2503.00001", title="Diffusion for everyone"),
        make_paper("2503.00002", title="Graph kernels"),
        make_paper("2503.00003", title="Something else"),
    )
    clock.now = BASE
    await dispatch.tick(r, outbox)
    done = await the_only(r)
    assert set(done.paper_ids) == {"2503.00001", "2503.00002"}
    assert "diffusion" in done.notes["2503.00001"].lower()
    assert done.left_out == {"filtered by the query": 1}
    assert [message.destination.id for message in outbox.sent] == [PERSON_ID]


async def test_closed_direct_messages_are_remembered_and_not_tried_again(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    clock.now = BASE - timedelta(hours=1)
    followed = await topics.follow(r, PERSON_ID, "test")
    clock.now = BASE
    outbox.before = [Unreachable(followed.person.destination, "closed", obstacle=Obstacle.DM_CLOSED)]
    await dispatch.tick(r, outbox)
    clock.advance(days=1)
    await dispatch.tick(r, outbox)
    assert not outbox.sent
    person, _ = await topics.mine(r, PERSON_ID)
    assert person is not None
    assert person.dm_closed_at == BASE


async def test_post_now_twice_in_a_minute_is_one_message(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup, clock: FakeClock
) -> None:
    await ingest.refresh(r)
    first = await delivery.post_now(r, outbox, setup.id)
    clock.advance(seconds=20)
    second = await delivery.post_now(r, outbox, setup.id)
    assert first.id == second.id
    assert len(outbox.sent) == 1


async def test_a_preview_shows_what_would_be_posted_and_keeps_nothing(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    await ingest.refresh(r)
    post, decision = await delivery.preview(r, setup)
    assert post.blocks
    assert len(decision.picked) == 5
    assert not await ledger(r)
    await dispatch.tick(r, outbox)
    assert (await the_only(r)).paper_ids == tuple(ranked.paper.id for ranked in decision.picked)


@pytest.mark.usefixtures("setup")
async def test_a_digest_can_be_explained_from_its_marker(r: Resources, outbox: FakeOutbox) -> None:
    await dispatch.tick(r, outbox)
    explained = await delivery.explain(r, outbox.sent[0].token)
    assert explained.considered == 8
    with pytest.raises(InvalidInput):
        await delivery.explain(r, "pbunknown")


@pytest.mark.usefixtures("setup")
async def test_what_another_outbox_serves_is_left_for_it(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    outbox.foreign = {CHANNEL}
    await dispatch.tick(r, outbox)
    assert not await ledger(r)
    outbox.foreign = set()
    clock.advance(hours=1)
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1
