"""What stands of an answer is shown while more of it comes: the newest state, one edit at a time, the whole at last."""

import asyncio
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.discord_ui import growing
from bot.discord_ui.growing import Work, show_growing
from bot.pages import Tell
from bot.render.phrases import text
from bot.render.post import Post
from tests.render.reading import read

WHOLE = Post((text("the whole"),))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "BETWEEN_EDITS", 0.0)


def state_of(words: str) -> Post:
    return Post((text(words),))


def refused(kind: type[discord.HTTPException], status: int) -> discord.HTTPException:
    return kind(SimpleNamespace(status=status, reason=""), {"message": "scripted", "code": 10008})


class Channel:
    """Keeps what it is shown; ``slow`` holds the first one up until it is set, ``raises`` comes instead of it."""

    def __init__(self, raises: Exception | None = None) -> None:
        self.shown: list[str] = []
        self.slow = asyncio.Event()
        self.slow.set()
        self.raises = raises
        self.begun = asyncio.Event()

    async def show(self, post: Post) -> None:
        self.begun.set()
        await self.slow.wait()
        if self.raises is not None and not self.shown:
            self.shown.append("-")
            raise self.raises
        self.shown.append(read(post).splitlines()[0].strip("#“” "))


def writing(channel: Channel, *states: str) -> Work:
    """Tells of one state, of the others once the first is being shown, then gives the whole."""

    async def work(tell: Tell) -> Post:
        tell(state_of("first"))
        await channel.begun.wait()
        for state in states:
            tell(state_of(state))
        channel.slow.set()
        return WHOLE

    return work


async def test_states_that_come_while_one_is_being_shown_are_passed_over_and_the_whole_comes_last() -> None:
    channel = Channel()
    channel.slow.clear()
    await show_growing(writing(channel, "second", "third"), channel.show)
    assert channel.shown == ["first", "the whole"]


async def test_the_newest_state_is_shown_not_the_next() -> None:
    channel, more = Channel(), asyncio.Event()

    async def work(tell: Tell) -> Post:
        for state in ("first", "second", "third"):
            tell(state_of(state))
        await channel.begun.wait()
        more.set()
        return WHOLE

    await show_growing(work, channel.show)
    assert channel.shown == ["third", "the whole"]


async def test_an_answer_that_comes_at_once_is_shown_once() -> None:
    channel = Channel()

    async def work(_tell: Tell) -> Post:
        return WHOLE

    await show_growing(work, channel.show)
    assert channel.shown == ["the whole"]


async def test_where_the_message_is_gone_nobody_writes_on() -> None:
    channel, given_up = Channel(refused(discord.NotFound, 404)), asyncio.Event()

    async def work(tell: Tell) -> Post:
        tell(state_of("first"))
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            given_up.set()
            raise
        return WHOLE

    with pytest.raises(discord.NotFound):
        await asyncio.wait_for(show_growing(work, channel.show), 30)
    assert given_up.is_set()


@pytest.mark.parametrize("problem", [refused(discord.DiscordServerError, 503), OSError(), discord.RateLimited(2.0)])
async def test_what_cannot_be_shown_on_the_way_is_shown_in_the_end(problem: Exception) -> None:
    channel = Channel(problem)
    await show_growing(writing(channel), channel.show)
    assert channel.shown == ["-", "the whole"]


async def test_what_goes_wrong_with_the_work_is_raised_after_the_edit_under_way() -> None:
    channel = Channel()

    async def work(tell: Tell) -> Any:
        tell(state_of("first"))
        await channel.begun.wait()
        raise ValueError("the work")

    with pytest.raises(ValueError, match="the work"):
        await show_growing(work, channel.show)
    assert channel.shown == ["first"]
