"""Forums and threads in the stand-in, as the real client meets them."""

from datetime import timedelta
from typing import Any

import aiohttp
import discord as dpy
import pytest

from tests.standins.discord import (
    NEW_THREAD,
    NO_LIMITS,
    Answer,
    Channel,
    ChannelKind,
    DiscordStandIn,
    Drop,
    Guild,
    Hidden,
    Limits,
    Permission,
)
from tests.standins.discord_client import Bot, running

QUIET = timedelta(days=1, minutes=1)


def lab(discord: DiscordStandIn, kind: ChannelKind = ChannelKind.FORUM) -> tuple[Guild, Channel]:
    guild = discord.world.add_guild("Lab")
    return guild, discord.world.add_channel(guild, "papers", kind=kind)


def forum_of(bot: Bot, channel: Channel) -> dpy.ForumChannel:
    seen = bot.get_channel(channel.id)
    assert isinstance(seen, dpy.ForumChannel)
    return seen


def text_of(bot: Bot, channel: Channel) -> dpy.TextChannel:
    seen = bot.get_channel(channel.id)
    assert isinstance(seen, dpy.TextChannel)
    return seen


def card(words: str = "a paper") -> dpy.ui.LayoutView:
    view = dpy.ui.LayoutView(timeout=None)
    view.add_item(dpy.ui.TextDisplay(words))
    return view


async def post(bot: Bot, channel: Channel, **body: Any) -> Any:
    route = dpy.http.Route("POST", "/channels/{channel_id}/threads", channel_id=channel.id)
    return await bot.http.request(route, json={"name": "Friday", "message": {"content": "hello"}, **body})


async def test_a_post_of_components_bears_the_id_of_its_thread_and_its_tags() -> None:
    async with DiscordStandIn() as discord:
        _, forum = lab(discord)
        maths = discord.world.add_tag(forum, "maths", emoji="📐")
        async with running(discord) as bot:
            seen = forum_of(bot, forum)
            (tag,) = seen.available_tags
            assert (tag.name, tag.moderated, str(tag.emoji)) == ("maths", False, "📐")
            thread, message = await seen.create_thread(name="Friday", view=card(), applied_tags=seen.available_tags)
            assert (message.id, message.channel.id) == (thread.id, thread.id)
            assert [tag.id for tag in thread.applied_tags] == [maths.id]
        (kept,) = discord.messages(thread.id)
        assert (kept.id, kept.text, kept.channel.name) == (thread.id, "a paper", "Friday")
        assert discord.violations == []


async def test_a_post_has_no_nonce_so_asked_twice_there_are_two() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        _, forum = lab(discord)
        discord.script("POST", "/channels/*/threads", Drop(executed=True))
        async with running(discord) as bot:
            with pytest.raises(aiohttp.ClientError):
                await forum_of(bot, forum).create_thread(name="Friday", content="hello")
            await forum_of(bot, forum).create_thread(name="Friday", content="hello")
        assert len([one for one in discord.world.channels.values() if one.parent is forum]) == 2


@pytest.mark.parametrize(
    ("body", "code", "places"),
    [
        pytest.param({"name": "x" * 101}, 50035, ["name"], id="a name of 101"),
        pytest.param({"name": "  "}, 50035, ["name"], id="no name"),
        pytest.param({"message": None}, 50035, ["message"], id="no message"),
        pytest.param({"message": {"content": "x" * 2001}}, 50035, ["message.content"], id="a long message"),
        pytest.param({"message": {}}, 50006, [""], id="an empty message"),
        pytest.param({"applied_tags": ["1"] * 6}, 50035, ["applied_tags"], id="six tags"),
        pytest.param({"applied_tags": ["1"]}, 10087, [], id="a tag that is not there"),
        pytest.param({"auto_archive_duration": 61}, 50035, ["auto_archive_duration"], id="61 minutes"),
    ],
)
async def test_what_a_forum_refuses(body: dict[str, Any], code: int, places: list[str]) -> None:
    async with DiscordStandIn() as discord:
        guild, forum = lab(discord)
        async with running(discord) as bot:
            with pytest.raises(dpy.HTTPException) as refused:
                await post(bot, forum, **body)
            assert refused.value.code == code
        assert discord.world.active_threads(guild) == []
        assert [violation.path for violation in discord.violations] == places


async def test_a_forum_may_require_a_tag() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, forum = lab(discord)
        async with running(discord) as bot:

            async def refusal(**body: Any) -> int:
                with pytest.raises(dpy.HTTPException) as refused:
                    await post(bot, forum, **body)
                return refused.value.code

            discord.world.require_tag(forum)
            tag = discord.world.add_tag(forum, "maths", moderated=True)
            assert await refusal() == 40066
            assert await refusal(applied_tags=[str(tag.id)]) == 50013
            discord.world.change_tag(forum, tag, moderated=False)
            assert await refusal() == 40067
            await post(bot, forum, applied_tags=[str(tag.id)])
            discord.world.change_tag(forum, tag, moderated=True)
            discord.world.grant(forum, Permission.MANAGE_THREADS)
            await post(bot, forum, applied_tags=[str(tag.id)])
        assert len(discord.world.active_threads(guild)) == 2


async def test_the_client_hears_of_tags_that_are_renamed_added_and_removed() -> None:
    async with DiscordStandIn() as discord:
        _, forum = lab(discord)
        tag = discord.world.add_tag(forum, "maths")
        async with running(discord) as bot:
            thread, _ = await forum_of(bot, forum).create_thread(
                name="Friday", content="hello", applied_tags=forum_of(bot, forum).available_tags
            )

            async def names() -> list[str]:
                await bot.fetch_channel(forum.id)  # events before this answer have arrived
                return [one.name for one in forum_of(bot, forum).available_tags]

            discord.world.change_tag(forum, tag, name="mathematics")
            assert await names() == ["mathematics"]
            discord.world.add_tag(forum, "physics")
            discord.world.remove_tag(forum, tag)
            discord.world.require_tag(forum)
            assert await names() == ["physics"]
            assert forum_of(bot, forum).flags.require_tag
        assert discord.world.channels[thread.id].applied_tags == []


async def test_a_post_needs_the_permission_to_send_and_nothing_else() -> None:
    async with DiscordStandIn() as discord:
        guild, forum = lab(discord)
        threads = Permission.CREATE_PUBLIC_THREADS | Permission.SEND_MESSAGES_IN_THREADS
        discord.world.overwrite(forum, guild.everyone, deny=threads)
        async with running(discord) as bot:
            await post(bot, forum)
            discord.world.revoke(forum, Permission.SEND_MESSAGES)
            with pytest.raises(dpy.Forbidden) as refused:
                await post(bot, forum)
        assert refused.value.code == 50013


async def test_a_post_can_be_looked_for_among_the_active_and_the_archived() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, forum = lab(discord)
        alice = discord.add_person("alice", guild)
        async with running(discord) as bot:
            mine = [(await forum_of(bot, forum).create_thread(name=f"day {n}", content="x"))[0] for n in range(3)]
            hers = alice.post(forum, "talk", "hello all")
            theirs = bot.get_guild(guild.id)
            assert theirs is not None
            active = await theirs.active_threads()
            assert [(one.id, one.owner_id) for one in active] == [
                (hers.id, alice.id),
                *((one.id, discord.world.bot.id) for one in reversed(mine)),
            ]
            for one in mine[:2]:
                discord.world.archive(discord.world.channels[one.id])
            assert {one.id for one in await theirs.active_threads()} == {hers.id, mine[2].id}
            seen = forum_of(bot, forum)
            assert [one.id async for one in seen.archived_threads()] == [mine[1].id, mine[0].id]
            (latest,) = [one async for one in seen.archived_threads(limit=1)]
            earlier = [one.id async for one in seen.archived_threads(before=latest.archive_timestamp)]
            assert earlier == [mine[0].id]
            route = dpy.http.Route("GET", "/channels/{channel_id}/threads/search", channel_id=forum.id)
            found = await bot.http.request(route, params={"name": "day", "archived": "true"})
            assert [int(one["id"]) for one in found["threads"]] == [mine[1].id, mine[0].id]


async def test_a_quiet_thread_is_archived_and_sending_wakes_it() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        _, forum = lab(discord)
        async with running(discord) as bot:
            thread, message = await forum_of(bot, forum).create_thread(name="Friday", content="hello")
            discord.clock.advance(QUIET)
            with pytest.raises(dpy.HTTPException) as refused:
                await message.edit(content="revised")
            assert refused.value.code == 50083
            assert discord.world.channels[thread.id].archived
            await thread.edit(archived=False)
            await message.edit(content="revised")
            discord.clock.advance(QUIET)
            await bot.at(thread.id).send("more")
            assert not discord.world.channels[thread.id].archived
        assert [one.text for one in discord.messages(thread.id)] == ["revised", "more"]


async def test_an_archived_thread_is_not_among_those_that_a_client_is_told_of_when_it_comes() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, forum = lab(discord)
        hidden = discord.world.add_channel(guild, "board", kind=ChannelKind.FORUM)
        async with running(discord) as bot:
            threads = [await forum_of(bot, forum).create_thread(name=f"day {n}", content="x") for n in range(2)]
            await forum_of(bot, hidden).create_thread(name="secret", content="x")
            gone = await threads[0].thread.edit(archived=True)
            assert gone.archived
        discord.world.revoke(hidden, Permission.VIEW_CHANNEL)
        async with running(discord) as bot:
            theirs = bot.get_guild(guild.id)
            assert theirs is not None
            assert [one.id for one in theirs.threads] == [threads[1].thread.id]
            assert [one.id for one in await theirs.active_threads()] == [threads[1].thread.id]


async def test_a_locked_thread_is_closed_without_the_permission_to_manage_threads() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        _, forum = lab(discord)
        async with running(discord) as bot:
            thread, message = await forum_of(bot, forum).create_thread(name="Friday", content="hello")
            kept = discord.world.channels[thread.id]
            discord.world.lock(kept)
            discord.world.archive(kept)
            with pytest.raises(dpy.HTTPException) as refused:
                await thread.edit(archived=False)
            assert refused.value.code == 160005
            with pytest.raises(dpy.HTTPException) as refused:
                await bot.at(thread.id).send("more")
            assert refused.value.code == 160005
            discord.world.grant(forum, Permission.MANAGE_THREADS)
            await thread.edit(archived=False)
            await message.edit(content="revised")
        assert discord.messages(thread.id)[0].text == "revised"


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        (ChannelKind.TEXT, ChannelKind.PUBLIC_THREAD),
        (ChannelKind.ANNOUNCEMENT, ChannelKind.ANNOUNCEMENT_THREAD),
    ],
    ids=["text", "announcements"],
)
async def test_one_thread_can_be_opened_from_a_message(kind: ChannelKind, made: ChannelKind) -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        _, papers = lab(discord, kind)
        async with running(discord) as bot:
            message = await bot.at(papers.id).send("digest")
            opened = await text_of(bot, papers).get_partial_message(message.id).create_thread(name="talk")
            assert opened.id == message.id
            await bot.at(opened.id).send("in there")
            again = await text_of(bot, papers).fetch_message(message.id)
            assert again.flags.has_thread
            with pytest.raises(dpy.HTTPException) as refused:
                await text_of(bot, papers).get_partial_message(message.id).create_thread(name="talk")
            assert refused.value.code == 160004
        assert discord.world.channels[opened.id].kind is made
        assert [one.text for one in discord.messages(opened.id)] == ["in there"]
        assert discord.messages(papers)[0].thread is discord.world.channels[opened.id]


async def test_a_thread_without_a_message_is_public_only_where_that_is_asked_for() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, papers = lab(discord, ChannelKind.TEXT)
        async with running(discord) as bot:
            public = await text_of(bot, papers).create_thread(name="talk", type=dpy.ChannelType.public_thread)
            assert discord.world.channels[public.id].kind is ChannelKind.PUBLIC_THREAD
            with pytest.raises(dpy.Forbidden):
                await text_of(bot, papers).create_thread(name="talk")
            discord.world.overwrite(papers, guild.everyone, deny=Permission.CREATE_PUBLIC_THREADS)
            with pytest.raises(dpy.Forbidden) as refused:
                await text_of(bot, papers).create_thread(name="talk", type=dpy.ChannelType.public_thread)
        assert refused.value.code == 50013


async def test_a_guild_has_room_for_so_many_active_threads() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        _, forum = lab(discord)
        discord.world.most_active_threads = 2
        async with running(discord) as bot:
            first, _ = await forum_of(bot, forum).create_thread(name="1", content="x")
            await forum_of(bot, forum).create_thread(name="2", content="x")
            with pytest.raises(dpy.HTTPException) as refused:
                await forum_of(bot, forum).create_thread(name="3", content="x")
            assert refused.value.code == 160006
            discord.world.archive(discord.world.channels[first.id])
            await forum_of(bot, forum).create_thread(name="3", content="x")
            with pytest.raises(dpy.HTTPException) as refused:
                await first.edit(archived=False)
        assert refused.value.code == 160006


async def test_new_threads_may_have_a_limit_that_is_shared_and_long() -> None:
    limits = Limits({}, None, {NEW_THREAD: Hidden(2, 300.0, scope="shared")})
    async with DiscordStandIn(limits=limits) as discord:
        guild, forum = lab(discord)
        async with running(discord) as bot:
            bot.http.max_ratelimit_timeout = 30.0
            for _ in range(2):
                await post(bot, forum)
            with pytest.raises(dpy.RateLimited) as refused:
                await post(bot, forum)
            assert refused.value.retry_after > 290
        assert len(discord.world.active_threads(guild)) == 2
        assert discord.accounts.limited == {"shared": 1}
        assert discord.accounts.most_invalid == 0


async def test_a_scripted_refusal_meets_the_post_and_then_it_goes_through() -> None:
    async with DiscordStandIn() as discord:
        _, forum = lab(discord)
        discord.script("POST", f"/channels/{forum.id}/threads", Answer(400, {"message": "AutoMod", "code": 200001}))
        async with running(discord) as bot:
            with pytest.raises(dpy.HTTPException) as refused:
                await post(bot, forum)
            assert refused.value.code == 200001
            await post(bot, forum)
