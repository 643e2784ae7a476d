"""What only a person can mend is told once, looked at again, and what was held for it comes if it still can."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import RetryLater, Unreachable
from bot.ports import Resources
from bot.services import channels, dispatch, pauses, upkeep
from bot.services.pauses import SERVER_LEFT
from bot.services.upkeep import GUILD_GRACE
from storage.records import ChannelSetup, Delivery, DeliveryState, Destination, DestinationKind, Obstacle
from tests.builders import BASE, CHANNEL, DAY, GUILD_ID, PERSON_ID, FakeClock, make_papers, make_setup
from tests.render.reading import read
from tests.services.doubles import FakeOutbox, FakeSource, SentPost
from tests.services.seeding import ledger

MAKER = Destination(kind=DestinationKind.PERSON, id=PERSON_ID)
ELSEWHERE = replace(CHANNEL, id=CHANNEL.id + 1)
PROBLEM = "Paperboy may not send messages there."


@pytest.fixture(autouse=True)
def todays_list(source: FakeSource) -> None:
    source.lists[DAY] = make_papers(3)


@pytest.fixture
async def setup(r: Resources) -> ChannelSetup:
    return await channels.create(r, make_setup())


def close(outbox: FakeOutbox, obstacle: Obstacle = Obstacle.PERMISSION) -> None:
    outbox.obstacles[CHANNEL] = Unreachable(CHANNEL, PROBLEM, obstacle=obstacle)


def mend(outbox: FakeOutbox) -> None:
    outbox.obstacles.clear()


async def now_of(r: Resources, setup: ChannelSetup) -> ChannelSetup:
    return await channels.setup_by_id(r, setup.id)


async def digest(r: Resources) -> Delivery:
    (only,) = [one for one in await ledger(r) if one.key.destination == CHANNEL]
    return only


def to_maker(outbox: FakeOutbox) -> list[SentPost]:
    return [post for post in outbox.sent if post.destination == MAKER]


def to_channel(outbox: FakeOutbox) -> list[SentPost]:
    return [post for post in outbox.sent if post.destination == CHANNEL]


# --- held ---


async def test_what_cannot_be_delivered_is_held_and_its_setup_paused(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)
    held, paused = await digest(r), await now_of(r, setup)
    assert (held.state, held.not_before, held.problem) == (DeliveryState.PLANNED, held.expires_at, PROBLEM)
    assert (paused.paused_because, paused.obstacle, paused.paused_at) == (PROBLEM, Obstacle.PERMISSION, BASE)
    assert not to_channel(outbox)


async def test_what_discord_says_only_when_it_is_sent_is_held_as_well(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    outbox.before = [Unreachable(CHANNEL, PROBLEM, obstacle=Obstacle.GONE)]
    await dispatch.tick(r, outbox)
    assert (await digest(r)).state is DeliveryState.PLANNED
    assert (await now_of(r, setup)).obstacle is Obstacle.GONE


async def test_resumed_inside_the_grace_window_it_comes_once(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)
    clock.advance(hours=5)
    mend(outbox)
    assert await pauses.recheck(r, outbox, await now_of(r, setup)) is None
    for _ in range(2):
        await dispatch.tick(r, outbox)
    assert len(to_channel(outbox)) == 1
    assert (await digest(r)).state is DeliveryState.SENT
    assert await now_of(r, setup) == setup


async def test_nobody_having_mended_it_in_time_the_day_ends_unreachable_with_the_reason(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)
    clock.advance(hours=6)
    await dispatch.tick(r, outbox)
    ended = await digest(r)
    assert (ended.state, ended.problem) == (DeliveryState.UNREACHABLE, PROBLEM)
    mend(outbox)
    await channels.resume(r, setup.id)
    await dispatch.tick(r, outbox)
    assert not to_channel(outbox)


async def test_papers_of_a_day_that_ended_so_come_with_the_next(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)
    clock.advance(hours=6)
    await dispatch.tick(r, outbox)
    mend(outbox)
    await channels.resume(r, setup.id)
    clock.advance(hours=18)
    await dispatch.tick(r, outbox)
    assert "A paper called 2503.00001" in read(to_channel(outbox)[0].post)


async def test_an_admins_pause_holds_what_waits_and_lets_it_end_as_skipped(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    outbox.before = [RetryLater(CHANNEL, "slow down", retry_at=BASE + timedelta(minutes=10))]
    await dispatch.tick(r, outbox)
    await channels.pause(r, setup.id)
    clock.advance(hours=1)
    await dispatch.tick(r, outbox)
    assert not outbox.sent
    clock.advance(hours=5)
    await dispatch.tick(r, outbox)
    assert ((await digest(r)).state, (await digest(r)).problem) == (DeliveryState.SKIPPED, "paused by an admin")


# --- told ---


async def test_whoever_set_it_up_is_told_once(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    close(outbox)
    for _ in range(5):
        await dispatch.tick(r, outbox)
        clock.advance(hours=12)
    (notice,) = to_maker(outbox)
    assert PROBLEM.rstrip(".") in read(notice.post)
    assert setup.created_by == PERSON_ID


async def test_two_setups_of_one_channel_are_two_notices_and_no_more(r: Resources, outbox: FakeOutbox) -> None:
    """Digests of both were under way; each meets the problem in its turn."""
    for _ in range(2):
        await channels.create(r, make_setup())
    for seconds in range(3):
        async with r.store.write() as tx:
            problem = Unreachable(CHANNEL, PROBLEM, obstacle=Obstacle.PERMISSION)
            await pauses.pause_all(tx, problem, now=BASE - timedelta(seconds=seconds))
    await dispatch.tick(r, outbox)
    assert len(to_maker(outbox)) == 2


async def test_of_two_setups_of_one_channel_the_one_that_has_something_to_send_is_told_of(
    r: Resources, outbox: FakeOutbox
) -> None:
    for _ in range(2):
        await channels.create(r, make_setup())
    close(outbox)
    for _ in range(3):
        await dispatch.tick(r, outbox)
    assert len(to_maker(outbox)) == 1


async def test_paused_a_second_time_it_is_told_a_second_time(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    for _ in range(2):
        close(outbox)
        for _ in range(2):
            await dispatch.tick(r, outbox)
        mend(outbox)
        await channels.resume(r, setup.id)
        clock.advance(days=1)
    assert len(to_maker(outbox)) == 2


async def test_a_notice_that_waits_is_not_sent_when_the_setup_runs_again(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    outbox.foreign = {MAKER}
    close(outbox)
    await dispatch.tick(r, outbox)
    mend(outbox)
    await channels.resume(r, setup.id)
    outbox.foreign = set()
    await dispatch.tick(r, outbox)
    assert not to_maker(outbox)
    assert [one.state for one in await ledger(r) if one.key.destination == MAKER] == [DeliveryState.SKIPPED]


@pytest.mark.parametrize("created_by", [0, -1], ids=["the terminal", "somebody who was forgotten"])
async def test_where_nobody_can_be_told_nobody_is(created_by: int, r: Resources, outbox: FakeOutbox) -> None:
    await channels.create(r, make_setup(created_by=created_by))
    close(outbox)
    for _ in range(2):
        await dispatch.tick(r, outbox)
    assert {one.key.destination for one in await ledger(r)} == {CHANNEL}


async def test_a_maker_who_takes_no_messages_costs_nothing_else(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)
    outbox.before = [Unreachable(MAKER, "closed", obstacle=Obstacle.DM_CLOSED)]
    await dispatch.tick(r, outbox)
    await dispatch.tick(r, outbox)
    assert not to_maker(outbox)
    assert [one.state for one in await ledger(r) if one.key.destination == MAKER] == [DeliveryState.UNREACHABLE]
    assert (await now_of(r, setup)).obstacle is Obstacle.PERMISSION


# --- looked at again ---


async def test_what_was_mended_is_seen_without_anybody_saying_so(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)
    assert await pauses.resume_mended(r, outbox) == 0
    clock.advance(hours=1)
    mend(outbox)
    assert await pauses.resume_mended(r, outbox) == 1
    await dispatch.tick(r, outbox)
    assert len(to_channel(outbox)) == 1
    assert (await now_of(r, setup)).paused_because is None


async def test_an_admins_pause_is_never_ended_by_itself(r: Resources, outbox: FakeOutbox, setup: ChannelSetup) -> None:
    await channels.pause(r, setup.id)
    assert await pauses.resume_mended(r, outbox) == 0
    assert (await now_of(r, setup)).paused_because is not None


async def test_after_a_week_somebody_has_to_ask(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)
    mend(outbox)
    clock.advance(days=7)
    assert await pauses.resume_mended(r, outbox) == 0
    assert await pauses.recheck(r, outbox, await now_of(r, setup)) is None
    assert (await now_of(r, setup)).paused_because is None


async def test_what_is_still_in_the_way_is_said_to_whoever_asks(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)
    problem = await pauses.recheck(r, outbox, await now_of(r, setup))
    assert str(problem) == PROBLEM
    assert (await now_of(r, setup)).obstacle is Obstacle.PERMISSION


async def test_one_that_cannot_be_looked_at_now_does_not_stop_the_others(
    r: Resources, outbox: FakeOutbox, monkeypatch: pytest.MonkeyPatch, setup: ChannelSetup
) -> None:
    other = await channels.create(r, make_setup(destination=ELSEWHERE))
    outbox.obstacles[ELSEWHERE] = Unreachable(ELSEWHERE, PROBLEM, obstacle=Obstacle.PERMISSION)
    close(outbox)
    await dispatch.tick(r, outbox)
    mend(outbox)
    obstacle = outbox.obstacle

    async def down(destination: Destination, *needs: object) -> Unreachable | None:
        if destination == CHANNEL:
            raise RetryLater(CHANNEL, "slow down", retry_at=BASE)
        return await obstacle(destination)

    monkeypatch.setattr(outbox, "obstacle", down)
    assert await pauses.resume_mended(r, outbox) == 1
    assert (await now_of(r, setup)).obstacle is Obstacle.PERMISSION
    assert (await now_of(r, other)).paused_because is None


@pytest.mark.parametrize("act", ["removed", "paused by an admin", "changed"])
async def test_what_people_do_while_it_is_looked_at_stays(
    act: str, r: Resources, outbox: FakeOutbox, monkeypatch: pytest.MonkeyPatch, setup: ChannelSetup
) -> None:
    close(outbox)
    await dispatch.tick(r, outbox)

    async def meanwhile(*_: object) -> None:
        if act == "removed":
            await channels.remove(r, setup.id)
        elif act == "changed":
            await channels.change(r, replace(await now_of(r, setup), limit=9))
        else:
            await channels.pause(r, setup.id)

    monkeypatch.setattr(outbox, "obstacle", meanwhile)
    await pauses.resume_mended(r, outbox)
    async with r.store.read() as tx:
        left = await tx.channels.get(setup.id)
    if act == "removed":
        assert left is None
    else:
        assert left is not None
        assert (left.limit, left.paused_because) == ((9, None) if act == "changed" else (setup.limit, act))


# --- places and servers that are gone ---


async def test_a_deleted_channel_pauses_its_setups_and_no_others(
    r: Resources, outbox: FakeOutbox, setup: ChannelSetup
) -> None:
    other = await channels.create(r, make_setup(destination=ELSEWHERE))
    assert await pauses.place_lost(r, CHANNEL.id, "The channel was deleted.") == 1
    assert await pauses.place_lost(r, CHANNEL.id, "The channel was deleted.") == 0
    lost = await now_of(r, setup)
    assert (lost.paused_because, lost.obstacle) == ("The channel was deleted.", Obstacle.GONE)
    assert (await now_of(r, other)).paused_because is None
    await dispatch.tick(r, outbox)
    assert [post.destination for post in outbox.sent].count(MAKER) == 1


async def test_a_server_that_was_left_waits_and_goes_on_when_it_is_back(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, setup: ChannelSetup
) -> None:
    assert await pauses.guild_left(r, GUILD_ID) == 1
    left = await now_of(r, setup)
    assert (left.paused_because, left.obstacle) == (SERVER_LEFT, Obstacle.LEFT)
    clock.advance(days=1)
    await pauses.guilds_seen(r, {GUILD_ID})
    assert await pauses.resume_mended(r, outbox) == 1
    await upkeep.forget_the_old(r, keep=timedelta(days=90))
    await dispatch.tick(r, outbox)
    assert len(to_channel(outbox)) == 1
    assert not to_maker(outbox), "nobody there can be told, or need be"


async def test_a_server_that_was_left_while_nobody_looked_is_noticed_at_the_next_start(
    r: Resources, setup: ChannelSetup
) -> None:
    here = await channels.create(r, make_setup(guild_id=GUILD_ID + 1, destination=ELSEWHERE))
    terminal = await channels.create(r, make_setup(guild_id=0, destination=Destination.parse("terminal:0")))
    await pauses.guilds_seen(r, {GUILD_ID + 1})
    assert [(await now_of(r, one)).obstacle for one in (setup, here, terminal)] == [Obstacle.LEFT, None, None]


async def test_setups_of_a_server_left_a_week_ago_are_forgotten(
    r: Resources, clock: FakeClock, setup: ChannelSetup
) -> None:
    await pauses.guild_left(r, GUILD_ID)
    clock.advance(GUILD_GRACE)
    assert await upkeep.forget_the_old(r, keep=timedelta(days=90)) == (0, 0)
    clock.advance(seconds=1)
    assert await upkeep.forget_the_old(r, keep=timedelta(days=90)) == (0, 1)
    async with r.store.read() as tx:
        assert await tx.channels.get(setup.id) is None
