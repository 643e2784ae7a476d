"""Announcement channels: each message is passed on once, when Discord lets it, and no digest waits for that."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.discord_ui.client import PaperboyClient
from bot.services import dispatch, upkeep
from storage.messages import Errand
from storage.records import DeliveryState, Layout
from tests.acceptance.conftest import FRIDAY, SATURDAY, Scene, moment
from tests.standins.discord import TOKEN, Answer, Channel, ChannelKind, Drop, Message, TooManyRequests
from tests.standins.discord.faults import Fault

AT_EIGHT = moment(FRIDAY, 8)
CROSSPOST = "/channels/*/messages/*/crosspost"
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
async def news(scene: Scene) -> Channel:
    scene.papers = scene.discord.world.add_channel(scene.guild, "news", kind=ChannelKind.ANNOUNCEMENT)
    await scene.heard()
    return scene.papers


def published(message: Message) -> bool:
    """Asked anew each time: it changes."""
    return message.published


def crossposts(scene: Scene) -> Counter[str]:
    return Counter(one.path for one in scene.discord.requests_to("crosspost_message"))


@pytest.mark.parametrize(("layout", "count"), [(Layout.DIGEST, 1), (Layout.CARDS, 5)])
async def test_each_message_is_passed_on_once(scene: Scene, news: Channel, layout: Layout, count: int) -> None:
    await scene.add(news, publish=True, layout=layout, limit=5)
    await scene.until(AT_EIGHT)
    await scene.until(moment(FRIDAY, 12), stride=timedelta(hours=1))
    messages = scene.posted(news)
    assert len(messages) == count
    assert all(message.published for message in messages)
    assert set(crossposts(scene).values()) == {1}


async def test_the_hourly_limit_delays_the_passing_on_and_no_digest(scene: Scene, news: Channel) -> None:
    another = scene.discord.world.add_channel(scene.guild, "another")
    await scene.heard()
    await scene.add(news, publish=True)
    await scene.add(another, schedule={"at": moment(FRIDAY, 8, 10).time()})
    scene.discord.script("POST", CROSSPOST, TooManyRequests(retry_after=3000.0))
    await scene.until(AT_EIGHT)
    [digest] = scene.posted(news)
    assert not published(digest)
    await scene.until(moment(FRIDAY, 8, 10), stride=FIVE_MINUTES)
    assert len(scene.posted(another)) == 1
    await scene.until(moment(FRIDAY, 8, 45), stride=FIVE_MINUTES)
    assert sum(crossposts(scene).values()) == 1, "it waits for as long as it was told"
    await scene.until(moment(FRIDAY, 9), stride=FIVE_MINUTES)
    assert published(digest)
    assert sum(crossposts(scene).values()) == 2


async def test_after_a_crash_between_sending_and_passing_on_it_is_passed_on_once(scene: Scene, news: Channel) -> None:
    await scene.add(news, publish=True)
    scene.jump(AT_EIGHT)
    scene.site.today = FRIDAY
    await dispatch.tick(scene.r, scene.client.outbox)
    [digest] = scene.posted(news)
    assert not published(digest)
    async with PaperboyClient(scene.r, guilds_settle_in=0.05) as restarted:
        await restarted.sign_in(TOKEN)
        connection = asyncio.create_task(restarted.connect())
        await restarted.connected(connection)
        assert await upkeep.publish(scene.r, restarted.outbox) == 1
    await connection
    await scene.until(moment(FRIDAY, 12))
    assert published(digest)
    assert sum(crossposts(scene).values()) == 1
    assert scene.posted(news) == [digest]


@pytest.mark.parametrize("fault", [Drop(executed=True), Answer(500, executed=True), Drop(executed=False)], ids=str)
async def test_a_lost_answer_is_asked_for_again_and_passed_on_counts_as_done(
    scene: Scene, news: Channel, fault: Fault
) -> None:
    await scene.add(news, publish=True)
    scene.discord.script("POST", CROSSPOST, fault)
    await scene.until(AT_EIGHT)
    await scene.until(moment(FRIDAY, 9), stride=FIVE_MINUTES)
    await scene.until(moment(FRIDAY, 12))
    [digest] = scene.posted(news)
    assert published(digest)
    [sent] = await scene.ledger(news)
    assert sent.state is DeliveryState.SENT
    async with scene.r.store.read() as tx:
        assert await tx.messages.due(Errand.PUBLISH, moment(SATURDAY, 12), limit=10) == []


async def test_a_message_that_somebody_deleted_first_is_not_passed_on(scene: Scene, news: Channel) -> None:
    await scene.add(news, publish=True)
    scene.discord.script("POST", CROSSPOST, TooManyRequests(retry_after=3000.0))
    await scene.until(AT_EIGHT)
    scene.discord.world.delete(scene.posted(news)[0])
    await scene.until(moment(FRIDAY, 9), stride=FIVE_MINUTES)
    await scene.until(moment(FRIDAY, 12))
    assert sum(crossposts(scene).values()) == 2
    assert scene.posted(news) == []
