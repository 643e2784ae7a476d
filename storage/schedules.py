"""A schedule as the five columns in which channel setups and people keep theirs, and what it makes due.

When a slot comes next is kept beside the schedule, so that nobody has to look at ten thousand schedules to find the one
that is due. It is a hint and never the truth: it is forgotten when the schedule changes, and not believed where this
machine's clock was put back behind the moment at which it was made.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import Cadence, Schedule


def schedule_values(schedule: Schedule) -> dict[str, Any]:
    """``schedule`` as values for those columns."""
    return {
        "at": schedule.at,
        "zone": schedule.zone,
        "weekdays": sorted(schedule.weekdays),
        "grace_seconds": int(schedule.grace.total_seconds()),
        "cadence": str(schedule.cadence),
    }


def schedule_of(row: Row[Any]) -> Schedule:
    """The schedule that those columns of ``row`` hold."""
    return Schedule(
        at=row.at,
        zone=row.zone,
        weekdays=frozenset(row.weekdays),
        grace=timedelta(seconds=row.grace_seconds),
        cadence=Cadence(row.cadence),
    )


FORGOTTEN: dict[str, Any] = {"next_due_at": None, "foreseen_at": None}
"""What goes with a schedule that may have changed."""


def may_be_due(table: Table, now: datetime) -> ColumnElement[bool]:
    """Those rows of ``table`` whose next slot may have come at ``now``; all others have none."""
    return or_(table.c.next_due_at.is_(None), table.c.next_due_at <= now, table.c.foreseen_at > now)


async def foresee(
    connection: AsyncConnection, table: Table, next_due: Iterable[tuple[int, datetime | None]], *, at: datetime
) -> None:
    """Keep for each id when its next slot comes, as seen at ``at``; where it is None the row stays due."""
    rows = [{"row": row_id, "due": due} for row_id, due in next_due]
    if rows:
        statement = update(table).where(table.c.id == bindparam("row"))
        await connection.execute(statement.values(next_due_at=bindparam("due"), foreseen_at=at), rows)
