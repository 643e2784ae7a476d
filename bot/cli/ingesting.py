"""``paperboy ingest``: which look at which source, how far it is, and what it brought."""

import os
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bot.cli.exit_codes import DONE, FAILED
from bot.cli.indexing import catch_up
from bot.cli.output import print_json, show
from bot.cli.progress import amount, steps
from bot.cli.session import with_resources
from bot.core.period import Period, parse_day
from bot.core.reports import SourceReport
from bot.errors import InvalidInput
from bot.ports import Resources, Source
from bot.render import document
from bot.render.reports import brought, ingest_report
from bot.services import bulk, ingest
from bot.sources.arxiv_facts import NAME
from bot.sources.references import NAME as REFERENCES
from storage.search_index.following import followed

BIBTEX = ".bib"
LARGE = 8 * 2**20
"""Bytes of a dump from which on a second process is worth its start: some ten thousand papers."""
A_WINDOW = timedelta(minutes=6)
"""Somebody who fills a range waits for the next window of a site's rate limit (five minutes at Hugging Face)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options as they were typed."""

    sources: tuple[str, ...]
    day: str | None
    since: str | None
    until: str | None
    files: tuple[Path, ...]
    more: tuple[Path, ...] = ()
    """What a shell made of the star in ``--file days/*.json`` beyond the first."""
    again: bool = False


def run(wanted: Wanted, *, json: bool) -> None:
    """Bring papers in and report; the work has failed where a source did."""

    async def work(r: Resources) -> int:
        _check(wanted)
        by_source = await _looks(r, wanted)
        reports = [report for _, of_source in by_source for report in of_source]
        if json:
            sums = [_summed(name, of_source) for name, of_source in by_source]
            print_json(document.ingest(sums, files=reports if wanted.files else ()))
        else:
            show(ingest_report(reports))
        return FAILED if any(report.error for report in reports) else DONE

    with_resources(work, patience=A_WINDOW)


async def _looks(r: Resources, wanted: Wanted) -> list[tuple[str, list[SourceReport]]]:
    """What each source brought. A dump is arXiv's, BibTeX is nobody's; what else is wanted is the named sources'."""
    sources = _chosen(r, wanted.sources)
    files = (*wanted.files, *wanted.more)
    dumps = [path for path in files if await bulk.recognised(path)]
    lists = [path for path in files if path.suffix.lower() == BIBTEX]
    looks = [(NAME, await _dumps(r, dumps, again=wanted.again))] if dumps else []
    if lists:
        (reader,) = _chosen(r, (REFERENCES,))
        looks.append((REFERENCES, await _files(r, reader, lists)))
    rest = tuple(path for path in files if path not in dumps and path not in lists)
    if rest or not (dumps or lists):
        looks += [(source.name, await _one(r, source, replace(wanted, files=rest))) for source in sources]
    return looks


def _check(wanted: Wanted) -> None:
    ways = (("--file", wanted.files), ("--date", wanted.day), ("--since", wanted.since))
    given = [name for name, value in ways if value]
    if len(given) > 1:
        raise InvalidInput(f"{' and '.join(given)} exclude each other; give one of them.")
    if wanted.more and not wanted.files:
        raise InvalidInput(f"{wanted.more[0]} is no option; name files with --file {wanted.more[0]}.")
    if wanted.until and not wanted.since:
        raise InvalidInput("--until is the end of a range; give its beginning too, for example --since 2025-03-10.")


def _chosen(r: Resources, names: Sequence[str]) -> tuple[Source, ...]:
    known = {source.name: source for source in r.sources}
    strangers = [name for name in names if name not in known]
    if strangers:
        raise InvalidInput(f"There is no source {', '.join(map(repr, strangers))}. There is: {', '.join(known)}.")
    return tuple(known[name] for name in dict.fromkeys(names)) or r.sources[:1]


async def _one(r: Resources, source: Source, wanted: Wanted) -> list[SourceReport]:
    today = r.clock().date()
    if wanted.files:
        return await _files(r, source, wanted.files)
    if wanted.since:
        since = parse_day(wanted.since, today=today)
        until = parse_day(wanted.until, today=today) if wanted.until else today
        return [await _range(r, source, since, until, again=wanted.again)]
    period = Period.day(parse_day(wanted.day, today=today)) if wanted.day else None
    return [await ingest.period(r, source, period)]


async def _files(r: Resources, source: Source, files: Sequence[Path]) -> list[SourceReport]:
    """Each file by itself, since each may be broken by itself."""
    reports = []
    with steps("Reading files", len(files)) as progress:
        for path in files:
            reports.append(await ingest.file(r, source, path))
            progress.done(brought(reports[-1]))
    await catch_up(r.index, r.store)
    return reports


async def _dumps(r: Resources, files: Sequence[Path], *, again: bool) -> list[SourceReport]:
    """A large one with a second process that fills the index meanwhile."""
    reports = []
    async with AsyncExitStack() as beside:
        if sum(path.stat().st_size for path in files) > LARGE and (os.cpu_count() or 1) > 1:
            await beside.enter_async_context(followed(r.store, r.index))
        for path in files:
            with amount(f"Reading {path.name}", path.stat().st_size, of="papers") as bar:
                reports.append(await bulk.file(r, path, again=again, progress=bar))
    await catch_up(r.index, r.store)
    return reports


async def _range(r: Resources, source: Source, since: date, until: date, *, again: bool) -> SourceReport:
    found: list[SourceReport] = []
    complete = 0
    with steps(f"Filling {since} to {until}", max((until - since).days + 1, 0)) as progress:
        async for day, report in ingest.days(r, source, since, until, again=again):
            if report is None:
                complete += 1
                progress.done(f"{day}: complete already")
            else:
                found.append(report)
                progress.done(f"{day}: {brought(report, named=False)}")
    return _summed(source.name, found)


def _summed(name: str, reports: Iterable[SourceReport]) -> SourceReport:
    return sum(reports, start=SourceReport(name=name))
