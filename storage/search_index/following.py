"""The index caught up by a process of its own while a large file is brought in: words take one core, the store another.

It is only an accelerator. The store is the truth and the index is derived from it by revision, so whatever becomes of
that process, whoever catches up afterwards goes on where it ended.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from storage import garbage
from storage.errors import StorageError
from storage.search_index import SearchIndex
from storage.store import Store

PAUSE = 0.2
"""Seconds between two looks at a store that did not change."""
FAREWELL = 60.0
"""Seconds in which it commits what it has read; then it is killed, which costs only the time to read that again."""


@asynccontextmanager
async def followed(store: Store, index: SearchIndex) -> AsyncIterator[None]:
    """For as long as the block runs, another process brings into ``index`` what comes into ``store``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None  # noqa: S101  # asked for a line above
    with suppress(OSError):
        # Not as an argument: an address may hold a password, and everybody sees arguments.
        process.stdin.write(json.dumps({"store": store.url, "index": str(index.path)}).encode() + b"\n")
        await process.stdin.drain()
    try:
        yield
    finally:
        process.stdin.close()  # the end of its input is the end of its work; so is our death
        try:
            await asyncio.wait_for(process.wait(), FAREWELL)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _follow(url: str, path: Path, stop: asyncio.Event) -> None:
    store = await Store.open(url)
    try:
        index = SearchIndex.open(path)
        while not stop.is_set():
            if not await index.catch_up(store, until=stop.is_set):
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), PAUSE)
    finally:
        await store.close()


async def _main() -> None:
    wanted = json.loads(await asyncio.to_thread(sys.stdin.readline))
    stop = asyncio.Event()

    async def end_of_input() -> None:
        await asyncio.to_thread(sys.stdin.read)
        stop.set()

    ending = asyncio.create_task(end_of_input())
    with garbage.looked_for_seldom(), suppress(StorageError):  # whoever catches up afterwards meets it too, and says it
        await _follow(wanted["store"], Path(wanted["index"]), stop)
    ending.cancel()


if __name__ == "__main__":
    asyncio.run(_main())
