"""Channel setups: how each channel gets its digests."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches, insert
from storage.discussion_schema import server_choices
from storage.errors import NotFound
from storage.records import ChannelSetup, Destination, Layout, Obstacle, Settle, Sort, TagRule
from storage.schedules import FORGOTTEN, foresee, may_be_due, schedule_of, schedule_values
from storage.schema import channel_setups, guilds_left

NOBODY = -1
"""Who made a setup whose maker asked to be forgotten; 0 is whoever sits at the terminal."""


class ChannelsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, setup_id: int) -> ChannelSetup | None:
        query = select(channel_setups).where(channel_setups.c.id == setup_id)
        row = (await self._connection.execute(query)).one_or_none()
        return _setup(row) if row else None

    async def get_many(self, setup_ids: Iterable[int]) -> dict[int, ChannelSetup]:
        """Those of them that are known."""
        found: dict[int, ChannelSetup] = {}
        for batch in batches([*setup_ids]):
            found |= {setup.id: setup for setup in await self._where(channel_setups.c.id.in_(batch))}
        return found

    async def list(self, guild_id: int | None = None) -> Sequence[ChannelSetup]:
        """Every setup, or those of one server, oldest first."""
        return await self._where(*(() if guild_id is None else (channel_setups.c.guild_id == guild_id,)))

    async def due(self, now: datetime, *, after: int = 0, limit: int = 1000) -> Sequence[ChannelSetup]:
        """Of the running ones whose next slot may have come the first ``limit`` with an id above ``after``, by id."""
        may_be = (channel_setups.c.paused_because.is_(None), may_be_due(channel_setups, now))
        return await self._where(*may_be, channel_setups.c.id > after, limit=limit)

    async def paused(self, guild_id: int | None = None) -> Sequence[ChannelSetup]:
        """Those (of one server) that send nothing, whoever or whatever stopped them."""
        here = () if guild_id is None else (channel_setups.c.guild_id == guild_id,)
        return await self._where(channel_setups.c.paused_because.is_not(None), *here)

    async def at(self, destination: Destination) -> Sequence[ChannelSetup]:
        """Those that post to one place."""
        return await self._where(channel_setups.c.destination == destination)

    async def guilds(self) -> set[int]:
        """The servers that have setups."""
        return set(await self._connection.scalars(select(channel_setups.c.guild_id).distinct()))

    async def guilds_left(self) -> dict[int, datetime]:
        """The servers that Paperboy was taken out of, with when."""
        rows = await self._connection.execute(select(guilds_left.c.guild_id, guilds_left.c.left_at))
        return {row.guild_id: row.left_at for row in rows}

    async def _where(self, *which: ColumnElement[bool], limit: int | None = None) -> Sequence[ChannelSetup]:
        query = select(channel_setups).where(*which).order_by(channel_setups.c.id).limit(limit)
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
        values = _values(setup) | FORGOTTEN
        statement = update(channel_setups).where(channel_setups.c.id == setup.id).values(values)
        if not (await self._connection.execute(statement)).rowcount:
            raise NotFound("channel setup", setup.id)

    async def remove(self, setup_id: int) -> bool:
        """Forget the setup; what the ledger knows of its deliveries stays. False where there was none."""
        gone = await self._connection.execute(delete(channel_setups).where(channel_setups.c.id == setup_id))
        return bool(gone.rowcount)

    async def foresee(self, next_due: Iterable[tuple[int, datetime | None]], *, at: datetime) -> None:
        """Keep when each setup's next slot comes, as seen at ``at``."""
        await foresee(self._connection, channel_setups, next_due, at=at)

    async def guild_left(self, guild_id: int, at: datetime) -> None:
        """Note that Paperboy is not in that server any more; the first such note stays."""
        statement = insert(self._connection, guilds_left).values(guild_id=guild_id, left_at=at)
        await self._connection.execute(statement.on_conflict_do_nothing())

    async def guild_joined(self, guild_id: int) -> None:
        """Note that it is there (again)."""
        await self._connection.execute(delete(guilds_left).where(guilds_left.c.guild_id == guild_id))

    async def forget_guilds_left(self, before: datetime) -> int:
        """Forget the setups and choices of servers that were left before then; gives how many setups that were."""
        long_gone = select(guilds_left.c.guild_id).where(guilds_left.c.left_at < before)
        gone = await self._connection.execute(delete(channel_setups).where(channel_setups.c.guild_id.in_(long_gone)))
        await self._connection.execute(delete(server_choices).where(server_choices.c.guild_id.in_(long_gone)))
        await self._connection.execute(delete(guilds_left).where(guilds_left.c.left_at < before))
        return gone.rowcount

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
        "layout": str(setup.layout),
        "settle": str(setup.settle),
        "publish": setup.publish,
        "quiet": setup.quiet,
        "role_id": setup.role_id,
        "tags": [asdict(rule) for rule in setup.tags],
        "paused_because": setup.paused_because,
        "obstacle": None if setup.obstacle is None else str(setup.obstacle),
        "paused_at": setup.paused_at,
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
        layout=Layout(row.layout),
        settle=Settle(row.settle),
        publish=row.publish,
        quiet=row.quiet,
        role_id=row.role_id,
        tags=tuple(TagRule(**rule) for rule in row.tags),
        paused_because=row.paused_because,
        obstacle=None if row.obstacle is None else Obstacle(row.obstacle),
        paused_at=row.paused_at,
        created_by=row.created_by,
        created_at=row.created_at,
    )
