"""One folder, several processes, and what happens to folders: the index is a cache that is allowed to die."""

import json
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
import tantivy

from bot.core.parse_query import parse_query
from storage import search_index
from storage.errors import StorageError, StoreCorrupt, StoreReadOnly, StoreUnreachable
from storage.records import Paper
from storage.search_index import SearchIndex, folder
from storage.store import Store
from tests.builders import make_papers, sighting_of
from tests.storage.conftest import without_power

TODAY = date(2025, 3, 14)


async def fill(store: Store, papers: Iterable[Paper]) -> None:
    papers = tuple(papers)
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper) for paper in papers])


async def found(index: SearchIndex, query: str | None) -> list[str]:
    hits = await index.search(parse_query(query) if query else None, limit=1000, today=TODAY)
    return [hit.paper_id for hit in hits.hits]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
async def index(place: Path) -> SearchIndex:
    return SearchIndex.open(place)


# --- several processes on one folder ---


def test_programs_that_start_at_once_on_an_empty_folder_all_get_an_index(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            opened = list(pool.map(SearchIndex.open, [tmp_path / str(number)] * 8))
            assert [index.rebuilt_because for index in opened] == [None] * 8
            assert len({index._stamp for index in opened}) == 1, "nobody made it anew under another's feet"


async def test_another_index_on_the_folder_sees_what_was_committed(
    index: SearchIndex, place: Path, store: Store
) -> None:
    reader = SearchIndex.open(place)
    await fill(store, make_papers(2, title="Words"))
    await index.catch_up(store)
    assert len(await found(reader, "words")) == 2
    assert await reader.catch_up(store) == 0


async def test_who_finds_another_one_writing_goes_on_with_what_is_there(
    index: SearchIndex, place: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "PATIENCE", 0.15)
    await fill(store, make_papers(2))
    await index.catch_up(store)
    await fill(store, make_papers(4))
    other = writer_of_another(place)
    assert await index.catch_up(store) == 0
    assert len(await found(index, None)) == 2
    other.wait_merging_threads()
    assert await index.catch_up(store) == 2


def writer_of_another(place: Path) -> tantivy.IndexWriter:
    """Another process's writer, holding the lock of the folder."""
    return SearchIndex.open(place)._index.writer(heap_size=15_000_000, num_threads=1)


async def test_an_index_that_another_process_made_anew_is_followed(
    index: SearchIndex, place: Path, store: Store
) -> None:
    await fill(store, make_papers(2))
    await index.catch_up(store)
    (place / folder.STATE).unlink()
    other = SearchIndex.open(place)
    assert await found(index, None) == []
    await other.catch_up(store)
    assert len(await found(index, None)) == 2


# --- what happens to folders ---


def only(place: Path, ending: str) -> Path:
    return next(path for path in sorted(place.iterdir()) if path.name.endswith(ending))


@pytest.mark.parametrize("ending", ["meta.json", ".term", ".idx", ".store", ".fast", ".managed.json"])
@pytest.mark.parametrize("left", [0, 4, 9, None])
async def test_a_half_written_index_is_made_anew(
    index: SearchIndex, place: Path, store: Store, ending: str, left: int | None
) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)
    broken = only(place, ending)
    broken.write_bytes(broken.read_bytes()[: broken.stat().st_size // 2 if left is None else left])
    again = SearchIndex.open(place)
    assert again.rebuilt_because is not None
    assert again.revision == 0
    assert await again.catch_up(store) == 3
    assert len(await found(again, None)) == 3


async def test_a_folder_that_vanished_under_a_running_bot_is_made_anew(
    index: SearchIndex, place: Path, store: Store
) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)
    shutil.rmtree(place)
    assert await index.catch_up(store) == 3
    assert len(await found(index, None)) == 3


async def test_a_folder_that_vanished_is_missed_by_no_search_and_made_anew_by_the_next_start(
    index: SearchIndex, place: Path, store: Store
) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)
    shutil.rmtree(place)
    assert len(await found(index, None)) == 3
    again = SearchIndex.open(place)
    assert await again.catch_up(store) == 3
    assert len(await found(index, "paper")) == 3, "who had it open goes on with the new one"


@pytest.mark.parametrize("gone", ["meta.json", folder.STATE])
async def test_an_index_that_lost_a_file_about_itself_is_made_anew(
    index: SearchIndex, place: Path, store: Store, gone: str
) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)
    (place / gone).unlink()
    again = SearchIndex.open(place)
    assert again.rebuilt_because is not None
    assert await again.catch_up(store) == 3
    assert len(await found(again, None)) == 3


@pytest.mark.parametrize("written", ["0/older", "99/of a newer version"])
async def test_an_index_of_another_shape_is_made_anew(
    index: SearchIndex, place: Path, store: Store, written: str
) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)
    state = json.loads((place / folder.STATE).read_text())
    (place / folder.STATE).write_text(json.dumps(state | {"shape": written}))
    again = SearchIndex.open(place)
    assert f"another shape ({written}" in str(again.rebuilt_because)
    assert await again.catch_up(store) == 3
    assert len(await found(again, None)) == 3


@pytest.mark.parametrize("ending", [".term", ".idx", ".fast"])
async def test_damage_that_shows_only_while_searching_is_mended_on_the_way(
    place: Path, store: Store, ending: str, capfd: pytest.CaptureFixture[str]
) -> None:
    await fill(store, make_papers(30, title="Words of many kinds"))
    await SearchIndex.open(place).catch_up(store)
    overwrite_the_middle(only(place, ending))
    index = SearchIndex.open(place)
    await index.catch_up(store)
    for query in ("words", "many -words", '"words of"', "kin*", "since:7d", None):
        await found(index, query)
    assert len(await found(index, None)) == 30
    assert len(await found(index, "words")) == 30


def overwrite_the_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    end = len(data) - 200  # what stands behind is read at opening
    data[: max(end, 0)] = bytes(255 - byte for byte in data[: max(end, 0)])
    with path.open("r+b") as file:  # never cut: whoever has it mapped would be killed for looking behind its end
        file.write(data)


async def test_a_search_that_fails_on_a_whole_index_makes_nothing_anew(
    index: SearchIndex, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)

    def fails(*_: object) -> None:
        raise ValueError("no such luck")

    with monkeypatch.context() as patch:
        patch.setattr(search_index, "by_key", fails)
        with pytest.raises(StorageError, match="no such luck"):
            await found(index, None)
    assert index.rebuilt_because is None
    assert len(await found(index, None)) == 3


async def test_a_damaged_index_without_a_store_says_so_and_is_emptied(
    index: SearchIndex, place: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, make_papers(30, title="Words"))
    await index.catch_up(store)
    again = SearchIndex.open(place)
    overwrite_the_middle(only(place, ".store"))

    def fails(*_: object) -> None:
        raise ValueError("damage")

    with monkeypatch.context() as patch:
        patch.setattr(search_index, "by_key", fails)
        with pytest.raises(StoreCorrupt):
            await found(again, None)
    assert again.revision == 0
    assert await again.catch_up(store) == 30


def test_files_of_somebody_else_in_the_folder_are_left_alone(place: Path) -> None:
    place.mkdir()
    thesis = place / "thesis.txt"
    thesis.write_text("mine")
    (place / "meta.json").write_text("{")
    assert SearchIndex.open(place).rebuilt_because is not None
    assert thesis.read_text() == "mine"


def test_a_file_where_the_folder_should_be_is_named(place: Path) -> None:
    place.write_text("a file")
    with pytest.raises(StoreUnreachable, match="INDEX_PATH"):
        SearchIndex.open(place)


def test_a_folder_that_cannot_be_written_is_named(shared_folder: Path, powerless: None) -> None:
    with pytest.raises(StoreReadOnly):
        SearchIndex.open(shared_folder / "index")


async def test_a_folder_that_becomes_read_only_still_answers_and_says_what_it_needs(
    shared_folder: Path, store: Store
) -> None:
    index = SearchIndex.open(shared_folder / "index")
    await fill(store, make_papers(3))
    await index.catch_up(store)
    assert len(await found(index, None)) == 3
    await fill(store, make_papers(5))
    for path in index.path.iterdir():  # tantivy lets nobody else read its list of files
        path.chmod(0o644)
    with without_power():
        with pytest.raises(StoreReadOnly, match=r"Make the folder and its files writable .* INDEX_PATH"):
            await index.catch_up(store)
        assert len(await found(index, None)) == 3
        with pytest.raises(StoreReadOnly, match="Make the folder and its files writable"):
            await found(SearchIndex.open(index.path), None)  # who comes new takes a lock before reading
    assert await index.catch_up(store) == 2
    assert index.rebuilt_because is None


async def test_the_checksums_tell_whole_files_from_damaged_ones(index: SearchIndex, place: Path, store: Store) -> None:
    await fill(store, make_papers(3))
    await index.catch_up(store)
    assert folder.damage(place) is None
    broken = only(place, ".store")
    data = bytearray(broken.read_bytes())
    data[0] ^= 1
    broken.write_bytes(bytes(data))
    assert broken.name in str(folder.damage(place))
