"""What a delivery needs, by the names on Discord's screens."""

import discord
import pytest

from bot.discord_ui.permissions import INVITE, lacking, needs
from storage.records import Layout


def granting(*flags: str) -> discord.Permissions:
    return discord.Permissions(**dict.fromkeys(flags, True))


ALL = (
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "create_public_threads",
    "embed_links",
    "read_message_history",
)


@pytest.mark.parametrize("thread", [False, True])
@pytest.mark.parametrize("layout", Layout)
def test_nothing_lacks_where_everything_is_granted(thread: bool, layout: Layout) -> None:
    assert lacking(granting(*ALL), needs(thread=thread, layout=layout)) == ()


@pytest.mark.parametrize(
    ("without", "thread", "named"),
    [
        ("view_channel", False, ("View Channel",)),
        ("send_messages", False, ("Send Messages",)),
        ("send_messages", True, ()),
        ("send_messages_in_threads", True, ("Send Messages in Threads",)),
        ("send_messages_in_threads", False, ()),
        ("create_public_threads", False, ()),
        ("embed_links", False, ("Embed Links",)),
        ("read_message_history", True, ("Read Message History",)),
    ],
)
def test_exactly_what_lacks_is_named(without: str, thread: bool, named: tuple[str, ...]) -> None:
    granted = granting(*(flag for flag in ALL if flag != without))
    assert lacking(granted, needs(thread=thread)) == named


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ("create_public_threads", ("Create Public Threads",)),
        ("send_messages_in_threads", ("Send Messages in Threads",)),
        ("send_messages", ("Send Messages",)),
    ],
)
def test_threads_on_demand_take_the_right_to_open_them_and_to_write_in_them(
    without: str, named: tuple[str, ...]
) -> None:
    granted = granting(*(flag for flag in ALL if flag != without))
    assert lacking(granted, needs(thread=False, layout=Layout.THREADS)) == named


def test_a_forum_post_takes_what_a_message_takes() -> None:
    assert needs(thread=False, layout=Layout.FORUM) == needs(thread=False)


def test_an_administrator_lacks_nothing() -> None:
    assert lacking(discord.Permissions.all(), needs(thread=False, layout=Layout.THREADS)) == ()


def test_the_invitation_asks_for_all_that_a_delivery_needs_and_for_nothing_more() -> None:
    everywhere = {
        need.flag for place in (False, True) for layout in Layout for need in needs(thread=place, layout=layout)
    }
    assert granting(*everywhere) == INVITE
