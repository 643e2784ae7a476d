"""``paperboy db``: the store made, checked, made compact, copied and brought back."""

from pathlib import Path

from pydantic import SecretStr

from bot.cli.exit_codes import DONE, FAILED
from bot.cli.indexing import fill
from bot.cli.output import say
from bot.cli.progress import amount, counting
from bot.cli.session import finish, prepared, with_resources
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import meaning
from storage import backup as copies
from storage import copying
from storage.address import Address
from storage.errors import StorageError
from storage.store import Store

MEGABYTE = 1_000_000


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


def compact() -> None:
    """What was deleted or replaced takes no room any more; the index merges its pieces by itself."""
    url = prepared().database_url.get_secret_value()

    async def work() -> int:
        done = await copies.compact(url)
        say([f"{done.store} takes {done.after / MEGABYTE:,.1f} MB; it took {done.before / MEGABYTE:,.1f} MB."])
        return DONE

    finish(work())


def copy(url: str) -> None:
    """The settings stay as they are: who copied says when the bot moves."""
    settings = prepared()
    try:
        Address.parse(url)
    except StorageError as problem:
        raise InvalidInput(str(problem)) from None
    source = settings.database_url.get_secret_value()
    moved = settings.model_copy(update={"database_url": SecretStr(url)})

    async def work() -> int:
        with amount("Copying and comparing", 2 * await copying.rows(source), of="rows") as bar:
            count = await copying.copy(source, url, progress=lambda done: bar(done, done))
        say([f"{count:,} rows were copied and compared. To go on there, set DATABASE_URL to that address."])
        if moved.index_folder != settings.index_folder:
            await fill(moved)
        return DONE

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
    """The search index follows: it is made anew where it holds more than the copy."""
    settings = prepared()

    async def work() -> int:
        former = await copies.restore(path, settings.database_url.get_secret_value())
        say([f"{path} is the store now.", *([f"The former one was kept as {former}."] if former else [])])
        await fill(settings)
        return DONE

    finish(work())
