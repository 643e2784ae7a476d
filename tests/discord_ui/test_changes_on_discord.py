"""What is done with messages beside sending them: a role is told, they are edited, published, given threads."""

from datetime import timedelta

import discord as dpy
import pytest

from bot.discord_ui.client import PaperboyClient
from bot.errors import Refused, RetryLater, SendUncertain, TooLarge, Unreachable
from bot.ports import Envelope, Needs
from bot.render.limits import MOST_TEXT
from storage.records import Destination, DestinationKind, Layout, Obstacle
from tests.builders import BASE
from tests.discord_ui.conftest import Lab, until
from tests.discord_ui.test_outbox_on_discord import TOKEN, post, to
from tests.standins.discord import (
    CLOUDFLARE_BAN,
    Answer,
    Channel,
    ChannelKind,
    Drop,
    Permission,
    Role,
    TooManyRequests,
)
from tests.standins.discord.faults import Fault

ONE = "/channels/*/messages/*"
CROSSPOST = f"{ONE}/crosspost"
PAST_EVERY_NONCE = timedelta(minutes=30)
THREADS = "/channels/*/threads"


@pytest.fixture
def readers(lab: Lab) -> Role:
    role = lab.discord.world.add_role(lab.guild, "readers", Permission(0))
    role.mentionable = True
    return role


@pytest.fixture
def news(lab: Lab) -> Channel:
    return lab.discord.world.add_channel(lab.guild, "news", kind=ChannelKind.ANNOUNCEMENT)


async def sent(client: PaperboyClient, channel: Channel, kind: DestinationKind = DestinationKind.CHANNEL) -> int:
    return await client.outbox.send(to(channel, kind), post(), Envelope(token=TOKEN))


# --- roles ---


async def test_the_named_role_is_told_and_nobody_else(lab: Lab, readers: Role, client: PaperboyClient) -> None:
    others = f"@everyone <@&{lab.guild.id}> <@{lab.guest.id}>"
    await client.outbox.send(to(lab.papers), post(others), Envelope(token=TOKEN, role_id=readers.id))
    [message] = lab.discord.messages(lab.papers)
    assert message.pings == {f"<@&{readers.id}>"}
    [request] = lab.discord.requests_to("create_message")
    assert request.json["allowed_mentions"] == {"parse": [], "roles": [readers.id]}
    assert message.text.startswith(f"<@&{readers.id}>\n")


async def test_a_role_that_vanished_is_left_out(lab: Lab, readers: Role, client: PaperboyClient) -> None:
    lab.discord.world.delete_role(lab.guild, readers)
    guild = client.get_guild(lab.guild.id)
    assert guild is not None
    await until(lambda: guild.get_role(readers.id) is None)
    await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN, role_id=readers.id))
    [message] = lab.discord.messages(lab.papers)
    assert "<@&" not in message.text


async def test_a_role_that_discord_does_not_know_any_more_is_left_out(
    lab: Lab, readers: Role, client: PaperboyClient
) -> None:
    lab.discord.script("POST", "/channels/*/messages", Answer(404, {"code": 10011, "message": "Unknown Role"}))
    await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN, role_id=readers.id))
    [message] = lab.discord.messages(lab.papers)
    assert message.pings == frozenset()


async def test_everybody_is_no_role_to_be_told(lab: Lab, client: PaperboyClient) -> None:
    await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN, role_id=lab.guild.id))
    [message] = lab.discord.messages(lab.papers)
    assert (message.pings, "<@&" in message.text) == (frozenset(), False)


async def test_a_role_that_not_everybody_may_mention_takes_a_permission(lab: Lab, client: PaperboyClient) -> None:
    role = lab.discord.world.add_role(lab.guild, "staff", Permission(0))
    known = client.get_channel(lab.papers.id)
    assert isinstance(known, dpy.TextChannel)
    await until(lambda: known.guild.get_role(role.id) is not None)
    needs = Needs(role_id=role.id)
    assert await client.outbox.missing_permissions(to(lab.papers), needs) == ()
    lab.discord.world.revoke(lab.papers, Permission.MENTION_EVERYONE)
    await until(lambda: not known.permissions_for(known.guild.me).mention_everyone)
    missing = await client.outbox.missing_permissions(to(lab.papers), needs)
    assert missing == ("Mention @everyone, @here, and All Roles",)


async def test_a_post_without_room_for_the_mention_is_too_large_and_not_tried(
    lab: Lab, readers: Role, client: PaperboyClient
) -> None:
    full = post("x" * MOST_TEXT)
    with pytest.raises(TooLarge, match="mention"):
        await client.outbox.send(to(lab.papers), full, Envelope(token=TOKEN, role_id=readers.id))
    with pytest.raises(TooLarge, match="4001 characters"):
        await client.outbox.send(to(lab.papers), post("x" * (MOST_TEXT + 1)), Envelope(token=TOKEN))
    with pytest.raises(TooLarge, match="bytes"):
        await client.outbox.send(to(lab.papers), post("\u8ad6" * 3500), Envelope(token=TOKEN))
    assert lab.discord.requests_to("create_message") == []
    await client.outbox.send(to(lab.papers), full, Envelope(token=TOKEN))


# --- edits ---


async def test_an_edit_puts_another_post_in_its_place_and_pings_nobody(
    lab: Lab, readers: Role, client: PaperboyClient
) -> None:
    token = Envelope(token=TOKEN, role_id=readers.id)
    message_id = await client.outbox.send(to(lab.papers), post(), token)
    assert await client.outbox.edit(to(lab.papers), message_id, post("Withdrawn @everyone"), role_id=readers.id)
    [message] = lab.discord.messages(lab.papers)
    assert "Withdrawn" in message.text
    assert message.text.startswith(f"<@&{readers.id}>\n")
    [request] = lab.discord.requests_to("update_message")
    assert request.json["allowed_mentions"] == {"parse": []}


async def test_a_message_to_a_person_and_one_in_a_closed_thread_can_be_edited(lab: Lab, client: PaperboyClient) -> None:
    person = Destination(kind=DestinationKind.PERSON, id=lab.guest.id)
    message_id = await client.outbox.send(person, post(), Envelope(token=TOKEN))
    assert await client.outbox.edit(person, message_id, post("Withdrawn"))
    thread = lab.discord.world.add_channel(lab.guild, "reading", kind=ChannelKind.PUBLIC_THREAD, parent=lab.papers)
    thread.owner = lab.guest.user
    there = to(thread, DestinationKind.THREAD)
    message_id = await client.outbox.send(there, post(token="another"), Envelope(token="another"))
    lab.discord.world.archive(thread)
    assert await client.outbox.edit(there, message_id, post("Withdrawn"))
    assert all("Withdrawn" in lab.discord.messages(place)[0].text for place in (lab.guest.dm, thread))
    assert not thread.archived, "it is not ours to close"


async def test_a_deleted_message_is_gone_and_not_made_anew(lab: Lab, client: PaperboyClient) -> None:
    message_id = await sent(client, lab.papers)
    lab.discord.world.delete(lab.discord.messages(lab.papers)[0])
    assert not await client.outbox.edit(to(lab.papers), message_id, post("Withdrawn"))
    assert lab.discord.messages(lab.papers) == []


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (TooManyRequests(retry_after=95.0), 95),
        (Answer(429, {"code": 30046, "message": "old", "retry_after": 70.0}, {"Via": "x", "Retry-After": "70"}), 70),
        (Answer(400, {"code": 20022, "message": "published"}), 600),
        (CLOUDFLARE_BAN, 600),
        (Answer(503), 30),
        (Drop(executed=True), 30),
        (Drop(executed=False), 30),
    ],
    ids=str,
)
async def test_an_edit_that_did_not_go_through_is_done_again_later(
    lab: Lab, client: PaperboyClient, fault: Fault, wait: int
) -> None:
    message_id = await sent(client, lab.papers)
    lab.discord.script("PATCH", ONE, fault)
    with pytest.raises(RetryLater) as later:
        await client.outbox.edit(to(lab.papers), message_id, post("Withdrawn"))
    assert later.value.retry_at >= BASE + timedelta(seconds=wait)
    assert await client.outbox.edit(to(lab.papers), message_id, post("Withdrawn"))


# --- publishing ---


async def test_a_message_is_published_once_however_often_it_is_asked_for(
    lab: Lab, news: Channel, client: PaperboyClient
) -> None:
    message_id = await sent(client, news)
    assert await client.outbox.publish(to(news), message_id)
    assert await client.outbox.publish(to(news), message_id)
    [message] = lab.discord.messages(news)
    assert message.published


async def test_publishing_obeys_discords_hourly_limit_without_waiting_here(
    lab: Lab, news: Channel, client: PaperboyClient
) -> None:
    message_id = await sent(client, news)
    lab.discord.script("POST", CROSSPOST, TooManyRequests(retry_after=1800.0))
    with pytest.raises(RetryLater) as later:
        await client.outbox.publish(to(news), message_id)
    assert later.value.retry_at >= BASE + timedelta(minutes=30)


async def test_a_doubtful_publication_is_simply_repeated(lab: Lab, news: Channel, client: PaperboyClient) -> None:
    message_id = await sent(client, news)
    lab.discord.script("POST", CROSSPOST, Drop(executed=True))
    with pytest.raises(RetryLater):
        await client.outbox.publish(to(news), message_id)
    assert await client.outbox.publish(to(news), message_id)


async def test_what_cannot_be_published_says_so(lab: Lab, news: Channel, client: PaperboyClient) -> None:
    message_id = await sent(client, lab.papers)
    with pytest.raises(Refused, match="announcement"):
        await client.outbox.publish(to(lab.papers), message_id)
    assert not await client.outbox.publish(to(news), message_id)


# --- threads on demand ---


def threads(lab: Lab, channel: Channel) -> list[Channel]:
    return [one for one in lab.discord.world.channels.values() if one.parent is channel]


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        (ChannelKind.TEXT, ChannelKind.PUBLIC_THREAD),
        (ChannelKind.ANNOUNCEMENT, ChannelKind.ANNOUNCEMENT_THREAD),
    ],
)
async def test_a_thread_is_open_to_all_and_starts_with_its_post(
    lab: Lab, news: Channel, client: PaperboyClient, kind: ChannelKind, made: ChannelKind
) -> None:
    channel = news if kind is ChannelKind.ANNOUNCEMENT else lab.papers
    thread_id = await client.outbox.open_thread(to(channel), "Diffusion", post(), token=TOKEN)
    [thread] = threads(lab, channel)
    assert (thread.id, thread.name, thread.kind) == (thread_id, "Diffusion", made)
    assert len(lab.discord.messages(thread)) == 1


@pytest.mark.parametrize("path", [THREADS, "/channels/*/messages"])
@pytest.mark.parametrize("fault", [Drop(executed=True), Drop(executed=False), Answer(503)], ids=str)
async def test_a_thread_that_was_begun_is_finished_not_doubled(
    lab: Lab, client: PaperboyClient, path: str, fault: Fault
) -> None:
    lab.discord.script("POST", path, fault)
    with pytest.raises(SendUncertain):
        await client.outbox.open_thread(to(lab.papers), "Diffusion", post(), token=TOKEN)
    lab.discord.clock.advance(PAST_EVERY_NONCE)
    thread_id = await client.outbox.open_thread(to(lab.papers), "Diffusion", post(), token=TOKEN)
    [thread] = threads(lab, lab.papers)
    assert thread.id == thread_id
    assert len(lab.discord.messages(thread)) == 1


async def test_a_failing_server_is_not_asked_twice_for_a_thread(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.script("POST", THREADS, Answer(500))
    with pytest.raises(SendUncertain):
        await client.outbox.open_thread(to(lab.papers), "Diffusion", post(), token=TOKEN)
    assert len(lab.discord.requests_to("create_thread")) == 1


async def test_where_there_is_no_room_for_a_thread_it_is_said(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.world.most_active_threads = 0
    with pytest.raises(Refused, match="as many open threads as Discord allows"):
        await client.outbox.open_thread(to(lab.papers), "Diffusion", post(), token=TOKEN)


async def test_what_threads_take_is_named(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.world.revoke(lab.papers, Permission.CREATE_PUBLIC_THREADS)
    known = client.get_channel(lab.papers.id)
    assert isinstance(known, dpy.TextChannel)
    await until(lambda: not known.permissions_for(known.guild.me).create_public_threads)
    with pytest.raises(Unreachable, match=r"here: Create Public Threads\."):
        await client.outbox.open_thread(to(lab.papers), "Diffusion", post(), token=TOKEN)
    assert await client.outbox.missing_permissions(to(lab.papers)) == ()
    problem = await client.outbox.obstacle(to(lab.papers), Needs(layout=Layout.THREADS))
    assert problem is not None
    assert problem.obstacle is Obstacle.PERMISSION
