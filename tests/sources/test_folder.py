"""A folder of reference files: each file once, again when it changes, and a bad one alone."""

from pathlib import Path

import pytest

from bot.errors import SourceUnreachable
from bot.ports import Fetched
from bot.sources.folder import Folder
from tests.builders import BASE, FakeClock


def write(folder: Path, name: str, *ids: str) -> None:
    (folder / name).write_text("\n".join(f"@misc{{k{n}, title={{T}}, eprint={{{i}}}}}" for n, i in enumerate(ids)))


async def looks(folder: Folder) -> list[Fetched]:
    parts = [await folder.fetch(None)]
    while parts[-1].rest is not None:
        parts.append(await folder.fetch(None, after=parts[-1].rest))
    return parts


def ids(parts: list[Fetched]) -> list[str]:
    return [paper.id for part in parts for paper in part.papers]


async def test_each_file_is_a_part_and_is_read_again_only_when_it_has_changed(tmp_path: Path, clock: FakeClock) -> None:
    folder = Folder(tmp_path, clock=clock)
    write(tmp_path, "a.bib", "2503.00001")
    write(tmp_path, "b.BIB", "2503.00002", "2503.00003")
    write(tmp_path, "notes.txt", "2503.00009")
    write(tmp_path, ".hidden.bib", "2503.00009")
    assert ids(await looks(folder)) == ["2503.00001", "2503.00002", "2503.00003"]
    assert ids(await looks(folder)) == []
    write(tmp_path, "b.BIB", "2503.00004")
    assert ids(await looks(folder)) == ["2503.00004"]


async def test_a_bad_file_or_reference_is_named_and_keeps_nothing_out(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "a.json").write_bytes(b"[{")
    (tmp_path / "b.bib").mkdir()
    write(tmp_path, "c.bib", "2503.00001", "2503.1")
    parts = await looks(Folder(tmp_path, clock=clock))
    assert ids(parts) == ["2503.00001"]
    named = [item.paper_id for part in parts for item in part.rejected]
    assert named == ["a.json", "b.bib", "c.bib: k1"]


async def test_a_bad_file_is_named_at_each_look_until_it_is_mended(tmp_path: Path, clock: FakeClock) -> None:
    folder = Folder(tmp_path, clock=clock)
    (tmp_path / "a.bib").write_text("@book{knuth, title={The Art}}")
    for _ in range(2):
        (look,) = await looks(folder)
        assert [item.paper_id for item in look.rejected] == ["a.bib"]
    write(tmp_path, "a.bib", "2503.00001")
    assert ids(await looks(folder)) == ["2503.00001"]
    assert ids(await looks(folder)) == []


async def test_a_folder_that_is_not_set_or_not_there_says_so(tmp_path: Path, clock: FakeClock) -> None:
    assert Folder(None, clock=clock).days_now(BASE) == ()
    for folder, why in ((None, "PAPERS_FOLDER"), (tmp_path / "missing", "No such file")):
        with pytest.raises(SourceUnreachable, match=why):
            await Folder(folder, clock=clock).fetch(None)
