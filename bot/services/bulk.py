"""A dump of arXiv's metadata into the store: millions of papers, a few thousand in memory at once.

Each batch is one transaction together with a mark of how far the file was read, so a run that was killed goes on behind
its last batch, and a file that was read to its end is not read again. A dump says nothing of how a paper is received,
so it adds no sightings; what it does not say stays as it is known.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import structlog

from bot.core.merge import as_said, confirmed, merge
from bot.core.reports import SourceReport
from bot.ports import Resources
from bot.services.ingest import SAMPLE_FACT
from bot.sources.arxiv_bulk import RULES, BadLine, Record, is_dump, quoted, read_line
from bot.sources.arxiv_facts import NAME
from bot.sources.json_lines import LONGEST_LINE, JsonLines
from storage import garbage
from storage.records import Paper, PaperId, Sighting

log = structlog.get_logger(__name__)

BATCH = 5_000
"""Lines of one transaction: some 300 ms in which nobody else writes, and one wait for the disk."""
LONG_AGO = datetime(1991, 8, 1, tzinfo=UTC)
"""When a record was touched that does not say it: anybody else may know better."""
AHEAD = timedelta(days=1)
"""How far arXiv's clock may run ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """How far one content was read, kept with the papers."""

    line: int = 0
    offset: int = 0
    filled: int = 0
    rejected: int = 0
    whole: bool = False


@dataclass(slots=True)
class _Kind:
    """Lines of which the same is wrong: the first of them, and how many there are."""

    first: str
    count: int = 0


@dataclass(slots=True)
class _Batch:
    records: list[Record] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)
    """Kind, and the line in words."""
    line: int = 0
    offset: int = 0
    at: int = 0
    ended: bool = False


async def recognised(path: Path) -> bool:
    """Whether the file is a dump, by its content; one that cannot be opened is none."""

    def look() -> bool:
        try:
            with JsonLines.open(path) as lines:
                beginning = lines.beginning()
                return is_dump(beginning) or lines.problem is not None
        except OSError:
            return False

    return await asyncio.to_thread(look)


async def file(
    r: Resources, path: Path, *, again: bool = False, progress: Callable[[int, int], None] | None = None
) -> SourceReport:
    """Bring in a dump; what an earlier run brought in counts as unchanged and is not read, unless ``again``.

    ``progress`` is told after each batch how many bytes of the file, and how many lines that hold something, were read.
    The index is left to whoever calls. Of a file that breaks off what stands before is kept; the report has an error.
    """
    started = perf_counter()
    name = f"{NAME}:{path.name}"
    try:
        lines = await asyncio.to_thread(JsonLines.open, path)
    except OSError as problem:
        return SourceReport(name=name, error=f"{path} cannot be read: {problem.strerror or problem}.")
    try:
        with garbage.looked_for_seldom():
            report = await _Reading(r, lines, progress).run(again=again)
    finally:
        await asyncio.to_thread(lines.close)
    if report.rejected:
        log.warning("lines rejected", file=path.name, rejected=report.rejected, of=report.fetched)
    error = f"{path.name}: {report.error}" if report.error else None
    return replace(report, name=name, error=error, took=timedelta(seconds=perf_counter() - started))


class _Reading:
    """One file on its way into the store."""

    def __init__(self, r: Resources, lines: JsonLines, progress: Callable[[int, int], None] | None) -> None:
        self._r = r
        self._lines = lines
        self._progress = progress
        self._fact = f"dump {RULES} {lines.identity}"
        self._mark = _Mark()
        self._new = self._updated = 0
        self._kinds: dict[str, _Kind] = {}

    async def run(self, *, again: bool) -> SourceReport:
        if not again:
            async with self._r.store.read() as tx:
                kept = await tx.facts.get(self._fact)
            self._mark = _Mark(**json.loads(kept)) if kept else self._mark
        before = self._mark
        if not before.whole:
            await self._rest()
        return SourceReport(
            name=NAME,
            fetched=self._mark.filled,
            new=self._new,
            updated=self._updated,
            unchanged=self._mark.filled - self._mark.rejected - self._new - self._updated,
            rejected=self._mark.rejected,
            rejects=tuple(self._rejects(before)),
            error=self._error(),
        )

    async def _rest(self) -> None:
        """Parse one batch while the one before is being kept."""
        if self._mark.offset:
            await asyncio.to_thread(self._lines.go_on, self._mark.line, self._mark.offset)
        batch = await asyncio.to_thread(_parsed, self._lines, self._r.clock())
        while not batch.ended:
            following = asyncio.ensure_future(asyncio.to_thread(_parsed, self._lines, self._r.clock()))
            try:
                await self._keep(batch)
            finally:
                await asyncio.wait([following])  # the file is closed behind us
            batch = following.result()
        await self._keep(batch)

    async def _keep(self, batch: _Batch) -> None:
        for kind, shown in batch.bad:
            self._kinds.setdefault(kind, _Kind(shown)).count += 1
        count = len(batch.records) + len(batch.bad)
        mark = _Mark(
            line=batch.line,
            offset=batch.offset,
            filled=self._mark.filled + count,
            rejected=self._mark.rejected + len(batch.bad),
            whole=batch.ended and self._lines.problem is None,
        )
        async with self._r.store.write() as tx:
            ids = [record.paper.id for record in batch.records]
            known = await tx.papers.get_many(ids)
            looks = await tx.papers.sightings(known) if known else {}
            merged, updated = _merged(batch.records, known, looks)
            await tx.papers.save(merged.values(), ())
            await tx.facts.put(self._fact, json.dumps(asdict(mark)))
            if merged:
                await tx.facts.put(SAMPLE_FACT, "")
        self._new += sum(paper_id not in known for paper_id in merged)
        self._updated += updated
        self._mark = mark
        if self._progress is not None:
            self._progress(batch.at, mark.filled)

    def _rejects(self, before: _Mark) -> Iterable[str]:
        for kind in self._kinds.values():
            yield kind.first + (f" (and {kind.count - 1:,} more of this kind)" if kind.count > 1 else "")
        if before.rejected:
            yield f"{before.rejected:,} lines up to line {before.line:,}, named when they were read"

    def _error(self) -> str | None:
        if self._lines.problem is None:
            return None if self._mark.filled else "it holds no lines."
        return f"{self._lines.problem}. What stands before is kept; get the file anew and repeat."


def _parsed(lines: JsonLines, now: datetime) -> _Batch:
    batch = _Batch()
    latest = now + AHEAD
    for line in lines.read(BATCH):
        if line.body is None:
            kind = f"it is longer than {LONGEST_LINE // 2**20} MB"
            batch.bad.append((kind, f"line {line.number:,}: {kind}"))
            continue
        try:
            batch.records.append(read_line(line.body, now=latest))
        except BadLine as problem:
            batch.bad.append((problem.kind, f"line {line.number:,}: {problem}: {quoted(line.body)}"))
    batch.line, batch.offset, batch.at, batch.ended = lines.line, lines.offset, lines.at, lines.ended
    return batch


def _merged(
    records: Iterable[Record], known: dict[PaperId, Paper], looks: dict[PaperId, tuple[Sighting, ...]]
) -> tuple[dict[PaperId, Paper], int]:
    """The papers that are new or have changed, and how many records changed one that was there, in the file or before.

    Of several records of a paper in one file the highest version counts, then the last.
    """
    merged: dict[PaperId, Paper] = {}
    updated = 0
    for record in records:
        paper_id = record.paper.id
        there = merged.get(paper_id) or known.get(paper_id)
        if there is not None:
            there = confirmed(there, looks.get(paper_id, ()))
        # A line is clean when it is read.
        paper = as_said(record.paper, NAME, _said_at(record, there))
        if there is not None:
            paper = merge(there, paper)
        if paper != there:
            merged[paper_id] = paper
            updated += there is not None
    return merged, updated


def _said_at(record: Record, there: Paper | None) -> datetime:
    """When arXiv touched the record; one of another version than is known is earlier or later than all that is."""
    at = record.updated_at or LONG_AGO
    if there is None or not record.paper.version or not there.version or record.paper.version == there.version:
        return at
    if record.paper.version < there.version:
        return LONG_AGO
    return max([at, *(said.at + timedelta(microseconds=1) for said in there.said)])
