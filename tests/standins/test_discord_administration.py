"""What administrators change in the stand-in's guilds, and what the real client hears of it."""

import discord as dpy
import pytest

from tests.standins.discord import NO_LIMITS, Channel, ChannelKind, DiscordStandIn, Guild, Permission
from tests.standins.discord_client import Bot, running


def lab(discord: DiscordStandIn) -> tuple[Guild, Channel]:
    guild = discord.world.add_guild("Lab")
    return guild, discord.world.add_channel(guild, "papers")


async def heard(bot: Bot, guild: Guild) -> dpy.Guild:
    """The guild as the client knows it, after every event up to now."""
    await bot.fetch_guild(guild.id)
    seen = bot.get_guild(guild.id)
    assert seen is not None
    return seen


async def test_a_channel_turns_from_text_into_announcements_and_back_and_into_a_forum() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, papers = lab(discord)
        async with running(discord) as bot:
            for kind in (ChannelKind.ANNOUNCEMENT, ChannelKind.TEXT):
                discord.world.convert(papers, kind)
                seen = (await heard(bot, guild)).get_channel(papers.id)
                assert seen is not None
                assert seen.type.value == kind
                await bot.at(papers.id).send("digest")
            discord.world.convert(papers, ChannelKind.FORUM)
            with pytest.raises(dpy.HTTPException) as refused:
                await bot.at(papers.id).send("digest")
        assert refused.value.code == 40058


async def test_permissions_are_revoked_and_granted_and_the_client_computes_the_same() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, papers = lab(discord)
        async with running(discord) as bot:

            async def may_send() -> bool:
                theirs = await heard(bot, guild)
                seen = theirs.get_channel(papers.id)
                assert seen is not None
                return seen.permissions_for(theirs.me).send_messages

            discord.world.revoke(papers, Permission.SEND_MESSAGES)
            discord.world.revoke(papers, Permission.EMBED_LINKS)
            assert not await may_send()
            discord.world.grant(papers, Permission.SEND_MESSAGES)
            assert await may_send()
            await bot.at(papers.id).send("digest")
            with pytest.raises(dpy.Forbidden):
                await bot.at(papers.id).send(embed=dpy.Embed(title="digest"))


async def test_a_deleted_role_takes_its_permissions_and_its_overwrites_along() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, papers = lab(discord)
        readers = discord.world.add_role(guild, "readers", Permission.MANAGE_MESSAGES)
        discord.world.give_role(guild, discord.world.bot, readers)
        discord.world.overwrite(papers, guild.everyone, deny=Permission.SEND_MESSAGES)
        discord.world.overwrite(papers, readers, allow=Permission.SEND_MESSAGES)
        async with running(discord) as bot:
            await bot.at(papers.id).send("digest")
            discord.world.delete_role(guild, readers)
            theirs = await heard(bot, guild)
            assert theirs.get_role(readers.id) is None
            seen = theirs.get_channel(papers.id)
            assert seen is not None
            assert not seen.permissions_for(theirs.me).send_messages
            with pytest.raises(dpy.Forbidden):
                await bot.at(papers.id).send("digest")


async def test_the_bot_hears_of_roles_that_it_is_given_and_loses() -> None:
    async with DiscordStandIn() as discord:
        guild, _ = lab(discord)
        async with running(discord) as bot:
            readers = discord.world.add_role(guild, "readers", Permission.MANAGE_MESSAGES)
            discord.world.give_role(guild, discord.world.bot, readers)
            assert (await heard(bot, guild)).me.guild_permissions.manage_messages
            discord.world.take_role(guild, discord.world.bot, readers)
            assert not (await heard(bot, guild)).me.guild_permissions.manage_messages


async def test_a_channel_goes_with_its_threads() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, papers = lab(discord)
        thread = discord.world.add_channel(guild, "talk", kind=ChannelKind.PUBLIC_THREAD, parent=papers)
        async with running(discord) as bot:
            discord.world.remove_channel(papers)
            for gone in (papers, thread):
                with pytest.raises(dpy.NotFound) as refused:
                    await bot.at(gone.id).send("digest")
                assert refused.value.code == 10003
            assert (await heard(bot, guild)).get_thread(thread.id) is None


async def test_a_role_is_pinged_only_where_it_exists_and_may_be_mentioned() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        guild, papers = lab(discord)
        discord.world.overwrite(papers, guild.everyone, deny=Permission.MENTION_EVERYONE)
        readers = discord.world.add_role(guild, "readers", Permission(0))
        mention = f"<@&{readers.id}>"
        allowed = dpy.AllowedMentions(roles=[dpy.Object(readers.id)])

        async with running(discord) as bot:

            async def pings() -> frozenset[str]:
                sent = await bot.at(papers.id).send(mention, allowed_mentions=allowed)
                return discord.messages(papers)[-1].pings if sent else frozenset()

            assert await pings() == frozenset()
            readers.mentionable = True
            assert await pings() == {mention}
            discord.world.delete_role(guild, readers)
            assert await pings() == frozenset()
