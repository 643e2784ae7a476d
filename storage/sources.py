"""How each source has been doing, and which of its days were looked at when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.schema import counters, facts, sightings, source_days, sources
from storage.source_state import SourceState

# Made once: every page of a search asks it.
_STANDING = select(
    select(counters.c.value).where(counters.c.name == "papers").scalar_subquery(),
    select(func.max(sightings.c.seen_at)).scalar_subquery(),
    select(func.max(sources.c.succeeded_at)).where(sources.c.name != bindparam("beside")).scalar_subquery(),
    select(facts.c.value).where(facts.c.name == bindparam("fact")).scalar_subquery(),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many papers there are and how current they are: what every page of a search says."""

    papers: int
    sighted_at: datetime | None
    """When a source was last looked at with any result."""
    succeeded_at: datetime | None
    """When a look last worked, with a result or without."""
    fact: str | None
    """The one that was asked for."""


class SourcesReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def state(self, name: str) -> SourceState:
        """The state of one source; of one that was never looked at, an empty one."""
        found = await self._connection.execute(select(sources).where(sources.c.name == name))
        row = found.mappings().one_or_none()
        return SourceState(**row) if row else SourceState(name=name)

    async def states(self) -> list[SourceState]:
        """All that were ever looked at, by name."""
        rows = await self._connection.execute(select(sources).order_by(sources.c.name))
        return [SourceState(**row) for row in rows.mappings()]

    async def standing(self, fact: str, *, beside: str = "") -> Standing:
        """Together with the value of ``fact``: one way to the database instead of four.

        Looks at the source ``beside`` do not count.
        """
        row = (await self._connection.execute(_STANDING, {"fact": fact, "beside": beside})).one()
        return Standing(row[0] or 0, *row[1:])

    async def day_looked_at(self, name: str, day: date) -> datetime | None:
        """When that day of the source was last looked at with success."""
        query = select(source_days.c.looked_at).where(source_days.c.source == name, source_days.c.day == day)
        return await self._connection.scalar(query)


class Sources(SourcesReader):
    async def record_success(
        self,
        name: str,
        *,
        at: datetime,
        fetched: int,
        rejected: int,
        rejects: Sequence[str] = (),
        usual_share: float | None = None,
    ) -> None:
        """A look that worked: whatever was the problem is over. When it last failed stays known."""
        said = {
            "succeeded_at": at,
            "fetched": fetched,
            "rejected": rejected,
            "rejects": tuple(rejects),
            "usual_share": usual_share,
            "problem": None,
            "retry_at": None,
        }
        await self._put(name, said, fresh={})

    async def record_failure(self, name: str, *, at: datetime, problem: str, retry_at: datetime | None) -> None:
        """A look that failed; what the last good one brought stays known."""
        said = {"failed_at": at, "problem": problem, "retry_at": retry_at}
        await self._put(name, said, fresh={"fetched": 0, "rejected": 0, "rejects": ()})

    async def mark_day(self, name: str, day: date, *, at: datetime) -> None:
        """That day was looked at, with success."""
        statement = insert(self._connection, source_days).values(source=name, day=day, looked_at=at)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[source_days.c.source, source_days.c.day], set_={"looked_at": at}
            )
        )

    async def _put(self, name: str, said: dict[str, object], *, fresh: dict[str, object]) -> None:
        statement = insert(self._connection, sources).values(name=name, **said, **fresh)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=[sources.c.name], set_=said))
