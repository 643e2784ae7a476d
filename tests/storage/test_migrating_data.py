"""A store that an earlier version wrote is brought up to date with all that it held, on either database."""

from collections.abc import AsyncIterator
from datetime import time, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, Connection, Date, Time, column, insert, table
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrations
from storage.address import Address
from storage.columns import Moment, Place, Texts
from storage.records import Cadence, DeliveryState, Layout, Message, Settle
from storage.store import Store
from tests.builders import (
    BASE,
    CHANNEL,
    DAY,
    GUILD_ID,
    PERSON_ID,
    make_id,
    make_paper,
    make_person,
    make_setup,
    make_sighting,
)
from tests.ledger import posted_papers

ONE, TWO, THREE = make_id(1), make_id(2), make_id(3)
SENT_AT = BASE + timedelta(seconds=4)
PLANNED, SENDING, SENT, SKIPPED = (
    DeliveryState.PLANNED,
    DeliveryState.SENDING,
    DeliveryState.SENT,
    DeliveryState.SKIPPED,
)

# The tables as the first version wrote them, with what needs a type to be written alike on both databases.
OLD_DELIVERIES = table(
    "deliveries",
    *(column(name) for name in ("id", "slot", "token", "considered", "state", "attempts", "message_id")),
    column("local_date", Date),
    *(column(name, Moment) for name in ("due_at", "expires_at", "planned_at", "ended_at", "lease_until")),
    column("destination", Place),
    column("paper_ids", Texts),
    column("left_out", JSON),
    column("notes", JSON),
)
OLD_POSTED = table("posted_papers", column("destination", Place), column("paper_id"), column("delivery_id"))
OLD_PEOPLE = table(
    "people", *map(column, ("id", "zone", "grace_seconds")), column("at", Time), column("weekdays", JSON)
)
OLD_SETUPS = table(
    "channel_setups",
    *(column(name) for name in ("guild_id", "zone", "grace_seconds", "limit", "sort", "min_upvotes")),
    *(column(name) for name in ("paused_because", "created_by")),
    column("at", Time),
    column("destination", Place),
    column("weekdays", JSON),
    column("created_at", Moment),
)


def delivery(number: int, state: DeliveryState, *paper_ids: str, **facts: Any) -> dict[str, Any]:
    ended = {"ended_at": SENT_AT} if state not in {PLANNED, SENDING} else {}
    return {
        "id": number,
        "destination": CHANNEL,
        "local_date": DAY,
        "slot": f"setup-{number}",
        "due_at": BASE,
        "expires_at": BASE + timedelta(hours=6),
        "token": f"token{number}",
        "paper_ids": paper_ids,
        "considered": len(paper_ids) + 2,
        "left_out": {"over the limit": 2},
        "notes": dict.fromkeys(paper_ids, "because"),
        "state": str(state),
        "attempts": 0,
        "message_id": None,
        "planned_at": BASE,
        "ended_at": None,
        "lease_until": None,
        **ended,
        **facts,
    }


def setup(**facts: Any) -> dict[str, Any]:
    return {
        "guild_id": GUILD_ID,
        "destination": CHANNEL,
        "at": time(9),
        "zone": "UTC",
        "weekdays": [0, 1, 2, 3, 4, 5, 6],
        "grace_seconds": 6 * 3600,
        "limit": 5,
        "sort": "trending",
        "min_upvotes": 0,
        "paused_because": None,
        "created_by": PERSON_ID,
        "created_at": BASE - timedelta(days=30),
        **facts,
    }


def write_as_the_first_version(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    connection.execute(insert(OLD_SETUPS), [setup(), setup(limit=3, paused_because="paused by an admin")])
    person = {"id": PERSON_ID, "at": time(9), "zone": "UTC", "grace_seconds": 6 * 3600, "weekdays": list(range(7))}
    connection.execute(insert(OLD_PEOPLE), [person])
    connection.execute(
        insert(OLD_DELIVERIES),
        [
            delivery(1, SENT, ONE, message_id=4711, attempts=1),
            delivery(2, SENDING, TWO, attempts=1, lease_until=BASE + timedelta(minutes=2)),
            delivery(3, PLANNED, THREE),
            delivery(4, SKIPPED),
        ],
    )
    taken = [(ONE, 1), (TWO, 2), (THREE, 3)]
    connection.execute(
        insert(OLD_POSTED),
        [{"destination": CHANNEL, "paper_id": paper_id, "delivery_id": number} for paper_id, number in taken],
    )


@pytest.fixture
async def old_store(each_empty_url: str) -> AsyncIterator[Store]:
    """Written by the first version, then opened by this one."""
    engine = create_async_engine(Address.parse(each_empty_url).url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(write_as_the_first_version)
    finally:
        await engine.dispose()
    store = await Store.open(each_empty_url)
    yield store
    await store.close()


async def test_a_delivery_that_was_sent_keeps_its_message(old_store: Store) -> None:
    async with old_store.read() as tx:
        sent = await tx.deliveries.by_token("token1")
    assert sent is not None
    assert (sent.state, sent.ended_at, sent.message_id) == (SENT, SENT_AT, 4711)
    assert sent.messages == (Message(part=0, token="token1", message_id=4711, sent_at=SENT_AT),)
    assert (sent.cadence, sent.paper_ids, sent.notes) == (Cadence.DAILY, (ONE,), {ONE: "because"})
    assert (sent.considered, sent.left_out) == (3, {"over the limit": 2})
    assert (sent.added, sent.also, sent.empty_because, sent.revise_until) == ((), (), None, None)


async def test_what_was_on_its_way_goes_on_under_the_same_token(old_store: Store) -> None:
    now, lease = BASE + timedelta(minutes=3), timedelta(minutes=2)
    async with old_store.write() as tx:
        due = await tx.deliveries.due(now)
        claimed = [await tx.deliveries.claim(one.id, now=now, lease=lease) for one in due]
    found = [(one.delivery.messages, one.resumed) for one in claimed if one is not None]
    assert found == [((Message(part=0, token="token2"),), True), ((Message(part=0, token="token3"),), False)]


async def test_what_was_skipped_has_no_message_that_could_still_be_sent(old_store: Store) -> None:
    async with old_store.read() as tx:
        skipped = await tx.deliveries.by_token("token4")
    assert skipped is not None
    assert (skipped.state, skipped.messages) == (SKIPPED, ())


async def test_what_was_posted_is_posted_still_and_knows_by_which_delivery(old_store: Store) -> None:
    async with old_store.write() as tx:
        assert await posted_papers(tx.deliveries, CHANNEL) == {ONE, TWO, THREE}
        assert await posted_papers(tx.deliveries, CHANNEL, Cadence.WEEKLY) == set()
        waiting = await tx.deliveries.by_token("token3")
        assert waiting is not None
        await tx.deliveries.failed(waiting.id, problem="refused", at=BASE)
        assert await posted_papers(tx.deliveries, CHANNEL) == {ONE, TWO}


async def test_setups_stay_as_they_were_and_as_quiet(old_store: Store) -> None:
    async with old_store.read() as tx:
        running, paused = await tx.channels.list()
        due = await tx.channels.due(BASE)
    assert running == make_setup(id=running.id, quiet=True)
    assert (paused.limit, paused.paused_because, paused.obstacle) == (3, "paused by an admin", None)
    assert {(one.layout, one.settle, one.publish, one.tags) for one in (running, paused)} == {
        (Layout.DIGEST, Settle.NOW, False, ())
    }
    assert list(due) == [running], "nothing is foreseen yet"


async def test_it_gets_a_number_by_which_it_is_told_from_others(old_store: Store) -> None:
    async with old_store.read() as tx:
        lineage = await tx.papers.lineage()
    assert lineage.store > 0
    assert (lineage.copied_from, lineage.copied_at) == (0, 0)


async def test_people_are_still_due_and_new_things_can_be_kept(old_store: Store) -> None:
    async with old_store.write() as tx:
        assert list(await tx.people.due(BASE)) == [make_person()]
        await tx.papers.save([make_paper(ONE, version=1)], [])
        await tx.papers.save([make_paper(ONE, version=2)], [make_sighting(ONE)])
        assert [change.version for change in await tx.papers.changes()] == [2]
        assert (await tx.channels.add(make_setup())).id == 3
