"""Gates that all processes of an installation share: one of them at a time goes through, and none before its hour."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.schema import gates

LONGEST = timedelta(hours=1)


class Gates:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enter(
        self, name: str, token: str, *, now: datetime, lease: timedelta, again: timedelta
    ) -> datetime | None:
        """Go through the gate of that name, or be told when to try again; whoever went through has to leave.

        While somebody else is in it, that is after ``again``. Somebody who never left (a process that was killed) holds
        it up for ``lease`` and no longer. What would keep it shut for more than ``LONGEST`` was written before the
        clock was put back, and says nothing.
        """
        await self._connection.execute(insert(self._connection, gates).values(name=name).on_conflict_do_nothing())
        query = select(gates.c.open_at, gates.c.held_until).where(gates.c.name == name).with_for_update()
        row = (await self._connection.execute(query)).one()
        open_at, held_until = cast("tuple[datetime | None, datetime | None]", tuple(row))
        if open_at is not None and now < open_at <= now + LONGEST:
            return open_at
        if held_until is not None and now < held_until <= now + LONGEST:
            return min(held_until, now + again)
        await self._put(name, held_by=token, held_until=now + lease)
        return None

    async def leave(self, name: str, token: str, *, open_at: datetime) -> None:
        """Leave it; nobody goes through before ``open_at``. Of somebody whose lease was over only that counts."""
        query = select(gates.c.open_at, gates.c.held_by).where(gates.c.name == name).with_for_update()
        found = (await self._connection.execute(query)).one_or_none()
        if found is None:
            return
        shut_until, held_by = found
        if held_by == token:
            await self._put(name, held_by=None, held_until=None, open_at=open_at)
        elif shut_until is None or shut_until < open_at:
            await self._put(name, open_at=open_at)

    async def _put(self, name: str, **values: object) -> None:
        await self._connection.execute(update(gates).where(gates.c.name == name).values(**values))
