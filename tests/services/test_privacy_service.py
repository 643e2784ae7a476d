"""All that is kept of a person can be taken along, and leaves no trace when they ask; held against the raw tables."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Unreachable
from bot.ports import Resources
from bot.services import answers, channels, dispatch, privacy, saved, topics
from storage.channels import NOBODY
from storage.questions import of_person
from storage.records import ChannelSetup, Obstacle
from storage.turns import Turn
from tests.builders import (
    BASE,
    CHANNEL,
    DAY,
    PERSON_ID,
    FakeClock,
    make_delivery,
    make_id,
    make_key,
    make_paper,
    make_papers,
    make_setup,
)
from tests.services.doubles import FakeOutbox, FakeSource
from tests.services.seeding import keep_unindexed

SOMEBODY_ELSE = PERSON_ID + 1


def rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of every table, as it stands in the file."""
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  # names from the file itself
                yield table, dict(row)


def traces_of(person_id: int, file: Path) -> list[str]:
    """The tables in which the person's number stands, anywhere in any row."""
    return [table for table, row in rows(file) if str(person_id) in json.dumps(row, default=str)]


async def moved_in(r: Resources, person_id: int) -> ChannelSetup:
    """Somebody follows two topics and makes a setup."""
    await topics.follow(r, person_id, "test", at=time(10), zone="Europe/Berlin")
    await topics.follow(r, person_id, "author:noether")
    async with r.store.write() as tx:
        await tx.questions.take(r.clock().date(), of_person(person_id), most=None)
        turn = Turn(question="How many pots?", said=("42 pots.",), at=r.clock())
        await tx.discussions.remember(person_id % 10, person_id, turn)
    await keep_unindexed(r, make_paper(make_id(1)))
    await saved.save(r, person_id, make_id(1))
    asked = await answers.ask(r, "How large is the dataset?")
    assert asked.token is not None
    await answers.vote(r, asked.token, person_id, is_good=False)
    return await channels.create(r, make_setup(created_by=person_id, destination=replace(CHANNEL, id=person_id % 10)))


@pytest.fixture
async def setup(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> ChannelSetup:
    """Two such people and two days of digests; gives the setup of the one whom the tests are about."""
    clock.now = BASE - timedelta(hours=1)
    await moved_in(r, SOMEBODY_ELSE)
    setup = await moved_in(r, PERSON_ID)
    for day in range(2):
        clock.now = BASE + timedelta(days=day)
        await keep_unindexed(r, *make_papers(3 * (day + 1), daily_on=clock.now.date()))
        await dispatch.tick(replace(r, sources=()), outbox)
    return setup


# --- the export ---


async def test_an_export_holds_everything(r: Resources, setup: ChannelSetup) -> None:
    kept = await privacy.export(r, PERSON_ID)
    assert kept["person"] == PERSON_ID
    assert kept["daily_message"]["hour"] == "10:00"
    assert kept["daily_message"]["zone"] == "Europe/Berlin"
    assert [topic["query"] for topic in kept["topics"]] == ["test", "author:noether"]
    assert [(one["day"], one["state"]) for one in kept["deliveries"]] == [
        ("2025-03-15", "sent"),
        ("2025-03-14", "sent"),
    ]
    (vote,) = kept["votes_on_answers"]
    assert (vote["question"], vote["helps"]) == ("How large is the dataset?", False)
    assert kept["questions_to_the_model_today"] == 0, "that was the day before"
    paper = make_paper(make_id(1))
    assert kept["saved_papers"] == [{"paper": paper.id, "title": paper.title, "since": "2025-03-14T08:00:00+00:00"}]
    assert [(one["question"], one["answer"]) for one in kept["questions_in_threads"]] == [
        ("How many pots?", ["42 pots."])
    ]
    assert kept["channel_setups_made"] == [{"id": setup.id, "channel": str(setup.destination)}]


async def test_an_export_tells_of_each_message_what_the_ledger_does(r: Resources, setup: ChannelSetup) -> None:
    (_, first) = (await privacy.export(r, PERSON_ID))["deliveries"]
    async with r.store.read() as tx:
        person = await tx.people.get(PERSON_ID)
        assert person is not None
        (_, kept) = await tx.deliveries.recent(destination=person.destination)
    assert first == {
        "day": "2025-03-14",
        "state": "sent",
        "papers": list(kept.paper_ids),
        "why": kept.notes,
        "left_out": kept.left_out,
        "message": kept.message_id,
        "problem": None,
        "due_at": kept.due_at.isoformat(),
        "ended_at": BASE.isoformat(),
    }
    assert set(first["why"].values()) == {"test"}


@pytest.mark.usefixtures("setup")
async def test_an_export_is_one_json_document_and_holds_nothing_of_others(r: Resources) -> None:
    text = json.dumps(await privacy.export(r, PERSON_ID))
    assert str(SOMEBODY_ELSE) not in text


async def test_an_export_tells_since_when_messages_are_refused(
    r: Resources, outbox: FakeOutbox, source: FakeSource, clock: FakeClock
) -> None:
    source.lists[DAY] = make_papers(1)
    clock.now = BASE - timedelta(hours=1)
    person = (await topics.follow(r, PERSON_ID, "test")).person
    clock.now = BASE
    outbox.before = [Unreachable(person.destination, "Closed.", obstacle=Obstacle.DM_CLOSED)]
    await dispatch.tick(r, outbox)
    clock.advance(hours=6)  # until then it is held, for somebody who mends it
    await dispatch.tick(r, outbox)
    kept = await privacy.export(r, PERSON_ID)
    assert kept["daily_message"]["direct_messages_closed_since"] == BASE.isoformat()
    assert [(one["state"], one["problem"]) for one in kept["deliveries"]] == [("unreachable", "Closed.")]


async def test_years_of_messages_are_exported_whole(r: Resources, store_file: Path) -> None:
    person = (await topics.follow(r, PERSON_ID, "test")).person
    async with r.store.write() as tx:
        await tx.deliveries.plan(make_delivery(key=make_key(person.destination)))
    (first,) = (row for table, row in rows(store_file) if table == "deliveries")
    with closing(sqlite3.connect(store_file)) as database, database:
        database.executemany(
            f"INSERT INTO deliveries VALUES ({', '.join(f':{name}' for name in first)})",  # noqa: S608  # its own names
            [
                first | {"id": number, "slot": f"slot-{number}", "token": f"token-{number}"}
                for number in range(2, 5_001)
            ],
        )
    assert len((await privacy.export(r, PERSON_ID))["deliveries"]) == 5_000


async def test_of_a_stranger_there_is_nothing(r: Resources) -> None:
    assert await privacy.export(r, PERSON_ID) == {
        "person": PERSON_ID,
        "daily_message": None,
        "topics": [],
        "saved_papers": [],
        "deliveries": [],
        "votes_on_answers": [],
        "questions_in_threads": [],
        "questions_to_the_model_today": 0,
        "channel_setups_made": [],
    }


# --- the end of it ---


async def test_forgetting_leaves_no_trace_in_any_table(r: Resources, setup: ChannelSetup, store_file: Path) -> None:
    assert set(traces_of(PERSON_ID, store_file)) == {
        "people",
        "topics",
        "deliveries",
        "posted_papers",
        "channel_setups",
        "model_questions",
        "answer_votes",
        "turns",
        "saved_papers",
    }
    others = traces_of(SOMEBODY_ELSE, store_file)
    assert await privacy.forget(r, PERSON_ID) == (2, 1)
    assert traces_of(PERSON_ID, store_file) == []
    assert traces_of(SOMEBODY_ELSE, store_file) == others
    assert (await privacy.export(r, PERSON_ID))["topics"] == []


async def test_a_setup_that_they_made_stays_with_its_server_without_their_name(
    r: Resources, setup: ChannelSetup
) -> None:
    await privacy.forget(r, PERSON_ID)
    assert await channels.setup_by_id(r, setup.id) == replace(setup, created_by=NOBODY)


@pytest.mark.usefixtures("setup")
async def test_who_is_forgotten_gets_no_more_messages(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    await privacy.forget(r, PERSON_ID)
    outbox.sent.clear()
    clock.advance(days=1)
    await dispatch.tick(r, outbox)
    assert PERSON_ID not in {message.destination.id for message in outbox.sent}


async def test_forgetting_a_stranger_changes_nothing(r: Resources, store_file: Path) -> None:
    before = list(rows(store_file))
    assert await privacy.forget(r, PERSON_ID) == (0, 0)
    assert list(rows(store_file)) == before


@pytest.mark.usefixtures("setup")
async def test_who_was_forgotten_may_come_back_as_somebody_new(r: Resources, clock: FakeClock) -> None:
    await privacy.forget(r, PERSON_ID)
    followed = await topics.follow(r, PERSON_ID, "kernels")
    assert followed.person.schedule.zone == "UTC"
    assert (await privacy.export(r, PERSON_ID))["deliveries"] == []


async def test_a_message_that_is_under_way_leaves_no_trace_when_it_arrives(
    r: Resources, outbox: FakeOutbox, source: FakeSource, clock: FakeClock, store_file: Path
) -> None:
    source.lists[DAY] = make_papers(1)
    clock.now = BASE - timedelta(hours=1)
    await topics.follow(r, PERSON_ID, "test")
    clock.now = BASE
    send = outbox.send

    async def forgotten_meanwhile(*args: Any, **facts: Any) -> int:
        await privacy.forget(r, PERSON_ID)
        return await send(*args, **facts)

    outbox.send = forgotten_meanwhile  # type: ignore[method-assign]  # what happens elsewhere while it is sent
    await dispatch.tick(r, outbox)
    assert len(outbox.sent) == 1
    assert traces_of(PERSON_ID, store_file) == []
