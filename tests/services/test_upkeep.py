"""What was sent is kept true: crossposted, completed, and marked where a paper has news; a bounded number of times."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.errors import Refused, RetryLater, Unreachable
from bot.ports import Resources
from bot.services import channels, dispatch, upkeep
from bot.services.upkeep import BANNERS_FOR, LOOK_AGAIN, MOST_ADDED, MOST_TRIES, next_look
from storage.records import ChannelSetup, Delivery, DeliveryState, Layout, Obstacle, Paper, Settle
from tests.builders import BASE, CHANNEL, DAY, FakeClock, make_delivery, make_id, make_paper, make_papers, make_setup
from tests.render.reading import read
from tests.services.doubles import FakeOutbox
from tests.services.seeding import keep_unindexed, ledger

ROLE = 555_000_000_000_000_001
SLOW_DOWN = RetryLater(CHANNEL, "slow down", retry_at=BASE)
TOMORROW = DAY + timedelta(days=1)
UNTIL_THE_END = timedelta(hours=23)


@pytest.fixture
def r(r: Resources) -> Resources:
    """What there is to know is told by the test itself."""
    return replace(r, sources=())


async def keep(r: Resources, *papers: Paper) -> None:
    await keep_unindexed(r, *papers)


def by_votes(*votes: int) -> list[Paper]:
    """Papers 1, 2, … of today with so many upvotes each."""
    return [make_paper(make_id(number), upvotes=count) for number, count in enumerate(votes, start=1)]


async def of(r: Resources, setup: ChannelSetup) -> list[Delivery]:
    """The setup's deliveries, the oldest first."""
    return [one for one in reversed(await ledger(r)) if setup.made(one.key)]


# --- crossposted ---


async def publishing(r: Resources, **facts: object) -> ChannelSetup:
    await keep(r, *make_papers(3))
    return await channels.create(r, make_setup(publish=True, **facts))


async def test_each_message_is_crossposted_once(r: Resources, outbox: FakeOutbox) -> None:
    await publishing(r, layout=Layout.CARDS)
    await channels.create(r, make_setup(destination=replace(CHANNEL, id=1)))
    await dispatch.tick(r, outbox)
    assert await upkeep.publish(r, outbox) == 3
    assert await upkeep.publish(r, outbox) == 0
    assert sorted(outbox.published) == [post.id for post in outbox.sent if post.destination == CHANNEL]


async def test_a_crosspost_that_has_to_wait_waits_longer_each_time_and_is_done_once(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await publishing(r)
    await dispatch.tick(r, outbox)
    outbox.before_change = [SLOW_DOWN, SLOW_DOWN]
    waited = []
    for minutes in (0, 1, 2):
        clock.advance(minutes=minutes)
        waited.append(await upkeep.publish(r, outbox))
        assert await upkeep.publish(r, outbox) == 0, "not before its time"
    assert waited == [0, 0, 1]
    assert outbox.published == [1]


async def test_discords_own_moment_goes_before_ours(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    await publishing(r)
    await dispatch.tick(r, outbox)
    outbox.before_change = [RetryLater(CHANNEL, "ten an hour", retry_at=BASE + timedelta(hours=1))]
    await upkeep.publish(r, outbox)
    clock.advance(minutes=59)
    assert await upkeep.publish(r, outbox) == 0
    clock.advance(minutes=1)
    assert await upkeep.publish(r, outbox) == 1


async def test_what_is_tried_in_vain_for_hours_is_given_up(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    await publishing(r)
    await dispatch.tick(r, outbox)
    outbox.before_change = [SLOW_DOWN] * 100
    for _ in range(MOST_TRIES + 5):
        await upkeep.publish(r, outbox)
        clock.advance(hours=5)
    assert len(outbox.before_change) == 100 - MOST_TRIES
    assert [one.state for one in await ledger(r)][-1] is DeliveryState.SENT


@pytest.mark.parametrize(
    "error", [Refused(CHANNEL, "no"), Unreachable(CHANNEL, "no permission", obstacle=Obstacle.PERMISSION)]
)
async def test_what_no_wait_mends_is_given_up_at_once_and_pauses_nothing(
    error: Exception, r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    setup = await publishing(r)
    await dispatch.tick(r, outbox)
    outbox.before_change = [error]
    await upkeep.publish(r, outbox)
    clock.advance(days=1)
    assert await upkeep.publish(r, outbox) == 0
    assert (await channels.setup_by_id(r, setup.id)).paused_because is None


async def test_a_message_that_somebody_deleted_is_let_be(r: Resources, outbox: FakeOutbox) -> None:
    await publishing(r)
    await dispatch.tick(r, outbox)
    outbox.gone = {1}
    for _ in range(2):
        assert await upkeep.publish(r, outbox) == 0
    assert outbox.published == []


# --- news of papers ---


async def news_of(r: Resources, *numbers: int, **facts: object) -> None:
    await keep(r, *(make_paper(make_id(number), **({"version": 2} | facts)) for number in numbers))


@pytest.fixture
async def posted(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> ChannelSetup:
    """A digest of three papers in their first version, posted a day ago."""
    await keep(r, *make_papers(3, version=1))
    setup = await channels.create(r, make_setup(role_id=ROLE, quiet=True))
    await dispatch.tick(r, outbox)
    clock.advance(days=1)
    return setup


@pytest.mark.usefixtures("posted")
@pytest.mark.parametrize(("facts", "words"), [({"version": 2}, "version"), ({"withdrawn_at": BASE}, "Withdrawn")])
async def test_a_paper_with_news_is_marked_in_the_message_that_named_it(
    facts: dict[str, object], words: str, r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    assert words.lower() not in read(outbox.sent[0].post).lower()
    await news_of(r, 2, **({"version": 1} | facts))
    assert await upkeep.note_changes(r) == 1
    assert await upkeep.edit(r, outbox) == 1
    (edited,) = outbox.edited
    assert (edited.message_id, edited.role_id) == (outbox.sent[0].id, ROLE)
    assert words.lower() in read(edited.post).lower()


@pytest.mark.usefixtures("posted")
async def test_news_are_noted_once(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    await news_of(r, 1, 2)
    assert await upkeep.note_changes(r) == 1
    assert await upkeep.note_changes(r) == 0
    await upkeep.edit(r, outbox)
    assert await upkeep.edit(r, outbox) == 0
    assert len(outbox.edited) == 1


@pytest.mark.usefixtures("posted")
async def test_a_paper_that_nobody_was_told_of_changes_no_message(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await keep(r, make_paper(make_id(9), version=1))
    await news_of(r, 9)
    assert await upkeep.note_changes(r) == 0
    assert await upkeep.edit(r, outbox) == 0


@pytest.mark.usefixtures("posted")
@pytest.mark.parametrize(("age", "edits"), [(BANNERS_FOR, 1), (BANNERS_FOR + timedelta(seconds=1), 0)])
async def test_older_messages_are_left_as_they_are(
    age: timedelta, edits: int, r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    clock.now = BASE + age
    await news_of(r, 1)
    assert await upkeep.note_changes(r) == edits
    assert await upkeep.edit(r, outbox) == edits


async def test_of_cards_only_that_papers_own_is_edited(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    await keep(r, *make_papers(3, version=1))
    await channels.create(r, make_setup(layout=Layout.CARDS, role_id=ROLE))
    await dispatch.tick(r, outbox)
    clock.advance(hours=1)
    await news_of(r, 2)
    await upkeep.note_changes(r)
    await upkeep.edit(r, outbox)
    (edited,) = outbox.edited
    (card,) = [post for post in outbox.sent if make_id(2) in read(post.post)]
    assert (edited.message_id, edited.role_id) == (card.id, card.envelope.role_id)


@pytest.mark.usefixtures("posted")
async def test_one_edit_that_breaks_keeps_no_other_from_being_made(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await channels.create(r, make_setup(destination=replace(CHANNEL, id=1), created_at=BASE))
    await dispatch.tick(r, outbox)
    clock.advance(minutes=1)
    await news_of(r, 1)
    assert await upkeep.note_changes(r) == 2
    outbox.before_change = [ZeroDivisionError()]
    assert await upkeep.edit(r, outbox) == 1
    clock.advance(hours=1)
    assert await upkeep.edit(r, outbox) == 1


# --- completed ---


@pytest.fixture
async def completed(r: Resources, outbox: FakeOutbox) -> ChannelSetup:
    """Two papers were on the list at the hour, of which two fit; then the list grew."""
    await keep(r, *by_votes(10, 9, 1))
    setup = await channels.create(r, make_setup(limit=2, sort="top", settle=Settle.COMPLETED))
    await dispatch.tick(r, outbox)
    return setup


async def test_a_completed_digest_gains_what_its_list_has_come_to_and_loses_nothing(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, completed: ChannelSetup
) -> None:
    clock.advance(UNTIL_THE_END)
    await keep(r, *by_votes(10, 9, 99, 50))
    assert await upkeep.revise(r) == 1
    assert await upkeep.edit(r, outbox) == 1
    (revised,) = await of(r, completed)
    assert revised.paper_ids == (make_id(1), make_id(2), make_id(3), make_id(4))
    assert revised.added == (make_id(3), make_id(4))
    assert revised.considered == len(revised.paper_ids) + sum(revised.left_out.values()) == 4
    assert set(revised.notes) == set(revised.paper_ids)
    assert make_id(3) in read(outbox.edited[0].post)


async def test_it_never_grows_beyond_what_was_promised(r: Resources, clock: FakeClock, completed: ChannelSetup) -> None:
    for hours in (2, 5, 8, 7):
        clock.advance(hours=hours)
        newest = [make_paper(make_id(100 * clock.now.hour + n), upvotes=1000 * clock.now.hour) for n in range(4)]
        await keep(r, *newest)
        await upkeep.revise(r)
    (revised,) = await of(r, completed)
    assert len(revised.paper_ids) <= completed.limit + MOST_ADDED
    assert revised.considered == len(revised.paper_ids) + sum(revised.left_out.values())


async def test_where_nothing_better_came_nothing_is_edited(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, completed: ChannelSetup
) -> None:
    clock.advance(UNTIL_THE_END)
    assert await upkeep.revise(r) == 0
    assert await upkeep.edit(r, outbox) == 0
    assert (await of(r, completed))[0].added == ()


async def test_the_next_digest_names_what_was_added_and_brings_none_of_it_again(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, completed: ChannelSetup
) -> None:
    clock.advance(UNTIL_THE_END)
    await keep(r, *by_votes(10, 9, 99))
    await upkeep.revise(r)
    clock.advance(hours=1)
    await keep(r, make_paper(make_id(9), daily_on=TOMORROW))
    await dispatch.tick(r, outbox)
    _, today = await of(r, completed)
    assert (today.paper_ids, today.also) == ((make_id(9),), (make_id(3),))
    assert make_id(3) in read(outbox.sent[-1].post)


async def test_after_its_time_it_is_never_looked_at_again(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, completed: ChannelSetup
) -> None:
    clock.advance(UNTIL_THE_END)
    await upkeep.revise(r)
    await keep(r, *by_votes(10, 9, 99))
    clock.advance(days=2)
    assert await upkeep.revise(r) == 0
    assert (await of(r, completed))[0].added == ()
    assert not outbox.edited


async def test_a_setup_that_was_removed_or_broke_leaves_its_digest_as_it_is(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, completed: ChannelSetup
) -> None:
    elsewhere = make_setup(destination=replace(CHANNEL, id=1), settle=Settle.COMPLETED, limit=2)
    broken = await channels.create(r, elsewhere)
    await dispatch.tick(r, outbox)
    async with r.store.write() as tx:
        await tx.channels.remove(completed.id)
        await tx.channels.update(replace(broken, query='"never closed'))
    clock.advance(UNTIL_THE_END)
    await keep(r, *by_votes(10, 9, 99))
    assert await upkeep.revise(r) == 0
    clock.advance(days=1)
    assert await upkeep.revise(r) == 0


@pytest.mark.parametrize("layout", [Layout.CARDS, Layout.FORUM])
async def test_what_is_one_message_a_paper_is_not_completed(
    layout: Layout, r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await keep(r, *by_votes(10, 9))
    async with r.store.write() as tx:  # past the check that nobody sets this up
        await tx.channels.add(make_setup(limit=1, sort="top", settle=Settle.COMPLETED, layout=layout))
    await dispatch.tick(r, outbox)
    clock.advance(UNTIL_THE_END)
    await keep(r, *by_votes(10, 99))
    assert await upkeep.revise(r) == 0


# --- forgotten ---


async def test_what_ended_long_ago_is_forgotten_and_its_papers_never_come_again(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, posted: ChannelSetup
) -> None:
    keep_for = timedelta(days=30)
    clock.now = BASE + keep_for
    assert await upkeep.forget_the_old(r, keep=keep_for) == (0, 0)
    clock.advance(seconds=1)
    assert await upkeep.forget_the_old(r, keep=keep_for) == (1, 0)
    assert await ledger(r) == []
    await keep(r, *make_papers(3, version=1, daily_on=clock.now.date()))
    await dispatch.tick(r, outbox)
    assert [one.paper_ids for one in await of(r, posted)] == [()]


async def test_what_nobody_who_runs_could_ever_send_is_given_up(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    """As news for who sat at a terminal, once the bot runs on Discord only."""
    async with r.store.write() as tx:
        planned = await tx.deliveries.plan(make_delivery(make_id(1)))
    assert planned is not None
    outbox.foreign.add(CHANNEL)
    clock.now = planned.expires_at + upkeep.NOBODYS_AFTER
    for state in (DeliveryState.PLANNED, DeliveryState.SKIPPED):
        await dispatch.tick(r, outbox)
        await upkeep.forget_the_old(r, keep=timedelta(days=180))
        assert [one.state for one in await ledger(r)] == [state]
        clock.advance(seconds=1)


# --- when a sent digest is held against its list ---


UNTIL = BASE + timedelta(hours=23)
HALF = BASE + timedelta(hours=11, minutes=30)


@pytest.mark.parametrize(
    ("papers", "at", "following"),
    [
        (4, BASE, BASE + LOOK_AGAIN),
        (4, UNTIL - timedelta(minutes=5), UNTIL),
        (5, BASE, HALF),
        (5, HALF, UNTIL),
        (7, HALF, UNTIL),
        (4, UNTIL, None),
        (5, UNTIL + timedelta(days=3), None),
    ],
)
def test_a_digest_that_is_not_full_is_looked_at_often_and_a_full_one_twice(
    papers: int, at: datetime, following: datetime | None
) -> None:
    sent = make_delivery(*(make_id(number) for number in range(papers)), revise_until=UNTIL)
    assert next_look(sent, make_setup(limit=5), at) == following


def test_what_is_not_kept_up_to_date_or_has_lost_its_setup_is_not_looked_at() -> None:
    assert next_look(make_delivery(make_id(1)), make_setup(), BASE) is None
    assert next_look(make_delivery(make_id(1), revise_until=UNTIL), None, BASE) is None
