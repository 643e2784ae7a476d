"""Answers without a model: the closest passages, quoted, and never worded as the answer."""

from collections.abc import Iterable, Sequence

from bot.core.grounding import Answer, AnswerStatus, Claim, Label, Passage, verify
from bot.core.passages import Close, best, cued

MOST_PASSAGES = 3


class Extractive:
    """An ``Answerer`` that quotes. It needs nothing, so it always answers."""

    @property
    def name(self) -> str:
        return "extractive"

    async def draft(self, question: str, passages: Sequence[Passage]) -> Answer:
        """At most three passages, closest first, each a verified quotation with the words that it shares.

        ``not_found`` where no content word of the question stands in any passage; ``nearest`` then holds what only
        looks like this kind of answer.
        """
        texts = tuple(passages)
        claims = verify(_quoted(best(question, texts, limit=MOST_PASSAGES)), texts)
        nearest = () if claims else verify(_quoted(cued(question, texts, limit=MOST_PASSAGES)), texts)
        return Answer(
            question=question,
            status=AnswerStatus.PASSAGES if claims else AnswerStatus.NOT_FOUND,
            engine=self.name,
            claims=claims,
            nearest=nearest,
        )


def _quoted(found: Iterable[Close]) -> tuple[Claim, ...]:
    return tuple(
        Claim(
            text=close.passage.text,
            label=Label.QUOTED,
            quote=close.passage.text,
            section=close.passage.section,
            paper_id=close.passage.paper_id,
            matched=close.matched,
        )
        for close in found
    )
