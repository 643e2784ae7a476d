"""Publishing and late edits in the stand-in: what is allowed, how often, and what is refused."""

from datetime import timedelta

import discord as dpy
import pytest

from tests.standins.discord import (
    CROSSPOST,
    NO_LIMITS,
    OLD_EDIT,
    PUBLISHED_EDIT,
    USUAL_LIMITS,
    Channel,
    ChannelKind,
    DiscordStandIn,
    Guild,
    Hidden,
    Limits,
    Permission,
    TooManyRequests,
)
from tests.standins.discord_client import Bot, running


def news_in(discord: DiscordStandIn) -> tuple[Guild, Channel]:
    guild = discord.world.add_guild("Lab")
    return guild, discord.world.add_channel(guild, "news", kind=ChannelKind.ANNOUNCEMENT)


def only(about: str, limit: int, per: float = 60.0, *, code: int = 0) -> Limits:
    return Limits({}, None, {about: Hidden(limit, per, code)})


def impatient() -> Bot:
    """Whoever is told to wait longer than half a minute gives up with RateLimited."""
    bot = Bot()
    bot.http.max_ratelimit_timeout = 30.0
    return bot


async def test_a_message_is_published_once() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        _, news = news_in(discord)
        async with running(discord) as bot:
            sent = await bot.at(news.id).send("digest")
            await sent.publish()
            assert (await sent.fetch()).flags.crossposted
            with pytest.raises(dpy.HTTPException) as refused:
                await sent.publish()
            assert (refused.value.status, refused.value.code) == (400, 40033)
            await sent.edit(content="revised")
        (kept,) = discord.messages(news)
        assert (kept.published, kept.text) == (True, "revised")


async def test_publishing_needs_an_announcement_channel_and_permission() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, news = news_in(discord)
        alice = discord.add_person("alice", guild)
        async with running(discord) as bot:
            sent = await bot.at(news.id).send("digest")
            foreign = bot.at(news.id).get_partial_message(alice.say(news, "hello").id)
            discord.world.revoke(news, Permission.SEND_MESSAGES)
            for message in (sent, foreign):
                with pytest.raises(dpy.Forbidden) as refused:
                    await message.publish()
                assert refused.value.code == 50013
            discord.world.grant(news, Permission.SEND_MESSAGES)
            await sent.publish()
            with pytest.raises(dpy.Forbidden):
                await foreign.publish()
            discord.world.grant(news, Permission.MANAGE_MESSAGES)
            await foreign.publish()
            late = await bot.at(news.id).send("more")
            discord.world.convert(news, ChannelKind.TEXT)
            with pytest.raises(dpy.HTTPException) as wrong:
                await late.publish()
        assert wrong.value.code == 50024


async def test_a_channel_publishes_ten_messages_in_an_hour() -> None:
    limits = Limits({}, None, {CROSSPOST: USUAL_LIMITS.hidden[CROSSPOST]})
    async with DiscordStandIn(limits=limits) as discord:
        _, news = news_in(discord)
        async with running(discord, impatient()) as bot:
            for number in range(10):
                await (await bot.at(news.id).send(str(number))).publish()
            last = await bot.at(news.id).send("one more")
            with pytest.raises(dpy.RateLimited) as refused:
                await last.publish()
            assert refused.value.retry_after > 3500
            discord.clock.advance(timedelta(hours=1))
            await last.publish()
        assert all(message.published for message in discord.messages(news))


async def test_a_published_message_is_edited_three_times_in_an_hour() -> None:
    limits = Limits({}, None, {PUBLISHED_EDIT: USUAL_LIMITS.hidden[PUBLISHED_EDIT]})
    async with DiscordStandIn(limits=limits) as discord:
        _, news = news_in(discord)
        async with running(discord, impatient()) as bot:
            sent = await bot.at(news.id).send("0")
            await sent.publish()
            for number in range(1, 4):
                await sent.edit(content=str(number))
            with pytest.raises(dpy.RateLimited):
                await sent.edit(content="4")
        assert discord.messages(news)[0].text == "3"
        assert discord.requests_to("update_message")[-1].code == 20022


async def test_old_messages_have_a_limit_of_their_own_and_it_has_a_code() -> None:
    async with DiscordStandIn(limits=only(OLD_EDIT, 3, code=30046)) as discord:
        _, news = news_in(discord)
        async with running(discord, impatient()) as bot:
            old = [await bot.at(news.id).send(str(number)) for number in range(2)]
            for _ in range(4):
                await old[0].edit(content="young still")
            discord.clock.advance(timedelta(minutes=61))
            for _ in range(3):
                await old[0].edit(content="old")
            with pytest.raises(dpy.RateLimited):
                await old[1].edit(content="old")
            young = await bot.at(news.id).send("new")
            await young.edit(content="newer")
            discord.clock.advance(timedelta(minutes=2))
            await old[1].edit(content="old")
        assert [message.text for message in discord.messages(news)] == ["old", "old", "newer"]


@pytest.mark.parametrize("code", [20016, 20022, 20028, 30046])
async def test_limits_with_a_name_can_be_scripted(code: int) -> None:
    async with DiscordStandIn() as discord:
        _, news = news_in(discord)
        discord.script("POST", "/channels/*/messages", TooManyRequests(60.0, code=code))
        async with running(discord, impatient()) as bot:
            with pytest.raises(dpy.RateLimited) as refused:
                await bot.at(news.id).send("digest")
        assert refused.value.retry_after == 60.0
        assert [request.code for request in discord.requests_to("create_message")] == [code]
