"""Answers after they were given: their quotations where they stand, and who found them helpful."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.core import passages
from bot.core.allowance import Asker
from bot.core.excerpts import Excerpt, InContext, excerpts
from bot.core.grounding import Answer
from bot.core.reports import Feedback
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import discussion, reading, search
from bot.services.discussion import Reply, Watch
from storage.errors import StorageError
from storage.kept_answers import KEPT, KeptAnswer, Quotation
from storage.turns import Turn

log = structlog.get_logger(__name__)

MOST_QUOTATIONS = 6
QUESTIONS_SHOWN = 5
TOO_OLD = f"I keep an answer for {KEPT.days} days, and do not hold this one any more. Ask the question again."


async def ask(
    r: Resources,
    question: str,
    paper_ids: Sequence[str] = (),
    asker: Asker | None = None,
    *,
    earlier: Sequence[Turn] = (),
    watch: Watch | None = None,
) -> Reply:
    """As ``discussion.ask``, and what was quoted is kept for those who go back to it, without who asked.

    Raises:
        InvalidInput: as there.
    """
    reply = await discussion.ask(r, question, paper_ids, asker, earlier=earlier, watch=watch)
    return replace(reply, token=await _keep(r, reply.answer, asker.guild_id if asker is not None else None))


async def _keep(r: Resources, answer: Answer, guild_id: int | None) -> str | None:
    """The token of what is kept; None where the store takes nothing."""
    kept = KeptAnswer(
        question=answer.question,
        quotations=tuple(
            Quotation(paper_id=claim.paper_id, section=claim.section, quote=claim.quote)
            for claim in (answer.claims or answer.nearest)[:MOST_QUOTATIONS]
        ),
        guild_id=guild_id,
        kept_at=r.clock(),
    )
    try:
        return await r.store.note(lambda tx: tx.answers.keep(kept))
    except StorageError as problem:  # it is answered all the same
        log.warning("an answer is not kept", problem=str(problem))
        return None


async def in_context(r: Resources, token: str) -> InContext:
    """What an answer quoted, with what stands around it in the texts as they are kept now; nothing is fetched.

    Raises:
        InvalidInput: the answer is not kept any more.
    """
    async with r.store.read() as tx:
        kept = await tx.answers.get(token)
    if kept is None:
        raise InvalidInput(TOO_OLD)
    papers = await search.papers(r, list(dict.fromkeys(one.paper_id for one in kept.quotations)))
    texts = await reading.kept_texts(r, list(papers.values()))

    def look_up() -> tuple[tuple[Excerpt, ...], int]:
        read = [one for paper in papers.values() for one in passages.of_paper(paper, texts.get(paper.id))]
        return excerpts(kept.quotations, read)

    found, lost = await asyncio.to_thread(look_up)
    return InContext(
        question=kept.question,
        excerpts=found,
        papers=papers,
        origins={paper_id: text.origin for paper_id, text in texts.items()},
        lost=lost,
    )


async def vote(r: Resources, token: str, person_id: int, *, is_good: bool) -> None:
    """Keep what somebody thinks of an answer, in the place of what they thought of it.

    Raises:
        InvalidInput: the answer is not kept any more.
    """
    now = r.clock()
    if not await r.store.note(lambda tx: tx.answers.vote(token, person_id, is_good=is_good, at=now)):
        raise InvalidInput(TOO_OLD)


async def feedback(r: Resources, guild_id: int | None = None) -> Feedback:
    """What people think of the answers in one server, or of all."""
    async with r.store.read() as tx:
        good, bad = await tx.answers.counts(guild_id)
        return Feedback(good=good, bad=bad, disliked=tuple(await tx.answers.disliked(guild_id, limit=QUESTIONS_SHOWN)))
