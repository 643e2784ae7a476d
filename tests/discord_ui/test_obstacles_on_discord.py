"""What a person has to mend is known before anything is sent, and mostly without asking Discord."""

import discord as dpy
import pytest

from bot.discord_ui.client import PaperboyClient
from bot.errors import OutboxError, RetryLater
from bot.ports import Needs
from storage.records import Destination, DestinationKind, Layout, Obstacle
from tests.discord_ui.conftest import Lab, until
from tests.discord_ui.test_outbox_on_discord import to
from tests.standins.discord import Answer, Channel, ChannelKind, Permission

TEXT, NEWS, FORUM = ChannelKind.TEXT, ChannelKind.ANNOUNCEMENT, ChannelKind.FORUM
FORUM_POSTS = Needs(layout=Layout.FORUM)
ON_DEMAND = Needs(layout=Layout.THREADS)


async def converted(lab: Lab, client: PaperboyClient, kind: ChannelKind) -> Channel:
    """The channel, of another kind now, as soon as the client knows."""
    known = client.get_channel(lab.papers.id)
    assert isinstance(known, dpy.TextChannel)
    was = known.type
    lab.discord.world.convert(lab.papers, kind)
    await until(lambda: kind is TEXT or known.type is not was)
    return lab.papers


async def found(client: PaperboyClient, destination: Destination, needs: Needs) -> Obstacle | None:
    problem = await client.outbox.obstacle(destination, needs)
    return problem.obstacle if problem is not None else None


@pytest.mark.parametrize("needs", [Needs(), Needs(layout=Layout.CARDS), ON_DEMAND, Needs(publish=True)], ids=str)
@pytest.mark.parametrize("kind", [TEXT, NEWS])
async def test_a_channel_that_became_an_announcement_channel_is_as_good_as_before(
    lab: Lab, client: PaperboyClient, needs: Needs, kind: ChannelKind
) -> None:
    assert await found(client, to(await converted(lab, client, kind)), needs) is None
    assert lab.discord.requests_to("get_channel") == []


async def test_a_channel_that_is_a_forum_now_is_of_the_wrong_kind(lab: Lab, client: PaperboyClient) -> None:
    channel = await converted(lab, client, FORUM)
    problem = await client.outbox.obstacle(to(channel), Needs())
    assert problem is not None
    assert problem.obstacle is Obstacle.WRONG_KIND
    assert "forum now" in str(problem)
    assert await found(client, to(channel, DestinationKind.FORUM), FORUM_POSTS) is None


async def test_a_forum_takes_forum_posts_only_and_nothing_else_takes_them(lab: Lab, client: PaperboyClient) -> None:
    forum = DestinationKind.FORUM
    assert await found(client, to(lab.papers, forum), FORUM_POSTS) is Obstacle.WRONG_KIND
    assert await found(client, to(lab.papers), FORUM_POSTS) is Obstacle.WRONG_KIND
    channel = await converted(lab, client, FORUM)
    assert await found(client, to(channel, forum), Needs()) is Obstacle.WRONG_KIND


async def test_a_thread_holds_no_threads_and_is_no_channel(lab: Lab, client: PaperboyClient) -> None:
    thread = lab.discord.world.add_channel(lab.guild, "reading", kind=ChannelKind.PUBLIC_THREAD, parent=lab.papers)
    assert await found(client, to(thread, DestinationKind.THREAD), Needs()) is None
    assert await found(client, to(thread, DestinationKind.THREAD), ON_DEMAND) is Obstacle.WRONG_KIND
    assert await found(client, to(thread), Needs()) is Obstacle.WRONG_KIND


async def test_a_locked_thread_takes_the_right_to_manage_it(lab: Lab, client: PaperboyClient) -> None:
    thread = lab.discord.world.add_channel(lab.guild, "reading", kind=ChannelKind.PUBLIC_THREAD, parent=lab.papers)
    lab.discord.world.lock(thread)
    await until(lambda: getattr(client.get_channel(thread.id), "locked", False))
    problem = await client.outbox.obstacle(to(thread, DestinationKind.THREAD), Needs())
    assert problem is not None
    assert str(problem) == "Paperboy lacks permission here: Manage Threads."


async def test_a_deleted_channel_is_gone_a_hidden_one_is_not(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.world.revoke(lab.papers, Permission.VIEW_CHANNEL)
    await until(lambda: client.get_channel(lab.papers.id).overwrites != {})  # type: ignore[union-attr]  # a text channel
    assert await found(client, to(lab.papers), Needs()) is Obstacle.PERMISSION
    lab.discord.world.remove_channel(lab.papers)
    await until(lambda: client.get_channel(lab.papers.id) is None)
    assert await found(client, to(lab.papers), Needs()) is Obstacle.GONE


async def test_a_server_that_paperboy_left_is_told_from_a_deleted_channel(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.world.remove_guild(lab.guild)
    await until(lambda: client.get_guild(lab.guild.id) is None)
    assert await found(client, to(lab.papers), Needs(guild_id=lab.guild.id)) is Obstacle.LEFT


async def test_a_person_has_none_that_could_be_known_beforehand(lab: Lab, client: PaperboyClient) -> None:
    lab.guest.close_dms()
    person = Destination(kind=DestinationKind.PERSON, id=lab.guest.id)
    assert await found(client, person, Needs()) is None


@pytest.mark.parametrize("fault", [Answer(503), Answer(403, "<html>blocked</html>")], ids=str)
async def test_what_cannot_be_found_out_now_is_no_obstacle(lab: Lab, client: PaperboyClient, fault: Answer) -> None:
    lab.discord.script("GET", "/channels/*", fault)
    unknown = Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id + 1)
    with pytest.raises(OutboxError) as error:
        await client.outbox.obstacle(unknown, Needs())
    assert isinstance(error.value, RetryLater)
