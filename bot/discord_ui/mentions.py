"""A question that is asked by mentioning the bot, in a message of one's own or in a reply, in a thread about papers.

Discord shows a bot without the privileged intent the words of those messages only that mention it (its documentation
of gateway intents); a reply mentions whom it answers unless that is turned off. Everything else comes without words,
and is passed over.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import discord
import structlog

from bot import pages
from bot.core.allowance import Asker
from bot.discord_ui.components import layout
from bot.discord_ui.failures import told
from bot.discord_ui.growing import show_growing
from bot.discord_ui.refusals import detail
from bot.discord_ui.replies import NO_PINGS, ServedClient, asker_of
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.render.post import Post
from bot.services import discussed

log = structlog.get_logger(__name__)

MOST_QUESTIONS = 4
WITHIN = timedelta(minutes=1)
"""So many questions a person may ask by mentions; there Discord itself sets no bound as it does for commands."""
TOO_FAST = f"Those were {MOST_QUESTIONS} questions in a minute. Ask again in a minute, or with /ask."
MOST_REMEMBERED = 10_000
A_MOMENT = 0.3
"""Seconds: most answers take less, and are there before anybody could see that they are coming."""


class Mentions:
    """Answers them, for this process."""

    def __init__(self) -> None:
        self._asked: dict[int, deque[datetime]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._closed = False

    async def answer(self, client: ServedClient, message: discord.Message) -> None:
        """Answer ``message`` where it is a question to us."""
        me = client.user
        if self._closed or me is None or message.guild is None or message.author.bot or me not in message.mentions:
            return
        task = asyncio.create_task(self._answer(client, message, _without(me.id, message.content)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.wait({task})

    async def close(self) -> None:
        """Answer nothing more: the store that answers come from is closed after us."""
        self._closed = True
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _answer(self, client: ServedClient, message: discord.Message, question: str) -> None:
        reply = _Reply(message)
        try:
            await self._reply(client.resources, reply, question)
        except discord.NotFound as problem:
            log.info("the place of an answer is gone", channel=message.channel.id, problem=detail(problem))
        except discord.HTTPException as problem:
            log.warning("a mention could not be answered", channel=message.channel.id, problem=detail(problem))

    async def _reply(self, r: Resources, reply: "_Reply", question: str) -> None:
        """Nothing where it is no thread about papers, or where somebody was told already that they ask too fast."""
        channel = reply.to.channel
        try:
            if not await discussed.papers(r, channel.id):
                return
            lately = self._lately(reply.to.author.id, r.clock())
            if lately > MOST_QUESTIONS + 1:
                return
            if lately > MOST_QUESTIONS:
                raise InvalidInput(TOO_FAST)  # noqa: TRY301  # it is told as any other
            who = _asker(reply.to)
            async with _typing(channel):
                await show_growing(lambda tell: pages.answered(r, channel.id, question, who, tell=tell), reply.show)
        except discord.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001  # logged where it is put into words
            await reply.show(told(error, "a mention"))

    def _lately(self, person_id: int, now: datetime) -> int:
        """How many times they asked within the last minute, with this one; the longest silent are forgotten."""
        asked = self._asked.pop(person_id, deque(maxlen=MOST_QUESTIONS + 2))
        while asked and now - asked[0] >= WITHIN:
            asked.popleft()
        asked.append(now)
        self._asked[person_id] = asked
        if len(self._asked) > MOST_REMEMBERED:
            del self._asked[next(iter(self._asked))]
        return len(asked)


def _asker(message: discord.Message) -> Asker:
    return asker_of(message.author, message.guild.id if message.guild else None)


class _Reply:
    """The one message that answers another: sent when there is something to show, then edited."""

    def __init__(self, to: discord.Message) -> None:
        self.to = to
        self._sent: discord.Message | None = None

    async def show(self, post: Post) -> None:
        if self._sent is not None:
            await self._sent.edit(view=layout(post), allowed_mentions=NO_PINGS)
            return
        reference = self.to.to_reference(fail_if_not_exists=False)
        self._sent = await self.to.channel.send(view=layout(post), reference=reference, allowed_mentions=NO_PINGS)


@asynccontextmanager
async def _typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Let Discord show that we are writing, while that takes longer than a moment."""
    shown = asyncio.create_task(_type(channel))
    try:
        yield
    finally:
        shown.cancel()


async def _type(channel: discord.abc.Messageable) -> None:
    await asyncio.sleep(A_MOMENT)
    try:
        async with channel.typing():
            await asyncio.Event().wait()
    except discord.HTTPException as problem:
        log.info("that an answer is coming could not be shown", problem=detail(problem))


def _without(own_id: int, content: str) -> str:
    return " ".join(re.sub(rf"<@!?{own_id}>", " ", content).split())
