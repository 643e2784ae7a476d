"""What a server chose comes back as it was, and goes with the server."""

from dataclasses import replace
from datetime import timedelta

from storage.server_choices import ServerChoices
from storage.store import Store
from tests.builders import BASE, GUILD_ID

CHOSEN = ServerChoices(
    guild_id=GUILD_ID, engine="größe/1:8b", language="zh-tw", role_ids=(2**62 + 1, 7), questions_a_day=20
)
NOTHING = ServerChoices(guild_id=GUILD_ID)


async def test_what_was_chosen_last_holds_and_nothing_chosen_is_nothing_kept(each_store: Store) -> None:
    async with each_store.write() as tx:
        assert await tx.choices.get(GUILD_ID) == NOTHING
        for chosen in (CHOSEN, replace(CHOSEN, engine=None, role_ids=())):
            await tx.choices.save(chosen)
            assert await tx.choices.get(GUILD_ID) == chosen
        assert await tx.choices.guilds() == {GUILD_ID}
        await tx.choices.save(NOTHING)
        assert await tx.choices.get(GUILD_ID) == NOTHING
        assert await tx.choices.guilds() == set()


async def test_it_is_forgotten_with_a_server_that_was_left(each_store: Store) -> None:
    stays = replace(CHOSEN, guild_id=GUILD_ID + 1)
    async with each_store.write() as tx:
        await tx.choices.save(CHOSEN)
        await tx.choices.save(stays)
        await tx.channels.guild_left(GUILD_ID, BASE)
        await tx.channels.forget_guilds_left(BASE)
        assert await tx.choices.guilds() == {GUILD_ID, GUILD_ID + 1}
        assert await tx.channels.forget_guilds_left(BASE + timedelta(seconds=1)) == 0
        assert await tx.choices.guilds() == {GUILD_ID + 1}
