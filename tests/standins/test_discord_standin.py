"""The stand-in for Discord and the real client: who it is, what it sees, what it may send."""

import io
from datetime import timedelta
from typing import Any

import discord as dpy
import pytest

from tests.standins.discord import (
    NO_LIMITS,
    Channel,
    ChannelKind,
    DiscordStandIn,
    Guild,
    Permission,
    StandInFault,
)
from tests.standins.discord.openapi import discords_description
from tests.standins.discord_client import running


def lab(discord: DiscordStandIn, **kinds: ChannelKind) -> tuple[Guild, Channel]:
    guild = discord.world.add_guild("Lab")
    return guild, discord.world.add_channel(guild, "papers", kind=kinds.get("kind", ChannelKind.TEXT))


async def test_a_client_logs_in_and_a_message_arrives() -> None:
    async with DiscordStandIn() as discord:
        guild, papers = lab(discord)
        async with running(discord) as bot:
            seen = bot.get_channel(papers.id)
            sent = await bot.at(papers.id).send("hello", nonce="abc")
        assert isinstance(seen, dpy.TextChannel)
        assert (seen.name, seen.guild.id) == ("papers", guild.id)
        assert [(m.id, m.text, m.nonce) for m in discord.messages(papers)] == [(sent.id, "hello", "abc")]
        assert discord.gateway.close_codes == [1000]
        assert discord.violations == []


async def test_a_wrong_token_is_refused_at_once() -> None:
    async with DiscordStandIn() as discord:
        with pytest.raises(dpy.LoginFailure):
            async with running(discord, token="another"):
                pass
        assert [request.status for request in discord.requests] == [401]


async def test_what_is_not_simulated_fails_the_test() -> None:
    discord = DiscordStandIn()
    await discord.start()
    async with running(discord) as bot:
        with pytest.raises(dpy.NotFound):
            await bot.http.get_bans(1, limit=5)
    await discord.stop()
    with pytest.raises(StandInFault, match="/guilds/1/bans"):
        discord.check()


async def test_shards_share_the_guilds_and_direct_messages_go_to_the_first() -> None:
    async with DiscordStandIn(shards=2) as discord:
        guild, papers = lab(discord)
        async with running(discord) as bot:
            assert bot.shard_count == 2
            shard = bot.get_guild(guild.id)
            assert shard is not None
            assert shard.shard_id == (guild.id >> 22) % 2
            await bot.at(papers.id).send("hello")
        assert [identify["shard"] for identify in discord.gateway.identifies] == [[0, 2], [1, 2]]


@pytest.mark.parametrize(
    ("denied", "code"),
    [(Permission.SEND_MESSAGES, 50013), (Permission.VIEW_CHANNEL, 50001)],
    ids=["may not send", "may not look"],
)
async def test_a_message_needs_permission(denied: Permission, code: int) -> None:
    async with DiscordStandIn() as discord:
        guild, papers = lab(discord)
        discord.world.overwrite(papers, guild.everyone, deny=denied)
        async with running(discord) as bot:
            with pytest.raises(dpy.Forbidden) as refused:
                await bot.at(papers.id).send("hello")
            assert refused.value.code == code
            discord.world.overwrite(papers, discord.world.bot, allow=denied)
            await bot.at(papers.id).send("hello")
        assert len(discord.messages(papers)) == 1


async def test_embeds_need_a_permission_of_their_own() -> None:
    async with DiscordStandIn() as discord:
        guild, papers = lab(discord)
        discord.world.overwrite(papers, guild.everyone, deny=Permission.EMBED_LINKS)
        async with running(discord) as bot:
            with pytest.raises(dpy.Forbidden) as refused:
                await bot.at(papers.id).send(embed=dpy.Embed(title="x"))
        assert refused.value.code == 50013


async def test_the_client_computes_the_same_permissions() -> None:
    """Two computations that know nothing of each other."""
    async with DiscordStandIn() as discord:
        guild, papers = lab(discord)
        role = discord.world.add_role(guild, "muted", Permission.MANAGE_THREADS)
        quiet = discord.world.add_role(guild, "quiet", Permission.MANAGE_MESSAGES)
        guild.members[discord.world.bot.id].role_ids += [role.id, quiet.id]
        discord.world.overwrite(papers, guild.everyone, deny=Permission.SEND_MESSAGES | Permission.EMBED_LINKS)
        discord.world.overwrite(papers, role, allow=Permission.SEND_MESSAGES)
        discord.world.overwrite(papers, quiet, deny=Permission.SEND_MESSAGES | Permission.ATTACH_FILES)
        discord.world.overwrite(papers, discord.world.bot, deny=Permission.MANAGE_MESSAGES)
        thread = discord.world.add_channel(guild, "talk", kind=ChannelKind.PUBLIC_THREAD, parent=papers)
        async with running(discord) as bot:
            for channel in (papers, thread):
                theirs = bot.get_guild(guild.id)
                assert theirs is not None
                seen = theirs.get_channel_or_thread(channel.id)
                assert seen is not None
                ours = discord.world.may(discord.world.bot, channel)
                assert seen.permissions_for(theirs.me).value & int(sum(Permission)) == int(ours)


async def test_a_channel_that_is_gone_is_unknown() -> None:
    async with DiscordStandIn() as discord:
        _, papers = lab(discord)
        async with running(discord) as bot:
            discord.world.remove_channel(papers)
            with pytest.raises(dpy.NotFound) as refused:
                await bot.at(papers.id).send("hello")
            assert refused.value.code == 10003
            assert bot.get_channel(papers.id) is None


async def test_a_forum_takes_threads_only() -> None:
    async with DiscordStandIn() as discord:
        _, forum = lab(discord, kind=ChannelKind.FORUM)
        async with running(discord) as bot:
            with pytest.raises(dpy.HTTPException) as refused:
                await bot.at(forum.id).send("hello")
            assert refused.value.code == 40058
            seen = bot.get_channel(forum.id)
            assert isinstance(seen, dpy.ForumChannel)
            thread, message = await seen.create_thread(name="Friday", content="hello")
        assert [m.id for m in discord.messages(thread.id)] == [message.id]


async def test_direct_messages_can_be_closed() -> None:
    async with DiscordStandIn() as discord:
        guild = discord.world.add_guild("Lab")
        alice = discord.add_person("alice", guild)
        async with running(discord) as bot:
            user = await bot.fetch_user(alice.id)
            await user.send("hello")
            alice.close_dms()
            with pytest.raises(dpy.Forbidden) as refused:
                await user.send("hello again")
            assert refused.value.code == 50007
            discord.world.leave(guild, alice.user)
            with pytest.raises(dpy.Forbidden) as refused:
                await user.send("are you still there?")
        assert refused.value.code == 50278
        assert [message.text for message in discord.messages(alice.dm)] == ["hello"]


async def test_a_nonce_makes_one_message_of_two_inside_its_window() -> None:
    async with DiscordStandIn(nonce_window=timedelta(minutes=2), limits=NO_LIMITS) as discord:
        _, papers = lab(discord)
        async with running(discord) as bot:
            first, again = [await bot.at(papers.id).send("digest", nonce="n1") for _ in range(2)]
            assert first.id == again.id
            discord.clock.advance(timedelta(minutes=3))
            later = await bot.at(papers.id).send("digest", nonce="n1")
        assert [message.id for message in discord.messages(papers)] == [first.id, later.id]


async def test_a_nonce_of_a_deleted_message_is_a_404_inside_its_window() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        _, papers = lab(discord)
        discord.nonce_window = timedelta(minutes=5)
        async with running(discord) as bot:
            await (await bot.at(papers.id).send("digest", nonce="n1")).delete()
            discord.clock.advance(timedelta(minutes=4))
            with pytest.raises(dpy.NotFound) as refused:
                await bot.at(papers.id).send("digest", nonce="n1")
            assert refused.value.code == 10008
            assert discord.messages(papers) == []
            discord.clock.advance(timedelta(minutes=2))
            again = await bot.at(papers.id).send("digest", nonce="n1")
        assert [message.id for message in discord.messages(papers)] == [again.id]


async def test_history_reads_in_every_direction() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, papers = lab(discord)
        async with running(discord) as bot:
            channel = bot.at(papers.id)
            ids = [(await channel.send(f"message {number}")).id for number in range(5)]
            third = dpy.Object(ids[2])
            assert [m.id async for m in channel.history(limit=2)] == [ids[4], ids[3]]
            assert [m.id async for m in channel.history(before=third)] == [ids[1], ids[0]]
            assert [m.id async for m in channel.history(after=third)] == [ids[3], ids[4]]
            assert {m.id async for m in channel.history(around=third, limit=3)} == set(ids[1:4])
            assert (await channel.fetch_message(ids[0])).content == "message 0"
            discord.world.overwrite(papers, guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)
            assert [m async for m in channel.history()] == []
            with pytest.raises(dpy.Forbidden):
                await channel.fetch_message(ids[0])


async def test_messages_are_edited_and_deleted_by_their_author() -> None:
    async with DiscordStandIn() as discord:
        guild, papers = lab(discord)
        alice = discord.add_person("alice", guild)
        async with running(discord) as bot:
            sent = await bot.at(papers.id).send("hello")
            await sent.edit(content="hello there")
            assert discord.messages(papers)[0].text == "hello there"
            await sent.delete()
            with pytest.raises(dpy.NotFound) as gone:
                await sent.edit(content="again")
            assert gone.value.code == 10008
            foreign = alice.say(papers, "mine")
            with pytest.raises(dpy.Forbidden) as refused:
                await bot.at(papers.id).get_partial_message(foreign.id).edit(content="yours")
        assert refused.value.code == 50005


async def test_whom_a_message_pings_is_kept() -> None:
    async with DiscordStandIn() as discord:
        guild, papers = lab(discord)
        alice = discord.add_person("alice", guild)
        words = f"@everyone {alice.mention} <@&{guild.id}>"
        async with running(discord) as bot:
            await bot.at(papers.id).send(words)
            await bot.at(papers.id).send(words, allowed_mentions=dpy.AllowedMentions(users=True))
            await bot.at(papers.id).send(words, allowed_mentions=dpy.AllowedMentions.all())
        careful, polite, loud = (message.pings for message in discord.messages(papers))
        assert careful == set()
        assert polite == {alice.mention}
        assert loud == {"everyone", alice.mention, f"<@&{guild.id}>"}


async def test_files_arrive_with_their_message() -> None:
    async with DiscordStandIn() as discord:
        _, papers = lab(discord)
        async with running(discord) as bot:
            sent = await bot.at(papers.id).send(file=dpy.File(io.BytesIO(b"12345"), "export.json"))
        assert [(a.filename, a.size) for a in sent.attachments] == [("export.json", 5)]
        assert discord.violations == []


described = pytest.mark.skipif(
    discords_description() is None, reason="Discord's description is not beside the repository"
)


@described
def test_every_route_bears_discords_own_name_for_it() -> None:
    description = discords_description()
    assert description is not None
    discord = DiscordStandIn()
    routes = discord.routes()
    assert {route.operation: f"{route.method} {route.path}" for route in routes} == {
        route.operation: description.operations.get(route.operation) for route in routes
    }


@described
@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        ({"content": "x" * 4001}, ("content",), "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"url": "not an address"}]}, ("embeds", 0, "url"), "URL_TYPE_INVALID_URL"),
        ({"embeds": [{"fields": [{"name": "n"}]}]}, ("embeds", 0, "fields", 0, "value"), "BASE_TYPE_REQUIRED"),
        ({"sticker_ids": ["1", "2", "3", "4"]}, ("sticker_ids",), "BASE_TYPE_MAX_LENGTH"),
        ({"components": [{"type": 1, "components": []}]}, ("components", 0, "components"), "BASE_TYPE_MIN_LENGTH"),
        ({"tts": "loud"}, ("tts",), "BASE_TYPE_CHOICES"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_the_description_forbids_is_named_in_its_place(body: dict[str, Any], place: Any, code: str) -> None:
    description = discords_description()
    assert description is not None
    assert [found[:2] for found in description.problems("create_message", body)] == [(place, code)]


@described
def test_numbers_may_come_as_texts_as_the_real_one_takes_them() -> None:
    description = discords_description()
    assert description is not None
    assert list(description.problems("create_message", {"content": "hello", "flags": "4", "nonce": 7})) == []
