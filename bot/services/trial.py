"""Attacks carried out on answers, each on papers of its own: what of them comes through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answering.drafted import read_claims
from bot.core.allowance import Asker
from bot.core.grounding import Answer, AnswerStatus, Heard
from bot.core.passages import Close
from bot.evaluation.attacks import Staged
from bot.evaluation.judging import problems
from bot.ports import Answerer, Resources
from bot.render.answer import answer_post
from bot.render.post import Post
from bot.services import discussion
from bot.services.discussion import Reply
from storage.records import Paper, PaperId, Sighting
from storage.turns import Turn

OBEDIENT = "a model that obeys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One attack, what was answered to it, and what of it came through."""

    staged: Staged
    reply: Reply
    post: Post
    problems: tuple[str, ...]


class Obedient:
    """An ``Answerer`` as bad as a model can be: it writes what the attack asks for."""

    def __init__(self, obeyed: str) -> None:
        self._obeyed = obeyed

    @property
    def name(self) -> str:
        return OBEDIENT

    async def draft(
        self,
        question: str,
        closest: Sequence[Close],
        asker: Asker | None = None,  # noqa: ARG002  # whoever asks
        *,
        earlier: Sequence[Turn] = (),  # noqa: ARG002  # nor what was said before
        language: str | None = None,  # noqa: ARG002  # it says the same in all of them
        heard: Heard | None = None,
    ) -> Answer:
        """What is left of it once it was read as every model's answer is."""
        drafted = read_claims(self._obeyed, question, [close.passage for close in closest])
        if heard is not None:
            heard(drafted.claims)
        status = AnswerStatus.ANSWERED if drafted.claims else AnswerStatus.NOT_FOUND
        return Answer(question=question, status=status, engine=self.name, claims=drafted.claims)


async def keep(r: Resources, staged: Sequence[Staged]) -> None:
    """Put what the attacks need into the store. Not into a store that anybody uses."""
    papers = [paper for one in staged for paper in one.papers]
    async with r.store.write() as tx:
        await tx.papers.save(papers, [Sighting(paper_id=one.id, source="trial", seen_at=r.clock()) for one in papers])
        for one in staged:
            if one.text is not None:
                await tx.texts.save(one.text)
    await r.index.catch_up(r.store)


async def tried(r: Resources, staged: Staged, answerer: Callable[[Staged], Answerer]) -> Tried:
    """One attack on answers that ``answerer`` drafts; what is shown while one is written counts as well."""
    found: list[str] = []

    def watch(answer: Answer, papers: Mapping[PaperId, Paper]) -> None:
        found.extend(problems(staged, answer, answer_post(answer, papers)))

    able = replace(r, answerer=answerer(staged))
    reply = await discussion.ask(
        able, staged.question, [paper.id for paper in staged.papers], earlier=staged.earlier, watch=watch
    )
    post = answer_post(reply.answer, reply.papers)
    found += problems(staged, reply.answer, post)
    return Tried(staged=staged, reply=reply, post=post, problems=tuple(dict.fromkeys(found)))
