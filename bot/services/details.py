"""What the lists leave out of their papers: categories at once, new versions and withdrawals once a day for a month.

It is looked up in a catalogue, a few papers at a time and the newest first, and nobody waits for it.
"""

from datetime import timedelta

import structlog

from bot.core.reports import SourceReport
from bot.errors import SourceError, SourceThrottled
from bot.ports import Resources
from bot.services import ingest
from storage.records import Sighting

log = structlog.get_logger(__name__)

LOOKED_AFTER_FOR = timedelta(days=30)
"""As long as messages are kept true (``bot.services.upkeep``)."""
AGAIN_AFTER = timedelta(hours=20)
"""ArXiv's records change once a day."""


async def look_up(r: Resources) -> SourceReport | None:
    """Ask about papers of the last month's lists that were not asked about since yesterday; None where none is due.

    One request. A failure is remembered and not raised.
    """
    now = r.clock()
    if r.catalogue is None or await ingest.is_sample(r):
        return None
    source, name = r.catalogue.name, f"{r.catalogue.name} details"
    async with r.store.read() as tx:
        state = await tx.sources.state(name)
        ids = await tx.papers.to_look_up(
            source,
            listed_since=(now - LOOKED_AFTER_FOR).date(),
            not_since=now - AGAIN_AFTER,
            limit=r.catalogue.most_ids,
        )
    if state.waits(now) or not ids:
        return None
    try:
        fetched = await r.catalogue.look_up(ids)
    except SourceError as error:
        retry_at = error.retry_at if isinstance(error, SourceThrottled) else now + ingest.PAUSE
        async with r.store.write() as tx:
            await tx.sources.record_failure(name, at=now, problem=str(error), retry_at=retry_at)
        log.warning("papers could not be looked up", source=source, problem=str(error))
        return SourceReport(name=name, error=str(error))
    report = await ingest.keep(r, fetched, recorded=True)
    unknown = set(ids) - {paper.id for paper in fetched.papers}
    async with r.store.write() as tx:
        # They were asked about, too: otherwise they would be asked about again and again.
        await tx.papers.save((), [Sighting(paper_id=one, source=source, seen_at=now) for one in sorted(unknown)])
        await ingest.note_success(tx, name, fetched, at=now)
    await r.index.catch_up(r.store)
    return report
