"""Answers without a model: the closest passages, quoted, and never worded as the answer."""

from collections.abc import Iterable, Sequence

from bot.core.allowance import Asker
from bot.core.grounding import EXTRACTIVE, Answer, AnswerStatus, Claim, Heard, quotation
from bot.core.passages import Close, Tie
from storage.turns import Turn

MOST_PASSAGES = 3


class Extractive:
    """An ``Answerer`` that quotes. It needs nothing, so it always answers."""

    @property
    def name(self) -> str:
        return EXTRACTIVE

    async def draft(
        self,
        question: str,
        closest: Sequence[Close],
        asker: Asker | None = None,  # noqa: ARG002  # everybody
        *,
        earlier: Sequence[Turn] = (),  # noqa: ARG002  # they helped to find what is closest
        language: str | None = None,  # noqa: ARG002  # a quotation stays in its own
        heard: Heard | None = None,  # noqa: ARG002  # there is nothing to wait for
    ) -> Answer:
        """At most three passages, closest first, each a quotation with the words that it shares.

        ``not_found`` where none touches the question; ``nearest`` then holds what only looks like this kind of answer.
        """
        claims = quoted(close for close in closest if close.tie is Tie.TOUCHES)[:MOST_PASSAGES]
        nearest = () if claims else quoted(close for close in closest if close.tie is Tie.ALIKE)[:MOST_PASSAGES]
        return Answer(
            question=question,
            status=AnswerStatus.PASSAGES if claims else AnswerStatus.NOT_FOUND,
            engine=self.name,
            claims=claims,
            nearest=nearest,
        )


def quoted(found: Iterable[Close]) -> tuple[Claim, ...]:
    """Passages as claims that say nothing but their quotation."""
    return tuple(quotation(close.passage, close.matched) for close in found)
