"""One message a paper: each goes out once, in its order, whatever happens between two of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.tags import ForumTag
from bot.errors import Filtered, Refused, RetryLater, SendUncertain, TooLarge, Unreachable
from bot.ports import Resources
from bot.services import channels, delivery, dispatch, planning
from bot.services.delivery import LEASE, SMALLEST
from bot.services.posts import Posts
from storage.records import (
    ChannelSetup,
    Delivery,
    DeliveryState,
    Destination,
    DestinationKind,
    Layout,
    Obstacle,
    TagRule,
)
from tests.builders import BASE, CHANNEL, DAY, FakeClock, make_id, make_paper, make_papers, make_setup
from tests.ledger import posted_papers
from tests.render.reading import read
from tests.services.doubles import FakeOutbox, FakeSource
from tests.services.seeding import ledger

FORUM = Destination(kind=DestinationKind.FORUM, id=CHANNEL.id + 1)
ROLE = 555_000_000_000_000_001
BEST_FIRST = [make_id(number) for number in (5, 4, 3, 2, 1)]


class PowerCut(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def todays_list(source: FakeSource) -> None:
    source.lists[DAY] = tuple(replace(p, upvotes=number) for number, p in enumerate(make_papers(5), start=1))


@pytest.fixture
async def cards(r: Resources) -> ChannelSetup:
    return await channels.create(r, make_setup(layout=Layout.CARDS, role_id=ROLE, sort="top"))


@pytest.fixture
async def forum(r: Resources) -> ChannelSetup:
    tags = (TagRule(name="Language", query="cat:cs.CL", tag_id=1), TagRule(name="Rest", tag_id=2))
    return await channels.create(r, make_setup(destination=FORUM, layout=Layout.FORUM, role_id=ROLE, tags=tags))


async def the_only(r: Resources) -> Delivery:
    (only,) = await ledger(r)
    return only


async def power_cut(r: Resources, outbox: FakeOutbox) -> None:
    """Send what is due until the process ends in the middle; nothing of it is noted that was not before."""
    (mine,) = await delivery.claim(r, [one for one in await ledger(r) if one.ended_at is None])
    with pytest.raises(PowerCut):
        await delivery.deliver(r, outbox, Posts(r), mine)


def sent_papers(outbox: FakeOutbox, *papers: str) -> list[str]:
    """The papers of the messages that are there, by the title that each one names."""
    names = papers or BEST_FIRST
    return [name for post in outbox.sent for name in names if f"A paper called {name}" in read(post.post)]


# --- the ordinary day ---


@pytest.mark.usefixtures("cards")
async def test_cards_are_one_message_a_paper_the_best_first(r: Resources, outbox: FakeOutbox) -> None:
    await dispatch.tick(r, outbox)
    done = await the_only(r)
    assert sent_papers(outbox) == BEST_FIRST == list(done.paper_ids)
    assert [message.message_id for message in done.messages] == [post.id for post in outbox.sent]
    assert [message.token for message in done.messages] == [post.token for post in outbox.sent]
    assert len({post.token for post in outbox.sent}) == 5
    assert done.state is DeliveryState.SENT


@pytest.mark.usefixtures("cards")
async def test_the_role_is_called_once_with_the_first_card(r: Resources, outbox: FakeOutbox) -> None:
    await dispatch.tick(r, outbox)
    assert [post.envelope.role_id for post in outbox.sent] == [ROLE, None, None, None, None]


@pytest.mark.usefixtures("cards")
async def test_each_card_explains_itself(r: Resources, outbox: FakeOutbox) -> None:
    await dispatch.tick(r, outbox)
    for post in outbox.sent:
        assert (await delivery.explain(r, post.token)).id == (await the_only(r)).id


@pytest.mark.usefixtures("forum")
async def test_a_forum_gets_one_post_a_paper_with_its_title_and_tags(
    r: Resources, outbox: FakeOutbox, source: FakeSource
) -> None:
    outbox.tags = (ForumTag(1, "Language models", False), ForumTag(2, "Rest", False))
    source.lists[DAY] = (
        make_paper(make_id(1), upvotes=9),
        make_paper(make_id(2), upvotes=1, categories=("math.CO",)),
    )
    await dispatch.tick(r, outbox)
    first, second = (post.envelope for post in outbox.sent)
    assert [make_id(1) in first.title, make_id(2) in second.title] == [True, True]
    assert first.tags == (TagRule(name="Language models", tag_id=1),), "by its id, whatever it is called now"
    assert second.tags == (TagRule(name="Rest", tag_id=2),)
    assert (first.role_id, second.role_id) == (ROLE, None)


@pytest.mark.usefixtures("forum", "cards")
async def test_a_day_without_papers_is_one_message_in_every_layout(
    r: Resources, outbox: FakeOutbox, source: FakeSource
) -> None:
    source.lists.clear()
    await dispatch.tick(r, outbox)
    assert sorted(str(post.destination.kind) for post in outbox.sent) == ["channel", "forum"]
    assert all(post.envelope.title for post in outbox.sent if post.destination == FORUM)


@pytest.mark.usefixtures("cards")
async def test_several_setups_of_one_channel_never_bring_a_paper_twice(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await channels.create(r, make_setup(limit=2))
    await channels.create(r, make_setup(layout=Layout.CARDS, limit=2))
    for _ in range(2):
        await dispatch.tick(r, outbox)
        clock.advance(days=1)
    named = [paper_id for one in await ledger(r) for paper_id in one.paper_ids]
    assert sorted(named) == sorted(BEST_FIRST)


# --- in the middle ---


@pytest.mark.usefixtures("cards")
async def test_after_a_power_cut_between_two_cards_exactly_the_missing_ones_come(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await planning.plan_due(r)
    outbox.after = [PowerCut()]
    await power_cut(r, outbox)
    clock.advance(LEASE)
    await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == BEST_FIRST
    done = await the_only(r)
    assert outbox.looked_for == [done.messages[0].token]
    assert [message.message_id for message in done.messages] == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("cards")
@pytest.mark.parametrize("number", [1, 2, 4])
async def test_only_the_first_open_card_is_in_doubt(
    number: int, r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await planning.plan_due(r)
    fall_after(outbox, number, PowerCut())
    await power_cut(r, outbox)
    assert len(outbox.sent) == number
    clock.advance(LEASE)
    await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == BEST_FIRST
    assert outbox.looked_for == [(await the_only(r)).messages[number - 1].token]


@pytest.mark.usefixtures("cards")
async def test_a_cut_after_the_last_card_sends_nothing_again(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await planning.plan_due(r)
    fall_after(outbox, 5, PowerCut())
    await power_cut(r, outbox)
    clock.advance(hours=9)  # past the grace window, too: what is there is there
    await dispatch.tick(r, outbox)
    assert (len(outbox.sent), (await the_only(r)).state) == (5, DeliveryState.SENT)


@pytest.mark.usefixtures("cards")
async def test_an_answer_that_got_lost_makes_no_second_card(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    fall_after(outbox, 2, SendUncertain(CHANNEL, "the connection was lost"))
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 2
    clock.advance(LEASE)
    await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == BEST_FIRST


@pytest.mark.usefixtures("cards")
async def test_a_refused_card_costs_that_paper_only(r: Resources, outbox: FakeOutbox) -> None:
    fall_before(outbox, 2, Refused(CHANNEL, "no such thing"))
    await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == [BEST_FIRST[0], *BEST_FIRST[2:]]
    done = await the_only(r)
    assert (done.state, done.problem) == (DeliveryState.SENT, "no such thing")
    assert [message.problem for message in done.messages] == [None, "no such thing", None, None, None]
    assert BEST_FIRST[1] not in await posted(r)


@pytest.mark.usefixtures("cards")
async def test_where_every_card_is_refused_it_has_failed(r: Resources, outbox: FakeOutbox) -> None:
    outbox.before = [Refused(CHANNEL, "no such thing") for _ in range(5)]
    await dispatch.tick(r, outbox)
    assert (await the_only(r)).state is DeliveryState.FAILED
    assert await posted(r) == set()


@pytest.mark.usefixtures("cards")
@pytest.mark.parametrize("kind", [TooLarge, Filtered])
async def test_what_is_not_taken_is_made_smaller_under_the_same_token(
    kind: type[Refused], r: Resources, outbox: FakeOutbox
) -> None:
    outbox.before = [kind(CHANNEL, "not so") for _ in range(SMALLEST)]
    await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == BEST_FIRST
    assert [post.token for post in outbox.sent] == [message.token for message in (await the_only(r)).messages]


@pytest.mark.usefixtures("cards")
@pytest.mark.parametrize("kind", [TooLarge, Filtered])
async def test_what_is_not_taken_at_its_smallest_is_given_up(
    kind: type[Refused], r: Resources, outbox: FakeOutbox
) -> None:
    outbox.before = [kind(CHANNEL, "not so") for _ in range(SMALLEST + 1)]
    await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == BEST_FIRST[1:]
    assert (await the_only(r)).state is DeliveryState.SENT


@pytest.mark.usefixtures("cards")
async def test_patience_in_the_middle_goes_on_where_it_was(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    fall_before(outbox, 3, RetryLater(CHANNEL, "slow down", retry_at=BASE + timedelta(minutes=10)))
    await dispatch.tick(r, outbox)
    clock.advance(minutes=9)
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 2
    clock.advance(minutes=1)
    await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == BEST_FIRST
    assert outbox.looked_for == [], "nothing was in doubt"


@pytest.mark.usefixtures("cards")
async def test_what_was_begun_inside_the_grace_window_is_brought_to_its_end(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await planning.plan_due(r)
    clock.advance(hours=5, minutes=59)
    fall_after(outbox, 2, PowerCut())
    await power_cut(r, outbox)
    clock.advance(hours=1)
    await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == BEST_FIRST


@pytest.mark.usefixtures("cards")
async def test_a_wait_past_the_grace_window_leaves_what_is_there_and_frees_the_rest(
    r: Resources, outbox: FakeOutbox
) -> None:
    fall_before(outbox, 3, RetryLater(CHANNEL, "slow down", retry_at=BASE + timedelta(hours=6)))
    await dispatch.tick(r, outbox)
    done = await the_only(r)
    assert (done.state, len(outbox.sent)) == (DeliveryState.SENT, 2)
    assert "slow down" in (done.problem or "")
    assert await posted(r) == set(BEST_FIRST[:2])


async def test_a_permission_lost_in_the_middle_holds_the_rest_and_resuming_sends_it_once(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, cards: ChannelSetup
) -> None:
    fall_before(outbox, 3, Unreachable(CHANNEL, "Send Messages is missing", obstacle=Obstacle.PERMISSION))
    await dispatch.tick(r, outbox)
    in_channel = [post for post in outbox.sent if post.destination == CHANNEL]
    assert len(in_channel) == 2
    clock.advance(hours=1)
    await channels.resume(r, cards.id)
    for _ in range(2):
        await dispatch.tick(r, outbox)
    assert sent_papers(outbox) == BEST_FIRST


@pytest.mark.usefixtures("cards")
async def test_what_cannot_be_brought_to_its_end_is_not_tried_for_ever(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    outbox.before = TrippingOver(2, ValueError("a mistake of ours"))
    for _ in range(14):
        await dispatch.tick(r, outbox)
        clock.advance(hours=1)
    done = await the_only(r)
    assert (done.state, sent_papers(outbox)) == (DeliveryState.SENT, BEST_FIRST[:1])
    assert await posted(r) == set(BEST_FIRST[:1])


async def test_a_tag_whose_query_cannot_be_read_any_more_costs_no_post(
    r: Resources, outbox: FakeOutbox, forum: ChannelSetup
) -> None:
    outbox.tags = (ForumTag(1, "Language", False), ForumTag(2, "Rest", False))
    rules = (TagRule(name="Language", query='"never closed', tag_id=1), TagRule(name="Rest", tag_id=2))
    async with r.store.write() as tx:
        await tx.channels.update(replace(forum, tags=rules))
    await dispatch.tick(r, outbox)
    assert {post.envelope.tags for post in outbox.sent} == {(TagRule(name="Rest", tag_id=2),)}


async def test_whoever_lost_the_lease_while_looking_sends_nothing(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, cards: ChannelSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking through a long history took longer than the lease: another process has gone on meanwhile."""
    await planning.plan_due(r)
    outbox.after = [PowerCut()]
    await power_cut(r, outbox)
    clock.advance(LEASE)
    find = outbox.find

    async def slowly(*args: object, **facts: object) -> int | None:
        monkeypatch.setattr(outbox, "find", find)
        clock.advance(LEASE)
        await dispatch.tick(r, outbox)
        return 1

    monkeypatch.setattr(outbox, "find", slowly)
    (mine,) = await delivery.claim(r, await ledger(r))
    await delivery.deliver(r, outbox, Posts(r), mine)
    assert sent_papers(outbox) == BEST_FIRST
    assert cards.layout is Layout.CARDS


async def posted(r: Resources) -> set[str]:
    async with r.store.read() as tx:
        return set(await posted_papers(tx.deliveries, CHANNEL))


def fall_after(outbox: FakeOutbox, number: int, error: BaseException) -> None:
    """Raise ``error`` when the ``number``-th message from now has arrived."""
    outbox.after = Falling(number, error)


def fall_before(outbox: FakeOutbox, number: int, error: BaseException) -> None:
    """Raise ``error`` instead of sending the ``number``-th message from now."""
    outbox.before = Falling(number, error)


class Falling(list[BaseException]):
    """Looked at once for each message: empty but at one."""

    def __init__(self, number: int, error: BaseException) -> None:
        super().__init__([error])
        self._to_come = number

    def __bool__(self) -> bool:
        self._to_come -= 1
        return self._to_come == 0


class TrippingOver(Falling):
    """At one message, and at every one after it: it never runs out."""

    def __bool__(self) -> bool:
        self._to_come -= 1
        return self._to_come <= 0

    def pop(self, _index: object = 0) -> BaseException:
        return self[0]
