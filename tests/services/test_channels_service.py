"""Channel setups: checked before they are kept, out of reach for other servers, shown with what comes next."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from bot.errors import InvalidInput, QuerySyntaxError, RetryLater
from bot.ports import Resources
from bot.services import channels, dispatch, pauses
from storage.records import (
    ChannelSetup,
    DeliveryState,
    Destination,
    DestinationKind,
    Layout,
    Settle,
    Sort,
    TagRule,
)
from tests.builders import (
    BASE,
    CHANNEL,
    DAY,
    GUILD_ID,
    FakeClock,
    make_delivery,
    make_key,
    make_papers,
    make_schedule,
    make_setup,
)
from tests.ledger import posted_papers
from tests.services.doubles import FakeOutbox, FakeSource
from tests.services.seeding import ledger

ANOTHER_GUILD = GUILD_ID + 1
ANOTHER_CHANNEL = replace(CHANNEL, id=CHANNEL.id + 1)


@pytest.fixture
async def setup(r: Resources) -> ChannelSetup:
    return await channels.create(r, make_setup())


# --- what may be kept ---


async def test_a_setup_is_kept_as_given_with_its_query_and_zone_in_their_usual_form(r: Resources) -> None:
    asked = make_setup(query=" Diffusion  AND (models) ", schedule=make_schedule(zone="europe/berlin"), sort=Sort.TOP)
    kept = await channels.create(r, asked)
    wanted = replace(asked, id=kept.id, query="diffusion models", schedule=make_schedule(zone="Europe/Berlin"))
    assert kept.id
    assert kept == await channels.setup_by_id(r, kept.id) == wanted


@pytest.mark.parametrize(
    "facts",
    [
        {"limit": 1},
        {"limit": channels.MOST_PAPERS},
        {"min_upvotes": 0},
        {"min_upvotes": channels.MOST_UPVOTES},
        {"schedule": make_schedule(weekdays=frozenset({6}))},
        {"query": None},
    ],
)
def test_a_value_may_be_as_large_as_its_bound(facts: dict[str, Any]) -> None:
    asked = make_setup(**facts)
    assert channels.checked(asked) == asked


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_query_is_none(blank: str) -> None:
    assert channels.checked(make_setup(query=blank)).query is None


@pytest.mark.parametrize(
    ("facts", "mend"),
    [
        ({"limit": 0}, "1 to 10 papers"),
        ({"limit": channels.MOST_PAPERS + 1}, "1 to 10 papers, not 11"),
        ({"min_upvotes": -1}, "0 to 100,000"),
        ({"min_upvotes": channels.MOST_UPVOTES + 1}, "0 to 100,000"),
        ({"schedule": make_schedule(weekdays=frozenset())}, "weekdays, daily, or mon,wed,fri"),
        ({"schedule": make_schedule(zone="Europe/Berlni")}, "Europe/Berlin"),
        ({"schedule": make_schedule(zone="")}, "zone"),
    ],
)
async def test_a_value_out_of_bounds_is_refused_with_what_to_write(
    facts: dict[str, Any], mend: str, r: Resources, setup: ChannelSetup
) -> None:
    with pytest.raises(InvalidInput, match=mend):
        await channels.create(r, make_setup(**facts))
    with pytest.raises(InvalidInput, match=mend):
        await channels.change(r, replace(setup, **facts))
    assert [one.setup for one in await channels.overview(r)] == [setup]


FORUM = Destination(kind=DestinationKind.FORUM, id=8)
THREAD = Destination(kind=DestinationKind.THREAD, id=9)
TERMINAL = Destination(kind=DestinationKind.TERMINAL, id=0)
POSTS = {"destination": FORUM, "layout": Layout.FORUM}
TAGS = (TagRule(name="Papers"),)


@pytest.mark.parametrize(
    "facts",
    [
        {"layout": Layout.THREADS, "settle": Settle.COMPLETED, "publish": True, "role_id": 42},
        {"layout": Layout.CARDS, "settle": Settle.SETTLED, "publish": True},
        {**POSTS, "tags": TAGS, "role_id": 42, "settle": Settle.NOW},
        {"destination": THREAD, "layout": Layout.CARDS},
        {"destination": THREAD, "settle": Settle.COMPLETED},
        {"destination": TERMINAL, "layout": Layout.CARDS, "settle": Settle.SETTLED},
    ],
)
def test_what_goes_together_is_kept(facts: dict[str, Any]) -> None:
    assert channels.checked(make_setup(**facts)) == make_setup(**facts)


@pytest.mark.parametrize(
    ("facts", "mend"),
    [
        ({"destination": FORUM}, "choose the layout forum for it, or for digest a text channel"),
        ({"destination": FORUM, "layout": Layout.CARDS}, "or for cards a text channel"),
        ({"layout": Layout.FORUM}, "choose one, or the layout digest, threads or cards"),
        ({"destination": THREAD, "layout": Layout.THREADS}, "choose the layout digest or cards here"),
        ({"destination": TERMINAL, "layout": Layout.THREADS}, "choose the layout digest or cards here"),
        ({"destination": TERMINAL, "layout": Layout.FORUM}, "needs a forum channel"),
        ({**POSTS, "publish": True}, "leave publish away, or set it to no"),
        ({"destination": THREAD, "publish": True}, "announcement channel"),
        ({"tags": TAGS}, "leave them away, or choose a forum channel"),
        ({"destination": TERMINAL, "role_id": 42}, "nobody to mention; leave the role away"),
        ({"destination": TERMINAL, "settle": Settle.COMPLETED}, "choose the list now or settled"),
        ({"layout": Layout.CARDS, "settle": Settle.COMPLETED}, "for cards choose the list settled or now"),
        ({**POSTS, "settle": Settle.COMPLETED}, "for forum choose the list settled or now"),
        ({"schedule": make_schedule(grace=timedelta(minutes=9))}, "10 minutes to 24 hours late"),
        ({"schedule": make_schedule(grace=timedelta(hours=25))}, "10 minutes to 24 hours late"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_to_choose(facts: dict[str, Any], mend: str) -> None:
    with pytest.raises(InvalidInput, match=mend):
        channels.checked(make_setup(**facts))


async def test_a_query_that_cannot_be_read_is_refused_at_its_column(r: Resources) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        await channels.create(r, make_setup(query="cat:cs.CL upvotes:many"))
    assert caught.value.column == 19


async def test_a_server_has_a_bound_of_its_own(r: Resources) -> None:
    async with r.store.write() as tx:
        for number in range(channels.MOST_SETUPS):
            await tx.channels.add(make_setup(destination=replace(CHANNEL, id=number + 1)))
    with pytest.raises(InvalidInput, match=r"25 channel setups already.*/channels remove"):
        await channels.create(r, make_setup())
    assert (await channels.create(r, make_setup(guild_id=ANOTHER_GUILD))).id


# --- whose it is ---


async def test_a_setup_is_out_of_reach_for_another_server(r: Resources, setup: ChannelSetup) -> None:
    attempts = (
        channels.setup_by_id(r, setup.id, guild_id=ANOTHER_GUILD),
        channels.change(r, replace(setup, guild_id=ANOTHER_GUILD, limit=1)),
        channels.pause(r, setup.id, guild_id=ANOTHER_GUILD),
        channels.resume(r, setup.id, guild_id=ANOTHER_GUILD),
        channels.remove(r, setup.id, guild_id=ANOTHER_GUILD),
    )
    for attempt in attempts:
        with pytest.raises(InvalidInput, match=rf"no channel setup {setup.id} here.*/channels list"):
            await attempt
    assert [one.setup for one in await channels.overview(r, GUILD_ID)] == [setup]
    assert await channels.overview(r, ANOTHER_GUILD) == ()


async def test_what_never_was_is_told_as_what_is_not_theirs(r: Resources) -> None:
    for attempt in (channels.setup_by_id(r, 99), channels.change(r, make_setup(id=99)), channels.remove(r, 99)):
        with pytest.raises(InvalidInput, match="no channel setup 99 here"):
            await attempt


# --- paused, resumed, changed, removed ---


async def test_a_pause_has_a_reason_until_it_is_resumed(r: Resources, setup: ChannelSetup) -> None:
    assert (await channels.pause(r, setup.id)).paused_because == channels.PAUSED_BY_ADMIN
    assert (await channels.pause(r, setup.id, because="the server was left")).paused_because == "the server was left"
    assert (await channels.setup_by_id(r, setup.id)).paused_because == "the server was left"
    assert (await channels.resume(r, setup.id, guild_id=GUILD_ID)) == setup
    assert await channels.setup_by_id(r, setup.id) == setup


async def test_a_changed_setup_keeps_its_number(r: Resources, setup: ChannelSetup) -> None:
    changed = replace(setup, limit=3, query="kernels", schedule=make_schedule(at=time(18)))
    assert await channels.change(r, changed) == changed
    assert await channels.setup_by_id(r, setup.id) == changed


async def test_a_removed_setup_is_given_back_and_its_number_never_given_again(
    r: Resources, setup: ChannelSetup
) -> None:
    assert await channels.remove(r, setup.id) == setup
    assert await channels.overview(r) == ()
    assert (await channels.create(r, make_setup())).id != setup.id


async def test_pausing_and_changing_at_once_loses_neither(r: Resources, setup: ChannelSetup) -> None:
    others = [await channels.create(r, make_setup(destination=ANOTHER_CHANNEL)) for _ in range(10)]
    await asyncio.gather(
        *(channels.pause(r, one.id) for one in others),
        *(channels.pause(r, setup.id, because=f"reason {number}") for number in range(10)),
    )
    assert all(one.setup.paused_because for one in await channels.overview(r))


async def test_every_setup_of_a_lost_channel_is_paused_and_no_other(r: Resources, setup: ChannelSetup) -> None:
    second = await channels.create(r, make_setup(limit=2))
    elsewhere = await channels.create(r, make_setup(destination=ANOTHER_CHANNEL))
    assert await pauses.place_lost(r, CHANNEL.id, "the channel was deleted") == 2
    assert {one.setup.id: one.setup.paused_because for one in await channels.overview(r)} == {
        setup.id: "the channel was deleted",
        second.id: "the channel was deleted",
        elsewhere.id: None,
    }
    assert await pauses.place_lost(r, 1, "the channel was deleted") == 0


async def test_a_lost_thread_is_lost_as_a_channel_is(r: Resources) -> None:
    thread = Destination(kind=DestinationKind.THREAD, id=77)
    await channels.create(r, make_setup(destination=thread))
    assert await pauses.place_lost(r, 77, "the thread was deleted") == 1


# --- the list ---


@pytest.mark.parametrize(
    ("schedule", "next_due"),
    [
        (make_schedule(at=time(9, 1)), BASE + timedelta(minutes=1)),
        (make_schedule(at=time(9)), BASE + timedelta(days=1)),
        (make_schedule(at=time(9), weekdays=frozenset(range(5))), BASE + timedelta(days=3)),
        (make_schedule(at=time(9), zone="America/New_York"), BASE + timedelta(hours=4)),
    ],
)
async def test_the_list_shows_when_the_next_digest_comes(schedule: Any, next_due: Any, r: Resources) -> None:
    setup = await channels.create(r, make_setup(schedule=schedule))
    (shown,) = await channels.overview(r)
    assert (shown.next_due, shown.last) == (next_due, None)
    await channels.pause(r, setup.id)
    assert (await channels.overview(r))[0].next_due is None


async def test_the_list_shows_the_last_delivery_of_each_setup_and_not_its_neighbours(
    r: Resources, setup: ChannelSetup, clock: FakeClock
) -> None:
    neighbour = await channels.create(r, make_setup())
    async with r.store.write() as tx:
        for number in range(3):
            own = make_key(slot=setup.slot, local_date=DAY + timedelta(days=number))
            await tx.deliveries.plan(make_delivery(key=own))
        beside = await tx.deliveries.plan(make_delivery(key=make_key(slot=f"{setup.slot}-now-0900")))
        last = await tx.deliveries.plan(make_delivery(key=make_key(slot=neighbour.slot)))
    mine, theirs = await channels.overview(r)
    assert (mine.last, theirs.last) == (beside, last)


# --- what is on its way when an admin acts ---


@pytest.fixture
async def waiting(r: Resources, setup: ChannelSetup, source: FakeSource, outbox: FakeOutbox) -> None:
    """A digest that Discord asked to send ten minutes later."""
    source.lists[DAY] = make_papers(3)
    outbox.before = [RetryLater(CHANNEL, "slow down", retry_at=BASE + timedelta(minutes=10))]
    await dispatch.tick(r, outbox)
    assert [one.state for one in await ledger(r)] == [DeliveryState.PLANNED]


@pytest.mark.usefixtures("waiting")
async def test_a_digest_that_waits_is_held_back_by_a_pause_and_comes_when_it_is_resumed(
    r: Resources, setup: ChannelSetup, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await channels.pause(r, setup.id)
    clock.advance(minutes=20)
    await dispatch.tick(r, outbox)
    assert not outbox.sent
    await channels.resume(r, setup.id)
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1


@pytest.mark.usefixtures("waiting")
async def test_a_digest_that_was_held_back_for_too_long_is_recorded_as_skipped(
    r: Resources, setup: ChannelSetup, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await channels.pause(r, setup.id)
    clock.advance(hours=7)
    await channels.resume(r, setup.id)
    await dispatch.tick(r, outbox)
    assert [one.state for one in await ledger(r)] == [DeliveryState.SKIPPED]
    assert not outbox.sent


@pytest.mark.usefixtures("waiting")
async def test_a_digest_that_waits_for_a_place_that_its_setup_left_is_not_sent(
    r: Resources, setup: ChannelSetup, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await channels.change(r, replace(setup, destination=ANOTHER_CHANNEL))
    clock.advance(minutes=20)
    await dispatch.tick(r, outbox)
    left = next(one for one in await ledger(r) if one.key.destination == CHANNEL)
    assert (left.state, left.problem) == (DeliveryState.SKIPPED, "its channel setup was moved")
    assert {message.destination for message in outbox.sent} <= {ANOTHER_CHANNEL}


@pytest.mark.usefixtures("waiting")
async def test_a_digest_that_waits_ends_with_its_setup_and_frees_its_papers(
    r: Resources, setup: ChannelSetup, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await channels.remove(r, setup.id)
    clock.advance(minutes=20)
    await dispatch.tick(r, outbox)
    assert not outbox.sent
    (ended,) = await ledger(r)
    assert (ended.state, ended.ended_at) == (DeliveryState.SKIPPED, BASE)
    assert "removed" in (ended.problem or "")
    async with r.store.read() as tx:
        assert await posted_papers(tx.deliveries, CHANNEL) == set()
