"""What is fresh, what fails, what is due."""

from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import psutil

from bot.core.reports import Health
from bot.ports import Resources
from bot.services import channels, ingest

RECENT_DELIVERIES = 10


async def status(r: Resources, *, guild_id: int | None = None) -> Health:
    """The whole bot's health; with ``guild_id`` the setups and deliveries of that server only."""
    setups = await channels.overview(r, guild_id)
    places = {one.setup.destination for one in setups}
    async with r.store.read() as tx:
        day = await tx.papers.latest_day()
        counted = dict(await tx.papers.days(1))
        recent = await tx.deliveries.recent(limit=RECENT_DELIVERIES if guild_id is None else RECENT_DELIVERIES * 10)
        papers = await tx.papers.count()
        newest = await tx.papers.newest_sighting()
        revision = await tx.papers.revision()
        states = await tx.sources.states()
        topics = len(await tx.topics.all())
        people = len(await tx.people.list())
    if guild_id is not None:
        recent = [delivery for delivery in recent if delivery.key.destination in places][:RECENT_DELIVERIES]
    process = psutil.Process()
    return Health(
        version=version("paperboy"),
        now=r.clock(),
        papers=papers,
        latest_day=day,
        latest_day_papers=counted.get(day, 0) if day else 0,
        newest_sighting=newest,
        index_behind=max(0, revision - r.index.revision),
        topics=topics,
        people=people,
        sources=tuple(states),
        setups=setups,
        recent=tuple(recent),
        is_sample=await ingest.is_sample(r),
        memory_bytes=process.memory_info().rss,
        up_for=max(timedelta(), datetime.now(UTC) - datetime.fromtimestamp(process.create_time(), UTC)),
    )
