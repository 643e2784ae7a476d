"""A question that is asked by mentioning the bot, in a message of one's own or in a reply, in a thread about papers.

Discord shows a bot without the privileged intent the words of those messages only that mention it (its documentation
of gateway intents); a reply mentions whom it answers unless that is turned off. Everything else comes without words,
and is passed over.
"""

import asyncio
import re
from collections import deque
from datetime import datetime, timedelta

import discord
import structlog

from bot import pages
from bot.core.allowance import Asker
from bot.discord_ui.components import layout
from bot.discord_ui.failures import told
from bot.discord_ui.refusals import detail
from bot.discord_ui.replies import NO_PINGS, ServedClient
from bot.errors import InvalidInput
from bot.render.post import Post
from bot.services import discussed

log = structlog.get_logger(__name__)

MOST_QUESTIONS = 4
WITHIN = timedelta(minutes=1)
"""So many questions a person may ask by mentions; there Discord itself sets no bound as it does for commands."""
TOO_FAST = f"Those were {MOST_QUESTIONS} questions in a minute. Ask again in a minute, or with /ask."
MOST_REMEMBERED = 10_000


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
        try:
            post = await self._post(client, message, question)
            if post is not None:
                reference = message.to_reference(fail_if_not_exists=False)
                await message.channel.send(view=layout(post), reference=reference, allowed_mentions=NO_PINGS)
        except discord.HTTPException as problem:
            log.warning("a mention could not be answered", channel=message.channel.id, problem=detail(problem))

    async def _post(self, client: ServedClient, message: discord.Message, question: str) -> Post | None:
        """None where it is no thread about papers, or where somebody was told already that they ask too fast."""
        r = client.resources
        try:
            if not await discussed.papers(r, message.channel.id):
                return None
            lately = self._lately(message.author.id, r.clock())
            if lately > MOST_QUESTIONS + 1:
                return None
            if lately > MOST_QUESTIONS:
                raise InvalidInput(TOO_FAST)  # noqa: TRY301  # it is told as any other
            return await pages.answered_in(r, message.channel.id, question, _asker(message))
        except Exception as error:  # noqa: BLE001  # logged where it is put into words
            return told(error, "a mention")

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
    return Asker(person_id=message.author.id, guild_id=message.guild.id if message.guild else None)


def _without(own_id: int, content: str) -> str:
    return " ".join(re.sub(rf"<@!?{own_id}>", " ", content).split())
