"""Answer a question from the papers' text: find passages, draft, verify every quotation, say what was read."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from bot.core import passages
from bot.core.allowance import Asker
from bot.core.grounding import Answer, AnswerStatus, Claim, Passage, verify
from bot.core.identity import find_paper_ids
from bot.core.memory import in_full
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import choices, nearness, reading, search
from storage.fulltext import FullText
from storage.records import Paper, PaperId
from storage.turns import Turn

LONGEST_QUESTION = 500
PAPERS_READ = 30
"""How many of the best matching papers are read for a question about no paper in particular."""

MOST_GIVEN = 12
"""Passages that an answer may be drawn from."""
MOST_PAPERS_ASKED = 10
MOST_FULL_TEXTS = 4
"""Papers whose whole text is read for one question; of further ones it is the abstract."""


Watch = Callable[[Answer, Mapping[PaperId, Paper]], None]
"""Is shown an answer while a model writes it: what was read for it, and those of its claims that stand by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer with the papers that it quotes."""

    answer: Answer
    papers: dict[PaperId, Paper]
    took_ms: float
    token: str | None = None
    """Under which the store keeps it for those who go back to it; None where it is not kept."""


async def ask(
    r: Resources,
    question: str,
    paper_ids: Sequence[str] = (),
    asker: Asker | None = None,
    *,
    earlier: Sequence[Turn] = (),
    watch: Watch | None = None,
) -> Reply:
    """The closest passages of the named papers, or of the whole store, or what a model makes of them.

    ``asker`` is None for whoever runs the bot. ``earlier`` is what was asked before, so that a question may go on.

    Raises:
        InvalidInput: the question is empty or too long, or a paper is unknown; or they may not ask here.
    """
    started = perf_counter()
    r = await choices.served(r, asker)
    question = " ".join(question.split())
    if not any(map(str.isalnum, question)):
        raise InvalidInput("Ask something, for example: how large is the dataset?")
    if len(question) > LONGEST_QUESTION:
        raise InvalidInput(f"The question has {len(question)} characters; up to {LONGEST_QUESTION} are read.")
    if len(paper_ids) > MOST_PAPERS_ASKED:
        raise InvalidInput(f"Ask about up to {MOST_PAPERS_ASKED} papers at once.")
    named = [await search.paper(r, text) for text in paper_ids] or await _named(r, question)
    sought = in_full(question, earlier)
    papers = named or await _candidates(r, sought)
    full = await _full_texts(r, named) if named else await reading.kept_texts(r, papers[:MOST_FULL_TEXTS])
    # In threads: a paper of sixty pages has a thousand passages, and others are waiting for the loop meanwhile.
    texts = await asyncio.to_thread(_passages, papers, full)
    near = await nearness.of_passages(r, sought, texts, full)
    closest = await asyncio.to_thread(passages.best, sought, texts, near, limit=MOST_GIVEN)
    given = tuple(close.passage for close in closest)
    read = tuple(reading.read_of(paper, full.get(paper.id)) for paper in papers if paper.text or paper.id in full)
    held = {paper.id: paper for paper in papers}

    def heard(claims: Sequence[Claim]) -> None:
        if watch is not None:
            standing, engine = verify(tuple(claims), given), r.answerer.name
            status = AnswerStatus.ANSWERED
            watch(Answer(question=question, status=status, engine=engine, claims=standing, read=read), held)

    draft = await r.answerer.draft(question, closest, asker, earlier=earlier, language=r.language, heard=heard)
    answer = replace(
        draft,
        claims=verify(draft.claims, given),
        nearest=verify(draft.nearest, given),
        read=read,
    )
    if not answer.claims:
        answer = replace(answer, status=AnswerStatus.NOT_FOUND)
    quoted = {claim.paper_id for claim in (*answer.claims, *answer.nearest)}
    return Reply(
        answer=answer,
        papers={paper_id: paper for paper_id, paper in held.items() if paper_id in quoted},
        took_ms=round((perf_counter() - started) * 1000, 2),
    )


async def _named(r: Resources, question: str) -> list[Paper]:
    """The papers that the question names by id or address."""
    async with r.store.read() as tx:
        return list((await tx.papers.get_many(find_paper_ids(question)[:MOST_PAPERS_ASKED])).values())


async def _candidates(r: Resources, question: str) -> list[Paper]:
    """The papers whose words the question shares."""
    query = passages.as_query(question)
    if query is None:
        return []
    hits = await r.index.search(query, limit=PAPERS_READ, today=r.clock().date())
    async with r.store.read() as tx:
        papers = await tx.papers.get_many([hit.paper_id for hit in hits.hits])
    return [papers[hit.paper_id] for hit in hits.hits if hit.paper_id in papers]


async def _full_texts(r: Resources, papers: Sequence[Paper]) -> dict[PaperId, FullText]:
    """The whole texts of the first few papers that are asked about."""
    read = papers[:MOST_FULL_TEXTS]
    texts = await asyncio.gather(*(reading.full_text(r, paper) for paper in read))
    return {paper.id: text for paper, text in zip(read, texts, strict=True) if text is not None}


def _passages(papers: Sequence[Paper], full: Mapping[PaperId, FullText]) -> tuple[Passage, ...]:
    return tuple(passage for paper in papers for passage in passages.of_paper(paper, full.get(paper.id)))
