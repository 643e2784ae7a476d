"""Sending once: what the outbox says of every way in which a send can end."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import discord as dpy
import pytest

from bot.discord_ui import outbox as outbox_module
from bot.discord_ui.client import PaperboyClient
from bot.errors import OutboxError, Refused, RetryLater, SendUncertain, Unreachable
from bot.ports import Envelope
from bot.render.actions import Why, encode
from bot.render.post import Button, Buttons, Paragraph, Post, Span
from storage.records import Destination, DestinationKind, Obstacle
from tests.builders import BASE
from tests.discord_ui.conftest import Lab, until
from tests.standins.discord import (
    CLOUDFLARE_BAN,
    Answer,
    Channel,
    ChannelKind,
    Drop,
    Permission,
    Stall,
    TooManyRequests,
)

TOKEN = "delivery-token-0123456789"
MESSAGES = "/channels/*/messages"
A_WHILE_AGO = BASE - timedelta(minutes=5)


def post(text: str = "Two papers", token: str = TOKEN) -> Post:
    return Post((Paragraph((Span(text),)), Buttons((Button("Why these?", action=encode(Why(token))),))))


def to(channel: Channel, kind: DestinationKind = DestinationKind.CHANNEL) -> Destination:
    return Destination(kind=kind, id=channel.id)


async def test_a_post_goes_out_with_its_own_nonce_and_pings_nobody(lab: Lab, client: PaperboyClient) -> None:
    sent = await client.outbox.send(to(lab.papers), post("Hello @everyone"), Envelope(token=TOKEN))
    [message] = lab.discord.messages(lab.papers)
    assert message.id == sent
    [request] = lab.discord.requests_to("create_message")
    assert (request.json["nonce"], request.json["enforce_nonce"]) == (TOKEN, True)
    assert request.json["allowed_mentions"] == {"parse": []}
    assert message.pings == frozenset()


async def test_the_same_token_twice_is_one_message(lab: Lab, client: PaperboyClient) -> None:
    first = await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN)) == first
    assert len(lab.discord.messages(lab.papers)) == 1


async def test_a_thread_and_a_person_get_posts_too(lab: Lab, client: PaperboyClient) -> None:
    thread = lab.discord.world.add_channel(lab.guild, "reading", kind=ChannelKind.PUBLIC_THREAD, parent=lab.papers)
    await client.outbox.send(to(thread, DestinationKind.THREAD), post(), Envelope(token=TOKEN))
    person = Destination(kind=DestinationKind.PERSON, id=lab.guest.id)
    sent = await client.outbox.send(person, post(token="another-token"), Envelope(token="another-token"))
    assert len(lab.discord.messages(thread)) == 1
    assert [message.id for message in lab.discord.messages(lab.guest.dm)] == [sent]
    assert await client.outbox.find(person, "another-token", since=A_WHILE_AGO) == sent


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
async def test_a_lost_answer_is_uncertain_and_the_message_is_found(
    lab: Lab, client: PaperboyClient, reset: bool
) -> None:
    lab.discord.script("POST", MESSAGES, Drop(executed=True, reset=reset))
    with pytest.raises(SendUncertain):
        await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    [message] = lab.discord.messages(lab.papers)
    assert await client.outbox.find(to(lab.papers), TOKEN, since=A_WHILE_AGO) == message.id


async def test_a_lost_request_is_uncertain_and_no_message_is_found(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.script("POST", MESSAGES, Drop(executed=False))
    with pytest.raises(SendUncertain):
        await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert await client.outbox.find(to(lab.papers), TOKEN, since=A_WHILE_AGO) is None


async def test_only_our_own_message_with_that_very_token_is_found(lab: Lab, client: PaperboyClient) -> None:
    await client.outbox.send(to(lab.papers), post(token="another-token"), Envelope(token="another-token"))
    lab.guest.say(lab.papers, f"I know the token: {encode(Why(TOKEN))}")
    [ours] = [message for message in lab.discord.messages(lab.papers) if message.components]
    forged = json.loads(json.dumps(ours.components).replace("another-token", TOKEN))
    world = lab.discord.world
    world.post(replace(ours, id=world.ids.next(), author=lab.guest.user, components=forged))
    assert await client.outbox.find(to(lab.papers), TOKEN, since=A_WHILE_AGO) is None


async def test_the_message_is_found_among_many_that_followed(lab: Lab, client: PaperboyClient) -> None:
    sent = await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    for number in range(150):
        lab.guest.say(lab.papers, f"chat {number}")
    assert await client.outbox.find(to(lab.papers), TOKEN, since=A_WHILE_AGO) == sent


@pytest.mark.parametrize(("before", "after"), [(350, 0), (0, 350), (150, 150)])
async def test_in_a_busy_channel_it_is_found_at_either_end_of_what_was_said_since(
    lab: Lab, client: PaperboyClient, monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    monkeypatch.setattr(outbox_module, "MESSAGES_READ", 200)
    for number in range(before):
        lab.guest.say(lab.papers, f"chat {number}")
    sent = await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    for number in range(after):
        lab.guest.say(lab.papers, f"chat {number}")
    assert await client.outbox.find(to(lab.papers), TOKEN, since=A_WHILE_AGO) == sent
    assert await client.outbox.find(to(lab.papers), "another-token", since=A_WHILE_AGO) is None


async def test_an_unreadable_history_is_no_proof_that_nothing_was_sent(lab: Lab, client: PaperboyClient) -> None:
    await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    lab.discord.world.overwrite(lab.papers, lab.discord.world.bot, deny=Permission.READ_MESSAGE_HISTORY)
    await settled(client, lab.papers, "read_message_history")
    with pytest.raises(Unreachable, match="Read Message History"):
        await client.outbox.find(to(lab.papers), TOKEN, since=A_WHILE_AGO)


async def test_a_search_that_fails_stays_undecided(lab: Lab, client: PaperboyClient) -> None:
    for fault in (CLOUDFLARE_BAN, TooManyRequests(retry_after=95.0), Answer(503)):
        lab.discord.script("GET", MESSAGES, fault)
        with pytest.raises(SendUncertain):
            await client.outbox.find(to(lab.papers), TOKEN, since=A_WHILE_AGO)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Answer(503), SendUncertain),
        (Answer(503, {"code": 130000, "message": "overloaded"}), RetryLater),
        (Answer(400, {"code": 50035, "message": "Invalid Form Body"}), Refused),
        (Answer(400, {"code": 20016, "message": "slow mode"}), RetryLater),
        (Answer(403, "<html>blocked</html>"), RetryLater),
        (CLOUDFLARE_BAN, RetryLater),
        (TooManyRequests(retry_after=95.0), RetryLater),
        (Answer(400, {"code": 40058, "message": "forum"}), Unreachable),
    ],
    ids=str,
)
async def test_an_answer_of_discords_says_what_to_do(
    lab: Lab, client: PaperboyClient, fault: Answer, kind: type[OutboxError]
) -> None:
    lab.discord.script("POST", MESSAGES, fault)
    with pytest.raises(kind):
        await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert lab.discord.messages(lab.papers) == []


async def test_a_long_rate_limit_is_handed_back_with_its_end(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.script("POST", MESSAGES, TooManyRequests(retry_after=95.0))
    with pytest.raises(RetryLater) as later:
        await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert later.value.retry_at >= BASE + timedelta(seconds=95)


async def test_a_short_rate_limit_is_waited_for(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.script("POST", MESSAGES, TooManyRequests(retry_after=0.05))
    await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert len(lab.discord.messages(lab.papers)) == 1


async def test_a_refusal_after_a_failure_is_uncertain_not_certain(lab: Lab, client: PaperboyClient) -> None:
    """discord.py repeats after the 500 by itself; what the second answer says does not undo a first acceptance."""
    lab.discord.script("POST", MESSAGES, Answer(500))
    lab.discord.script("POST", MESSAGES, Answer(403, {"code": 50013, "message": "Missing Permissions"}))
    with pytest.raises(SendUncertain):
        await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))


async def test_a_send_that_takes_too_long_is_uncertain(
    lab: Lab, client: PaperboyClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "SEND_WITHIN", 0.05)
    lab.discord.script("POST", MESSAGES, Stall(0.3))
    with pytest.raises(SendUncertain):
        await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))


@pytest.mark.parametrize(
    ("denied", "names"),
    [
        (Permission.VIEW_CHANNEL, ("View Channel",)),
        (Permission.SEND_MESSAGES, ("Send Messages",)),
        (Permission.EMBED_LINKS | Permission.READ_MESSAGE_HISTORY, ("Embed Links", "Read Message History")),
    ],
)
async def test_missing_permissions_are_named_exactly(
    lab: Lab, client: PaperboyClient, denied: Permission, names: tuple[str, ...]
) -> None:
    assert await client.outbox.missing_permissions(to(lab.papers)) == ()
    lab.discord.world.overwrite(lab.papers, lab.discord.world.bot, deny=denied)
    await until(lambda: client.get_channel(lab.papers.id).overwrites != {})  # type: ignore[union-attr]  # a text channel
    assert await client.outbox.missing_permissions(to(lab.papers)) == names


async def test_a_refused_send_names_what_is_missing(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.world.overwrite(lab.papers, lab.discord.world.bot, deny=Permission.SEND_MESSAGES)
    await settled(client, lab.papers, "send_messages")
    with pytest.raises(Unreachable, match=r"lacks permission here: Send Messages\.") as error:
        await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert error.value.obstacle is Obstacle.PERMISSION


async def test_a_person_who_closed_their_messages_is_unreachable(lab: Lab, client: PaperboyClient) -> None:
    lab.guest.close_dms()
    with pytest.raises(Unreachable) as error:
        await client.outbox.send(
            Destination(kind=DestinationKind.PERSON, id=lab.guest.id), post(), Envelope(token=TOKEN)
        )
    assert error.value.obstacle is Obstacle.DM_CLOSED


async def test_a_channel_that_vanished_is_gone(lab: Lab, client: PaperboyClient) -> None:
    nowhere = Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id + 1)
    for attempt in (
        client.outbox.send(nowhere, post(), Envelope(token=TOKEN)),
        client.outbox.missing_permissions(nowhere),
    ):
        with pytest.raises(Unreachable) as error:
            await attempt
        assert error.value.obstacle is Obstacle.GONE


async def test_closing_waits_for_a_send_that_is_under_way(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.script("POST", MESSAGES, Stall(0.2))
    sending = asyncio.create_task(client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN)))
    await until(lambda: bool(lab.discord.requests_to("create_message")))
    await client.close()
    assert await sending == lab.discord.messages(lab.papers)[0].id
    with pytest.raises(RetryLater):
        await client.outbox.send(to(lab.papers), post(), Envelope(token="another-token"))


async def test_a_drain_that_takes_too_long_is_given_up(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.script("POST", MESSAGES, Stall(0.3))
    sending = asyncio.create_task(client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN)))
    await until(lambda: bool(lab.discord.requests_to("create_message")))
    assert not await client.outbox.drain(within=timedelta(milliseconds=20))
    await sending


async def settled(client: PaperboyClient, channel: Channel, flag: str) -> None:
    """Wait until the client knows that it lost a permission."""
    known = client.get_channel(channel.id)
    assert isinstance(known, dpy.TextChannel)
    await until(lambda: not getattr(known.permissions_for(known.guild.me), flag))
