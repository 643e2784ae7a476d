"""The search index brought to where the store is, with a bar where that takes long."""

from bot.cli.progress import amount
from bot.settings import Settings
from storage.search_index import SearchIndex
from storage.store import Store

FEW = 5_000
"""Papers that are read in a second or two, before anybody would ask what is going on."""


async def catch_up(index: SearchIndex, store: Store) -> None:
    """Bring into the index what it does not hold yet. Raises StorageError."""
    behind = await index.behind(store)
    if behind <= FEW:
        await index.catch_up(store)
        return
    why = f" ({index.rebuilt_because})" if index.rebuilt_because else ""
    with amount(f"Filling the search index{why}", behind, of="papers") as bar:
        await index.catch_up(store, progress=lambda count: bar(count, count))


async def fill(settings: Settings) -> None:
    """The same where neither is open yet. A store without papers gets no index before it needs one."""
    store = await Store.open(settings.database_url.get_secret_value())
    try:
        async with store.read() as tx:
            papers = await tx.papers.count()
        if papers:
            await catch_up(SearchIndex.open(settings.index_folder), store)
    finally:
        await store.close()
