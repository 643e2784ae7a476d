"""What a delivery needs, by the names on Discord's screens."""

import discord
import pytest

from bot.discord_ui.permissions import INVITE, lacking, needs


def granting(*flags: str) -> discord.Permissions:
    return discord.Permissions(**dict.fromkeys(flags, True))


ALL = ("view_channel", "send_messages", "send_messages_in_threads", "embed_links", "read_message_history")


@pytest.mark.parametrize("thread", [False, True])
def test_nothing_lacks_where_everything_is_granted(thread: bool) -> None:
    assert lacking(granting(*ALL), thread=thread) == ()


@pytest.mark.parametrize(
    ("without", "thread", "named"),
    [
        ("view_channel", False, ("View Channel",)),
        ("send_messages", False, ("Send Messages",)),
        ("send_messages", True, ()),
        ("send_messages_in_threads", True, ("Send Messages in Threads",)),
        ("send_messages_in_threads", False, ()),
        ("embed_links", False, ("Embed Links",)),
        ("read_message_history", True, ("Read Message History",)),
    ],
)
def test_exactly_what_lacks_is_named(without: str, thread: bool, named: tuple[str, ...]) -> None:
    assert lacking(granting(*(flag for flag in ALL if flag != without)), thread=thread) == named


def test_an_administrator_lacks_nothing() -> None:
    assert lacking(discord.Permissions.all(), thread=False) == ()


@pytest.mark.parametrize("thread", [False, True])
def test_the_invitation_asks_for_all_that_a_delivery_needs_and_for_nothing_more(thread: bool) -> None:
    assert lacking(INVITE, thread=thread) == ()
    everywhere = {need.flag for place in (False, True) for need in needs(thread=place)}
    assert granting(*everywhere) == INVITE
