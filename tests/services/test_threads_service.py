"""Threads of a digest's papers: one for each, whoever asks and however many at once."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import InvalidInput, Refused, SendUncertain, TooLarge, Unreachable
from bot.ports import Envelope, Resources
from bot.services import channels, delivery, threads
from storage.messages import Errand
from storage.records import Delivery, Destination, DestinationKind, Layout, Obstacle, PaperId
from tests.builders import CHANNEL, PERSON_ID, FakeClock, make_delivery, make_id, make_key, make_papers, make_setup
from tests.services.doubles import FakeOutbox
from tests.services.seeding import keep_unindexed

PAPER = make_id(1)


@pytest.fixture
async def digest(r: Resources, outbox: FakeOutbox) -> Delivery:
    """A digest of three papers that was sent."""
    await keep_unindexed(r, *make_papers(2), *[replace(one, title="The third") for one in make_papers(3)[2:]])
    setup = await channels.create(r, make_setup(layout=Layout.THREADS))
    sent = await delivery.post_now(r, outbox, setup.id)
    outbox.sent.clear()
    return sent


async def kept(r: Resources, paper_id: PaperId = PAPER) -> int | None:
    async with r.store.read() as tx:
        return (await tx.threads.of(CHANNEL, [paper_id])).get(paper_id)


async def to_edit(r: Resources) -> list[int]:
    async with r.store.read() as tx:
        return [one.delivery.id for one in await tx.messages.due(Errand.EDIT, r.clock(), limit=10)]


async def test_a_thread_begins_with_the_papers_card_and_the_digest_is_to_lead_to_it(
    r: Resources, outbox: FakeOutbox, digest: Delivery
) -> None:
    assert await threads.digest_with(r, digest.token, PAPER) == digest
    opened = await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)
    assert (opened.paper.id, opened.anew) == (PAPER, True)
    assert outbox.threads == {opened.paper.title: opened.thread_id}
    assert await kept(r) == opened.thread_id
    assert await to_edit(r) == [digest.id]


async def test_the_message_of_each_thread_has_a_name_of_its_own(
    r: Resources, outbox: FakeOutbox, digest: Delivery
) -> None:
    for number in (1, 2, 3):
        await threads.open_thread(r, outbox, CHANNEL, make_id(number), below=digest)
    tokens = [one.token for one in outbox.sent]
    assert len(set(tokens)) == 3
    assert all(len(token) <= 25 for token in tokens)


async def test_whoever_comes_later_is_shown_the_same_thread(r: Resources, outbox: FakeOutbox, digest: Delivery) -> None:
    first = await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)
    again = await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)
    assert (again.thread_id, again.anew) == (first.thread_id, False)
    assert len(outbox.sent) == 1


async def test_two_at_once_get_one_thread(
    r: Resources, outbox: FakeOutbox, digest: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "BETWEEN_LOOKS", 0.01)
    going_on = asyncio.Event()

    class Slow(FakeOutbox):
        async def send(self, destination: Destination, post: object, envelope: Envelope) -> int:
            await going_on.wait()
            return await super().send(destination, post, envelope)  # type: ignore[arg-type]

    slow = Slow(r.clock)
    both = [asyncio.create_task(threads.open_thread(r, slow, CHANNEL, PAPER, below=digest)) for _ in range(5)]
    await asyncio.sleep(0.05)
    going_on.set()
    found = await asyncio.gather(*both)
    assert len({one.thread_id for one in found}) == 1
    assert sorted(one.anew for one in found) == [False] * 4 + [True]
    assert len(slow.sent) == 1


async def test_a_thread_that_was_deleted_is_opened_anew(r: Resources, outbox: FakeOutbox, digest: Delivery) -> None:
    first = await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)
    there = Destination(kind=DestinationKind.THREAD, id=first.thread_id)
    outbox.obstacles[there] = Unreachable(there, "gone", obstacle=Obstacle.GONE)
    outbox.threads.clear()
    outbox.sent.append(outbox.sent[0])  # so that the next one gets another id
    again = await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)
    assert again.anew
    assert again.thread_id != first.thread_id
    assert await kept(r) == again.thread_id


@pytest.mark.parametrize("error", [Refused, SendUncertain])
async def test_a_thread_that_could_not_be_opened_may_be_asked_for_again_at_once(
    error: type[Refused] | type[SendUncertain], r: Resources, outbox: FakeOutbox, digest: Delivery
) -> None:
    outbox.before = [error(CHANNEL, "not now")]
    with pytest.raises(error):
        await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)
    assert await kept(r) is None
    assert await to_edit(r) == []
    assert (await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)).anew


async def test_a_claim_of_somebody_who_died_over_it_is_taken_over(
    r: Resources, outbox: FakeOutbox, digest: Delivery, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "BETWEEN_LOOKS", 0)
    async with r.store.write() as tx:
        assert await tx.threads.claim(CHANNEL, PAPER, now=clock(), abandoned_before=clock())
    with pytest.raises(InvalidInput, match="just before you"):
        await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)
    clock.advance(threads.CLAIM * 2)
    assert (await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)).anew


async def test_a_card_that_is_too_large_is_made_smaller(r: Resources, outbox: FakeOutbox, digest: Delivery) -> None:
    outbox.before = [TooLarge(CHANNEL, "too large"), TooLarge(CHANNEL, "too large")]
    assert (await threads.open_thread(r, outbox, CHANNEL, PAPER, below=digest)).anew
    outbox.before = [TooLarge(CHANNEL, "too large")] * 3
    with pytest.raises(TooLarge):
        await threads.open_thread(r, outbox, CHANNEL, make_id(2), below=digest)


async def test_what_was_never_in_that_digest_has_no_thread(r: Resources, digest: Delivery) -> None:
    with pytest.raises(InvalidInput, match="no thread for that paper"):
        await threads.digest_with(r, digest.token, make_id(9))
    with pytest.raises(InvalidInput, match="record of this digest is gone"):
        await threads.digest_with(r, "unknown", PAPER)
    them = make_key(Destination(kind=DestinationKind.PERSON, id=PERSON_ID))
    async with r.store.write() as tx:
        personal = await tx.deliveries.plan(make_delivery(PAPER, key=them))
    assert personal is not None
    with pytest.raises(InvalidInput, match="no thread"):
        await threads.digest_with(r, personal.token, PAPER)
