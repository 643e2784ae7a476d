"""What the lists leave out of their papers: categories, new versions and withdrawals; citations and fields of study.

It is looked up in a catalogue, a few papers at a time, those first that are discussed or saved and then the newest,
again and again for a month, or as long as a thread is told of its papers' news. Nobody waits for it.
"""

from datetime import datetime, timedelta

import structlog

from bot.core.reports import SourceReport
from bot.errors import SourceError, SourceThrottled
from bot.ports import Catalogue, Resources
from bot.services import ingest, news
from storage.records import Sighting
from storage.source_state import SourceState

log = structlog.get_logger(__name__)

LOOKED_AFTER_FOR = timedelta(days=30)
"""As long as messages are kept true (``bot.services.upkeep``)."""
LONGEST_PAUSE = timedelta(hours=6)
NAMED = " details"
"""How the name ends under which a catalogue's health is kept."""


async def look_up(r: Resources, catalogue: Catalogue | None) -> SourceReport | None:
    """Ask about papers that the catalogue was not asked about for long enough; None where none is due.

    One request. A failure is remembered and not raised, and the pause after it doubles with each further one.
    """
    now = r.clock()
    if catalogue is None or await ingest.is_sample(r):
        return None
    source, name = catalogue.name, f"{catalogue.name}{NAMED}"
    async with r.store.read() as tx:
        state = await tx.sources.state(name)
        ids = await tx.papers.to_look_up(
            source,
            listed=((now - LOOKED_AFTER_FOR).date(), (now - catalogue.knows_after).date()),
            taken_up_since=now - news.TOLD_FOR,
            not_since=now - catalogue.again_after,
            dois=catalogue.knows_dois,
            limit=catalogue.most_ids,
        )
    if state.waits(now) or not ids:
        return None
    try:
        fetched = await catalogue.look_up(ids)
    except SourceError as error:
        retry_at = _again(state, error, now)
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


def _again(state: SourceState, error: SourceError, now: datetime) -> datetime:
    """As late as the site said, or after a while; twice as late as the last time where that failed, too."""
    told = error.retry_at if isinstance(error, SourceThrottled) else now + ingest.PAUSE
    if state.problem is None or state.retry_at is None or state.failed_at is None:
        return told
    return max(told, now + min(2 * (state.retry_at - state.failed_at), LONGEST_PAUSE))
