"""A delivery of several messages: each is noted by itself, and a crash leaves only the first open one in doubt."""

from datetime import timedelta
from typing import Any

import pytest

from storage.records import Delivery, DeliveryState, Message, PaperId
from storage.store import Store
from tests.builders import BASE, CHANNEL, make_cards, make_delivery, make_id, make_key
from tests.ledger import note_message, posted_papers

LEASE = timedelta(minutes=2)
LATER = BASE + timedelta(minutes=1)
ONE, TWO, THREE = make_id(1), make_id(2), make_id(3)


async def planned(store: Store, *paper_ids: str, **facts: Any) -> Delivery:
    async with store.write() as tx:
        kept = await tx.deliveries.plan(make_cards(*paper_ids, **facts))
    assert kept is not None
    return kept


async def being_sent(store: Store, *paper_ids: str) -> Delivery:
    delivery = await planned(store, *paper_ids)
    async with store.write() as tx:
        claimed = await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE)
    assert claimed is not None
    return claimed.delivery


async def kept(store: Store, delivery: Delivery) -> Delivery:
    async with store.read() as tx:
        found = await tx.deliveries.get(delivery.id)
    assert found is not None
    return found


async def posted(store: Store) -> set[PaperId]:
    async with store.read() as tx:
        return await posted_papers(tx.deliveries, CHANNEL)


def open_parts(delivery: Delivery) -> list[int]:
    return [message.part for message in delivery.messages if message.is_open]


async def test_messages_come_back_in_their_order(each_store: Store) -> None:
    delivery = await planned(each_store, THREE, ONE, TWO)
    assert [message.paper_id for message in delivery.messages] == [THREE, ONE, TWO]
    assert await kept(each_store, delivery) == delivery


async def test_each_message_names_its_delivery(each_store: Store) -> None:
    await planned(each_store, THREE, key=make_key(slot="setup-2"))
    delivery = await planned(each_store, ONE, TWO)
    async with each_store.read() as tx:
        for message in delivery.messages:
            assert await tx.deliveries.by_token(message.token) == delivery


async def test_whoever_resumes_begins_with_the_first_open_message(each_store: Store) -> None:
    delivery = await being_sent(each_store, ONE, TWO, THREE)
    async with each_store.write() as tx:
        assert await note_message(tx.deliveries, delivery.id, 0, 71, at=LATER)
        again = await tx.deliveries.claim(delivery.id, now=BASE + LEASE, lease=LEASE)
    assert again is not None
    assert again.resumed
    assert open_parts(again.delivery) == [1, 2]
    first = again.delivery.messages[0]
    assert first == Message(part=0, token=first.token, paper_id=ONE, message_id=71, sent_at=LATER)
    assert again.delivery.message_id == 71


async def test_a_message_is_noted_once_and_the_first_note_stays(each_store: Store) -> None:
    delivery = await being_sent(each_store, ONE, TWO)
    async with each_store.write() as tx:
        assert await note_message(tx.deliveries, delivery.id, 1, 71, at=LATER)
        assert not await note_message(tx.deliveries, delivery.id, 1, 72, at=LATER + LEASE)
        assert not await tx.deliveries.message_dropped(delivery.id, 1, problem="refused")
        assert not await note_message(tx.deliveries, delivery.id, 2, 73, at=LATER)
    after = await kept(each_store, delivery)
    assert (after.messages[1].message_id, after.messages[1].sent_at, after.messages[1].problem) == (71, LATER, None)


async def test_a_dropped_message_is_not_open_any_more_and_the_others_are(each_store: Store) -> None:
    delivery = await being_sent(each_store, ONE, TWO, THREE)
    async with each_store.write() as tx:
        assert await tx.deliveries.message_dropped(delivery.id, 1, problem="refused")
    after = await kept(each_store, delivery)
    assert open_parts(after) == [0, 2]
    assert after.messages[1].problem == "refused"


@pytest.mark.parametrize("end", ["failed", "unreachable", "skipped"])
async def test_where_it_ends_half_way_the_papers_that_nobody_saw_are_free(each_store: Store, end: str) -> None:
    delivery = await being_sent(each_store, ONE, TWO, THREE)
    words = {"reason" if end == "skipped" else "problem": "because"}
    async with each_store.write() as tx:
        await note_message(tx.deliveries, delivery.id, 1, 71, at=LATER)
        assert await getattr(tx.deliveries, end)(delivery.id, at=LATER, **words)
    assert await posted(each_store) == {TWO}


async def test_where_what_was_sent_is_all_there_will_be_papers_without_a_message_are_free(
    each_store: Store,
) -> None:
    delivery = await being_sent(each_store, ONE, TWO, THREE)
    async with each_store.write() as tx:
        await note_message(tx.deliveries, delivery.id, 0, 71, at=LATER)
        await tx.deliveries.message_dropped(delivery.id, 1, problem="refused")
        assert await tx.deliveries.sent(delivery.id, at=LATER, problem="too late for the others")
    after = await kept(each_store, delivery)
    assert (after.state, after.problem) == (DeliveryState.SENT, "too late for the others")
    assert await posted(each_store) == {ONE}


async def test_a_digest_of_one_message_keeps_all_its_papers_when_it_was_sent(each_store: Store) -> None:
    async with each_store.write() as tx:
        delivery = await tx.deliveries.plan(make_delivery(ONE, TWO))
        assert delivery is not None
        await tx.deliveries.sent(delivery.id, at=LATER)
    assert await posted(each_store) == {ONE, TWO}


async def test_the_message_of_a_paper_that_another_took_is_not_there(each_store: Store) -> None:
    await planned(each_store, TWO, key=make_key(slot="setup-2"))
    delivery = await planned(each_store, ONE, TWO, THREE)
    assert [(message.part, message.paper_id) for message in delivery.messages] == [(0, ONE), (2, THREE)]
    assert await kept(each_store, delivery) == delivery


async def test_a_forgotten_delivery_takes_its_messages_with_it_and_leaves_what_was_posted(each_store: Store) -> None:
    delivery = await being_sent(each_store, ONE, TWO)
    async with each_store.write() as tx:
        for part in (0, 1):
            await note_message(tx.deliveries, delivery.id, part, 71 + part, at=LATER)
        await tx.deliveries.sent(delivery.id, at=LATER)
        assert await tx.deliveries.purge(before=LATER) == 0
        assert await tx.deliveries.purge(before=LATER + LEASE) == 1
        assert await tx.deliveries.get(delivery.id) is None
        assert await tx.deliveries.by_token(delivery.messages[1].token) is None
    assert await posted(each_store) == {ONE, TWO}
    assert (await planned(each_store, TWO, key=make_key(slot="setup-2"))).paper_ids == ()


async def test_what_is_on_its_way_is_never_forgotten(each_store: Store) -> None:
    delivery = await being_sent(each_store, ONE)
    async with each_store.write() as tx:
        assert await tx.deliveries.purge(before=BASE + timedelta(days=999)) == 0
    assert await kept(each_store, delivery) == delivery


async def test_forgetting_takes_the_oldest_first_and_no_more_than_asked_for(each_store: Store) -> None:
    ended = [
        await planned(
            each_store, key=make_key(slot=f"setup-{n}"), ended_at=BASE - n * LEASE, state=DeliveryState.SKIPPED
        )
        for n in range(1, 4)
    ]
    async with each_store.write() as tx:
        assert await tx.deliveries.purge(before=BASE, limit=2) == 2
        assert [one.id for one in await tx.deliveries.recent()] == [ended[0].id]
