"""Rate limits and lost answers, as the real client lives through them."""

import asyncio
import time

import aiohttp
import discord as dpy
import pytest

from tests.standins.discord import (
    CLOUDFLARE_BAN,
    NO_LIMITS,
    UNAUTHORIZED,
    Answer,
    Channel,
    DiscordStandIn,
    Drop,
    Limits,
    Rate,
    Stall,
    TooManyRequests,
)
from tests.standins.discord.limits import RateLimiter
from tests.standins.discord_client import running

SEND = ("POST", "/channels/*/messages")


def papers_in(discord: DiscordStandIn) -> Channel:
    return discord.world.add_channel(discord.world.add_guild("Lab"), "papers")


async def test_the_client_waits_for_a_bucket_instead_of_running_into_it() -> None:
    limits = Limits({"create_message": Rate(3, 0.3)}, None)
    async with DiscordStandIn(limits=limits) as discord:
        papers = papers_in(discord)
        async with running(discord) as bot:
            began = time.monotonic()
            for number in range(7):
                await bot.at(papers.id).send(str(number))
            took = time.monotonic() - began
        assert [message.text for message in discord.messages(papers)] == list("0123456")
        assert [request.status for request in discord.requests_to("create_message")] == [200] * 7
        assert 0.6 <= took < 1.5


def test_windows_are_counted_apart_and_open_again() -> None:
    limiter = RateLimiter(Limits({"create_message": Rate(2, 5.0)}, None))

    def ask(channel: str, now: float) -> float | None:
        return limiter.ask("create_message", channel, now=now, counts_overall=True).retry_after

    assert [ask("1", 0.0), ask("1", 1.0), ask("2", 1.0)] == [None, None, None]
    assert ask("1", 2.0) == 3.0
    assert ask("1", 5.0) is None


async def test_the_limit_of_the_whole_bot_is_global_and_leaves_interactions_alone() -> None:
    async with DiscordStandIn(limits=Limits({}, Rate(4, 0.4))) as discord:
        papers = papers_in(discord)
        async with running(discord) as bot:
            await asyncio.gather(*[bot.at(papers.id).send(str(number)) for number in range(6)])
        assert len(discord.messages(papers)) == 6
        assert 429 in [request.status for request in discord.requests]
        refusal = discord.wire.limiter.ask("x", "", now=0.0, counts_overall=False)
        assert refusal.retry_after is None


async def test_a_429_is_waited_for_and_then_obeyed() -> None:
    async with DiscordStandIn() as discord:
        papers = papers_in(discord)
        discord.script(*SEND, TooManyRequests(retry_after=0.1), times=2)
        async with running(discord) as bot:
            await bot.at(papers.id).send("hello")
        assert [request.status for request in discord.requests_to("create_message")] == [429, 429, 200]
        assert discord.accounts.most_invalid == 2


async def test_a_429_without_via_is_a_ban_and_raised_at_once() -> None:
    async with DiscordStandIn() as discord:
        papers = papers_in(discord)
        discord.script(*SEND, CLOUDFLARE_BAN)
        async with running(discord) as bot:
            with pytest.raises(dpy.HTTPException) as refused:
                await bot.at(papers.id).send("hello")
        assert refused.value.status == 429
        assert len(discord.requests_to("create_message")) == 1


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Answer(503), 503),
        (UNAUTHORIZED, 401),
        (Answer(403, "<html>blocked</html>"), 403),
        (Answer(400, {"message": "AutoMod", "code": 200000}), 400),
    ],
    ids=["unavailable", "token reset", "HTML", "AutoMod"],
)
async def test_scripted_answers_reach_the_program(fault: Answer, status: int) -> None:
    async with DiscordStandIn() as discord:
        papers = papers_in(discord)
        discord.script(*SEND, fault)
        async with running(discord) as bot:
            with pytest.raises(dpy.HTTPException) as refused:
                await bot.at(papers.id).send("hello")
            assert refused.value.status == status
            await bot.at(papers.id).send("hello")
        assert discord.wire.script.unused == 0


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        (Drop(executed=False), 0),
        (Drop(executed=True), 1),
        (Drop(executed=True, reset=True), 1),
    ],
    ids=["before", "after", "after, with a reset"],
)
async def test_a_lost_connection_leaves_the_program_to_find_out(fault: Drop, stored: int) -> None:
    async with DiscordStandIn() as discord:
        papers = papers_in(discord)
        discord.script(*SEND, fault)
        async with running(discord) as bot:
            with pytest.raises((aiohttp.ClientError, OSError)):
                await bot.at(papers.id).send("digest", nonce="n1")
            assert len(discord.messages(papers)) == stored
            await bot.at(papers.id).send("digest", nonce="n1")
        assert len(discord.messages(papers)) == 1


async def test_a_server_error_is_retried_with_the_same_nonce() -> None:
    async with DiscordStandIn() as discord:
        papers = papers_in(discord)
        discord.script(*SEND, Answer(502))
        async with running(discord) as bot:
            await bot.at(papers.id).send("hello")
        nonces = [request.json["nonce"] for request in discord.requests_to("create_message")]
        assert len(nonces) == 2
        assert len(set(nonces)) == 1


async def test_a_stalled_answer_comes_late_but_was_carried_out() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        papers = papers_in(discord)
        discord.script(*SEND, Stall(0.3))
        async with running(discord) as bot:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await bot.at(papers.id).send("hello", nonce="n1")
            await bot.at(papers.id).send("hello", nonce="n1")
            await asyncio.sleep(0.35)
        assert len(discord.messages(papers)) == 1


async def test_only_an_honest_client_is_served() -> None:
    async with DiscordStandIn() as discord, aiohttp.ClientSession() as session:
        address = f"{discord.api_url}/users/@me"
        authorized = {"Authorization": f"Bot {discord.token}"}
        async with session.get(address, headers=authorized) as nameless:
            assert (nameless.status, (await nameless.json())["code"]) == (403, 40333)
        named = {**authorized, "User-Agent": "DiscordBot (https://x.test, 1)"}
        async with session.get(address, headers=named) as welcome:
            assert welcome.headers["Content-Type"] == "application/json"
            assert welcome.status == 200
        async with session.post(f"{discord.api_url}/users/@me/channels", data="{", headers=named) as broken:
            assert (broken.status, (await broken.json())["code"]) == (400, 50109)
