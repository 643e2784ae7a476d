"""The ledger's promises: a key once, a paper once to a place, one sender at a time, and an end that never changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage.deliveries import ALREADY_POSTED
from storage.records import Cadence, Delivery, DeliveryState, Destination, DestinationKind, PaperId
from storage.store import Store
from tests.builders import BASE, CHANNEL, DAY, make_delivery, make_id, make_key
from tests.ledger import note_sent, posted_papers

ELSEWHERE = Destination(kind=DestinationKind.THREAD, id=111_000_000_000_000_002)
LEASE = timedelta(minutes=2)
LATER = BASE + timedelta(minutes=1)
ONE, TWO, THREE = make_id(1), make_id(2), make_id(3)


async def planned(store: Store, *paper_ids: str, **facts: Any) -> Delivery:
    async with store.write() as tx:
        kept = await tx.deliveries.plan(make_delivery(*paper_ids, **facts))
    assert kept is not None
    return kept


async def posted(store: Store, destination: Destination = CHANNEL) -> set[PaperId]:
    async with store.read() as tx:
        return await posted_papers(tx.deliveries, destination)


async def test_everything_about_a_delivery_comes_back(each_store: Store) -> None:
    delivery = await planned(
        each_store,
        ONE,
        TWO,
        considered=9,
        left_out={"below the cut": 7},
        notes={ONE: "+38 upvotes since yesterday"},
        expires_at=BASE + timedelta(hours=3),
    )
    async with each_store.read() as tx:
        assert await tx.deliveries.get(delivery.id) == delivery
        assert await tx.deliveries.by_key(delivery.key) == delivery
        assert await tx.deliveries.by_token(delivery.token) == delivery
        assert await tx.deliveries.get(delivery.id + 1) is None
        assert await tx.deliveries.by_key(make_key(slot="another")) is None
        assert await tx.deliveries.by_token("unknown") is None


async def test_a_key_is_planned_once_and_the_first_choice_stays(each_store: Store) -> None:
    first = await planned(each_store, ONE)
    async with each_store.write() as tx:
        assert await tx.deliveries.plan(make_delivery(TWO)) is None
        assert await tx.deliveries.by_key(first.key) == first
    assert await posted(each_store) == {ONE}


@pytest.mark.parametrize(
    "key",
    [make_key(ELSEWHERE), make_key(local_date=DAY + timedelta(days=1)), make_key(slot="setup-2")],
    ids=["another place", "another day", "another slot"],
)
async def test_another_key_is_another_delivery(each_store: Store, key: Any) -> None:
    first = await planned(each_store)
    assert (await planned(each_store, key=key)).id != first.id


async def test_a_paper_goes_to_a_place_once_and_the_sums_still_hold(each_store: Store) -> None:
    await planned(each_store, ONE, TWO, considered=2)
    second = await planned(
        each_store,
        TWO,
        THREE,
        key=make_key(slot="setup-2"),
        considered=5,
        left_out={ALREADY_POSTED: 1, "below the cut": 2},
        notes={TWO: "because", THREE: "why not"},
    )
    assert second.paper_ids == (THREE,)
    assert second.left_out == {ALREADY_POSTED: 2, "below the cut": 2}
    assert second.considered == len(second.paper_ids) + sum(second.left_out.values())
    assert second.notes == {THREE: "why not"}
    async with each_store.read() as tx:
        assert await tx.deliveries.get(second.id) == second


async def test_a_delivery_whose_papers_are_all_taken_stays_planned_and_empty(each_store: Store) -> None:
    await planned(each_store, ONE)
    second = await planned(each_store, ONE, key=make_key(slot="setup-2"))
    assert (second.state, second.paper_ids) == (DeliveryState.PLANNED, ())


async def test_the_same_paper_may_go_to_two_places(each_store: Store) -> None:
    await planned(each_store, ONE)
    assert (await planned(each_store, ONE, key=make_key(ELSEWHERE))).paper_ids == (ONE,)
    async with each_store.read() as tx:
        assert await tx.deliveries.posted_among([ELSEWHERE], [ONE, TWO], Cadence.DAILY) == {ELSEWHERE: {ONE}}
        assert await tx.deliveries.posted_among([ELSEWHERE], [], Cadence.DAILY) == {}


async def test_a_delivery_that_ends_when_it_is_planned_takes_no_papers(each_store: Store) -> None:
    skipped = await planned(each_store, ONE, state=DeliveryState.SKIPPED, problem="nothing new", ended_at=BASE)
    assert await posted(each_store) == set()
    async with each_store.read() as tx:
        assert await tx.deliveries.due(LATER) == []
        assert await tx.deliveries.get(skipped.id) == skipped


async def test_a_claim_is_for_one_and_counts_its_attempts(each_store: Store) -> None:
    delivery = await planned(each_store, ONE)
    async with each_store.write() as tx:
        claimed = await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE)
        assert claimed is not None
        assert not claimed.resumed
        assert claimed.delivery == replace(delivery, state=DeliveryState.SENDING, attempts=1, lease_until=BASE + LEASE)
        assert await tx.deliveries.claim(delivery.id, now=LATER, lease=LEASE) is None


async def test_a_claim_whose_lease_ran_out_is_resumed_by_another(each_store: Store) -> None:
    delivery = await planned(each_store, ONE)
    async with each_store.write() as tx:
        await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE)
        assert await tx.deliveries.claim(delivery.id, now=BASE + LEASE - timedelta(microseconds=1), lease=LEASE) is None
        again = await tx.deliveries.claim(delivery.id, now=BASE + LEASE, lease=LEASE)
    assert again is not None
    assert again.resumed
    assert (again.delivery.attempts, again.delivery.lease_until) == (2, BASE + LEASE + LEASE)


async def test_a_renewed_lease_holds_longer(each_store: Store) -> None:
    delivery = await planned(each_store, ONE)
    async with each_store.write() as tx:
        assert not await tx.deliveries.renew(delivery.id, BASE + LEASE, attempt=1)
        await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE)
        assert await tx.deliveries.renew(delivery.id, BASE + 5 * LEASE, attempt=1)
        assert await tx.deliveries.claim(delivery.id, now=BASE + 4 * LEASE, lease=LEASE) is None
        assert await tx.deliveries.claim(delivery.id, now=BASE + 5 * LEASE, lease=LEASE) is not None


async def test_a_retry_waits_and_is_no_resumption(each_store: Store) -> None:
    delivery = await planned(each_store, ONE)
    async with each_store.write() as tx:
        await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE)
        assert await tx.deliveries.retry(delivery.id, not_before=LATER, problem="429")
        assert await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE) is None
        again = await tx.deliveries.claim(delivery.id, now=LATER, lease=LEASE)
    assert again is not None
    assert not again.resumed
    assert (again.delivery.attempts, again.delivery.not_before, again.delivery.problem) == (2, None, "429")
    assert await posted(each_store) == {ONE}


async def test_nothing_is_claimed_before_it_is_due(each_store: Store) -> None:
    delivery = await planned(each_store, ONE, due_at=LATER)
    async with each_store.write() as tx:
        assert await tx.deliveries.due(BASE) == []
        assert await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE) is None
        assert await tx.deliveries.claim(delivery.id, now=LATER, lease=LEASE) is not None


async def test_due_is_what_can_be_claimed_the_longest_due_first(each_store: Store) -> None:
    def key(slot: str) -> Any:
        return make_key(slot=slot)

    late = await planned(each_store, key=key("late"), due_at=BASE - timedelta(minutes=1))
    early = await planned(each_store, key=key("early"), due_at=BASE - timedelta(minutes=2))
    held = await planned(each_store, key=key("held"))
    abandoned = await planned(each_store, key=key("abandoned"))
    ended = await planned(each_store, key=key("ended"))
    await planned(each_store, key=key("waiting"), not_before=BASE + timedelta(hours=1))
    async with each_store.write() as tx:
        await tx.deliveries.claim(held.id, now=BASE, lease=timedelta(hours=1))
        await tx.deliveries.claim(abandoned.id, now=BASE, lease=LEASE)
        await note_sent(tx.deliveries, ended.id, message_id=1, at=BASE)
    async with each_store.read() as reading:
        assert [one.id for one in await reading.deliveries.due(BASE + LEASE)] == [early.id, late.id, abandoned.id]


async def test_recent_is_newest_first_of_all_or_of_one_place(each_store: Store) -> None:
    here = [await planned(each_store, key=make_key(slot=f"setup-{number}")) for number in range(3)]
    there = await planned(each_store, key=make_key(ELSEWHERE))
    async with each_store.read() as tx:
        assert await tx.deliveries.recent(limit=2) == [there, here[2]]
        assert await tx.deliveries.recent(destination=CHANNEL) == here[::-1]


async def test_whoever_lost_the_claim_cannot_say_how_it_ended(each_store: Store) -> None:
    delivery = await planned(each_store, ONE)
    async with each_store.write() as tx:
        slow = await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE)
        quick = await tx.deliveries.claim(delivery.id, now=BASE + LEASE, lease=LEASE)
        assert slow is not None
        assert quick is not None
        old = slow.delivery.attempts
        assert not await tx.deliveries.retry(delivery.id, not_before=LATER, problem="429", attempt=old)
        assert not await tx.deliveries.renew(delivery.id, BASE + 9 * LEASE, attempt=old)
        assert not await tx.deliveries.failed(delivery.id, problem="refused", at=LATER, attempt=old)
        assert not await tx.deliveries.unreachable(delivery.id, problem="gone", at=LATER, attempt=old)
        assert not await tx.deliveries.skipped(delivery.id, reason="late", at=LATER, attempt=old)
        assert await tx.deliveries.get(delivery.id) == quick.delivery
        assert await tx.deliveries.failed(delivery.id, problem="refused", at=LATER, attempt=quick.delivery.attempts)


async def test_a_message_that_is_there_counts_whoever_sent_it(each_store: Store) -> None:
    delivery = await planned(each_store, ONE)
    async with each_store.write() as tx:
        await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE)
        await tx.deliveries.claim(delivery.id, now=BASE + LEASE, lease=LEASE)
        assert await note_sent(tx.deliveries, delivery.id, message_id=7, at=LATER)  # the first, late
        assert not await note_sent(tx.deliveries, delivery.id, message_id=8, at=LATER + LEASE)
        kept = await tx.deliveries.get(delivery.id)
    assert kept is not None
    assert (kept.state, kept.message_id, kept.ended_at, kept.lease_until) == (DeliveryState.SENT, 7, LATER, None)


async def test_a_lease_from_before_the_clock_was_put_back_holds_nobody(each_store: Store) -> None:
    delivery = await planned(each_store, ONE)
    async with each_store.write() as tx:
        await tx.deliveries.claim(delivery.id, now=BASE + timedelta(days=2), lease=LEASE)
        again = await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE)
    assert again is not None
    assert again.resumed
