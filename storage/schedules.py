"""A schedule as the four columns in which channel setups and people keep theirs."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from storage.records import Schedule


def schedule_values(schedule: Schedule) -> dict[str, Any]:
    """``schedule`` as values for those columns."""
    return {
        "at": schedule.at,
        "zone": schedule.zone,
        "weekdays": sorted(schedule.weekdays),
        "grace_seconds": int(schedule.grace.total_seconds()),
    }


def schedule_of(row: Row[Any]) -> Schedule:
    """The schedule that those columns of ``row`` hold."""
    return Schedule(
        at=row.at,
        zone=row.zone,
        weekdays=frozenset(row.weekdays),
        grace=timedelta(seconds=row.grace_seconds),
    )
