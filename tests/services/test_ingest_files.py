"""Recorded answers, read by the real parser: whatever a file holds, the report says it and the store stays whole."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.ports import Resources
from bot.services import ingest, search
from bot.sources.http import PoliteClient
from bot.sources.huggingface import HuggingFace
from tests.builders import BASE, DAY, FakeClock
from tests.standins.hugging_face import as_body, make_item, make_items

NAME = f"{DAY}.json"


@pytest.fixture
async def hugging_face(clock: FakeClock) -> AsyncIterator[HuggingFace]:
    """The real source; a file needs no network, so any request is an error."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"a file was read from the network: {request.url}")

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as client:
        yield HuggingFace(PoliteClient(client, clock=clock), endpoint="https://hf.invalid", token=None, clock=clock)


def without_day(item: dict[str, Any]) -> dict[str, Any]:
    """As answers were before 17 March 2025: nothing in them tells on which day's list they stand."""
    paper = {name: value for name, value in item["paper"].items() if name != "submittedOnDailyAt"}
    return {**item, "paper": paper}


def written(folder: Path, body: bytes, name: str = NAME) -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


async def count(r: Resources) -> int:
    async with r.store.read() as tx:
        return await tx.papers.count()


async def test_a_file_brings_its_papers_as_a_look_would(
    r: Resources, hugging_face: HuggingFace, tmp_path: Path
) -> None:
    items = [*make_items(3, day=DAY), {"paper": {"id": "2503.1", "title": "A number"}}, "nonsense"]
    report = await ingest.file(r, hugging_face, written(tmp_path, as_body(items)))
    assert report.name == f"huggingface:{NAME}"
    assert (report.fetched, report.new, report.rejected) == (5, 3, 2)
    assert "2503.1" in report.rejects[0]
    assert (await search.trending(r, None)).total == 3


async def test_a_file_read_again_changes_nothing(r: Resources, hugging_face: HuggingFace, tmp_path: Path) -> None:
    path = written(tmp_path, as_body(make_items(3, day=DAY)))
    await ingest.file(r, hugging_face, path)
    async with r.store.read() as tx:
        before = await tx.papers.on_days(DAY, DAY)
        looks = await tx.papers.sightings([paper.id for paper in before])
    report = await ingest.file(r, hugging_face, path)
    assert (report.new, report.updated, report.unchanged) == (0, 0, 3)
    async with r.store.read() as tx:
        assert await tx.papers.on_days(DAY, DAY) == before
        assert await tx.papers.sightings([paper.id for paper in before]) == looks


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2025-03-12.json", date(2025, 3, 12)),
        ("daily_papers-2025-03-12-morning.txt", date(2025, 3, 12)),
    ],
)
async def test_the_day_in_the_name_counts_where_the_items_say_none(
    name: str, day: date, r: Resources, hugging_face: HuggingFace, tmp_path: Path
) -> None:
    body = as_body([without_day(item) for item in make_items(2, day=day)])
    await ingest.file(r, hugging_face, written(tmp_path, body, name))
    async with r.store.read() as tx:
        assert await tx.papers.days(5) == [(day, 2)]


async def test_the_items_own_day_goes_before_the_name(r: Resources, hugging_face: HuggingFace, tmp_path: Path) -> None:
    path = written(tmp_path, as_body(make_items(2, day=DAY)), "2025-03-10.json")
    await ingest.file(r, hugging_face, path)
    async with r.store.read() as tx:
        assert await tx.papers.latest_day() == DAY


@pytest.mark.parametrize("name", ["papers.json", "2025-02-30.json"])
async def test_without_any_day_the_papers_are_kept_and_stand_on_no_list(
    name: str, r: Resources, hugging_face: HuggingFace, tmp_path: Path
) -> None:
    report = await ingest.file(r, hugging_face, written(tmp_path, as_body([without_day(make_item())]), name))
    assert report.new == 1
    async with r.store.read() as tx:
        assert await tx.papers.latest_day() is None


async def test_an_older_recorded_look_only_fills_gaps(
    r: Resources, hugging_face: HuggingFace, tmp_path: Path, clock: FakeClock
) -> None:
    evening = BASE + timedelta(hours=10)
    clock.now = evening + timedelta(days=1)

    def seen_at(moment: datetime, **paper: Any) -> bytes:
        # A recorded look was made at the newest moment that it names.
        item = make_item(1, day=DAY, **paper)
        return as_body([{**item, "lastUpdatedAt": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")}])

    newer = seen_at(evening, upvotes=50, title="The final title")
    older = seen_at(BASE, upvotes=5, title="A first title", githubRepo="https://github.com/a/b")
    await ingest.file(r, hugging_face, written(tmp_path, newer, f"evening-{NAME}"))
    await ingest.file(r, hugging_face, written(tmp_path, older, f"morning-{NAME}"))
    (ranked,) = (await search.trending(r, None)).ranked
    paper = ranked.paper
    assert (paper.upvotes, paper.title, paper.code_url) == (50, "The final title", "https://github.com/a/b")
    assert ranked.reasons[0].startswith("+45 upvotes")


async def test_files_in_any_order_end_in_the_same_store(
    r: Resources, hugging_face: HuggingFace, tmp_path: Path, clock: FakeClock
) -> None:
    days = [DAY + timedelta(days=number) for number in (2, 0, 1)]
    clock.now = BASE + timedelta(days=9)
    for day in days:
        item = {**make_item(1, day=DAY), "lastUpdatedAt": f"{day}T12:00:00.000Z"}
        item["paper"]["upvotes"] = 10 * day.day
        await ingest.file(r, hugging_face, written(tmp_path, as_body([item]), f"{day}.json"))
    (ranked,) = (await search.trending(r, None)).ranked
    assert ranked.paper.upvotes == 10 * max(days).day
    assert ranked.paper.daily_on == DAY


async def test_a_recorded_look_says_nothing_of_how_the_source_is(
    r: Resources, hugging_face: HuggingFace, tmp_path: Path
) -> None:
    await ingest.file(r, hugging_face, written(tmp_path, as_body(make_items(1))))
    await ingest.file(r, hugging_face, written(tmp_path, b"", "broken.json"))
    async with r.store.read() as tx:
        assert await tx.sources.states() == []
        assert await tx.sources.day_looked_at("huggingface", DAY) is None


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"<!doctype html><html></html>", "web page"),
        (as_body(make_items(2))[:-20], "cut off"),
        (b'{"papers": []}', "not a list"),
        (b'{"error": "Too many requests"}', "Too many requests"),
        (b"[1, 2, 3]", "is a paper"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "nested"),
        (json.dumps([{"paper": {}}] * 10_001).encode(), "10,001 items"),
    ],
)
async def test_wrong_content_is_named_with_its_file(
    body: bytes, problem: str, r: Resources, hugging_face: HuggingFace, tmp_path: Path
) -> None:
    report = await ingest.file(r, hugging_face, written(tmp_path, body))
    assert report.error is not None
    assert report.error.startswith(f"{NAME}: ")
    assert problem in report.error
    assert (report.name, report.fetched) == (f"huggingface:{NAME}", 0)
    assert await count(r) == 0


async def test_a_file_of_a_day_to_come_is_refused(r: Resources, hugging_face: HuggingFace, tmp_path: Path) -> None:
    report = await ingest.file(
        r, hugging_face, written(tmp_path, as_body([without_day(make_item())]), "2025-03-15.json")
    )
    assert "still to come" in (report.error or "")


async def test_a_file_that_cannot_be_read_is_named(r: Resources, hugging_face: HuggingFace, tmp_path: Path) -> None:
    for path, why in ((tmp_path / "missing.json", "No such file"), (tmp_path, "Is a directory")):
        report = await ingest.file(r, hugging_face, path)
        assert str(path) in (report.error or "")
        assert why in (report.error or "")


async def test_a_file_larger_than_any_answer_is_not_read_whole(
    r: Resources, hugging_face: HuggingFace, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    with path.open("wb") as file:
        file.truncate(ingest.LARGEST_FILE * 100)  # a hole, which takes no room on the disk
    report = await ingest.file(r, hugging_face, path)
    assert "larger than 64 MB" in (report.error or "")
