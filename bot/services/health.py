"""What is fresh, what fails, what is due."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version

import psutil

from bot.core.reports import Health
from bot.ports import Resources, Source
from bot.services import answers, channels, details, ingest, meaning
from bot.services.posts import NOTICE_SLOT
from storage.ledger import DeliveriesReader
from storage.records import Delivery, Destination
from storage.source_state import SourceState
from storage.sources import SourcesReader

RECENT_DELIVERIES = 10
A_WEEK = timedelta(days=7)
A_STEP = timedelta(minutes=30)
"""As often as the sources are looked at."""


async def status(r: Resources, *, guild_id: int | None = None, with_feedback: bool = True) -> Health:
    """The whole bot's health; with ``guild_id`` the setups, deliveries and answers of that server only.

    ``with_feedback`` is for those who may know what is asked there.
    """
    setups, asked = await channels.overview(r, guild_id), _asked(r)
    async with r.store.read() as tx:
        day = await tx.papers.latest_day()
        counted = dict(await tx.papers.days(1))
        recent = await _recent(tx.deliveries, None if guild_id is None else {one.setup.destination for one in setups})
        papers = await tx.papers.count()
        newest = await tx.papers.newest_sighting()
        revision = await tx.papers.revision()
        states = [state for state in await tx.sources.states() if state.name in asked]
        next_looks = await _next_looks(r, tx.sources, states)
        topics = await tx.topics.all()
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
        topics=len(topics),
        people=len({topic.person_id for topic in topics}),
        sources=tuple(states),
        next_looks=next_looks,
        setups=setups,
        recent=recent,
        feedback=await answers.feedback(r, guild_id) if with_feedback else None,
        is_sample=await ingest.is_sample(r),
        memory_bytes=process.memory_info().rss,
        up_for=max(timedelta(), datetime.now(UTC) - datetime.fromtimestamp(process.create_time(), UTC)),
    )


def _asked(r: Resources) -> frozenset[str]:
    """Under which names the health of those is kept that are asked: what the operator took out has none any more."""
    catalogues = [one for one in (r.catalogue, r.enrichment) if one is not None]
    return frozenset({*(one.name for one in r.sources), *(f"{one.name}{details.NAMED}" for one in catalogues)})


async def _recent(ledger: DeliveriesReader, places: AbstractSet[Destination] | None) -> tuple[Delivery, ...]:
    """The last digests to ``places``, or to anywhere, newest first."""
    if places is None:
        return tuple(await ledger.recent(limit=RECENT_DELIVERIES, beside_slots=NOTICE_SLOT))
    # Place by place: among those of thousands of servers the last ones of one would not be found.
    found = [one for place in places for one in await ledger.recent(destination=place, limit=RECENT_DELIVERIES)]
    return tuple(sorted(found, key=lambda one: one.id, reverse=True)[:RECENT_DELIVERIES])


async def _next_looks(r: Resources, kept: SourcesReader, states: Sequence[SourceState]) -> dict[str, datetime]:
    """When each source is asked the next time: when it may be, or when a list is worth a look that was not seen yet."""
    now = r.clock()
    found = {state.name: state.retry_at for state in states if state.retry_at is not None and state.retry_at > now}
    for source in r.sources:
        state = next((one for one in states if one.name == source.name), None)
        if source.name in found or state is None or state.succeeded_at is None:
            continue
        if not source.is_final:
            found[source.name] = max(now, state.succeeded_at + r.settle)
            continue
        for day, at in _days_to_come(source, now).items():
            if await kept.day_looked_at(source.name, day) is None:
                found[source.name] = at
                break
    return found


def _days_to_come(source: Source, now: datetime) -> dict[date, datetime]:
    """The days whose lists come within a week, in their order, each with the moment from which it is worth a look."""
    found: dict[date, datetime] = {}
    for step in range(A_WEEK // A_STEP):
        at = now + step * A_STEP
        for day in source.days_now(at):
            found.setdefault(day, at)
    return found
