"""The stand-in's gateway: sessions, resumes, and how connections end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import discord as dpy
import pytest

from tests.standins.discord import DiscordStandIn, Permission
from tests.standins.discord.gateway import MESSAGE_CONTENT, Gateway
from tests.standins.discord_client import Bot, running


async def until(condition: asyncio.Event) -> None:
    await asyncio.wait_for(condition.wait(), 5)


def event_of(bot: Bot, name: str) -> asyncio.Event:
    """Set when the client dispatches that event."""
    happened = asyncio.Event()

    async def handler(*_: object) -> None:
        happened.set()

    setattr(bot, f"on_{name}", handler)
    return happened


@asynccontextmanager
async def connected(discord: DiscordStandIn) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A socket without a client behind it."""
    async with aiohttp.ClientSession() as session, session.ws_connect(discord.gateway.url) as socket:
        yield socket


@pytest.mark.parametrize(
    "lose",
    [
        Gateway.ask_to_reconnect,
        Gateway.cut,
        lambda gateway: gateway.close(4000),
        lambda gateway: gateway.invalidate(resumable=True),
    ],
    ids=["op 7", "a cut", "a close code", "op 9, resumable"],
)
async def test_a_lost_connection_is_resumed_and_nothing_is_missed(lose: Callable[[Gateway], None]) -> None:
    async with DiscordStandIn() as discord:
        guild = discord.world.add_guild("Lab")
        async with running(discord) as bot:
            resumed = event_of(bot, "resumed")
            session = next(iter(discord.gateway.sessions.values()))
            lose(discord.gateway)
            await discord.until(lambda: session.connection is None)
            missed = discord.world.add_channel(guild, "made-meanwhile")
            await until(resumed)
            assert bot.get_channel(missed.id) is not None
        assert discord.gateway.resumes == 1
        assert len(discord.gateway.identifies) == 1


async def test_an_invalid_session_is_identified_anew() -> None:
    async with DiscordStandIn() as discord:
        async with running(discord) as bot:
            ready = event_of(bot, "shard_ready")
            discord.gateway.invalidate()
            await until(ready)
        assert len(discord.gateway.identifies) == 2
        assert discord.gateway.resumes == 0


async def test_a_session_that_the_stand_in_forgot_cannot_be_resumed() -> None:
    async with DiscordStandIn() as discord:
        async with running(discord) as bot:
            ready = event_of(bot, "shard_ready")
            discord.gateway.sessions.clear()
            discord.gateway.cut()
            await until(ready)
        assert len(discord.gateway.identifies) == 2


async def test_privileged_intents_must_be_granted() -> None:
    intents = dpy.Intents(guilds=True, guild_messages=True, message_content=True)
    async with DiscordStandIn() as discord:
        with pytest.raises(dpy.PrivilegedIntentsRequired):
            async with running(discord, Bot(intents)):
                pass
    async with DiscordStandIn(privileged=MESSAGE_CONTENT) as discord, running(discord, Bot(intents)):
        pass


async def test_without_the_intent_the_words_of_others_are_not_told() -> None:
    async with DiscordStandIn() as discord:
        guild = discord.world.add_guild("Lab")
        papers = discord.world.add_channel(guild, "papers")
        alice = discord.add_person("alice", guild)
        bot = Bot(dpy.Intents(guilds=True, guild_messages=True, dm_messages=True))
        heard: list[str] = []
        done = asyncio.Event()

        async def on_message(message: dpy.Message) -> None:
            heard.append(message.content)
            if len(heard) == 4:
                done.set()

        setattr(bot, "on_message", on_message)  # noqa: B010 - a plain assignment would be a type error
        async with running(discord, bot):
            alice.say(papers, "a secret")
            alice.say(papers, f"<@{discord.world.bot.id}> hello")
            alice.say(alice.dm, "in private")
            await bot.at(papers.id).send("my own")
            await until(done)
        assert heard == ["", f"<@{discord.world.bot.id}> hello", "in private", "my own"]


async def test_the_client_learns_of_every_change() -> None:
    async with DiscordStandIn() as discord:
        guild = discord.world.add_guild("Lab")
        papers = discord.world.add_channel(guild, "papers")
        async with running(discord) as bot:
            updated, removed = event_of(bot, "guild_channel_update"), event_of(bot, "guild_channel_delete")
            joined, left = event_of(bot, "guild_join"), event_of(bot, "guild_remove")
            discord.world.overwrite(papers, guild.everyone, deny=Permission.SEND_MESSAGES)
            discord.world.remove_channel(papers)
            other = discord.world.add_guild("Other")
            await until(joined)
            discord.world.remove_guild(other)
            for each in (updated, removed, left):
                await until(each)
            assert [g.id for g in bot.guilds] == [guild.id]


async def test_a_client_whose_heartbeats_are_not_answered_connects_anew() -> None:
    async with DiscordStandIn(heartbeat_interval=0.05) as discord:
        bot = Bot(heartbeat_timeout=0.3)
        async with running(discord, bot):
            await discord.until(lambda: discord.gateway.heartbeats >= 3)
            assert discord.gateway.resumes == 0
            discord.gateway.acknowledge_heartbeats = False
            await discord.until(lambda: discord.gateway.resumes == 1)
            discord.gateway.acknowledge_heartbeats = True


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"op": 2, "d": {"token": "wrong", "intents": 1}}', 4004),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 42, "d": {}}', 4001),
        ("not JSON", 4002),
        ('{"op": 1, "d": "' + "x" * 5000 + '"}', 4002),
        ('{"op": 2, "d": {"token": "TOKEN", "intents": 1, "shard": [1, 1]}}', 4010),
        ('{"op": 2, "d": {"token": "TOKEN", "intents": 2}}', 4014),
    ],
    ids=["token", "too early", "opcode", "no JSON", "too long", "shard", "intents"],
)
async def test_what_a_client_may_not_send_closes_its_connection(frame: str, code: int) -> None:
    async with DiscordStandIn() as discord, connected(discord) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_str(frame.replace("TOKEN", discord.token))
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == code


async def test_more_than_120_frames_a_minute_are_too_many() -> None:
    async with DiscordStandIn() as discord, connected(discord) as socket:
        for _ in range(121):
            await socket.send_str('{"op": 1, "d": null}')
        while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
            pass
        assert socket.close_code == 4008
