"""What a model says of papers where the same is asked again and again: drafted once, checked each time, and kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from bot.core.allowance import Asker
from bot.core.grounding import Answer, AnswerStatus, Claim, Heard, Label, Passage, verify
from bot.core.passages import Close, Tie
from bot.ports import Resources
from storage.claims import KeptClaim
from storage.records import Paper


async def drafted(
    r: Resources,
    question: str,
    papers: Sequence[Paper],
    given: Sequence[Passage],
    asker: Asker | None,
    *,
    heard: Heard | None = None,
) -> Answer:
    """What the answerer claims of ``papers``, drawn from ``given`` and verified there; ``heard`` as for an answer.

    What it answered is kept for these papers in these versions, these very passages, this engine and language; that it
    found nothing is, too. Failures are not.
    """
    name = _name((r.answerer.name, r.language or "", question), papers, given)
    async with r.drafting.setdefault(name, asyncio.Lock()):  # whoever asks the same meanwhile waits for it
        async with r.store.read() as tx:
            kept = await tx.claims.get(name)
        if kept is not None:
            claims = verify(tuple(map(_claim, kept)), tuple(given))
            status = AnswerStatus.ANSWERED if claims else AnswerStatus.NOT_FOUND
            return Answer(question=question, status=status, engine=r.answerer.name, claims=claims)
        closest = [Close(passage, score=0.0, matched=(), tie=Tie.TOUCHES) for passage in given]
        draft = await r.answerer.draft(
            question, closest, asker, language=r.language, heard=_of_what_stands(heard, given)
        )
        answer = replace(draft, claims=verify(draft.claims, tuple(given)))
        if answer.status is not AnswerStatus.PASSAGES and not answer.note:
            async with r.store.write() as tx:
                await tx.claims.keep(name, [_kept(claim) for claim in answer.claims], at=r.clock())
        return answer


def _of_what_stands(heard: Heard | None, given: Sequence[Passage]) -> Heard | None:
    """Tells ``heard`` of those claims only whose quotations stand in ``given``."""
    return None if heard is None else lambda claims: heard(verify(tuple(claims), tuple(given)))


def _name(asked: Sequence[str], papers: Sequence[Paper], given: Sequence[Passage]) -> str:
    versions = [f"{paper.id} {paper.version}" for paper in papers]
    texts = [f"{passage.paper_id} {passage.section} {passage.text}" for passage in given]
    return sha256("\n".join((*asked, *versions, *texts)).encode("utf-8", "replace")).hexdigest()


def _kept(claim: Claim) -> KeptClaim:
    return KeptClaim(
        text=claim.text, label=claim.label.value, quote=claim.quote, section=claim.section, paper_id=claim.paper_id
    )


def _claim(kept: KeptClaim) -> Claim:
    return Claim(
        text=kept.text, label=Label(kept.label), quote=kept.quote, section=kept.section, paper_id=kept.paper_id
    )
