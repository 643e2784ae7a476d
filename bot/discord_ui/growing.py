"""An answer that is shown while a model writes it: what stands by now, not too often, and the whole in the end.

Discord takes about five edits in five seconds of all that is in a channel, so the states between are passed over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import aiohttp
import discord
import structlog

from bot.pages import Tell
from bot.render.post import Post

log = structlog.get_logger(__name__)

BETWEEN_EDITS = 1.5
"""Seconds from the end of one edit to the next; the last one does not wait."""

PASSING = (discord.DiscordServerError, discord.RateLimited, aiohttp.ClientError, OSError)
"""What is wrong now may be right at the next edit."""

Work = Callable[[Tell], Coroutine[Any, Any, Post]]
Show = Callable[[Post], Awaitable[None]]


async def show_growing(work: Work, show: Show) -> None:
    """Do ``work`` and show what it tells, then what it gives.

    Raises:
        discord.DiscordException: it cannot be shown; where the message or its channel is gone the work is given up.
        Exception: what ``work`` raises, after any edit that is under way.
    """
    newest: list[Post] = []
    news, ended = asyncio.Event(), asyncio.Event()

    def tell(post: Post) -> None:
        newest[:] = [post]
        news.set()

    async def keep_up() -> None:
        await news.wait()
        while not ended.is_set():
            news.clear()
            try:
                await show(newest[0])
            except PASSING as problem:
                log.info("an answer could not be shown while it was written", problem=type(problem).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), BETWEEN_EDITS)
            await news.wait()

    writing, showing = asyncio.create_task(work(tell)), asyncio.create_task(keep_up())
    try:
        await asyncio.wait({writing, showing}, return_when=asyncio.FIRST_COMPLETED)
        ended.set()
        news.set()
        await showing  # never cut short: nobody would know whether that message was sent
        await show(await writing)
    finally:
        writing.cancel()
        showing.cancel()
        await asyncio.gather(writing, showing, return_exceptions=True)
