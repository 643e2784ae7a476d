"""A dump of arXiv's metadata: whatever its lines hold, the report adds up, and what is known of a paper stays known."""

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.merge import as_said
from bot.core.reports import SourceReport
from bot.ports import Resources
from bot.services import bulk, ingest, search
from bot.sources import json_lines
from bot.sources.arxiv_bulk import Record, read_line
from storage.records import Paper, PaperId, Sighting
from tests.builders import make_paper, make_sighting
from tests.standins.arxiv_dump import as_line, as_lines, make_record, written

FIRST = PaperId("0704.0001")


async def brought(r: Resources, path: Path, body: bytes, **how: Any) -> SourceReport:
    return await bulk.file(r, written(path, body), **how)


async def paper(r: Resources, paper_id: str = FIRST) -> Paper:
    async with r.store.read() as tx:
        found = await tx.papers.get(PaperId(paper_id))
    assert found is not None
    return found


async def keep(r: Resources, papers: Sequence[Paper], sightings: Sequence[Sighting] = ()) -> None:
    async with r.store.write() as tx:
        await tx.papers.save(papers, sightings)


def sums(report: SourceReport) -> tuple[int, int, int, int, int]:
    assert report.fetched == report.new + report.updated + report.unchanged + report.rejected
    return report.fetched, report.new, report.updated, report.unchanged, report.rejected


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 3)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "arxiv.jsonl"


@pytest.mark.parametrize("name", ["arxiv.jsonl", "arxiv.jsonl.gz"])
async def test_every_line_becomes_a_paper_that_can_be_found(name: str, r: Resources, tmp_path: Path) -> None:
    body = as_lines(make_record(number) for number in range(1, 9))
    told: list[tuple[int, int]] = []
    report = await brought(r, tmp_path / name, body, progress=lambda *reach: told.append(reach))
    assert report.name == f"arxiv:{name}"
    assert sums(report) == (8, 8, 0, 0, 0)
    assert [lines for _, lines in told] == [3, 6, 8]
    assert told[-1][0] == (tmp_path / name).stat().st_size
    await r.index.catch_up(r.store)
    assert (await search.search(r, "diphoton", limit=5)).total == 8


async def test_a_file_that_was_read_is_not_read_again_under_any_name(
    r: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = as_lines([*(make_record(number) for number in range(1, 6)), "nonsense"])
    await brought(r, tmp_path / "a.jsonl", body)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("it was read again")

    with monkeypatch.context() as patch:
        patch.setattr(bulk, "read_line", refuse)
        report = await brought(r, tmp_path / "b.jsonl", body)
    assert sums(report) == (6, 0, 0, 5, 1)
    assert report.rejects == ("1 lines up to line 6, named when they were read",)
    assert sums(await brought(r, tmp_path / "b.jsonl", body, again=True)) == (6, 0, 0, 5, 1)


async def test_an_interrupted_reading_goes_on_behind_its_last_batch(
    r: Resources, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = as_lines(make_record(number) for number in range(1, 11))

    def die(_: int, lines: int) -> None:
        if lines == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await brought(r, file, body, progress=die)
    read: list[bytes] = []

    def noted(line: bytes, *, now: datetime) -> Record:
        read.append(line)
        return read_line(line, now=now)

    monkeypatch.setattr(bulk, "read_line", noted)
    assert sums(await bulk.file(r, file)) == (10, 4, 0, 6, 0)
    assert b"".join(read) == as_lines(make_record(number) for number in range(7, 11))


async def test_bad_lines_are_counted_and_the_first_of_each_kind_is_quoted(r: Resources, file: Path) -> None:
    lines = [
        as_line(make_record(1)),
        b'{"id": "0704.0002", "title": "cut o\n',
        as_line(make_record(3, title=None)),
        b'{"id": "0704.0004", "title": "Caf\xe9"}\n',
        b"not a record at all\n",
        as_line(make_record(id="2503.0213")),
    ]
    report = await brought(r, file, b"".join(lines))
    assert sums(report) == (6, 1, 0, 0, 5)
    assert report.rejects[0] == 'line 2: it is not JSON: {"id": "0704.0002", "title": "cut o (and 1 more of this kind)'
    assert report.rejects[1].startswith('line 3: it has no title: {"id": "0704.0003"')
    assert report.rejects[2].startswith("line 4: byte 34 is not UTF-8: ")
    assert "did you mean 2503.02130?" in report.rejects[3]
    assert len(report.rejects) == 4


async def test_a_line_of_50_megabytes_is_rejected_and_the_rest_is_read(r: Resources, file: Path) -> None:
    body = as_line(make_record(1)) + b'{"id": "' + b"9" * 50_000_000 + b'"}\n' + as_line(make_record(2))
    report = await brought(r, file, body)
    assert sums(report) == (3, 2, 0, 0, 1)
    assert report.rejects == ("line 2: it is longer than 4 MB",)


@pytest.mark.parametrize("apart", [0, 7])
async def test_of_a_paper_that_stands_there_twice_the_last_version_counts(apart: int, r: Resources, file: Path) -> None:
    versions = make_record()["versions"]
    first = make_record(title="Version one", versions=versions[:1])
    between = [make_record(number) for number in range(2, 2 + apart)]
    report = await brought(r, file, as_lines([first, *between, make_record(title="Version two")]))
    assert sums(report) == (2 + apart, 1 + apart, 1, 0, 0)
    assert (await paper(r)).title == "Version two"
    again = await brought(r, file, as_lines([make_record(title="Version two"), first]))
    assert sums(again) == (2, 0, 0, 2, 0)
    assert (await paper(r)).title == "Version two"


async def test_what_the_dump_does_not_say_stays_as_it_is_known(r: Resources, file: Path) -> None:
    known = make_paper(
        FIRST, upvotes=50, comments=3, code_url="https://github.com/a/b", summary="In short.", version=None
    )
    await keep(r, [known], [make_sighting(FIRST, upvotes=50)])
    assert sums(await brought(r, file, as_line(make_record()))) == (1, 0, 1, 0, 0)
    found = await paper(r)
    assert (found.upvotes, found.comments, found.code_url, found.summary) == (50, 3, known.code_url, "In short.")
    assert found.daily_on == known.daily_on
    assert (found.version, found.published_at) == (2, datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC))


async def test_a_record_that_is_older_than_what_arxiv_said_last_only_fills_gaps(r: Resources, file: Path) -> None:
    seen_at = datetime(2025, 1, 1, tzinfo=UTC)
    known = as_said(make_paper(FIRST, title="Seen later", version=None, categories=()), "arxiv", seen_at)
    await keep(r, [known], [make_sighting(FIRST, source="arxiv", seen_at=seen_at)])
    await brought(r, file, as_line(make_record()))
    assert (await paper(r)).title == "Seen later"
    assert (await paper(r)).categories == ("hep-ph", "cs.LG")
    await brought(r, file, as_line(make_record(title="Touched since", update_date="2025-02-01")))
    assert (await paper(r)).title == "Touched since"
    await brought(r, file, as_line(make_record(title="A later version", versions=[{"version": "v3"}])))
    assert ((await paper(r)).title, (await paper(r)).version) == ("A later version", 3)


async def test_a_dump_adds_no_sightings_and_ends_the_sample(r: Resources, file: Path) -> None:
    await ingest.load_sample(r)
    async with r.store.read() as tx:
        before = await tx.papers.newest_sighting()
    await brought(r, file, as_line(make_record()))
    assert not await ingest.is_sample(r)
    async with r.store.read() as tx:
        assert await tx.papers.newest_sighting() == before
        assert await tx.papers.sightings([FIRST]) == {}


async def test_a_compressed_file_that_is_cut_off_has_its_beginning_kept_and_fails(r: Resources, tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(as_line(make_record(number, doi=str(number) * 60)) for number in range(1, 3000)))
    path = tmp_path / "arxiv.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    bulk_batch = 500
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "BATCH", bulk_batch)
        report = await bulk.file(r, path)
        assert report.error is not None
        assert report.error.startswith(
            f"arxiv.jsonl.gz: the compressed file is cut off after line {report.fetched:,}. "
        )
        assert 0 < report.new < 2999
        path.write_bytes(whole)
        assert sums(await bulk.file(r, path)) == (2999, 2999 - report.new, 0, report.new, 0)


async def test_a_file_without_lines_or_that_is_not_there_fails_in_words(r: Resources, tmp_path: Path) -> None:
    assert (await brought(r, tmp_path / "a.jsonl", b"\n \n")).error == "a.jsonl: it holds no lines."
    assert "No such file" in ((await bulk.file(r, tmp_path / "missing")).error or "")


async def test_dumps_are_recognised_by_what_stands_in_them(tmp_path: Path) -> None:
    assert await bulk.recognised(written(tmp_path / "2025-03-14.json", as_line(make_record())))
    assert await bulk.recognised(written(tmp_path / "a.gz", as_line(make_record())))
    (tmp_path / "damaged").write_bytes(json_lines.GZIP + b"\x08\0\0")
    assert await bulk.recognised(tmp_path / "damaged")
    assert not await bulk.recognised(written(tmp_path / "b.jsonl", b'[{"paper": {"id": "2503.00001"}}]'))
    assert not await bulk.recognised(tmp_path)
    assert not await bulk.recognised(tmp_path / "missing")
