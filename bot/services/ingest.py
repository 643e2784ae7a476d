"""Bring papers into the store: look at a source, merge with what is known, append the sightings, tell the index.

All of one look is one transaction, so a crash leaves either all of it or nothing, and repeating it adds nothing twice.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from time import perf_counter

import structlog

from bot.core import intake
from bot.core.intake import Tally
from bot.core.merge import as_said, cleaned, confirmed, is_news, merge
from bot.core.period import Period, PeriodKind
from bot.core.reports import SourceReport
from bot.errors import InvalidInput, SourceError, SourceThrottled
from bot.ports import Fetched, Rejected, Resources, Source
from bot.sample import SAMPLE, sample_days
from storage.source_state import SourceState
from storage.store import Writing

log = structlog.get_logger(__name__)

SETTLED_AFTER = timedelta(hours=36)
"""A day's list fills until the next day (measured on two looks at 65 days: 40 % come after the first morning); a look
that long after the day began is taken as its last word when a range is filled again."""

FIRST_LOOK = timedelta(seconds=12)
"""How long a new installation waits for the network before it shows the bundled sample."""

PAUSE = timedelta(minutes=20)
"""After a failure of a site whose lists never change, until the next look: nothing is lost meanwhile."""

LARGEST_FILE = 64 * 1024 * 1024
REJECTS_NAMED = 20
DAY_IN_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")
SAMPLE_FACT = "sample loaded"


class Arrival(Enum):
    """Where the papers of a just-started bot came from."""

    KEPT = "kept"
    FETCHED = "fetched"
    SAMPLE = "sample"


async def period(r: Resources, source: Source, period: Period | None) -> SourceReport:
    """One look at ``source``. A failure is reported and remembered, not raised: the store goes on answering.

    A long answer is kept part by part, each with a mark of how far it came: a look that was cut short goes on there.
    """
    started = perf_counter()
    report, tally = SourceReport(name=source.name), Tally()
    async with r.store.read() as tx:
        after = await tx.facts.get(_mark(source.name, period)) or None
    while True:
        try:
            fetched = await source.fetch(period, after=after)
        except SourceError as error:
            report += await _failure(r, error, patient=source.is_final)
            break
        report += await keep(r, fetched, look=period, before=tally)
        tally += _tally(fetched)
        after = fetched.rest
        if after is None:
            break
    await r.index.catch_up(r.store)
    return replace(report, took=timedelta(seconds=perf_counter() - started))


async def days(
    r: Resources, source: Source, since: date, until: date, *, again: bool = False
) -> AsyncIterator[tuple[date, SourceReport | None]]:
    """Fill every day from ``since`` to ``until``, oldest first; None stands for a day that is complete already.

    A run that was interrupted goes on where it stopped. It ends at the first failure, which is in the last report.

    Raises:
        InvalidInput: the range is backwards.
    """
    if since > until:
        raise InvalidInput(f"The range ends before it begins: --since {since} --until {until}. Swap the two days.")
    day = since
    while day <= until:
        if not again and await _is_complete(r, source.name, day):
            yield day, None
        else:
            report = await period(r, source, Period.day(day))
            yield day, report
            if report.error:
                return
        day += timedelta(days=1)


async def file(r: Resources, source: Source, path: Path) -> SourceReport:
    """Read a recorded answer of ``source``; the day in the file's name counts where the items do not say theirs."""
    started = perf_counter()
    name = f"{source.name}:{path.name}"
    try:
        fetched = source.read(await asyncio.to_thread(_read_bounded, path), day=_day_in(path.name))
    except OSError as error:
        return SourceReport(name=name, error=f"{path} cannot be read: {error.strerror or error}.")
    except (SourceError, InvalidInput) as error:
        return SourceReport(name=name, error=f"{path.name}: {error}")
    report = await keep(r, fetched, recorded=True)
    return replace(report, name=name, took=timedelta(seconds=perf_counter() - started))


async def refresh(r: Resources) -> tuple[SourceReport, ...]:
    """Look at the newest days of every source whose last look failed or is older than ``settle``.

    A source that asked for patience is left alone until the moment that it named. Two at once are one: the second
    waits and looks no more.
    """
    async with r.refreshing:
        return await _refresh(r)


async def _refresh(r: Resources) -> tuple[SourceReport, ...]:
    now = r.clock()
    reports = []
    for source in r.sources:
        days = source.days_now(now)
        if not days:
            continue
        async with r.store.read() as tx:
            state = await tx.sources.state(source.name)
            # Not when anything was looked at last: a look that ended after yesterday's list, or one at old days, has
            # not seen today's.
            seen_at = await tx.sources.day_looked_at(source.name, days[-1])
        if _is_left_alone(state, seen_at, now, timedelta.max if source.is_final else r.settle):
            continue
        for day in days:
            reports.append(await period(r, source, Period.day(day)))
            if reports[-1].error:
                break
    return tuple(reports)


def _is_left_alone(state: SourceState, seen_at: datetime | None, now: datetime, settle: timedelta) -> bool:
    """``seen_at`` is when the newest list was looked at; a look in the future is none, as in ``SourceState.waits``."""
    if state.waits(now):
        return True
    return state.problem is None and seen_at is not None and seen_at <= now and now - seen_at < settle


async def ensure_papers(r: Resources) -> Arrival:
    """Make sure that there is something to read: what is kept, else the network, else the bundled sample."""
    if await _has_papers(r):
        return Arrival.KEPT
    try:
        async with asyncio.timeout(FIRST_LOOK.total_seconds()):
            for source in r.sources[:1]:
                await period(r, source, None)
    except TimeoutError:
        log.warning("the network took too long for a first look", seconds=FIRST_LOOK.seconds)
    if await _has_papers(r):  # the time may have been up right after they were kept
        return Arrival.FETCHED
    await load_sample(r)
    return Arrival.SAMPLE


async def load_sample(r: Resources) -> None:
    """Put the bundled sample into an empty store; it is called so until a real source brings papers."""
    for fetched in sample_days():
        await keep(r, fetched, recorded=True)
    await r.index.catch_up(r.store)


async def _has_papers(r: Resources) -> bool:
    async with r.store.read() as tx:
        papers = await tx.papers.count()
    if papers:
        await r.index.catch_up(r.store)
    return papers > 0


async def is_sample(r: Resources) -> bool:
    """Whether the store holds nothing but the bundled sample."""
    async with r.store.read() as tx:
        return bool(await tx.facts.get(SAMPLE_FACT))


async def keep(
    r: Resources, fetched: Fetched, *, look: Period | None = None, before: Tally | None = None, recorded: bool = False
) -> SourceReport:
    """Merge what was fetched with what is known, in one transaction; what was ``recorded`` is no look of today.

    ``before`` is what the parts before it brought, where it is a part of a look.
    """
    async with r.store.write() as tx:
        known = await tx.papers.get_many([paper.id for paper in fetched.papers])
        # Only what was seen at the same time or later can tell that this look is an old one; the rest is long history.
        earliest = min((sighting.seen_at for sighting in fetched.sightings), default=None)
        looks = await tx.papers.sightings(list(known), since=earliest)
        merged = []
        for paper, sighting in zip(fetched.papers, fetched.sightings, strict=True):
            said = as_said(cleaned(paper), sighting.source, sighting.seen_at)
            there = known.get(paper.id)
            merged.append(said if there is None else merge(confirmed(there, looks.get(paper.id, ())), said))
        await tx.papers.save([paper for paper in merged if is_news(paper, known.get(paper.id))], fetched.sightings)
        changed = [paper for paper in merged if paper != known.get(paper.id)]
        count = len(fetched.papers) + len(fetched.rejected)
        if not recorded:
            now = r.clock()
            await note_success(tx, fetched.source, fetched, at=now, before=before)
            if look is not None and look.kind is PeriodKind.DAY:
                await _note_progress(tx, fetched, look, now)
        if fetched.papers:
            await tx.facts.put(SAMPLE_FACT, r.clock().isoformat() if fetched.source == SAMPLE else "")
    new = sum(paper.id not in known for paper in changed)
    if fetched.rejected:
        log.warning("papers rejected", source=fetched.source, rejected=len(fetched.rejected), of=count)
    return SourceReport(
        name=fetched.source,
        fetched=count,
        new=new,
        updated=len(changed) - new,
        unchanged=len(merged) - len(changed),
        rejected=len(fetched.rejected),
        rejects=tuple(_named(fetched.rejected)),
    )


async def note_success(tx: Writing, name: str, fetched: Fetched, *, at: datetime, before: Tally | None = None) -> None:
    """Remember how a look went so far: what it brought, what of it could not be read, and what is usual by now."""
    part = _tally(fetched)
    whole = (before or Tally()) + part
    count, bad = part.fetched, len(part.rejects)
    usual = (await tx.sources.state(name)).usual_share
    if intake.has_changed(usual, fetched=count, rejected=bad):
        log.warning("much less than usual can be read; the site may have changed", source=name, rejected=bad, of=count)
    await tx.sources.record_success(
        name,
        at=at,
        fetched=whole.fetched,
        rejected=len(whole.rejects),
        rejects=intake.kinds(whole.rejects),
        usual_share=None if fetched.by_hand else intake.learnt(usual, fetched=count, rejected=bad),
    )


def _tally(fetched: Fetched) -> Tally:
    rejects = tuple((_shown(item), item.reason) for item in fetched.rejected)
    return Tally(fetched=len(fetched.papers) + len(rejects), rejects=rejects)


async def _note_progress(tx: Writing, fetched: Fetched, look: Period, now: datetime) -> None:
    """How far a day was looked at: where to go on, or that it was seen to its end."""
    mark = _mark(fetched.source, look)
    if fetched.rest is not None or await tx.facts.get(mark):
        await tx.facts.put(mark, fetched.rest or "")
    if fetched.rest is None and fetched.day in {None, look.first}:
        await tx.sources.mark_day(fetched.source, look.first, at=now)


def _mark(source: str, period: Period | None) -> str:
    return f"part of {source} {period}"


def _named(rejected: Iterable[Rejected]) -> Iterable[str]:
    for count, item in enumerate(rejected):
        if count == REJECTS_NAMED:
            yield "and more"
            return
        yield f"{_shown(item)}: {item.reason}"


def _shown(item: Rejected) -> str:
    return f"item {item.position} ({item.paper_id or 'no id'})"


async def _failure(r: Resources, error: SourceError, *, patient: bool) -> SourceReport:
    now = r.clock()
    retry_at: datetime | None = now + PAUSE if patient else None
    if isinstance(error, SourceThrottled):
        retry_at = error.retry_at
    async with r.store.write() as tx:
        await tx.sources.record_failure(error.source, at=now, problem=str(error), retry_at=retry_at)
    log.warning("source failed", source=error.source, problem=str(error))
    return SourceReport(name=error.source, error=str(error))


async def _is_complete(r: Resources, name: str, day: date) -> bool:
    async with r.store.read() as tx:
        looked_at = await tx.sources.day_looked_at(name, day)
    return looked_at is not None and looked_at - datetime.combine(day, time.min, UTC) >= SETTLED_AFTER


def _day_in(name: str) -> date | None:
    found = DAY_IN_NAME.search(name)
    try:
        return date.fromisoformat(found.group()) if found else None
    except ValueError:
        return None


def _read_bounded(path: Path) -> bytes:
    with path.open("rb") as file:
        body = file.read(LARGEST_FILE + 1)
    if len(body) > LARGEST_FILE:
        raise InvalidInput(f"the file is larger than {LARGEST_FILE // 2**20} MB, which no recorded answer is.")
    return body
