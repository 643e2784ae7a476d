"""Answers by a language model: it writes claims with quotations, and only what stands on them is shown."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from bot.answering.chat import Chat
from bot.answering.drafted import Drafting
from bot.answering.extractive import Extractive
from bot.answering.prompt import Message, messages
from bot.core.allowance import Asker
from bot.core.grounding import Answer, AnswerStatus, Heard
from bot.core.memory import condensed
from bot.core.passages import Close
from bot.errors import ModelFailed, ModelFault
from storage.turns import Turn

log = structlog.get_logger(__name__)

MOST_TOKENS = 900
"""Of an answer: five claims with their quotations."""
CHARACTERS_A_TOKEN = 4
"""A rule of thumb for English, where a server does not count."""

IN_WORDS = {
    ModelFault.UNREACHABLE: "cannot be reached",
    ModelFault.THROTTLED: "is busy",
    ModelFault.QUOTA: "has no credit left",
    ModelFault.REFUSED: "does not accept us",
    ModelFault.TOO_LONG: "cannot read so much at once",
    ModelFault.PROTOCOL: "sends something that I cannot read",
    ModelFault.INCOMPLETE: "broke off",
    ModelFault.CUT: "did not come to an end",
    ModelFault.FILTERED: "does not answer this",
    ModelFault.TOO_SLOW: "takes too long",
    ModelFault.BUDGET: "has answered as much as it may today",
    ModelFault.PERSON: "has answered as many of your questions as it may in a day (/quota tells more)",
    ModelFault.SERVER: "has answered as many of this server's questions as it may in a day (/quota tells more)",
}
WITHOUT_FAULT = frozenset({ModelFault.BUDGET, ModelFault.PERSON, ModelFault.SERVER})
"""Nothing for the operator to look at."""


class Budget(Protocol):
    """What a model may still take today."""

    async def take(self, asker: Asker | None) -> None:
        """Count one question. Raises ModelFailed: nothing is left, in all or to ``asker``."""
        ...

    async def give_back(self, asker: Asker | None) -> None:
        """Count it no more."""
        ...

    async def spend(self, prompt_tokens: int, answer_tokens: int) -> None: ...


class ByModel:
    """An ``Answerer``. Whatever the model does, an answer comes: where it fails the passages do, and say so."""

    def __init__(self, chat: Chat, budget: Budget) -> None:
        self._chat = chat
        self._budget = budget
        self._passages = Extractive()

    @property
    def name(self) -> str:
        return self._chat.model

    async def draft(
        self,
        question: str,
        closest: Sequence[Close],
        asker: Asker | None = None,
        *,
        earlier: Sequence[Turn] = (),
        language: str | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        """Claims, each on its quotation; ``not_found`` where the model finds none, or none stands.

        Where the model fails it is what ``Extractive`` says, with a note of why.
        """
        without = await self._passages.draft(question, closest)
        if not closest:
            return without
        try:
            passages = [close.passage for close in closest]
            drafting = Drafting(question, passages)
            await self._ask(messages(question, passages, condensed(earlier), language), asker, drafting, heard)
        except ModelFailed as problem:
            tell = log.info if problem.fault in WITHOUT_FAULT else log.warning
            tell("no answer by the model", fault=problem.fault.value, problem=str(problem))
            note = f"The model {IN_WORDS[problem.fault]}, so here are the papers' own words instead."
            return replace(without, note=note)
        drafted = drafting.so_far
        if drafted.dropped:
            log.info("claims without a quotation that stands were dropped", dropped=drafted.dropped)
        return Answer(
            question=question,
            status=AnswerStatus.ANSWERED if drafted.claims else AnswerStatus.NOT_FOUND,
            engine=self.name,
            claims=drafted.claims,
            nearest=() if drafted.claims else without.claims or without.nearest,
        )

    async def try_out(self) -> None:
        """Ask for a single token, which every such server can give.

        Raises:
            ModelFailed: no answer comes.
        """
        tried = [Message(role="user", content="Answer with one word: yes or no?")]
        try:
            await self._ask(tried, None, Drafting("", ()), None, most_tokens=1)
        except ModelFailed as problem:
            if problem.fault is not ModelFault.CUT:  # it has more to say
                raise

    async def _ask(
        self,
        told: Sequence[Message],
        asker: Asker | None,
        drafting: Drafting,
        heard: Heard | None,
        *,
        most_tokens: int = MOST_TOKENS,
    ) -> None:
        """Let ``drafting`` read what the model writes. Raises ModelFailed."""
        await self._budget.take(asker)
        written = 0

        async def hear(text: str) -> None:
            nonlocal written
            written += len(text)
            if drafting.read(text) and heard is not None:
                heard(drafting.so_far.claims)

        if heard is not None:
            heard(())

        tokens: tuple[int, int] | None = None
        try:
            spoken = await self._chat.answer(told, most_tokens=most_tokens, heard=hear)
            tokens = spoken.tokens
        except ModelFailed:
            await self._budget.give_back(asker)
            raise
        finally:  # what was asked costs, also where the answer broke off
            asked = sum(len(message.content) for message in told) // CHARACTERS_A_TOKEN
            await self._budget.spend(*(tokens or (asked, written // CHARACTERS_A_TOKEN)))
