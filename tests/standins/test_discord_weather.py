"""Faults that nobody scripted, and what the stand-in counts of a day."""

import asyncio
from collections import Counter
from datetime import timedelta

import aiohttp
import discord as dpy
import pytest

from tests.standins.discord import (
    NO_LIMITS,
    Answer,
    Channel,
    ChannelKind,
    DiscordStandIn,
    Drop,
    Rates,
    Stall,
    TooManyRequests,
    Trouble,
    Weather,
)
from tests.standins.discord_client import Bot, running

SEND = "POST /channels/{channel_id}/messages"
SENDING = ("create_message",)


def papers_in(discord: DiscordStandIn) -> Channel:
    return discord.world.add_channel(discord.world.add_guild("Lab"), "papers")


def one_day(weather: Weather, requests: int = 300) -> list[str]:
    return [str(weather.decide("create_message", f"POST /{n % 7}", by_token=False)) for n in range(requests)]


def test_the_same_seed_brings_the_same_day_and_another_seed_another() -> None:
    assert one_day(Weather(1)) == one_day(Weather(1))
    assert one_day(Weather(1)) != one_day(Weather(2))


def test_every_kind_of_fault_comes_about_as_often_as_its_rate_says() -> None:
    rates = Rates(limited=10, reset=20, failing_after=5, cut=10)
    weather = Weather(3, rates, most_in_a_row=1000)
    one_day(weather, 4000)
    kinds = Counter(type(what) for _, what in weather.struck)
    assert kinds.keys() == {TooManyRequests, Drop, Answer, Trouble}
    for kind, expected in ((TooManyRequests, 400), (Drop, 800), (Answer, 200), (Trouble, 400)):
        assert abs(kinds[kind] - expected) < 100


def test_after_so_many_faults_in_a_row_a_request_is_left_alone() -> None:
    weather = Weather(1, Rates(reset=100), most_in_a_row=2)
    met = [weather.decide("create_message", "POST /1", by_token=False)[0] is not None for _ in range(6)]
    assert met == [True, True, False] * 2
    assert len(weather.struck) == 4


def test_after_so_many_faults_altogether_it_is_calm_and_other_operations_are_never_struck() -> None:
    weather = Weather(1, Rates(reset=100, cut=100), most_in_a_row=9, most=4, operations=SENDING)
    assert weather.decide("get_channel", "GET /1", by_token=False) == (None, None)
    one_day(weather)
    assert len(weather.struck) == 4


def test_a_limit_of_the_whole_bot_spares_what_goes_by_token() -> None:
    weather = Weather(1, Rates(limited_globally=100))
    assert weather.decide("execute_webhook", "POST /1", by_token=True) == (None, None)
    assert weather.decide("execute_webhook", "POST /1", by_token=False)[0] == TooManyRequests(0.2, "global")


async def digest(bot: Bot, channel: Channel, nonce: str) -> None:
    """Sent until it is certain that it is there."""
    while True:
        try:
            await bot.at(channel.id).send("digest", nonce=nonce)
        except (dpy.HTTPException, aiohttp.ClientError, OSError):
            continue
        return


async def test_progress_is_made_through_rough_weather_and_everything_is_there_once() -> None:
    rates = Rates(limited=15, failing_after=10, reset=15, reset_after=15, lost_after=10, stall_after=10)
    weather = Weather(7, rates, operations=SENDING, retry_after=0.01, stall_for=0.01)
    async with DiscordStandIn(limits=NO_LIMITS, weather=weather) as discord:
        papers = papers_in(discord)
        async with running(discord) as bot:
            for number in range(12):
                await digest(bot, papers, str(number))
        assert [message.nonce for message in discord.messages(papers)] == [str(number) for number in range(12)]
        assert len(weather.struck) > 5
        assert discord.accounts.requests(SEND) == 12 + sum(not isinstance(what, Stall) for _, what in weather.struck)


@pytest.mark.parametrize("trouble", list(Trouble))
async def test_the_gateway_suffers_and_the_client_comes_back(trouble: Trouble) -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        papers = papers_in(discord)
        async with running(discord) as bot:
            rates = Rates(**{trouble.replace(" ", "_"): 100})
            discord.weather = Weather(1, rates, most=1, operations=SENDING)
            before = len(discord.gateway.identifies) + discord.gateway.resumes
            await bot.at(papers.id).send("digest")
            await discord.until(lambda: len(discord.gateway.identifies) + discord.gateway.resumes > before)
            await discord.online()
        assert discord.weather.struck == [("create_message", trouble)]
        assert discord.gateway.resumes == (trouble is not Trouble.INVALID)


async def test_a_failing_answer_may_follow_a_request_that_was_carried_out() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        papers = papers_in(discord)
        forum = discord.world.add_channel(next(iter(discord.world.guilds.values())), "forum", kind=ChannelKind.FORUM)
        discord.script("POST", "/channels/*/threads", Answer(503, "<html>", executed=True))
        discord.script("POST", "/channels/*/messages", Stall(0.05, executed=True))
        async with running(discord) as bot:
            seen = bot.get_channel(forum.id)
            assert isinstance(seen, dpy.ForumChannel)
            with pytest.raises(dpy.DiscordServerError):
                await seen.create_thread(name="Friday", content="hello")
            sending = asyncio.create_task(bot.at(papers.id).send("digest"))
            await discord.messages_in(papers)
            assert not sending.done()
            await sending
        assert len(discord.world.active_threads(next(iter(discord.world.guilds.values())))) == 1


async def test_requests_are_counted_by_route_and_status_and_lost_ones_have_none() -> None:
    async with DiscordStandIn(limits=NO_LIMITS, keep_requests=False, check_bodies=False) as discord:
        papers = papers_in(discord)
        for fault in (
            TooManyRequests(0.01, "shared"),
            TooManyRequests(0.01, "global"),
            Answer(403),
            Drop(executed=False),
            Drop(executed=True),
        ):
            discord.script("POST", "/channels/*/messages", fault)
        async with running(discord) as bot:
            for number in range(4):
                try:
                    await bot.at(papers.id).send(str(number))
                except (dpy.Forbidden, aiohttp.ClientError):
                    continue
        told = discord.accounts
        assert {status: told.answers[SEND, status] for status in (0, 200, 403, 429)} == {0: 2, 200: 1, 403: 1, 429: 2}
        assert told.requests(SEND) == 6
        assert told.limited == {"shared": 1, "global": 1}
        assert told.invalid(discord.clock.now().timestamp()) == 2
        assert [one.message_id for one in told.accepted] == [message.id for message in discord.messages(papers)]
        assert [one.at for one in told.accepted] == sorted(one.at for one in told.accepted)
        discord.clock.advance(timedelta(minutes=10, seconds=1))
        assert (told.invalid(discord.clock.now().timestamp()), told.most_invalid) == (0, 2)
        assert discord.requests == []


async def test_it_is_kept_how_long_interactions_waited() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        papers = papers_in(discord)
        assert papers.guild is not None
        alice = discord.add_person("alice", papers.guild)
        bot = Bot()

        @bot.tree.command(name="slow", description="asks for time")
        async def slow(interaction: dpy.Interaction) -> None:
            await interaction.response.defer()
            await asyncio.sleep(0.05)
            await interaction.followup.send("there")

        async with running(discord, bot):
            await bot.tree.sync()
            await alice.slash(papers, "slow")
        (acknowledged,), (settled,) = discord.accounts.acknowledged, discord.accounts.settled
        assert 0 < acknowledged < settled
