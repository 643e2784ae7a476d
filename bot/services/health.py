"""What is fresh, what fails, what is due."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import psutil

from bot.core.reports import Health
from bot.ports import Resources
from bot.services import channels, ingest, meaning
from bot.services.posts import NOTICE_SLOT
from storage.ledger import DeliveriesReader
from storage.records import Delivery, Destination

RECENT_DELIVERIES = 10


async def status(r: Resources, *, guild_id: int | None = None) -> Health:
    """The whole bot's health; with ``guild_id`` the setups and deliveries of that server only."""
    setups = await channels.overview(r, guild_id)
    async with r.store.read() as tx:
        day = await tx.papers.latest_day()
        counted = dict(await tx.papers.days(1))
        recent = await _recent(tx.deliveries, None if guild_id is None else {one.setup.destination for one in setups})
        papers = await tx.papers.count()
        newest = await tx.papers.newest_sighting()
        revision = await tx.papers.revision()
        states = await tx.sources.states()
        topics = len(await tx.topics.all())
        people = len(await tx.people.list())
    process = psutil.Process()
    return Health(
        version=version("paperboy"),
        now=r.clock(),
        papers=papers,
        latest_day=day,
        latest_day_papers=counted.get(day, 0) if day else 0,
        newest_sighting=newest,
        index_behind=max(0, revision - r.index.revision),
        vectors_behind=await meaning.behind(r) if r.embedder is not None else None,
        topics=topics,
        people=people,
        sources=tuple(states),
        setups=setups,
        recent=recent,
        is_sample=await ingest.is_sample(r),
        memory_bytes=process.memory_info().rss,
        up_for=max(timedelta(), datetime.now(UTC) - datetime.fromtimestamp(process.create_time(), UTC)),
    )


async def _recent(ledger: DeliveriesReader, places: AbstractSet[Destination] | None) -> tuple[Delivery, ...]:
    """The last digests to ``places``, or to anywhere, newest first."""
    if places is None:
        return tuple(await ledger.recent(limit=RECENT_DELIVERIES, beside_slots=NOTICE_SLOT))
    # Place by place: among those of thousands of servers the last ones of one would not be found.
    found = [one for place in places for one in await ledger.recent(destination=place, limit=RECENT_DELIVERIES)]
    return tuple(sorted(found, key=lambda one: one.id, reverse=True)[:RECENT_DELIVERIES])
