"""What the two databases spell alike but SQLAlchemy keeps apart: inserts that may find their row already there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

BATCH = 1_000
"""Values in one statement: far below what either database allows (32,766), few enough to keep each statement short."""


def insert(connection: AsyncConnection, into: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    # Only the dialect of this very database is loaded: the other one would cost every command its start-up time.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(into)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(into)


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """``values`` in pieces of at most ``BATCH``."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
