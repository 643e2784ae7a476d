"""``paperboy db``: the store made, checked, copied and brought back."""

import asyncio
import shutil
from pathlib import Path

from bot.cli.exit_codes import DONE, FAILED
from bot.cli.indexing import fill
from bot.cli.output import say
from bot.cli.progress import counting
from bot.cli.session import finish, prepared, with_resources
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import meaning
from storage import backup as copies
from storage.store import Store


def upgrade() -> None:
    """Opening a store brings it up to date; its search index follows."""
    settings = prepared()

    async def work() -> int:
        store = await Store.open(settings.database_url.get_secret_value())
        await store.close()
        await fill(settings)
        say([f"{store} is up to date."])
        return DONE

    finish(work())


def check() -> None:
    """The work has failed where something is damaged."""
    url = prepared().database_url.get_secret_value()

    async def work() -> int:
        found = await copies.check(url)
        held = f"{found.papers:,} papers, {found.sightings:,} sightings, {found.deliveries:,} deliveries"
        say([f"{found.store}: {held}, revision {found.revision}.", *(found.problems or ("No damage was found.",))])
        return FAILED if found.problems else DONE

    finish(work())


def vectors() -> None:
    """Make all that are missing, with what other processes make meanwhile; it may be interrupted and goes on there."""

    async def work(r: Resources) -> int:
        if r.embedder is None:
            raise InvalidInput("Search goes by words alone here: paperboy doctor says why.")
        waiting = await meaning.behind(r)
        with counting("Reading papers", waiting) as read:
            made = await meaning.catch_up(r, progress=read)
        say([f"{made:,} papers were read for their meaning." if made else "All papers were read for their meaning."])
        return DONE

    with_resources(work)


def backup(path: Path) -> None:
    """A copy that is whole, of a store that may be in use."""
    url = prepared().database_url.get_secret_value()

    async def work() -> int:
        await copies.backup(url, path)
        say([f"The store was copied to {path}."])
        return DONE

    finish(work())


def restore(path: Path) -> None:
    """The search index goes with the store that it was made from, and is made anew."""
    settings = prepared()

    async def work() -> int:
        former = await copies.restore(path, settings.database_url.get_secret_value())
        if (settings.index_folder / "meta.json").is_file():
            await asyncio.to_thread(shutil.rmtree, settings.index_folder)
        say([f"{path} is the store now.", *([f"The former one was kept as {former}."] if former else [])])
        await fill(settings)
        return DONE

    finish(work())
