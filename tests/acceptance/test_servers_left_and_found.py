"""Servers that Paperboy is taken out of, comes back to, or hears nothing of for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.discord_ui.client import PaperboyClient
from bot.services import channels
from storage.records import DeliveryState, Obstacle
from tests.acceptance.conftest import FRIDAY, MONDAY, SATURDAY, WEDNESDAY, Scene, listed, moment, papers_in
from tests.standins.discord import TOKEN

AT_EIGHT = moment(FRIDAY, 8)
AN_HOUR = timedelta(hours=1)


async def obstacles(scene: Scene) -> list[Obstacle | None]:
    return [one.setup.obstacle for one in await channels.overview(scene.r, scene.guild.id)]


@asynccontextmanager
async def session_lost(scene: Scene) -> AsyncIterator[None]:
    """What happens inside the bot hears of only when it has begun another session, which it has afterwards."""
    ready = asyncio.create_task(scene.client.wait_for("ready"))
    scene.discord.gateway.invalidate()
    yield
    await asyncio.wait_for(ready, 20)
    await scene.heard()


async def test_a_server_that_invites_it_again_within_the_hour_has_lost_nothing(scene: Scene) -> None:
    scene.site.days[FRIDAY] = listed(FRIDAY, "Planning")
    await scene.add()
    await scene.until(moment(FRIDAY, 7))
    scene.discord.world.remove_guild(scene.guild)
    await scene.until(moment(FRIDAY, 9))
    assert await obstacles(scene) == [Obstacle.LEFT]
    assert scene.posted(scene.papers) == []
    scene.discord.world.invite_again(scene.guild)
    await scene.until(moment(FRIDAY, 11), stride=AN_HOUR)
    [digest] = scene.posted(scene.papers)
    assert "8 considered" in digest.text
    assert await obstacles(scene) == [None]
    assert scene.posted(scene.ada) == [], "whoever takes it out knows"


async def test_within_a_week_it_goes_on_as_before_and_no_paper_comes_twice(scene: Scene) -> None:
    await scene.add()
    await scene.until(AT_EIGHT)
    scene.discord.world.remove_guild(scene.guild)
    await scene.until(moment(WEDNESDAY, 12))
    assert await obstacles(scene) == [Obstacle.LEFT]
    scene.site.days[WEDNESDAY] = listed(WEDNESDAY, "Back again")
    scene.discord.world.invite_again(scene.guild)
    await scene.until(moment(WEDNESDAY, 16), stride=AN_HOUR)
    first, second = scene.posted(scene.papers)
    assert papers_in(second) == ["2504.02001"]
    assert "Back again" in second.text
    assert first.id < second.id


async def test_after_a_week_its_setups_are_forgotten_and_what_was_posted_is_not(scene: Scene) -> None:
    await scene.add()
    await scene.until(AT_EIGHT)
    scene.discord.world.remove_guild(scene.guild)
    await scene.until(AT_EIGHT + timedelta(days=7, hours=7))
    assert await obstacles(scene) == []
    scene.discord.world.invite_again(scene.guild)
    await scene.until(AT_EIGHT + timedelta(days=9))
    assert len(scene.posted(scene.papers)) == 1
    [kept] = await scene.ledger(scene.papers)
    assert kept.state is DeliveryState.SENT


async def test_a_server_that_was_left_while_nobody_listened_is_noticed_at_the_next_hello(scene: Scene) -> None:
    await scene.add()
    async with session_lost(scene):
        scene.discord.world.remove_guild(scene.guild)
    assert await obstacles(scene) == [Obstacle.LEFT]


async def test_an_outage_of_a_server_is_not_taken_for_leaving_it(scene: Scene) -> None:
    await scene.add()
    scene.discord.world.outage(scene.guild)
    await scene.heard()
    assert await obstacles(scene) == [None]
    async with session_lost(scene):
        pass
    assert await obstacles(scene) == [None]
    await scene.until(AT_EIGHT)
    assert await obstacles(scene) == [None]
    scene.discord.world.end_outage(scene.guild)
    await scene.until(moment(FRIDAY, 12))
    assert len(scene.posted(scene.papers)) == 1
    await scene.until(moment(MONDAY, 12))
    assert await obstacles(scene) == [None]
    assert scene.posted(scene.ada) == []


async def test_a_connection_that_is_resumed_leaves_every_server_as_it_was(scene: Scene) -> None:
    await scene.add()
    scene.discord.gateway.cut()
    await scene.discord.until(lambda: scene.discord.gateway.resumes == 1)
    await scene.until(moment(SATURDAY, 6))
    assert await obstacles(scene) == [None]
    assert len(scene.posted(scene.papers)) == 1


async def test_a_second_process_that_starts_during_an_outage_marks_no_server_as_left(scene: Scene) -> None:
    await scene.add()
    scene.discord.world.outage(scene.guild)
    async with PaperboyClient(scene.r, guilds_settle_in=0.05) as second:
        await second.sign_in(TOKEN)
        connection = asyncio.create_task(second.connect())
        await second.connected(connection)
        await scene.heard()
        assert await obstacles(scene) == [None]
        scene.discord.world.end_outage(scene.guild)
    await connection
    await scene.until(AT_EIGHT)
    assert len(scene.posted(scene.papers)) == 1
