"""Channel setups: how each channel gets its digests."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.errors import NotFound
from storage.records import ChannelSetup, Sort
from storage.schedules import schedule_of, schedule_values
from storage.schema import channel_setups

NOBODY = -1
"""Who made a setup whose maker asked to be forgotten; 0 is whoever sits at the terminal."""


class ChannelsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, setup_id: int) -> ChannelSetup | None:
        query = select(channel_setups).where(channel_setups.c.id == setup_id)
        row = (await self._connection.execute(query)).one_or_none()
        return _setup(row) if row else None

    async def list(self, guild_id: int | None = None) -> list[ChannelSetup]:
        """Every setup, or those of one server, oldest first."""
        query = select(channel_setups).order_by(channel_setups.c.id)
        if guild_id is not None:
            query = query.where(channel_setups.c.guild_id == guild_id)
        return [_setup(row) for row in await self._connection.execute(query)]


class Channels(ChannelsReader):
    async def add(self, setup: ChannelSetup) -> ChannelSetup:
        """Keep a new setup; gives it with its id, which is never given again."""
        statement = insert(self._connection, channel_setups).values(_values(setup))
        kept = await self._connection.execute(statement.returning(channel_setups.c.id))
        return replace(setup, id=kept.scalar_one())

    async def update(self, setup: ChannelSetup) -> None:
        """Replace the setup that has this one's id.

        Raises:
            NotFound: there is none.
        """
        statement = update(channel_setups).where(channel_setups.c.id == setup.id).values(_values(setup))
        if not (await self._connection.execute(statement)).rowcount:
            raise NotFound("channel setup", setup.id)

    async def remove(self, setup_id: int) -> bool:
        """Forget the setup; what the ledger knows of its deliveries stays. False where there was none."""
        gone = await self._connection.execute(delete(channel_setups).where(channel_setups.c.id == setup_id))
        return bool(gone.rowcount)

    async def disown(self, person_id: int) -> None:
        """Take the person's name off the setups that they made."""
        mine = channel_setups.c.created_by == person_id
        await self._connection.execute(update(channel_setups).where(mine).values(created_by=NOBODY))


def _values(setup: ChannelSetup) -> dict[str, Any]:
    return {
        "guild_id": setup.guild_id,
        "destination": setup.destination,
        **schedule_values(setup.schedule),
        "limit": setup.limit,
        "sort": str(setup.sort),
        "query": setup.query,
        "min_upvotes": setup.min_upvotes,
        "paused_because": setup.paused_because,
        "created_by": setup.created_by,
        "created_at": setup.created_at,
    }


def _setup(row: Row[Any]) -> ChannelSetup:
    return ChannelSetup(
        id=row.id,
        guild_id=row.guild_id,
        destination=row.destination,
        schedule=schedule_of(row),
        limit=row.limit,
        sort=Sort(row.sort),
        query=row.query,
        min_upvotes=row.min_upvotes,
        paused_because=row.paused_because,
        created_by=row.created_by,
        created_at=row.created_at,
    )
