"""The button beside a paper of a digest that gives it a thread: whoever may write there, one thread for all."""

import asyncio

import discord as dpy
import pytest

from bot.discord_ui.client import PaperboyClient
from bot.ports import Resources
from bot.services import channels, delivery, upkeep
from storage.records import ChannelSetup, Destination, DestinationKind, Layout
from tests.builders import make_setup
from tests.discord_ui.conftest import PAPERS, Lab, until
from tests.standins.discord import Channel, ChannelKind, Message, Permission

pytestmark = pytest.mark.usefixtures("stocked")


@pytest.fixture
async def setup(lab: Lab, r: Resources) -> ChannelSetup:
    here = Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)
    return await channels.create(
        r, make_setup(guild_id=lab.guild.id, destination=here, layout=Layout.THREADS, limit=3, created_by=lab.admin.id)
    )


@pytest.fixture
async def digest(lab: Lab, r: Resources, client: PaperboyClient, setup: ChannelSetup) -> Message:
    """One in whose channel everybody may write into threads."""
    lab.discord.world.grant(lab.papers, Permission.SEND_MESSAGES_IN_THREADS, target=lab.guest.user)
    await delivery.post_now(r, client.outbox, setup.id)
    return lab.discord.messages(lab.papers)[0]


def discuss(digest: Message, number: int) -> str:
    """The identifier of the button beside a paper."""
    (found,) = [
        button.custom_id
        for button in digest.buttons
        if button.custom_id and button.custom_id.startswith("pb:thread:") and PAPERS[number].id in button.custom_id
    ]
    return found


def threads(lab: Lab) -> list[Channel]:
    return [one for one in lab.discord.world.channels.values() if one.parent is lab.papers]


async def test_a_pressed_button_opens_a_thread_and_then_leads_to_it(
    lab: Lab, r: Resources, client: PaperboyClient, digest: Message
) -> None:
    reply = await lab.guest.press(digest, discuss(digest, 1))
    [thread] = threads(lab)
    assert reply.ephemeral
    assert f"<#{thread.id}>" in reply.text
    link = f"https://discord.com/channels/{lab.guild.id}/{thread.id}"
    assert [button.url for button in reply.buttons] == [link]
    assert thread.name == PAPERS[1].title
    [card] = lab.discord.messages(thread)
    assert "Abstract" in card.text
    assert await upkeep.edit(r, client.outbox) == 1
    assert link in [button.url for button in digest.buttons]
    assert discuss(digest, 0)


async def test_the_card_in_a_thread_tells_why_that_paper_was_picked(lab: Lab, digest: Message) -> None:
    await lab.guest.press(digest, discuss(digest, 1))
    [card] = lab.discord.messages(threads(lab)[0])
    why = await lab.guest.press(card, "Why this?")
    assert why.ephemeral
    assert "Why this paper?" in why.text
    assert PAPERS[1].title in why.text
    assert PAPERS[0].title not in why.text


async def test_many_who_press_at_once_get_the_same_thread(lab: Lab, digest: Message) -> None:
    button = discuss(digest, 1)
    replies = await asyncio.gather(*(person.press(digest, button) for person in (lab.guest, lab.admin) * 3))
    [thread] = threads(lab)
    assert all(f"<#{thread.id}>" in reply.text for reply in replies)
    assert len(lab.discord.messages(thread)) == 1


async def test_a_deleted_thread_is_opened_anew(lab: Lab, client: PaperboyClient, digest: Message) -> None:
    await lab.guest.press(digest, discuss(digest, 1))
    [first] = threads(lab)
    await until(lambda: client.get_channel(first.id) is not None)
    lab.discord.world.remove_channel(first)
    await until(lambda: client.get_channel(first.id) is None)
    reply = await lab.guest.press(digest, discuss(digest, 1))
    assert "The thread is open" in reply.text
    [second] = threads(lab)
    assert second.id != first.id


async def test_who_may_not_write_in_threads_gets_none_opened(lab: Lab, digest: Message) -> None:
    lab.discord.world.revoke(lab.papers, Permission.SEND_MESSAGES_IN_THREADS, target=lab.guest.user)
    reply = await lab.guest.press(digest, discuss(digest, 1))
    assert reply.ephemeral
    assert "Send Messages in Threads" in reply.text
    assert threads(lab) == []


async def test_where_a_digest_was_only_published_to_nothing_is_opened(
    lab: Lab, client: PaperboyClient, digest: Message
) -> None:
    elsewhere = lab.discord.world.add_channel(lab.guild, "followers", kind=ChannelKind.TEXT)
    copied = Message(
        id=lab.discord.world.ids.next(),
        channel=elsewhere,
        author=digest.author,
        created_at=digest.created_at,
        components=digest.components,
        flags=digest.flags,
    )
    lab.discord.world.post(copied)
    reply = await lab.admin.press(copied, discuss(digest, 1))
    assert "not in a channel that follows it" in reply.text
    assert threads(lab) == []


async def test_what_i_lack_for_a_thread_is_said(lab: Lab, client: PaperboyClient, digest: Message) -> None:
    lab.discord.world.revoke(lab.papers, Permission.CREATE_PUBLIC_THREADS)
    known = client.get_channel(lab.papers.id)
    assert isinstance(known, dpy.TextChannel)
    await until(lambda: not known.permissions_for(known.guild.me).create_public_threads)
    reply = await lab.guest.press(digest, discuss(digest, 1))
    assert "Create Public Threads" in reply.text
    assert threads(lab) == []
