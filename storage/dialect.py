"""What the two databases spell alike but SQLAlchemy keeps apart: inserts that may find their row already there."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

BATCH = 1_000
"""Values in one statement: far below what either database allows (32,766), few enough to keep each statement short."""


def insert(connection: AsyncConnection, into: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return postgresql.insert(into) if connection.dialect.name == "postgresql" else sqlite.insert(into)


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """``values`` in pieces of at most ``BATCH``."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
