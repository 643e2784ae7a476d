"""Many deliveries in one transaction: what one by one would have come to, in a few statements."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.deliveries import ALREADY_POSTED
from storage.records import Cadence, Delivery, DeliveryState, Destination, DestinationKind
from storage.store import Store
from tests.builders import BASE, CHANNEL, DAY, make_cards, make_delivery, make_id, make_key, make_setup
from tests.ledger import note_sent, posted_papers

ONE, TWO, THREE, FOUR = (make_id(number) for number in range(1, 5))
LATER = BASE + timedelta(minutes=1)


def place(number: int) -> Destination:
    return Destination(kind=DestinationKind.CHANNEL, id=number)


async def plan_all(store: Store, *wanted: Delivery) -> list[Delivery]:
    async with store.write() as tx:
        return await tx.deliveries.plan_all(wanted)


async def kept(store: Store) -> list[Delivery]:
    async with store.read() as tx:
        return await tx.deliveries.recent(limit=10_000)


# --- entered at once ---


async def test_what_is_given_back_is_what_was_kept(each_store: Store) -> None:
    wanted = [make_cards(ONE, TWO, key=make_key(place(n))) for n in range(1, 4)]
    planned = await plan_all(each_store, *wanted)
    assert [replace(one, id=0) for one in planned] == wanted
    assert sorted(planned, key=lambda one: -one.id) == await kept(each_store)


async def test_a_key_that_comes_twice_is_entered_once(each_store: Store) -> None:
    planned = await plan_all(
        each_store, make_delivery(ONE), make_delivery(ONE), make_delivery(ONE, key=make_key(place(1)))
    )
    assert len(planned) == len(await kept(each_store)) == 2


async def test_what_is_there_already_is_left_alone_and_the_others_are_entered(each_store: Store) -> None:
    (first,) = await plan_all(each_store, make_delivery(ONE))
    (new,) = await plan_all(each_store, make_delivery(TWO), make_delivery(TWO, key=make_key(place(1))))
    assert await kept(each_store) == [new, first]
    assert new.key.destination == place(1)


async def test_two_of_one_batch_that_want_the_same_papers_share_them_by_key(each_store: Store) -> None:
    wanted = [
        make_cards(ONE, TWO, THREE, key=make_key(slot="setup-2"), considered=4, left_out={ALREADY_POSTED: 1}),
        make_cards(TWO, key=make_key(slot="setup-1")),
    ]
    first, second = await plan_all(each_store, *wanted)
    assert (first.key.slot, first.paper_ids) == ("setup-1", (TWO,))
    assert (second.paper_ids, [message.part for message in second.messages]) == ((ONE, THREE), [0, 2])
    assert second.left_out == {ALREADY_POSTED: 2}
    assert await kept(each_store) == [second, first]


async def test_ended_ones_of_a_batch_take_nothing_and_have_no_messages(each_store: Store) -> None:
    ended = make_cards(ONE, key=make_key(slot="setup-1"), ended_at=BASE, state=DeliveryState.SKIPPED, problem="late")
    skipped, planned = await plan_all(each_store, ended, make_delivery(ONE, key=make_key(slot="setup-2")))
    assert planned.paper_ids == (ONE,)
    assert [one.messages for one in await kept(each_store)] == [planned.messages, ()]
    assert skipped.state is DeliveryState.SKIPPED


async def test_none_is_none(each_store: Store) -> None:
    assert await plan_all(each_store) == []


async def test_more_than_one_statement_holds_are_entered_all(each_store: Store) -> None:
    wanted = [make_delivery(ONE, key=make_key(place(n + 1))) for n in range(1_200)]
    planned = await plan_all(each_store, *wanted)
    assert {one.key for one in planned} == {one.key for one in wanted}
    assert {one.paper_ids for one in planned} == {(ONE,)}
    assert all(len(one.messages) == 1 for one in await kept(each_store))


async def test_batches_at_once_make_each_key_once_and_post_each_paper_once(each_url: str) -> None:
    """In any order: whoever waits for another's rows must not be waited for."""
    stores = [await Store.open(each_url) for _ in range(2)]
    keys = [make_key(place(n % 3 + 1), slot=f"setup-{n}") for n in range(12)]

    async def plan(number: int) -> list[Delivery]:
        mine = keys[number:] + keys[:number]
        return await plan_all(stores[number % 2], *(make_cards(ONE, TWO, THREE, key=key) for key in mine))

    planned = [one for part in await asyncio.gather(*map(plan, range(6))) for one in part]
    assert sorted(one.key.slot for one in planned) == sorted(key.slot for key in keys)
    taken = [(one.key.destination, paper_id) for one in planned for paper_id in one.paper_ids]
    assert len(taken) == len(set(taken)) == 3 * 3
    for store in stores:
        await store.close()


# --- cadences ---


async def test_a_round_up_may_name_what_a_daily_digest_named_and_never_twice_itself(each_store: Store) -> None:
    await plan_all(each_store, make_delivery(ONE))
    (weekly,) = await plan_all(each_store, make_delivery(ONE, TWO, key=make_key(slot="w1"), cadence=Cadence.WEEKLY))
    (again,) = await plan_all(each_store, make_delivery(ONE, THREE, key=make_key(slot="w2"), cadence=Cadence.WEEKLY))
    (monthly,) = await plan_all(each_store, make_delivery(ONE, key=make_key(slot="m"), cadence=Cadence.MONTHLY))
    assert [one.paper_ids for one in (weekly, again, monthly)] == [(ONE, TWO), (THREE,), (ONE,)]
    async with each_store.read() as tx:
        found = {
            cadence: await tx.deliveries.posted_among([CHANNEL, place(1)], [ONE, TWO, FOUR], cadence)
            for cadence in Cadence
        }
    assert found == {
        Cadence.DAILY: {CHANNEL: {ONE}},
        Cadence.WEEKLY: {CHANNEL: {ONE, TWO}},
        Cadence.MONTHLY: {CHANNEL: {ONE}},
    }
    assert (await kept(each_store))[0].cadence is Cadence.MONTHLY


# --- held and released ---


async def test_what_is_held_waits_to_the_end_of_its_grace_and_what_is_released_goes_out(each_store: Store) -> None:
    setup = make_setup(id=1)
    mine, other, beside = await plan_all(
        each_store,
        make_delivery(ONE, key=make_key(slot="setup-1")),
        make_delivery(TWO, key=make_key(slot="setup-11")),
        make_delivery(THREE, key=make_key(slot="setup-1-now-0900")),
    )
    async with each_store.write() as tx:
        await tx.deliveries.hold(setup, problem="no permission")
        assert {one.id for one in await tx.deliveries.due(LATER)} == {other.id, beside.id}
        held = await tx.deliveries.get(mine.id)
        assert held is not None
        assert (held.state, held.not_before, held.problem) == (DeliveryState.PLANNED, mine.expires_at, "no permission")
        assert mine.id in {one.id for one in await tx.deliveries.due(mine.expires_at)}
        await tx.deliveries.release(setup)
        assert await tx.deliveries.get(mine.id) == mine
        assert mine.id in {one.id for one in await tx.deliveries.due(LATER)}


async def test_of_all_that_waits_for_a_place_what_is_held_goes_out_and_what_waits_for_patience_does_not(
    each_store: Store,
) -> None:
    elsewhere, held, patient = await plan_all(
        each_store,
        make_delivery(ONE, key=make_key(place(1))),
        make_delivery(TWO, key=make_key(slot="notice-saved-1")),
        make_delivery(THREE, key=make_key(slot="topics")),
    )
    waits = {held.id: held.expires_at, patient.id: LATER, elsewhere.id: elsewhere.expires_at}
    async with each_store.write() as tx:
        for delivery_id, until in waits.items():
            await tx.deliveries.claim(delivery_id, now=BASE, lease=timedelta(minutes=2))
            await tx.deliveries.retry(delivery_id, not_before=until, problem="not now")
        assert await tx.deliveries.release_held(CHANNEL)
        assert [one.id for one in await tx.deliveries.due(BASE)] == [held.id]
        assert not await tx.deliveries.release_held(CHANNEL)


async def test_what_is_under_way_or_over_is_neither_held_nor_released(each_store: Store) -> None:
    (mine,) = await plan_all(each_store, make_delivery(ONE))
    setup = make_setup(id=1)
    async with each_store.write() as tx:
        await tx.deliveries.claim(mine.id, now=BASE, lease=timedelta(minutes=2))
        for step in (tx.deliveries.hold(setup, problem="no permission"), tx.deliveries.release(setup)):
            before = await tx.deliveries.get(mine.id)
            await step
            assert await tx.deliveries.get(mine.id) == before
        await note_sent(tx.deliveries, mine.id, message_id=1, at=LATER)
        sent = await tx.deliveries.get(mine.id)
        await tx.deliveries.hold(setup, problem="no permission")
        assert await tx.deliveries.get(mine.id) == sent


@pytest.mark.parametrize("slot", ["setup-1", "setup-1-now-0900"])
async def test_what_waits_in_a_slot_is_skipped_with_what_goes_on_after_a_hyphen(each_store: Store, slot: str) -> None:
    (mine, _) = await plan_all(
        each_store,
        make_delivery(ONE, key=make_key(slot=slot)),
        make_delivery(TWO, key=make_key(slot="setup-11")),
    )
    async with each_store.write() as tx:
        assert await tx.deliveries.skip_waiting(place(1), "setup-1", reason="removed", at=LATER) == 0
        assert await tx.deliveries.skip_waiting(CHANNEL, "setup-1", reason="removed", at=LATER) == 1
        assert await tx.deliveries.skip_waiting(CHANNEL, "setup-1", reason="removed", at=LATER) == 0
        skipped = await tx.deliveries.get(mine.id)
        assert skipped is not None
        assert (skipped.state, skipped.problem, skipped.ended_at) == (DeliveryState.SKIPPED, "removed", LATER)
        assert await posted_papers(tx.deliveries, CHANNEL) == {TWO}


async def test_the_wildcards_of_sql_are_letters_like_others(each_store: Store) -> None:
    await plan_all(each_store, make_delivery(ONE, key=make_key(slot="setupX1-now")))
    async with each_store.write() as tx:
        assert await tx.deliveries.skip_waiting(CHANNEL, "setup_1", reason="removed", at=LATER) == 0
        assert await tx.deliveries.skip_waiting(CHANNEL, "%", reason="removed", at=LATER) == 0


# --- revised ---


async def test_a_revision_is_kept_and_takes_its_papers(each_store: Store) -> None:
    (digest,) = await plan_all(each_store, make_delivery(ONE, revise_until=BASE + timedelta(hours=23)))
    (other,) = await plan_all(each_store, make_delivery(THREE, key=make_key(slot="setup-2")))
    revision = replace(
        digest,
        paper_ids=(ONE, TWO, THREE),
        added=(TWO, THREE),
        considered=5,
        left_out={"over the limit": 2},
        notes={ONE: "first", TWO: "added later", THREE: "added later"},
    )
    async with each_store.write() as tx:
        assert await tx.deliveries.to_revise(BASE + timedelta(days=2)) == []
        assert await tx.deliveries.revised(revision, revise_at=None) is None, "it is not sent yet"
        await tx.deliveries.skipped(other.id, reason="removed", at=BASE)
    async with each_store.write() as tx:
        await tx.deliveries.message_sent(digest.id, 0, message_id=7, at=LATER, publish=False)
        await tx.deliveries.sent(digest.id, at=LATER, revise_at=BASE + timedelta(hours=23))
        assert [one.id for one in await tx.deliveries.to_revise(BASE + timedelta(hours=23))] == [digest.id]
        kept_so = await tx.deliveries.revised(revision, revise_at=BASE + timedelta(hours=1))
        after = await tx.deliveries.get(digest.id)
        assert kept_so is not None
        assert after is not None
        assert (after.paper_ids, after.added, after.notes) == (kept_so.paper_ids, kept_so.added, kept_so.notes)
        assert after.considered == len(after.paper_ids) + sum(after.left_out.values())
        assert await posted_papers(tx.deliveries, CHANNEL) == set(after.paper_ids)
        assert [one.id for one in await tx.deliveries.to_revise(BASE + timedelta(hours=1))] == [digest.id]
        await tx.deliveries.revise_later(digest.id, None)
        assert await tx.deliveries.to_revise(BASE + timedelta(days=9)) == []


async def test_a_revision_cannot_take_what_another_delivery_has(each_store: Store) -> None:
    digest, _ = await plan_all(each_store, make_delivery(ONE), make_delivery(TWO, key=make_key(slot="setup-2")))
    revision = replace(digest, paper_ids=(ONE, TWO, THREE), added=(TWO, THREE), considered=3, left_out={})
    async with each_store.write() as tx:
        await note_sent(tx.deliveries, digest.id, message_id=7, at=LATER)
        after = await tx.deliveries.revised(revision, revise_at=None)
    assert after is not None
    assert (after.paper_ids, after.added, after.left_out) == ((ONE, THREE), (THREE,), {ALREADY_POSTED: 1})


async def test_what_the_last_digest_of_a_slot_gained_is_found_for_the_next(each_store: Store) -> None:
    def day(before: int, slot: str = "setup-1", destination: Destination = CHANNEL) -> object:
        return make_key(destination, DAY - timedelta(days=before), slot)

    wanted = {
        ("a week ago", day(7)): (FOUR,),
        ("the day before yesterday", day(2)): (ONE,),
        ("yesterday", day(1)): (TWO, THREE),
        ("in another slot", day(1, "setup-2")): (FOUR,),
        ("in another place", day(1, destination=place(1))): (FOUR,),
        ("longer ago", day(8, "setup-3")): (FOUR,),
    }
    async with each_store.write() as tx:
        for (_, key), added in wanted.items():
            kept_so = await tx.deliveries.plan(make_delivery(key=key, added=added))  # type: ignore[arg-type]  # a key
            assert kept_so is not None
            await note_sent(tx.deliveries, kept_so.id, message_id=kept_so.id, at=LATER)
        await tx.deliveries.plan(make_delivery(added=(FOUR,)))  # today's own
        asked = [make_key(), make_key(slot="setup-3"), make_key(slot="setup-9")]
        assert await tx.deliveries.added_before(asked) == {make_key(): (TWO, THREE)}
