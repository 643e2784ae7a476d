"""The program as a process on Discord: it comes online, obeys SIGTERM at any moment, and shares its database."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import make_url

from storage.records import DeliveryState
from tests.acceptance.machine import Machine, ended, until
from tests.acceptance.stocked import digest_is_due, ledger
from tests.standins.discord import TOKEN, Answer, Channel, DiscordStandIn, Hang, Permission, Stall
from tests.standins.hugging_face import HuggingFaceStandIn, make_items

GOODBYE = 1000
"""The code with which a client of Discord's ends its session for good."""


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn(answer_within=timedelta(minutes=1)) as stand_in:
        yield stand_in
    assert stand_in.violations == []


@pytest.fixture
def channel(discord: DiscordStandIn) -> Channel:
    return discord.world.add_channel(discord.world.add_guild("Lab"), "papers")


@pytest.fixture
def on_discord(machine: Machine, discord: DiscordStandIn) -> Machine:
    """Nothing was ever run here, but whoever starts it has given it a token."""
    machine.settings |= {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": discord.api_url}
    return machine


async def stop(process: Process) -> str:
    """Tell it to stop; gives what it logged once it has ended well."""
    process.send_signal(signal.SIGTERM)
    done = await ended(process)
    assert (done.code, done.out) == (0, ""), done.err
    assert "Traceback" not in done.err
    return done.err


async def test_it_comes_online_fetches_and_answers(on_discord: Machine, discord: DiscordStandIn) -> None:
    guild = discord.world.add_guild("Lab")
    talk = discord.world.add_channel(guild, "talk")
    reader = discord.add_person("grace", guild)

    async def three_papers_are_here() -> bool:
        return "1–3 of 3" in (await reader.slash(talk, "papers today")).text

    async with HuggingFaceStandIn({(day := HuggingFaceStandIn.today): make_items(3, day=day)}) as site:
        on_discord.settings["HF_ENDPOINT"] = site.url
        process = await on_discord.start("run")
        await discord.online(seconds=30)
        await until(three_papers_are_here)
        await stop(process)
    assert discord.gateway.close_codes == [GOODBYE]


async def test_it_stops_while_it_signs_in(machine: Machine) -> None:
    async def stopped_early(fault: Hang | Answer) -> None:
        async with DiscordStandIn() as discord:
            discord.script("GET", "/users/@me", fault, times=10)
            process = await machine.start("run", DISCORD_TOKEN=TOKEN, DISCORD_API_URL=discord.api_url)
            await until(lambda: bool(discord.requests) or discord.wire.hanging == 1)
            await stop(process)
            assert discord.gateway.identifies == []

    waits_for_an_answer, waits_to_try_again = Hang(executed=False), Answer(503)
    await asyncio.gather(stopped_early(waits_for_an_answer), stopped_early(waits_to_try_again))


async def test_a_send_that_is_under_way_is_finished_first_and_nothing_is_done_again(
    on_discord: Machine, discord: DiscordStandIn, channel: Channel
) -> None:
    await digest_is_due(on_discord.store, channel)
    discord.script("POST", "/channels/*/messages", Stall(0.7))
    process = await on_discord.start("run")
    await until(lambda: bool(discord.requests_to("create_message")))
    assert discord.messages(channel) == []
    await stop(process)
    [message] = discord.messages(channel)
    [delivery] = await ledger(on_discord.store)
    assert (delivery.state, delivery.message_id) == (DeliveryState.SENT, message.id)
    again = await on_discord.run("run", "--once")
    assert again.code == 0, again.err
    assert "Nothing was due" in again.out
    assert discord.messages(channel) == [message]
    assert len(discord.gateway.identifies) == 2
    assert discord.rest.registry.syncs == [None], "Discord was told the commands by the first start only"


async def test_one_round_that_is_told_to_stop_finishes_its_send_and_ends_with_130(
    on_discord: Machine, discord: DiscordStandIn, channel: Channel
) -> None:
    await digest_is_due(on_discord.store, channel)
    discord.script("POST", "/channels/*/messages", Stall(0.7))
    process = await on_discord.start("run", "--once")
    await until(lambda: bool(discord.requests_to("create_message")))
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    done = await ended(process)
    assert (done.code, done.out) == (130, ""), done.err
    assert "Traceback" not in done.err
    [message] = discord.messages(channel)
    [delivery] = await ledger(on_discord.store)
    assert (delivery.state, delivery.message_id) == (DeliveryState.SENT, message.id)
    assert discord.gateway.close_codes == [GOODBYE]


async def test_one_round_tells_what_is_on_hold_and_why_and_ends_with_1(
    on_discord: Machine, discord: DiscordStandIn, channel: Channel
) -> None:
    await digest_is_due(on_discord.store, channel)
    discord.world.revoke(channel, Permission.EMBED_LINKS)
    done = await on_discord.run("run", "--once")
    assert done.code == 1, done.err
    told = " ".join(done.out.split())
    assert "0 sent, 0 skipped, 0 failed, 1 on hold, " in told
    assert "on hold until somebody mends it: " in told
    assert "Embed Links" in told


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest, on_discord: Machine) -> Machine:
    """The same on a database in which nothing is yet: a file, then one on a server."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("empty_postgres_url")
        on_discord.settings["DATABASE_URL"] = url
    return on_discord


async def test_two_at_a_time_on_one_database_are_one_message(
    shared: Machine, discord: DiscordStandIn, channel: Channel
) -> None:
    made = await asyncio.gather(*(shared.run("db", "upgrade") for _ in range(2)))
    assert [one.code for one in made] == [0, 0], made
    await digest_is_due(shared.store, channel)
    discord.script("POST", "/channels/*/messages", Stall(0.5))
    both = await asyncio.gather(*(shared.run("run", "--once") for _ in range(2)))
    assert [one.code for one in both] == [0, 0], both
    assert len(discord.gateway.identifies) == 2
    [message] = discord.messages(channel)
    assert len(discord.requests_to("create_message")) == 1
    [delivery] = await ledger(shared.store)
    assert (delivery.state, delivery.message_id) == (DeliveryState.SENT, message.id)
    assert sum("1 sent" in one.out for one in both) == 1
    password = make_url(shared.store).password
    assert not any(password and password in one.out + one.err for one in both)
