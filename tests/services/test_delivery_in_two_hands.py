"""A delivery that one program is slow with and another one takes over, and clocks that were put right meanwhile."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.errors import SendUncertain, Unreachable
from bot.ports import DIGEST_ONLY, Needs, Resources
from bot.services import channels, dispatch
from bot.services.delivery import LEASE
from storage.records import DeliveryState, Destination, Layout
from tests.builders import BASE, CHANNEL, DAY, FakeClock, make_papers, make_setup
from tests.services.doubles import FakeOutbox, FakeSource

TOO_LONG = LEASE + timedelta(seconds=1)


class SlowOutbox(FakeOutbox):
    """Once, ``while_looking`` happens before it has looked at what may be in the way."""

    while_looking: Callable[[], Awaitable[object]] | None = None

    async def obstacle(self, destination: Destination, needs: Needs = DIGEST_ONLY) -> Unreachable | None:
        happens, self.while_looking = self.while_looking, None
        if happens is not None:
            await happens()
        return await super().obstacle(destination, needs)


@pytest.fixture
def slow(clock: FakeClock) -> SlowOutbox:
    return SlowOutbox(clock)


@pytest.fixture(autouse=True)
async def due(r: Resources, source: FakeSource) -> None:
    source.lists[DAY] = make_papers(3)
    await channels.create(r, make_setup(layout=Layout.CARDS, limit=3))


async def test_who_was_slower_than_the_lease_sends_nothing_more(
    r: Resources, slow: SlowOutbox, clock: FakeClock
) -> None:
    async def another_program_takes_over() -> None:
        clock.advance(TOO_LONG)
        await dispatch.tick(r, slow)

    slow.while_looking = another_program_takes_over
    await dispatch.tick(r, slow)
    assert len({message.token for message in slow.sent}) == len(slow.sent) == 3


async def test_before_each_message_the_delivery_is_held_for_as_long_as_sending_may_take(
    r: Resources, slow: SlowOutbox, clock: FakeClock
) -> None:
    async def time_passes() -> None:
        clock.advance(LEASE - timedelta(seconds=10))

    slow.while_looking = time_passes
    slow.after = [SendUncertain(CHANNEL, "the connection was lost")]
    await dispatch.tick(r, slow)
    clock.advance(seconds=75)  # the longest send
    async with r.store.read() as tx:
        assert await tx.deliveries.due(clock()) == [], "nobody else may have it yet"


async def test_a_message_that_was_found_for_somebody_else_is_no_reason_to_go_on(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.after = [SendUncertain(CHANNEL, "the connection was lost")]
    await dispatch.tick(r, outbox)
    clock.advance(TOO_LONG)
    find = outbox.find

    async def slowly(*args: object, **named: object) -> int | None:
        monkeypatch.setattr(outbox, "find", find)
        found: int | None = await find(*args, **named)  # type: ignore[arg-type]  # handed on as they came
        clock.advance(TOO_LONG)
        await dispatch.tick(r, outbox)
        return found

    monkeypatch.setattr(outbox, "find", slowly)
    await dispatch.tick(r, outbox)
    assert len({message.token for message in outbox.sent}) == len(outbox.sent) == 3


@pytest.mark.parametrize("wrong_by", [timedelta(minutes=10), timedelta(hours=5), timedelta(days=3)])
async def test_a_clock_that_was_ahead_when_the_message_was_sent_hides_it_from_nobody(
    r: Resources, outbox: FakeOutbox, clock: FakeClock, wrong_by: timedelta
) -> None:
    """Discord dates messages by its own clock; here ours is put right after the send."""
    clock.advance(wrong_by)
    outbox.clock = lambda: BASE + timedelta(seconds=1)
    outbox.after = [SendUncertain(CHANNEL, "the connection was lost")]
    await dispatch.tick(r, outbox)
    clock.now = BASE + timedelta(minutes=3)
    for _ in range(3):
        clock.advance(hours=1)
        await dispatch.tick(r, outbox)
    first = outbox.sent[0].token
    assert [message.token for message in outbox.sent].count(first) == 1
    async with r.store.read() as tx:
        recent = await tx.deliveries.recent(limit=100)
    assert all(one.state is not DeliveryState.FAILED for one in recent)
