"""What is left to do with messages that are there, the threads below them, and servers that were left."""

import asyncio
from datetime import timedelta
from typing import Any

from storage.messages import Errand, Outstanding
from storage.records import Delivery, Destination, DestinationKind
from storage.store import Store, Writing
from tests.builders import BASE, CHANNEL, make_cards, make_delivery, make_id, make_key, make_setup
from tests.ledger import note_message, posted_papers

ONE, TWO, THREE = make_id(1), make_id(2), make_id(3)
LATER = BASE + timedelta(minutes=1)
LONG_AGO = BASE - timedelta(days=40)
ELSEWHERE = Destination(kind=DestinationKind.CHANNEL, id=7)


async def sent(tx: Writing, delivery: Delivery, *, at: Any = BASE, publish: bool = False) -> Delivery:
    kept = await tx.deliveries.plan(delivery)
    assert kept is not None
    for message in kept.messages:
        number = 100 * kept.id + message.part
        await tx.deliveries.message_sent(kept.id, message.part, message_id=number, at=at, publish=publish)
    await tx.deliveries.sent(kept.id, at=at)
    found = await tx.deliveries.get(kept.id)
    assert found is not None
    return found


async def due(tx: Writing, errand: Errand, now: Any = LATER, **facts: Any) -> list[tuple[int, int]]:
    return [(one.delivery.id, one.message.part) for one in await tx.messages.due(errand, now, limit=10, **facts)]


async def test_each_message_that_is_to_be_crossposted_waits_for_it_once_it_is_there(each_store: Store) -> None:
    async with each_store.write() as tx:
        kept = await tx.deliveries.plan(make_cards(ONE, TWO))
        assert kept is not None
        await tx.deliveries.message_sent(kept.id, 0, message_id=7, at=BASE, publish=True)
        other = await sent(tx, make_delivery(THREE, key=make_key(ELSEWHERE)))
        found = await tx.messages.due(Errand.PUBLISH, BASE, limit=10)
        delivery = await tx.deliveries.get(kept.id)
        assert delivery is not None
        assert found == [Outstanding(delivery, delivery.messages[0], 7, 0, BASE)]
        assert other.id not in {one.delivery.id for one in found}
        assert await due(tx, Errand.PUBLISH, BASE - timedelta(seconds=1)) == []
        assert await due(tx, Errand.EDIT) == []


async def test_what_is_done_is_over_and_what_was_tried_in_vain_comes_again_later(each_store: Store) -> None:
    async with each_store.write() as tx:
        delivery = await sent(tx, make_cards(ONE, TWO), publish=True)
        await tx.messages.done(Errand.PUBLISH, delivery.id, 0, since=BASE)
        for hours in (1, 2):
            await tx.messages.later(Errand.PUBLISH, delivery.id, 1, at=BASE + timedelta(hours=hours))
        assert await due(tx, Errand.PUBLISH, BASE + timedelta(minutes=119)) == []
        (waiting,) = await tx.messages.due(Errand.PUBLISH, BASE + timedelta(hours=2), limit=10)
        assert (waiting.message.part, waiting.tries) == (1, 2)
        await tx.messages.done(Errand.PUBLISH, delivery.id, 1, since=waiting.since)
        assert await due(tx, Errand.PUBLISH, BASE + timedelta(days=9)) == []


async def test_the_longest_due_come_first_and_none_of_those_that_are_under_way(each_store: Store) -> None:
    async with each_store.write() as tx:
        delivery = await sent(tx, make_cards(ONE, TWO, THREE))
        for part, minutes in ((0, 3), (1, 1), (2, 2)):
            await tx.messages.later(Errand.EDIT, delivery.id, part, at=BASE + timedelta(minutes=minutes))
        now = BASE + timedelta(minutes=3)
        assert await due(tx, Errand.EDIT, now) == [(delivery.id, 1), (delivery.id, 2), (delivery.id, 0)]
        assert await due(tx, Errand.EDIT, now, beside=[(delivery.id, 1)]) == [(delivery.id, 2), (delivery.id, 0)]
        assert len(await tx.messages.due(Errand.EDIT, now, limit=2)) == 2


async def test_a_message_tells_its_paper_and_a_whole_digest_all_of_them(each_store: Store) -> None:
    async with each_store.write() as tx:
        cards = await sent(tx, make_cards(ONE, TWO))
        digest = await sent(tx, make_delivery(TWO, THREE, key=make_key(ELSEWHERE)))
        found = [await tx.messages.papers_of(number) for number in (100 * cards.id, 100 * cards.id + 1)]
        assert found == [(ONE,), (TWO,)]
        assert await tx.messages.papers_of(100 * digest.id) == (TWO, THREE)
        assert await tx.messages.papers_of(99) == ()


async def test_only_messages_that_are_there_are_brought_up_to_date(each_store: Store) -> None:
    async with each_store.write() as tx:
        kept = await tx.deliveries.plan(make_cards(ONE, TWO))
        assert kept is not None
        await note_message(tx.deliveries, kept.id, 1, 7, at=BASE)
        await tx.messages.want_edit(kept.id, at=BASE)
        assert await due(tx, Errand.EDIT) == [(kept.id, 1)]


async def test_of_a_paper_with_news_every_recent_message_that_names_it_is_edited(each_store: Store) -> None:
    async with each_store.write() as tx:
        digest = await sent(tx, make_delivery(ONE, TWO))
        cards = await sent(tx, make_cards(THREE, TWO, key=make_key(ELSEWHERE)))
        await sent(tx, make_delivery(THREE, key=make_key(slot="setup-2")))
        await sent(tx, make_delivery(TWO, key=make_key(ELSEWHERE, slot="another"), cadence="weekly"), at=LONG_AGO)
        since = BASE - timedelta(days=30)
        assert await tx.messages.want_edits_of([TWO], sent_since=since, at=BASE) == 2
        assert sorted(await due(tx, Errand.EDIT)) == [(digest.id, 0), (cards.id, 1)]
        assert await tx.messages.want_edits_of([make_id(9)], sent_since=since, at=BASE) == 0
        assert await tx.messages.want_edits_of([], sent_since=since, at=BASE) == 0


async def test_what_is_on_its_way_when_news_come_is_edited_when_it_is_there(each_store: Store) -> None:
    """Its message may have been made before."""
    async with each_store.write() as tx:
        digest = await tx.deliveries.plan(make_delivery(ONE))
        cards = await tx.deliveries.plan(make_cards(TWO, THREE, key=make_key(ELSEWHERE)))
        assert digest is not None
        assert cards is not None
        await note_message(tx.deliveries, cards.id, 0, 7, at=BASE)
        assert await tx.messages.want_edits_of([ONE, TWO], sent_since=LONG_AGO, at=BASE) == 2
        assert await due(tx, Errand.EDIT) == [(cards.id, 0)]
        await note_message(tx.deliveries, digest.id, 0, 8, at=BASE)
        assert sorted(await due(tx, Errand.EDIT)) == [(digest.id, 0), (cards.id, 0)]


async def test_what_is_wanted_once_more_while_it_is_done_is_still_to_be_done(each_store: Store) -> None:
    async with each_store.write() as tx:
        digest = await sent(tx, make_delivery(ONE))
        await tx.messages.want_edit(digest.id, at=BASE)
        (waiting,) = await tx.messages.due(Errand.EDIT, LATER, limit=10)
        await tx.messages.want_edit(digest.id, at=BASE + timedelta(seconds=1))
        await tx.messages.done(Errand.EDIT, digest.id, 0, since=waiting.since)
        assert await due(tx, Errand.EDIT) == [(digest.id, 0)]


async def test_news_of_two_papers_of_one_message_are_one_edit(each_store: Store) -> None:
    async with each_store.write() as tx:
        digest = await sent(tx, make_delivery(ONE, TWO))
        assert await tx.messages.want_edits_of([ONE, TWO], sent_since=LONG_AGO, at=BASE) == 1
        assert await due(tx, Errand.EDIT) == [(digest.id, 0)]


async def test_fresh_news_have_all_their_tries_before_them(each_store: Store) -> None:
    async with each_store.write() as tx:
        digest = await sent(tx, make_delivery(ONE))
        await tx.messages.later(Errand.EDIT, digest.id, 0, at=BASE)
        await tx.messages.want_edits_of([ONE], sent_since=LONG_AGO, at=BASE)
        (waiting,) = await tx.messages.due(Errand.EDIT, LATER, limit=10)
        assert waiting.tries == 0


# --- threads ---


async def claim(store: Store, *, now: Any = BASE, abandoned_before: Any = BASE - timedelta(minutes=1)) -> bool:
    async with store.write() as tx:
        return await tx.threads.claim(CHANNEL, ONE, now=now, abandoned_before=abandoned_before)


async def test_of_twenty_that_want_to_open_a_thread_one_may(each_url: str) -> None:
    stores = [await Store.open(each_url) for _ in range(2)]
    assert sum(await asyncio.gather(*(claim(stores[number % 2]) for number in range(20)))) == 1
    for store in stores:
        await store.close()


async def test_an_open_thread_is_found_and_never_claimed_again(each_store: Store) -> None:
    assert await claim(each_store)
    async with each_store.write() as tx:
        assert await tx.threads.of(CHANNEL, [ONE]) == {}
        await tx.threads.opened(CHANNEL, ONE, 77)
        assert await tx.threads.of(CHANNEL, [ONE, TWO]) == {ONE: 77}
        assert await tx.threads.of(ELSEWHERE, [ONE]) == {}
    assert not await claim(each_store, now=BASE + timedelta(days=1), abandoned_before=BASE + timedelta(days=1))


async def test_a_claim_that_led_to_nothing_is_taken_over_once(each_store: Store) -> None:
    assert await claim(each_store)
    late = BASE + timedelta(minutes=5)
    assert not await claim(each_store, now=late, abandoned_before=BASE)
    won = await asyncio.gather(*(claim(each_store, now=late, abandoned_before=LATER) for _ in range(5)))
    assert sum(won) == 1


async def test_what_could_not_be_opened_may_be_tried_by_the_next_who_asks(each_store: Store) -> None:
    assert await claim(each_store)
    async with each_store.write() as tx:
        await tx.threads.opened(CHANNEL, ONE, None)
    assert await claim(each_store)


# --- servers that were left ---


async def test_the_first_note_of_a_server_that_was_left_stays_until_it_is_back(each_store: Store) -> None:
    async with each_store.write() as tx:
        await tx.channels.guild_left(1, BASE)
        await tx.channels.guild_left(1, LATER)
        await tx.channels.guild_left(2, LATER)
        assert await tx.channels.guilds_left() == {1: BASE, 2: LATER}
        await tx.channels.guild_joined(1)
        assert await tx.channels.guilds_left() == {2: LATER}


async def test_setups_of_servers_left_long_ago_are_forgotten_and_what_was_posted_is_not(each_store: Store) -> None:
    async with each_store.write() as tx:
        gone, stays = [await tx.channels.add(make_setup(guild_id=number)) for number in (1, 2)]
        await sent(tx, make_delivery(ONE, key=make_key(slot=gone.slot)))
        await tx.channels.guild_left(1, BASE)
        await tx.channels.guild_left(2, LATER)
        assert await tx.channels.forget_guilds_left(BASE) == 0
        assert await tx.channels.forget_guilds_left(LATER) == 1
        assert [setup.id for setup in await tx.channels.list()] == [stays.id]
        assert await tx.channels.guilds_left() == {2: LATER}
        assert await posted_papers(tx.deliveries, CHANNEL) == {ONE}
