"""Posts in forums: made once, with the tags that there are, and found again."""

from datetime import timedelta

import discord as dpy
import pytest

from bot.discord_ui.client import PaperboyClient
from bot.errors import Filtered, RetryLater, SendUncertain, Unreachable
from bot.ports import Envelope, Needs
from storage.records import Destination, DestinationKind, Layout, Obstacle, TagRule
from tests.builders import BASE
from tests.discord_ui.conftest import Lab, until
from tests.discord_ui.test_outbox_on_discord import A_WHILE_AGO, TOKEN, post
from tests.standins.discord import Answer, Channel, ChannelKind, Drop, Permission, TooManyRequests

THREADS = "/channels/*/threads"
MATHS, VISION, CHATTER = (TagRule(name=name) for name in ("maths", "vision", "chatter"))


@pytest.fixture
def forum(lab: Lab) -> Channel:
    return lab.discord.world.add_channel(lab.guild, "digests", kind=ChannelKind.FORUM)


def to(forum: Channel) -> Destination:
    return Destination(kind=DestinationKind.FORUM, id=forum.id)


def envelope(*tags: TagRule, token: str = TOKEN) -> Envelope:
    return Envelope(token=token, title="Diffusion models for weather", tags=tags)


def posts(lab: Lab, forum: Channel) -> list[Channel]:
    return [one for one in lab.discord.world.channels.values() if one.parent is forum]


def seen(client: PaperboyClient, forum: Channel) -> dpy.ForumChannel:
    known = client.get_channel(forum.id)
    assert isinstance(known, dpy.ForumChannel)
    return known


async def tagged(lab: Lab, client: PaperboyClient, forum: Channel, *names: str, moderated: bool = False) -> list[int]:
    """The ids of new tags, as soon as the client knows of them."""
    tags = [lab.discord.world.add_tag(forum, name, moderated=moderated).id for name in names]
    await until(lambda: {*tags} <= {tag.id for tag in seen(client, forum).available_tags})
    return tags


async def test_a_post_has_its_title_and_tags_and_pings_nobody(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    maths, vision = await tagged(lab, client, forum, "Maths", "Vision")
    sent = await client.outbox.send(to(forum), post("Hello @everyone"), envelope(VISION, MATHS, CHATTER))
    [thread] = posts(lab, forum)
    assert (thread.id, thread.name, thread.applied_tags) == (sent, "Diffusion models for weather", [vision, maths])
    [message] = lab.discord.messages(thread)
    assert (message.id, message.pings) == (sent, frozenset())


async def test_at_most_five_tags_are_given_each_once(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    names = [f"tag {number}" for number in range(7)]
    ids = await tagged(lab, client, forum, *names)
    rules = [TagRule(name=name) for name in ("tag 0", *names)]
    await client.outbox.send(to(forum), post(), envelope(*rules))
    [thread] = posts(lab, forum)
    assert thread.applied_tags == ids[:5]


async def test_a_renamed_tag_is_known_by_its_id_and_one_made_anew_by_its_name(
    lab: Lab, forum: Channel, client: PaperboyClient
) -> None:
    renamed, anew = await tagged(lab, client, forum, "geometry", "vision")
    rules = TagRule(name="maths", tag_id=renamed), TagRule(name="vision", tag_id=1)
    await client.outbox.send(to(forum), post(), envelope(*rules))
    [thread] = posts(lab, forum)
    assert thread.applied_tags == [renamed, anew]


async def test_a_tag_for_moderators_is_left_out_and_its_permission_named(
    lab: Lab, forum: Channel, client: PaperboyClient
) -> None:
    await tagged(lab, client, forum, "maths", moderated=True)
    await client.outbox.send(to(forum), post(), envelope(MATHS))
    [thread] = posts(lab, forum)
    assert thread.applied_tags == []
    needs = Needs(layout=Layout.FORUM, tags=(MATHS,))
    assert await client.outbox.missing_permissions(to(forum), needs) == ("Manage Threads",)


async def test_tags_that_vanish_at_that_moment_are_read_anew(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    await tagged(lab, client, forum, "maths", "vision")
    lab.discord.script("POST", THREADS, Answer(400, {"code": 10087, "message": "Unknown Tag"}))
    await client.outbox.send(to(forum), post(), envelope(MATHS))
    assert len(posts(lab, forum)) == 1
    assert len(lab.discord.requests_to("get_channel")) == 1


async def test_a_forum_that_wants_a_tag_and_gets_none_needs_a_person(
    lab: Lab, forum: Channel, client: PaperboyClient
) -> None:
    await tagged(lab, client, forum, "maths")
    lab.discord.world.require_tag(forum)
    await until(lambda: seen(client, forum).flags.require_tag)
    needs = Needs(layout=Layout.FORUM, tags=(VISION,))
    for problem in (
        await client.outbox.obstacle(to(forum), needs),
        await refused(client, forum, envelope(VISION)),
    ):
        assert problem is not None
        assert problem.obstacle is Obstacle.TAG_NEEDED
    assert lab.discord.requests_to("create_thread") == []
    assert await client.outbox.obstacle(to(forum), Needs(layout=Layout.FORUM, tags=(MATHS,))) is None


async def refused(client: PaperboyClient, forum: Channel, facts: Envelope) -> Unreachable:
    with pytest.raises(Unreachable) as error:
        await client.outbox.send(to(forum), post(), facts)
    return error.value


@pytest.mark.parametrize("fault", [Answer(500), Answer(502), Answer(504), Drop(executed=True, reset=True)], ids=str)
async def test_without_a_nonce_nothing_is_tried_twice(
    lab: Lab, forum: Channel, client: PaperboyClient, fault: Answer | Drop
) -> None:
    lab.discord.script("POST", THREADS, fault)
    with pytest.raises(SendUncertain):
        await client.outbox.send(to(forum), post(), envelope())
    assert len(lab.discord.requests_to("create_thread")) == 1


async def test_a_clear_wait_is_no_doubt(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    lab.discord.script("POST", THREADS, TooManyRequests(retry_after=0.02))
    await client.outbox.send(to(forum), post(), envelope())
    assert len(posts(lab, forum)) == 1


async def test_a_post_whose_answer_was_lost_is_found_among_others(
    lab: Lab, forum: Channel, client: PaperboyClient
) -> None:
    await client.outbox.send(to(forum), post(token="another-token"), envelope(token="another-token"))
    lab.discord.script("POST", THREADS, Drop(executed=True))
    with pytest.raises(SendUncertain):
        await client.outbox.send(to(forum), post(), envelope())
    _, lost = posts(lab, forum)
    assert await client.outbox.find(to(forum), TOKEN, since=A_WHILE_AGO) == lost.id


async def test_a_post_that_was_closed_meanwhile_is_found(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    sent = await client.outbox.send(to(forum), post(), envelope())
    lab.discord.world.archive(lab.discord.world.channels[sent])
    assert await client.outbox.find(to(forum), TOKEN, since=A_WHILE_AGO) == sent


async def test_what_never_arrived_was_deleted_or_is_older_is_not_found(
    lab: Lab, forum: Channel, client: PaperboyClient
) -> None:
    assert await client.outbox.find(to(forum), TOKEN, since=A_WHILE_AGO) is None
    sent = await client.outbox.send(to(forum), post(), envelope())
    assert await client.outbox.find(to(forum), TOKEN, since=BASE + timedelta(minutes=5)) is None
    [message] = lab.discord.messages(sent)
    lab.discord.world.delete(message)
    assert await client.outbox.find(to(forum), TOKEN, since=A_WHILE_AGO) is None


async def test_a_search_that_meets_a_failure_stays_undecided(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    lab.discord.script("GET", "/guilds/*/threads/active", Answer(503))
    with pytest.raises(SendUncertain):
        await client.outbox.find(to(forum), TOKEN, since=A_WHILE_AGO)


async def test_a_server_full_of_threads_is_waited_for(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    lab.discord.world.most_active_threads = 0
    with pytest.raises(RetryLater):
        await client.outbox.send(to(forum), post(), envelope())


async def test_a_title_that_automod_stops_is_told_from_other_refusals(
    lab: Lab, forum: Channel, client: PaperboyClient
) -> None:
    lab.discord.script("POST", THREADS, Answer(400, {"code": 200001, "message": "Title was blocked"}))
    with pytest.raises(Filtered):
        await client.outbox.send(to(forum), post(), envelope())


async def test_an_edit_of_a_closed_post_opens_it_and_closes_it_again(
    lab: Lab, forum: Channel, client: PaperboyClient
) -> None:
    sent = await client.outbox.send(to(forum), post(), envelope())
    thread = lab.discord.world.channels[sent]
    lab.discord.world.archive(thread)
    assert await client.outbox.edit(to(forum), sent, post("Withdrawn"))
    [message] = lab.discord.messages(thread)
    assert "Withdrawn" in message.text
    assert thread.archived


async def test_a_post_that_was_deleted_is_gone(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    sent = await client.outbox.send(to(forum), post(), envelope())
    lab.discord.world.remove_channel(lab.discord.world.channels[sent])
    assert not await client.outbox.edit(to(forum), sent, post("Withdrawn"))


async def test_a_text_channel_takes_no_forum_posts(lab: Lab, client: PaperboyClient) -> None:
    assert (await refused(client, lab.papers, envelope())).obstacle is Obstacle.WRONG_KIND


async def test_what_a_post_lacks_is_named(lab: Lab, forum: Channel, client: PaperboyClient) -> None:
    lab.discord.world.revoke(forum, Permission.SEND_MESSAGES)
    await until(lambda: not seen(client, forum).permissions_for(seen(client, forum).guild.me).send_messages)
    error = await refused(client, forum, envelope())
    assert error.obstacle is Obstacle.PERMISSION
    assert str(error) == "Paperboy lacks permission here: Send Messages."
