"""The client's life: signing in, telling the commands, losing a server, being refused, closing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord as dpy
import pytest
from aiohttp import web

from bot.discord_ui import tree_sync
from bot.discord_ui.client import PaperboyClient, point_at
from bot.errors import SettingsError
from bot.ports import Envelope, Resources
from bot.render.post import Paragraph, Post, Span
from bot.services import channels
from storage.records import Destination, DestinationKind
from tests.builders import make_setup
from tests.discord_ui.conftest import Lab, Running, until
from tests.standins.discord import TOKEN, UNAUTHORIZED, Answer, DiscordStandIn, Drop

POST = Post((Paragraph((Span("Two papers"),)),))


def channel(lab: Lab) -> Destination:
    return Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)


@asynccontextmanager
async def a_client(r: Resources) -> AsyncIterator[PaperboyClient]:
    async with PaperboyClient(r, guilds_settle_in=0.02) as client:
        yield client


async def test_no_privileged_intent_is_asked_for(lab: Lab, client: PaperboyClient) -> None:
    [identify] = lab.discord.gateway.identifies
    assert identify["intents"] == dpy.Intents(guilds=True, guild_messages=True).value
    assert client.get_channel(lab.papers.id) is not None


async def test_the_commands_are_told_once_and_again_only_when_they_change(
    lab: Lab, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        async with running():
            assert len(lab.discord.rest.registry.syncs) == 1
    monkeypatch.setattr(tree_sync, "fingerprint", lambda _tree: "another form of the commands")
    async with running():
        assert len(lab.discord.rest.registry.syncs) == 2


def test_the_fingerprint_does_not_depend_on_the_order_of_adding() -> None:
    trees = [dpy.app_commands.CommandTree(dpy.Client(intents=dpy.Intents.none())) for _ in range(2)]
    for tree, order in zip(trees, (("a", "b"), ("b", "a")), strict=True):
        for name in order:
            tree.add_command(dpy.app_commands.Group(name=name, description=f"the group {name}"))
    assert tree_sync.fingerprint(trees[0]) == tree_sync.fingerprint(trees[1])
    trees[1].add_command(dpy.app_commands.Group(name="c", description="one more"))
    assert tree_sync.fingerprint(trees[0]) != tree_sync.fingerprint(trees[1])


async def test_setting_up_is_for_those_who_manage_the_server(lab: Lab, client: PaperboyClient) -> None:
    told = {command["name"]: command for command in lab.discord.rest.registry.of(None)}
    reading = {"papers", "ask", "summary", "compare", "discuss"}
    assert set(told) == reading | {"topics", "setup", "channels", "answers", "status", "quota", "privacy", "help"}
    for name, command in told.items():
        only_admins = name in {"setup", "channels", "answers"}
        assert (command["default_member_permissions"] is not None) is only_admins
        assert command["contexts"] == ([0] if only_admins or name == "discuss" else [0, 1])


async def test_a_bot_without_commands_told_still_starts(lab: Lab, running: Running) -> None:
    lab.discord.script("PUT", "/applications/*/commands", Answer(400, {"code": 30034, "message": "too many today"}))
    async with running():
        assert lab.discord.rest.registry.syncs == []
    async with running():
        assert len(lab.discord.rest.registry.syncs) == 1


async def test_a_wrong_token_names_the_setting_and_not_the_token(
    discord: DiscordStandIn, running: Running, r: Resources
) -> None:
    async with a_client(r) as client:
        with pytest.raises(SettingsError, match="DISCORD_TOKEN") as error:
            await client.sign_in("MTIz.wrong.secret")
    assert "MTIz.wrong.secret" not in str(error.value)
    assert len(discord.requests) == 1


@pytest.mark.parametrize(("code", "words"), [(4004, "refused by Discord"), (4014, "intents")])
async def test_a_gateway_that_refuses_ends_with_the_setting_to_mend(
    lab: Lab, running: Running, r: Resources, code: int, words: str
) -> None:
    async with a_client(r) as client:
        await client.sign_in(TOKEN)
        connection = asyncio.create_task(client.connect())
        await client.connected(connection)
        lab.discord.gateway.close(code)
        with pytest.raises(SettingsError, match="DISCORD_TOKEN") as error:
            await connection
    assert words in str(error.value)


async def test_a_token_that_is_reset_while_running_stops_the_client(lab: Lab, running: Running, r: Resources) -> None:
    async with a_client(r) as client:
        await client.sign_in(TOKEN)
        connection = asyncio.create_task(client.connect())
        await client.connected(connection)
        lab.discord.script("POST", "/channels/*/messages", UNAUTHORIZED)
        with pytest.raises(Exception, match="token"):
            await client.outbox.send(channel(lab), POST, Envelope(token="a-token"))
        with pytest.raises(SettingsError, match="DISCORD_TOKEN"):
            await asyncio.wait_for(connection, 5)


async def test_an_outage_at_the_start_is_waited_for(lab: Lab, running: Running, r: Resources) -> None:
    lab.discord.script("GET", "/users/@me", Drop(executed=False), times=2)
    lab.discord.script("GET", "/users/@me", Answer(503))
    lab.discord.script("GET", "/gateway/bot", Answer(503))
    lab.discord.script("GET", "/gateway/bot", Drop(executed=False, reset=True))
    async with a_client(r) as client:
        await client.sign_in(TOKEN, waits=(0.01, 0.02))
        assert client.user is not None
        connection = asyncio.create_task(client.connect())
        await client.connected(connection)
        await client.outbox.send(channel(lab), POST, Envelope(token="a-token"))
    await connection


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [("<html>hello</html>", 200, "text/html"), ('{"hello": 1}', 200, "application/json"), ("no", 404, "text/plain")],
)
async def test_an_address_that_is_not_discords_api_names_the_setting(
    running: Running, r: Resources, body: str, status: int, kind: str
) -> None:
    async def anything(_request: web.Request) -> web.Response:
        return web.Response(text=body, status=status, headers={"Content-Type": kind})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", anything)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    point_at(f"http://127.0.0.1:{runner.addresses[0][1]}/api")
    async with a_client(r) as client:
        with pytest.raises(SettingsError, match="DISCORD_API_URL"):
            await client.sign_in(TOKEN)
    await runner.cleanup()


async def test_a_lost_session_is_taken_up_again_at_the_same_server(
    lab: Lab, client: PaperboyClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_self: PaperboyClient, _shard_id: int | None, *, initial: bool = False) -> None:
        """The stand-in takes an identify at any time; Discord wants five seconds between two."""

    monkeypatch.setattr(PaperboyClient, "before_identify_hook", at_once)
    lab.discord.gateway.invalidate(resumable=False)
    await until(lambda: len(lab.discord.gateway.identifies) == 2)
    await lab.discord.online()
    assert (await lab.guest.slash(lab.papers, "help")).ephemeral


@pytest.mark.usefixtures("client")
async def test_a_deleted_channel_pauses_its_setup_and_says_why(lab: Lab, r: Resources) -> None:
    setup = await channels.create(r, make_setup(guild_id=lab.guild.id, destination=channel(lab)))
    lab.discord.world.remove_channel(lab.papers)
    await paused(r, setup.id)
    assert (await channels.setup_by_id(r, setup.id)).paused_because == "the channel was deleted"


async def test_leaving_a_server_pauses_its_setups_and_no_others(lab: Lab, client: PaperboyClient, r: Resources) -> None:
    other = lab.discord.world.add_guild("Library")
    await until(lambda: client.get_guild(other.id) is not None)
    here = await channels.create(r, make_setup(guild_id=lab.guild.id, destination=channel(lab)))
    elsewhere = await channels.create(r, make_setup(guild_id=other.id))
    lab.discord.world.remove_guild(lab.guild)
    await paused(r, here.id)
    assert (await channels.setup_by_id(r, here.id)).paused_because == "Paperboy was taken out of this server."
    assert (await channels.setup_by_id(r, elsewhere.id)).paused_because is None


async def paused(r: Resources, setup_id: int) -> None:
    async def holds() -> bool:
        return (await channels.setup_by_id(r, setup_id)).paused_because is not None

    await until(holds)


async def test_closing_twice_is_no_error(lab: Lab, client: PaperboyClient) -> None:
    await client.close()
    await client.close()
    with pytest.raises(Exception, match="stopping"):
        await client.outbox.send(channel(lab), POST, Envelope(token="a-token"))
