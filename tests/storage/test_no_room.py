"""Files that may not grow any further, as on a full disk: said in words, nothing kept by halves, and mended by room.

A limit on the size of files is what a process can set for itself, so each of these is one.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.machine import Machine, ended

PROGRAM = """
import asyncio, json, resource, sys
from pathlib import Path
from storage import search_index
from storage.errors import StorageError
from storage.search_index import SearchIndex, writer
from storage.store import Store
from tests.builders import DAY, make_id, make_paper

search_index.COMMIT_EVERY = 500
writer._MEMORY = 15_000_000
FILE, STEP = Path(sys.argv[1]), sys.argv[2]
MANY, WORDS = {"filling": (350, 250), "committing": (900, 20), "database": (900, 80)}[STEP]

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def save(store, count):
    async with store.write() as tx:
        words = [" ".join(str(number * WORDS + word) for word in range(WORDS)) for number in range(count)]
        await tx.papers.save([make_paper(make_id(n), abstract=text) for n, text in enumerate(words)], ())

async def state(store, index):
    async with store.read() as tx:
        count = await tx.papers.count()
    hits = await index.search(None, limit=1, today=DAY)
    return [count, hits.total, index.revision]

async def main():
    store = await Store.open(f"sqlite+aiosqlite:///{FILE}")
    index = SearchIndex.open(FILE.with_name("index"))
    await save(store, 200)
    await index.catch_up(store)
    told = {"before": await state(store, index)}
    if STEP != "database":
        await save(store, MANY)
    limit(FILE.stat().st_size + 50_000 if STEP == "database" else 30_000)
    try:
        await (save(store, MANY) if STEP == "database" else index.catch_up(store))
    except StorageError as problem:
        told |= {"kind": type(problem).__name__, "words": str(problem)}
    told["full"] = await state(store, index)
    limit(resource.RLIM_INFINITY)
    await save(store, MANY)
    await index.catch_up(store)
    told["mended"] = await state(store, index)
    told["rebuilt"] = index.rebuilt_because
    await store.close()
    print(json.dumps(told))

asyncio.run(main())
"""


async def on_a_full_disk(step: str, folder: Path) -> dict[str, Any]:
    machine = Machine(folder)
    try:
        done = await ended(await machine.execute(sys.executable, "-c", PROGRAM, str(folder / "paperboy.db"), step))
        assert done.code == 0, done.err
        found: dict[str, Any] = json.loads(done.out)
        return found
    finally:
        await machine.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files there")
class TestNoRoom:
    async def test_the_database_keeps_all_of_before_and_nothing_of_the_unit_of_work(self, tmp_path: Path) -> None:
        told = await on_a_full_disk("database", tmp_path)
        assert told["kind"] == "StoreFull"
        assert "paperboy.db" in told["words"]
        assert "nothing of this was kept" in told["words"]
        assert told["before"] == told["full"] == [200, 200, 200]
        assert told["mended"] == [900, 900, 900]

    @pytest.mark.parametrize("step", ["filling", "committing"])
    async def test_the_index_answers_as_before_and_goes_on_once_there_is_room(self, step: str, tmp_path: Path) -> None:
        told = await on_a_full_disk(step, tmp_path)
        assert told["kind"] == "StoreFull"
        assert "No room is left for the search index" in told["words"]
        assert "Free some disk space" in told["words"]
        assert "no paper is lost" in told["words"]
        assert told["full"][0] == told["mended"][0], "no paper is lost for it"
        assert told["full"][1] >= 200
        assert told["mended"][1] == told["mended"][0] > 200
        assert told["rebuilt"] is None
