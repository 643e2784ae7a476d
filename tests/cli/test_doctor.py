"""The doctor says what is paused, on hold, late, given up or unreadable, and how each is mended."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli import delivering, doctoring, looking
from bot.cli.finding import Finding, Verdict
from bot.services.examination import Examination
from bot.settings import load_settings
from storage.records import ChannelSetup, Destination, DestinationKind, Obstacle
from storage.source_state import SourceState
from storage.store import Store
from tests.builders import BASE, CHANNEL, make_delivery, make_key, make_schedule, make_setup
from tests.cli.conftest import Paperboy
from tests.render.test_status_and_help_posts import make_health
from tests.standins.chat_server import ChatServer, Turn, error, refuses, says

KEY = "sk-of-this-test"
ALL_IS_WELL = Examination(unreadable=(), held=(), overdue=(), dropped=(), to_publish=0, to_edit=0)
PAUSED = make_setup(id=3, paused_because="I may not write there", obstacle=Obstacle.PERMISSION)
LEFT = replace(PAUSED, id=4, obstacle=Obstacle.LEFT)
ON_PURPOSE = replace(PAUSED, id=5, paused_because="paused by an admin", obstacle=None)


def told(found: Examination, *setups: ChannelSetup) -> list[str]:
    return [f"{one.words} {one.mend}" for one in delivering.findings(setups, found)]


def test_where_all_is_well_nothing_is_said() -> None:
    assert told(ALL_IS_WELL, make_setup()) == []


def test_each_pause_is_told_with_what_mends_it() -> None:
    permission, left, on_purpose = told(ALL_IS_WELL, PAUSED, LEFT, ON_PURPOSE)
    assert permission.startswith(f"setup 3 ({CHANNEL}) is paused: I may not write there Open the channel's settings")
    assert permission.endswith("/channels resume 3")
    assert left.endswith("Invite Paperboy to that server again: its setups then go on by themselves.")
    assert on_purpose.endswith("is paused: paused by an admin Let it go on with: /channels resume 5")


def test_what_waits_in_vain_is_counted_and_placed() -> None:
    due = make_delivery("2503.00001")
    elsewhere = make_delivery(key=make_key(replace(CHANNEL, id=7)))
    found = replace(ALL_IS_WELL, held=(due, elsewhere), overdue=(due,), to_publish=1, to_edit=2)
    held, overdue, to_publish, to_edit = told(found)
    assert f"2 digests for {CHANNEL} and channel:7" in held
    assert f"1 digest waits to be sent since 14 March, 09:00 UTC, for {CHANNEL}" in overdue
    assert "1 message waits to be published" in to_publish
    assert "2 messages wait to be brought up to date" in to_edit


def test_of_very_many_only_the_first_are_named() -> None:
    lines = told(ALL_IS_WELL, *[PAUSED] * 50)
    assert len(lines) == delivering.MOST_NAMED + 1
    assert lines[-1].startswith("30 more are paused or cannot be read")


def test_what_holds_deliveries_up_is_nothing_wrong_with_the_program() -> None:
    due = make_delivery("2503.00001")
    found = replace(ALL_IS_WELL, held=(due,), overdue=(due,), to_publish=1)
    assert {one.verdict for one in delivering.findings([PAUSED], found)} == {Verdict.NOTE}


NEXT = "The next look is in 2 hours."


def about_sources(folder: Path | None = None, **state: Any) -> list[str]:
    sources = (SourceState(name="arxiv", **state),)
    found = make_health(sources=sources, next_looks={"arxiv": BASE + timedelta(hours=2)})
    return [f"{one.verdict.value} {one.words} {one.mend}" for one in looking.findings(found, folder)]


def test_of_each_source_it_is_told_how_it_was_read_last_and_when_it_is_asked_next() -> None:
    [never], [well], [badly], [changed] = (
        about_sources(problem="It was down."),
        about_sources(succeeded_at=BASE - timedelta(hours=3), fetched=9),
        about_sources(succeeded_at=BASE, fetched=9, rejected=2, rejects=("item 1: no title", "item 2: no id")),
        about_sources(succeeded_at=BASE, fetched=9, rejected=5, rejects=("item 1: no title",), usual_share=0.9),
    )
    assert never == f"note arXiv: never read yet; it failed when it was last asked: It was down. {NEXT}"
    assert well == f"ok arXiv: last read 3 hours ago, 9 papers {NEXT}"
    assert "2 of them unreadable; the first of each kind: item 1: no title; item 2: no id" in badly
    assert changed.startswith("wrong 5 of 9 papers of arXiv could not be read, many more than usual; the first of")


def test_the_folder_of_reference_files_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    assert about_sources(tmp_path)[-1].startswith(f"note {tmp_path} holds no reference files")
    (tmp_path / "a.bib").touch()
    assert about_sources(tmp_path)[-1].startswith(f"ok {tmp_path} holds 1 reference file")
    missing = about_sources(tmp_path / "missing")[-1]
    assert missing.startswith("wrong")
    assert "No such file" in missing
    assert "PAPERS_FOLDER" in missing


@pytest.fixture
def troubled(folder: Path, store_file: Path) -> None:
    """A store with a setup whose zone nobody knows, a paused one, and a digest that is held for it."""

    async def fill() -> None:
        now = datetime.now(UTC)
        store = await Store.open("sqlite+aiosqlite:///paperboy.db")
        async with store.write() as tx:
            await tx.channels.add(make_setup(schedule=make_schedule(zone="Mars/Base")))
            place = Destination(kind=DestinationKind.CHANNEL, id=77)
            paused = await tx.channels.add(replace(PAUSED, destination=place, paused_at=BASE))
            times = {"due_at": now - timedelta(hours=2), "expires_at": now + timedelta(hours=4), "planned_at": now}
            await tx.deliveries.plan(make_delivery("2503.00001", key=make_key(place, slot=paused.slot), **times))
            await tx.deliveries.hold(paused, problem="I may not write there")
        await store.close()

    asyncio.run(fill())


@pytest.mark.usefixtures("troubled")
def test_the_doctor_names_them_all_and_fails_for_what_is_wrong(paperboy: Paperboy) -> None:
    ended = paperboy("doctor")
    words = " ".join(ended.out.split())
    assert ended.code == 1
    assert "wrong Channel: setup 1" in words
    assert "“Mars/Base” is not a time zone" in words
    assert "note Channel: setup 2 (channel:77) is paused: I may not write there" in words
    assert "note On hold: 1 digest for channel:77" in words
    assert "kept for 180 days (LEDGER_DAYS)" in words
    assert words.endswith("1 to mend.")


@pytest.mark.usefixtures("troubled")
def test_a_zone_that_cannot_be_read_leaves_the_status_readable(paperboy: Paperboy) -> None:
    assert paperboy("status").code == 0
    assert paperboy("channels", "list").code == 0
    assert paperboy("status", "--preview", "1").code == 2


async def about_the_model(url: str, monkeypatch: pytest.MonkeyPatch) -> Finding:
    chosen = {"LLM_BASE_URL": url, "LLM_MODEL": "small-1", "LLM_API_KEY": KEY, "SEMANTIC": "off"}
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    [finding] = [one async for one in doctoring.findings(load_settings()) if one.about == "Model"]
    assert KEY not in f"{finding.words} {finding.mend}"
    return finding


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("turn", "verdict", "words"),
    [
        (says("Yes", finish="length"), Verdict.GOOD, "small-1 at {url} answers; questions and passages of papers go"),
        (refuses(401, error(f"No such key: {KEY}")), Verdict.BAD, "small-1 at {url} does not answer: The model's"),
    ],
)
async def test_a_model_is_asked_whether_it_answers(
    turn: Turn, verdict: Verdict, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ChatServer([turn]) as server:
        finding = await about_the_model(server.url, monkeypatch)
    assert finding.verdict is verdict
    assert finding.words.startswith(words.format(url=server.url))


@pytest.mark.usefixtures("filled")
async def test_each_of_several_models_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ChatServer([says("Yes"), refuses(404)]) as server:
        for name, value in {"LLM_BASE_URL": server.url, "LLM_MODEL": "small-1, gone-1", "SEMANTIC": "off"}.items():
            monkeypatch.setenv(name, value)
        found = [one async for one in doctoring.findings(load_settings()) if one.about == "Model"]
    assert [(one.verdict, one.words.split()[0]) for one in found] == [
        (Verdict.GOOD, "small-1"),
        (Verdict.BAD, "gone-1"),
    ]


async def test_where_the_models_budget_is_spent_nobody_is_asked(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_TOKENS_A_DAY", "1")
    async with ChatServer([says("Yes", usage=(9, 1))]) as server:
        await about_the_model(server.url, monkeypatch)
        finding = await about_the_model(server.url, monkeypatch)
    assert (finding.verdict, len(server.heard)) == (Verdict.NOTE, 1)
    assert finding.mend == "Passages come meanwhile."
