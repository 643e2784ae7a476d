"""What the admins of each server chose for the answers given in it."""

from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.discussion_schema import server_choices
from storage.server_choices import ServerChoices


class ChoicesReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, guild_id: int) -> ServerChoices:
        """What one server chose; where it chose nothing, that."""
        query = select(server_choices).where(server_choices.c.guild_id == guild_id)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return ServerChoices(**{**row, "role_ids": tuple(row["role_ids"])}) if row else ServerChoices(guild_id=guild_id)

    async def guilds(self) -> set[int]:
        """The servers that chose something."""
        return set(await self._connection.scalars(select(server_choices.c.guild_id)))


class Choices(ChoicesReader):
    async def save(self, choices: ServerChoices) -> None:
        """Keep what a server chose, in the place of what it chose before; nothing is kept of one that chose nothing."""
        if choices == ServerChoices(guild_id=choices.guild_id):
            mine = server_choices.c.guild_id == choices.guild_id
            await self._connection.execute(delete(server_choices).where(mine))
            return
        row = asdict(choices)
        statement = insert(self._connection, server_choices).values(row)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[server_choices.c.guild_id], set_=row)
        )
