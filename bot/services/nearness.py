"""How near passages are to a question in meaning: vectors of whole texts are kept, of abstracts made as they are asked.

Without the semantic part, or where it does not work, nothing is known, and everything goes by words.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from time import monotonic

import structlog

from bot.core import passages
from bot.core.grounding import Passage
from bot.errors import MeaningUnavailable
from bot.ports import Embedder, Resources
from storage.fulltext import FullText
from storage.records import PaperId
from storage.vectors import digest

log = structlog.get_logger(__name__)

MOST_READ = 48
"""Passages without a vector that are read for one question: the closest by words. About a third of a second."""
WITHIN = timedelta(seconds=12)
"""How long a first question waits for the vectors of a whole text; the next one goes on from there."""
BATCH = 16


async def of_passages(
    r: Resources, question: str, texts: Sequence[Passage], full: Mapping[PaperId, FullText]
) -> list[float | None]:
    """The cosine of each passage to ``question``; None where its meaning is not known."""
    if r.embedder is None or not texts:
        return [None] * len(texts)
    try:
        asked = await asyncio.to_thread(passages.spoken, question, texts)
        return await _near(r, r.embedder, asked, texts, full)
    except MeaningUnavailable as problem:
        log.warning("answering by words alone", problem=str(problem))
        return [None] * len(texts)


async def _near(
    r: Resources, embedder: Embedder, question: str, texts: Sequence[Passage], full: Mapping[PaperId, FullText]
) -> list[float | None]:
    wanted = await embedder.of_query(question)
    vectors: dict[Passage, bytes] = {}
    for paper_id in full:
        of_paper = [passage for passage in texts if passage.paper_id == paper_id]
        made = await _kept_or_made(r, embedder, paper_id, of_paper, size=len(wanted))
        vectors |= zip(of_paper, made, strict=False)
    unread = [passage for passage in texts if passage not in vectors]
    for close in await asyncio.to_thread(passages.best, question, unread, limit=MOST_READ):
        vectors[close.passage] = await embedder.of_query(close.passage.text)
    known = [passage for passage in texts if passage in vectors]
    near = dict(zip(known, embedder.nearness(wanted, [vectors[passage] for passage in known]), strict=True))
    return [near.get(passage) for passage in texts]


async def _kept_or_made(
    r: Resources, embedder: Embedder, paper_id: PaperId, of_paper: Sequence[Passage], *, size: int
) -> list[bytes]:
    """The vectors of the first passages of a whole text, of all where there was time enough; ``size`` bytes each."""
    key = digest("\n".join(passage.text for passage in of_paper))
    async with r.store.read() as tx:
        kept = await tx.texts.vectors(paper_id, embedder.name, key)
    vectors = [kept[at : at + size] for at in range(0, len(kept), size)] if kept else []
    until = monotonic() + WITHIN.total_seconds()
    before = len(vectors)
    while len(vectors) < len(of_paper) and monotonic() < until:
        batch = of_paper[len(vectors) : len(vectors) + BATCH]
        vectors += await embedder.of_papers([passage.text for passage in batch])
    if len(vectors) > before:
        async with r.store.write() as tx:
            await tx.texts.save_vectors(paper_id, embedder.name, key, b"".join(vectors))
    return vectors
