"""Many places are due at one minute, and some of them go wrong: none waits for another, and nothing waits for them."""

import asyncio
from datetime import time, timedelta

import pytest

from bot.ports import Envelope
from bot.render.post import Post
from bot.services import dispatch, planning
from bot.services.dispatch import Dispatcher
from storage.records import Destination, DestinationKind, Obstacle
from tests.acceptance.conftest import THURSDAY, Scene, moment
from tests.builders import make_schedule, make_setup
from tests.standins.discord import Answer, Channel

MISSING_PERMISSIONS = Answer(403, {"message": "Missing Permissions", "code": 50013})
UNAVAILABLE = Answer(503, {"message": "503: Service Unavailable", "code": 0})


async def set_up(scene: Scene, *names: str, hour: int) -> list[Channel]:
    """Channels of these names that get a digest at that hour."""
    found = [scene.discord.world.add_channel(scene.guild, name) for name in names]
    async with scene.r.store.write() as tx:
        for channel in found:
            await tx.channels.add(
                make_setup(
                    destination=Destination(kind=DestinationKind.CHANNEL, id=channel.id),
                    guild_id=scene.guild.id,
                    schedule=make_schedule(at=time(hour), zone="UTC", grace=timedelta(hours=6)),
                    created_by=scene.ada.id,
                    created_at=scene.clock.now(),
                )
            )
    return found


def stall(scene: Scene, channel: Channel, patch: pytest.MonkeyPatch) -> asyncio.Event:
    """Whatever is sent to ``channel`` is under way until the event is set."""
    goes_on, send = asyncio.Event(), scene.client.outbox.send

    async def stalled(destination: Destination, post: Post, envelope: Envelope) -> int:
        if destination.id == channel.id:
            await goes_on.wait()
        return await send(destination, post, envelope)

    patch.setattr(scene.client.outbox, "send", stalled)
    return goes_on


def fail(scene: Scene, channel: Channel, answer: Answer) -> None:
    scene.discord.script("POST", f"/channels/{channel.id}/messages", answer, times=100)


@pytest.fixture(autouse=True)
def _room_for_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few deliveries may be under way at a time, so that one that hogs its place would be seen."""
    monkeypatch.setattr(dispatch, "UNDER_WAY", 2)


async def test_a_place_that_stalls_or_fails_holds_up_no_other(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    stalling, forbidden, broken, *well = await set_up(scene, "stalls", "forbids", "breaks", "a", "b", "c", "d", hour=11)
    goes_on = stall(scene, stalling, monkeypatch)
    fail(scene, forbidden, MISSING_PERMISSIONS)
    fail(scene, broken, UNAVAILABLE)
    scene.clock.advance(moment(THURSDAY, 11, 1) - scene.clock.now())
    await planning.plan_due(scene.r, scene.client.outbox.reaches)
    dispatcher = Dispatcher(scene.r, scene.client.outbox)

    await dispatcher.send_due()
    for channel in well:
        assert len(await scene.discord.messages_in(channel)) == 1
    assert scene.posted(stalling) == []

    goes_on.set()
    assert await dispatcher.idle()
    assert [len(scene.posted(channel)) for channel in (stalling, forbidden, broken, *well)] == [1, 0, 0, 1, 1, 1, 1]
    async with scene.r.store.read() as tx:
        obstacles = {setup.destination.id: setup.obstacle for setup in await tx.channels.paused()}
    assert obstacles == {forbidden.id: Obstacle.PERMISSION}


async def test_the_next_minute_is_planned_and_sent_while_the_one_before_is_under_way(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stalling,) = await set_up(scene, "stalls", hour=11)
    (later,) = await set_up(scene, "later", hour=12)
    goes_on = stall(scene, stalling, monkeypatch)
    dispatcher = Dispatcher(scene.r, scene.client.outbox)
    for hour in (11, 12):
        scene.clock.advance(moment(THURSDAY, hour, 1) - scene.clock.now())
        assert await planning.plan_due(scene.r, scene.client.outbox.reaches) == 1
        await dispatcher.send_due()

    assert len(await scene.discord.messages_in(later)) == 1
    assert scene.posted(stalling) == []
    goes_on.set()
    assert await dispatcher.idle()
    assert len(scene.posted(stalling)) == 1
