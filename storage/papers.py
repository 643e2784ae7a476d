"""Papers as they are known now, and the sightings that made them so.

Whatever the index holds or filters on gives its paper a new revision when it changes. Revisions are handed out from one
counter whose row is locked for the length of a save, so they become visible in order: who has read up to a revision has
missed none below it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches, insert
from storage.discussion_schema import discussed_papers
from storage.lineage import COPIED_AT, COPIED_FROM, STORE, Lineage
from storage.records import ChangeKind, Paper, PaperChange, PaperId, Sighting
from storage.schema import counters, paper_changes, papers, saved_papers, sightings

INDEXED = (
    "title",
    "abstract",
    "authors",
    "keywords",
    "categories",
    "organization",
    "summary",
    "published_at",
    "daily_on",
    "upvotes",
    "code_url",
    "code_stars",
    "withdrawn_at",
)
"""What the search index holds or filters on."""

PAPER = tuple(field.name for field in fields(Paper))
SIGHTING = tuple(field.name for field in fields(Sighting))
PAPER_COLUMNS = tuple(papers.c[name] for name in PAPER)
SIGHTING_COLUMNS = tuple(sightings.c[name] for name in SIGHTING)
# Made once: to put a statement of so many columns together takes longer than to have it answered.
_NAMED = select(*PAPER_COLUMNS).where(papers.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Saved:
    """How many papers were not there before, and how many were there with other facts."""

    new: int
    updated: int


class PapersReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, paper_id: PaperId) -> Paper | None:
        return (await self.get_many([paper_id])).get(paper_id)

    async def get_many(self, paper_ids: Iterable[PaperId]) -> dict[PaperId, Paper]:
        """Those of ``paper_ids`` that are known, in the order asked for."""
        wanted = list(dict.fromkeys(paper_ids))
        found: dict[PaperId, Paper] = {}
        for batch in batches(wanted):
            for paper in await self._papers(_NAMED, {"ids": batch}):
                found[paper.id] = paper
        return {paper_id: found[paper_id] for paper_id in wanted if paper_id in found}

    async def beginning_with(self, beginning: str, limit: int) -> list[Paper]:
        """The ``limit`` papers with the highest of the ids that are ``beginning`` and digits, the highest first.

        Of arXiv's ids within a month that is the newest.
        """
        # A letter comes after all digits in every collation that a database may have; so the key's own index serves.
        within = papers.c.id.between(beginning, f"{beginning}z")
        named = select(*PAPER_COLUMNS).where(within, papers.c.id.startswith(beginning, autoescape=True))
        return await self._papers(named.order_by(papers.c.id.desc()).limit(limit))

    async def on_days(self, since: date, until: date) -> list[Paper]:
        """The papers that some source listed on one of the days, both included; by id."""
        listed = select(sightings.c.paper_id).where(sightings.c.daily_on.between(since, until))
        return _by_id(await self._papers(select(*PAPER_COLUMNS).where(papers.c.id.in_(listed))))

    async def announced(self, since: date, until: date) -> list[Paper]:
        """The papers that were announced on one of the days, both included, listed or not; by id."""
        named = select(sightings.c.paper_id).where(sightings.c.announced_on.between(since, until))
        return _by_id(await self._papers(select(*PAPER_COLUMNS).where(papers.c.id.in_(named))))

    async def to_look_up(
        self,
        source: str,
        *,
        listed: tuple[date, date],
        taken_up_since: datetime,
        not_since: datetime,
        dois: bool,
        limit: int,
    ) -> list[PaperId]:
        """Papers that ``source`` was not asked about since a moment; without ``dois`` only arXiv's.

        First those that came into a thread or were saved since ``taken_up_since``, then those listed on the days
        ``listed``, both included, the newest lists first.
        """

        def wanted(column: ColumnElement[str]) -> ColumnElement[bool]:
            asked = sightings.alias("asked")
            asked_since = exists().where(
                asked.c.paper_id == column, asked.c.source == source, asked.c.seen_at > not_since
            )
            # A DOI, as ``is_doi`` says, is no arXiv id.
            return ~asked_since if dois else and_(~asked_since, column.not_like("10.%"))

        in_threads = select(discussed_papers.c.paper_id).where(discussed_papers.c.added_at >= taken_up_since)
        saved = select(saved_papers.c.paper_id).where(saved_papers.c.saved_at >= taken_up_since)
        of_somebody = papers.c.id.in_(in_threads.union(saved))
        taken_up = select(papers.c.id).where(of_somebody, wanted(papers.c.id)).order_by(papers.c.id)
        newest = func.max(sightings.c.daily_on)
        on_lists = (
            select(sightings.c.paper_id)
            .where(sightings.c.daily_on.between(*listed), wanted(sightings.c.paper_id))
            .group_by(sightings.c.paper_id)
            .order_by(newest.desc(), sightings.c.paper_id)
        )
        found = [one for query in (taken_up, on_lists) for one in await self._connection.scalars(query.limit(limit))]
        return list(dict.fromkeys(found))[:limit]

    async def sightings(
        self, paper_ids: Iterable[PaperId], *, since: datetime | None = None
    ) -> dict[PaperId, tuple[Sighting, ...]]:
        """What was seen of each paper, oldest first; a paper that was not seen (since then) is left out."""
        seen: dict[PaperId, list[Sighting]] = {}
        for batch in batches(list(dict.fromkeys(paper_ids))):
            query = select(*SIGHTING_COLUMNS).where(sightings.c.paper_id.in_(batch))
            if since is not None:
                query = query.where(sightings.c.seen_at >= since)
            order = (sightings.c.paper_id, sightings.c.seen_at, sightings.c.source)
            for row in (await self._connection.execute(query.order_by(*order))).mappings():
                seen.setdefault(row["paper_id"], []).append(Sighting(**row))
        return {paper_id: tuple(of_paper) for paper_id, of_paper in seen.items()}

    async def changes(
        self, paper_ids: Iterable[PaperId] | None = None, *, after: int = 0, limit: int = 1000
    ) -> list[PaperChange]:
        """The first ``limit`` changes (of some papers) with an id above ``after``, in the order in which they came."""
        query = select(paper_changes).where(paper_changes.c.id > after)
        if paper_ids is not None:
            query = query.where(paper_changes.c.paper_id.in_(list(paper_ids)))
        rows = await self._connection.execute(query.order_by(paper_changes.c.id).limit(limit))
        return [PaperChange(**row | {"kind": ChangeKind(row["kind"])}) for row in map(dict, rows.mappings())]

    async def latest_day(self) -> date | None:
        """The newest day that has papers."""
        newest: date | None = await self._connection.scalar(select(func.max(sightings.c.daily_on)))
        return newest

    async def days(self, limit: int) -> list[tuple[date, int]]:
        """The days that have papers with how many, newest first."""
        counted = (
            select(sightings.c.daily_on, func.count(sightings.c.paper_id.distinct()))
            .where(sightings.c.daily_on.is_not(None))
            .group_by(sightings.c.daily_on)
            .order_by(sightings.c.daily_on.desc())
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self._connection.execute(counted)]

    async def count(self) -> int:
        return await self._counter("papers")

    async def newest_sighting(self) -> datetime | None:
        """When a source was last looked at with any result."""
        newest: datetime | None = await self._connection.scalar(select(func.max(sightings.c.seen_at)))
        return newest

    async def revision(self) -> int:
        """The last revision that was given to a paper; 0 while there is none."""
        return await self._counter("revision")

    async def lineage(self) -> Lineage:
        """Which store this is."""
        names = (STORE, COPIED_FROM, COPIED_AT)
        query = select(counters.c.name, counters.c.value).where(counters.c.name.in_(names))
        said = {row.name: row.value for row in await self._connection.execute(query)}
        return Lineage(*(said.get(name, 0) for name in names))

    async def changed_since(self, revision: int, limit: int) -> list[tuple[int, Paper]]:
        """The first ``limit`` papers with a revision above ``revision``, ascending, each with its own."""
        return await self._since(revision, limit, PAPER)

    async def indexed_since(self, revision: int, limit: int) -> list[tuple[int, Paper]]:
        """The same with nothing of a paper but its id and what is ``INDEXED``: half the work where all are read."""
        return await self._since(revision, limit, ("id", *INDEXED))

    async def count_since(self, revision: int) -> int:
        """How many papers have a revision above ``revision``."""
        query = select(func.count()).select_from(papers).where(papers.c.revision > revision)
        return await self._connection.scalar(query) or 0

    async def count_until(self, revision: int) -> int:
        """How many papers have a revision up to ``revision``."""
        query = select(func.count()).select_from(papers).where(papers.c.revision <= revision)
        return await self._connection.scalar(query) or 0

    async def _papers(self, query: Select[Any], values: dict[str, Any] | None = None) -> list[Paper]:
        """The papers of ``query``, whose columns are ``PAPER_COLUMNS``."""
        rows = await self._connection.execute(query, values)
        return [Paper(**dict(zip(PAPER, row, strict=True))) for row in rows]

    async def _since(self, revision: int, limit: int, names: Sequence[str]) -> list[tuple[int, Paper]]:
        newer = select(papers.c.revision, *(papers.c[name] for name in names)).where(papers.c.revision > revision)
        return await self._revisions(newer.order_by(papers.c.revision).limit(limit), names)

    async def _revisions(self, query: Select[Any], names: Sequence[str] = PAPER) -> list[tuple[int, Paper]]:
        """The papers of ``query``, whose columns are their revision and these facts of theirs."""
        rows = await self._connection.execute(query)
        return [(row[0], Paper(**dict(zip(names, row[1:], strict=True)))) for row in rows]

    async def _counter(self, name: str) -> int:
        return await self._connection.scalar(select(counters.c.value).where(counters.c.name == name)) or 0


class Papers(PapersReader):
    async def save(self, new_papers: Iterable[Paper], new_sightings: Iterable[Sighting]) -> Saved:
        """Keep papers as they are given, whole, and append sightings; one that is there already is ignored.

        What is known of a paper is replaced, not merged: that was decided before. Given twice, the last one counts.
        A new version or a withdrawal of a paper that was known is kept as a change, dated by its sighting.
        """
        seen = list(new_sightings)
        seen_at = {sighting.paper_id: sighting.seen_at for sighting in seen}
        changed: list[PaperChange] = []
        given = list({paper.id: paper for paper in new_papers}.values())
        # First of all, so that two saves at once on PostgreSQL take turns and compare with what is really there.
        counter = select(counters.c.value).where(counters.c.name == "revision").with_for_update()
        first = revision = await self._connection.scalar(counter) or 0
        new = updated = 0
        for batch in batches(given):
            known = await self._known(batch)
            rows = []
            for paper in batch:
                before = known.get(paper.id)
                if before is not None and before[1] == paper and before[1].said == paper.said:
                    continue
                if before is not None:
                    changed += _changes(before[1], paper, seen_at.get(paper.id))
                new += before is None
                updated += before is not None and before[1] != paper
                if before is None or _differs(before[1], paper):
                    revision += 1
                    rows.append(_values(paper) | {"revision": revision})
                else:
                    rows.append(_values(paper) | {"revision": before[0]})
            await self._upsert(rows)
        if revision != first or new:
            await self._count(revision=revision - first, papers=new)
        await self._append(seen)
        await self._note(changed)
        return Saved(new=new, updated=updated)

    async def _known(self, batch: Sequence[Paper]) -> dict[PaperId, tuple[int, Paper]]:
        ids = [paper.id for paper in batch]
        query = select(papers.c.revision, *PAPER_COLUMNS).where(papers.c.id.in_(ids))
        return {paper.id: (revision, paper) for revision, paper in await self._revisions(query)}

    async def _upsert(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            statement = insert(self._connection, papers)
            replaced = {name: statement.excluded[name] for name in (*PAPER[1:], "revision")}
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=[papers.c.id], set_=replaced), rows
            )

    async def _count(self, **by: int) -> None:
        await self._connection.execute(
            update(counters)
            .where(counters.c.name == bindparam("counter"))
            .values(value=counters.c.value + bindparam("by")),
            [{"counter": name, "by": number} for name, number in by.items()],
        )

    async def _note(self, changed: Sequence[PaperChange]) -> None:
        rows = [
            {"paper_id": one.paper_id, "kind": str(one.kind), "version": one.version, "at": one.at} for one in changed
        ]
        for batch in batches(rows):
            await self._connection.execute(insert(self._connection, paper_changes), batch)

    async def _append(self, seen: Sequence[Sighting]) -> None:
        statement = insert(self._connection, sightings).on_conflict_do_nothing()
        for batch in batches(seen):
            rows = [{name: getattr(sighting, name) for name in SIGHTING} for sighting in batch]
            await self._connection.execute(statement, rows)


def _values(paper: Paper) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in PAPER}


def _changes(before: Paper, after: Paper, seen_at: datetime | None) -> list[PaperChange]:
    """What happened to a paper between two looks at it that its readers should know."""
    found = []
    if before.withdrawn_at is None and after.withdrawn_at is not None:
        found.append(PaperChange(paper_id=after.id, kind=ChangeKind.WITHDRAWN, at=seen_at or after.withdrawn_at))
    if before.version and after.version and before.version < after.version and seen_at is not None:
        found.append(PaperChange(paper_id=after.id, kind=ChangeKind.VERSION, version=after.version, at=seen_at))
    return found


def _differs(before: Paper, after: Paper) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in INDEXED)


def _by_id(found: list[Paper]) -> list[Paper]:
    # Not ORDER BY: PostgreSQL's locale may sort text in another way than SQLite does.
    return sorted(found, key=lambda paper: paper.id)
