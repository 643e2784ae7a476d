"""Answers after they were given: their quotations where they stand, and who found them helpful."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.core import comparison, passages, summary
from bot.core.allowance import Asker
from bot.core.comparison import Comparison
from bot.core.excerpts import Excerpt, InContext, excerpts
from bot.core.grounding import Claim
from bot.core.reports import Feedback
from bot.core.style import Style
from bot.core.summary import Summary
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import comparison as comparisons
from bot.services import discussion, reading, search
from bot.services import summary as summaries
from bot.services.discussion import Reply, Watch
from storage.errors import StorageError
from storage.kept_answers import KEPT, KeptAnswer, Quotation
from storage.turns import Turn

log = structlog.get_logger(__name__)

MOST_QUOTATIONS = 6
"""Shown in their context at once."""
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
    answer = reply.answer
    return replace(reply, token=await keep(r, answer.question, answer.claims or answer.nearest, asker))


async def summarise(
    r: Resources, text: str, style: Style, asker: Asker | None = None, *, watch: summaries.Watch | None = None
) -> tuple[Summary, str | None]:
    """As ``summary.summarise``, and kept likewise; with its token.

    Raises:
        InvalidInput: as there.
    """
    found = await summaries.summarise(r, text, style, asker, watch=watch)
    return found, await keep(r, summary.question(found), [line.claim for line in found.lines], asker)


async def compare(
    r: Resources, named: Sequence[str], asker: Asker | None = None, *, watch: comparisons.Watch | None = None
) -> tuple[Comparison, str | None]:
    """As ``comparison.compare``, and kept likewise; with its token.

    Raises:
        InvalidInput: as there.
    """
    found = await comparisons.compare(r, named, asker, watch=watch)
    return found, await keep(r, comparison.question(found), found.claims, asker)


async def keep(r: Resources, question: str, claims: Sequence[Claim], asker: Asker | None) -> str | None:
    """Keep what was quoted, without who asked; gives its token, None where the store takes nothing."""
    kept = KeptAnswer(
        question=question,
        quotations=tuple(
            Quotation(paper_id=claim.paper_id, section=claim.section, quote=claim.quote) for claim in claims
        ),
        guild_id=asker.guild_id if asker is not None else None,
        kept_at=r.clock(),
    )
    try:
        return await r.store.note(lambda tx: tx.answers.keep(kept))
    except StorageError as problem:  # it is answered all the same
        log.warning("an answer is not kept", problem=str(problem))
        return None


async def in_context(r: Resources, token: str, *, first: int = 0, most: int | None = MOST_QUOTATIONS) -> InContext:
    """What an answer quoted, with what stands around it in the texts as they are kept now; nothing is fetched.

    Of many quotations at ``most`` so many, from that with the number ``first`` on; all where it is None.

    Raises:
        InvalidInput: the answer is not kept any more.
    """
    async with r.store.read() as tx:
        kept = await tx.answers.get(token)
    if kept is None:
        raise InvalidInput(TOO_OLD)
    behind = len(kept.quotations) if most is None else first + most
    shown = kept.quotations[first:behind]
    papers = await search.papers(r, list(dict.fromkeys(one.paper_id for one in shown)))
    texts = await reading.kept_texts(r, list(papers.values()))

    def look_up() -> tuple[tuple[Excerpt, ...], int]:
        read = [one for paper in papers.values() for one in passages.of_paper(paper, texts.get(paper.id))]
        return excerpts(shown, read)

    found, lost = await asyncio.to_thread(look_up)
    return InContext(
        question=kept.question,
        excerpts=found,
        papers=papers,
        origins={paper_id: text.origin for paper_id, text in texts.items()},
        lost=lost,
        behind=behind if behind < len(kept.quotations) else None,
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
