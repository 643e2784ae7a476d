"""What papers are about: their vectors are made bit by bit, and bring the best matches by words into a better order.

Without the semantic part, or where it does not work, everything goes by words; nothing here fails because of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from time import monotonic

import structlog

from bot.core.hybrid import DEPTH, asked, fused
from bot.core.pages import Engine
from bot.errors import MeaningUnavailable
from bot.ports import Embedder, Resources
from storage.query import Query
from storage.records import Paper
from storage.search_index import Hit, Hits, SearchSort
from storage.vectors import PaperVector, digest

log = structlog.get_logger(__name__)

BATCH = 16
"""Papers whose vectors are kept together: about a second's work, which is what a crash may cost."""
NEWEST_DAYS = timedelta(days=1)
"""The newest day and the one before: their papers get vectors before all others."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page, and by what it was found."""

    hits: Hits
    engine: Engine


# --- in a search ---


async def search(
    r: Resources,
    query: Query,
    text: str,
    *,
    limit: int,
    offset: int = 0,
    sort: SearchSort = "relevance",
    today: date,
) -> Found:
    """As ``SearchIndex.search``, the best ``DEPTH`` by words in the order of words and meaning together.

    ``text`` is what was typed: its words may say more than what ``query`` looks for. Pages fit together: what comes
    behind those stays as it was.
    """
    words = asked(query, text) if sort in {"relevance", "match"} else ""
    if r.embedder is None or not words or offset >= DEPTH:
        return Found(await r.index.search(query, limit=limit, offset=offset, sort=sort, today=today), Engine.WORDS)
    depth = max(DEPTH, offset + limit)
    hits = await r.index.search(query, limit=depth, sort=sort, today=today)
    best = await _reordered(r, r.embedder, words, hits.hits[:DEPTH])
    found = (*(best or hits.hits[:DEPTH]), *hits.hits[DEPTH:])
    return Found(replace(hits, hits=found[offset : offset + limit]), Engine.HYBRID if best else Engine.WORDS)


async def _reordered(r: Resources, embedder: Embedder, words: str, hits: Sequence[Hit]) -> tuple[Hit, ...] | None:
    """``hits`` in their new order, or None where no meaning is known."""
    if len(hits) < 2:  # noqa: PLR2004  # there is no other order
        return None
    try:
        async with r.store.read() as tx:
            vectors = await tx.vectors.of(embedder.name, [hit.paper_id for hit in hits])
        if not vectors:
            return None
        wanted = await embedder.of_query(words)
        near = dict(zip(vectors, embedder.nearness(wanted, [*vectors.values()]), strict=True))
    except MeaningUnavailable as problem:
        log.warning("searching by words alone", problem=str(problem))
        return None
    scores = fused([hit.score for hit in hits], [near.get(hit.paper_id) for hit in hits])
    # Sorting is stable: equal ones stay in the order that they had by words.
    found = (replace(hit, score=score) for hit, score in zip(hits, scores, strict=True))
    return tuple(sorted(found, key=lambda hit: (not hit.titled, -hit.score)))


# --- the vectors of papers ---


def text_of(paper: Paper) -> str:
    """What of a paper is read: the model forgets where a title ends without its full stop."""
    return f"{paper.title}. {paper.text}" if paper.text else paper.title


async def catch_up(
    r: Resources, *, within: timedelta | None = None, progress: Callable[[int], None] | None = None
) -> int:
    """Make the vectors that are missing, those of the newest days first; gives how many were made.

    It may be killed at any moment and goes on where it was. ``within`` ends it after that time, ``progress`` is told
    how many papers were looked at so far.

    Raises:
        MeaningUnavailable: the model does not work on this machine.
    """
    if r.embedder is None:
        return 0
    until = monotonic() + within.total_seconds() if within is not None else None
    async with r.store.read() as tx:
        newest = await tx.papers.revision()
    if newest <= await _done(r, r.embedder):
        return 0
    made = await _make(r, r.embedder, await _newest(r))
    looked_at = 0
    while until is None or monotonic() < until:
        done = await _done(r, r.embedder)
        async with r.store.read() as tx:
            batch = await tx.papers.changed_since(done, BATCH)
            newest = await tx.papers.revision()
        made += await _make(r, r.embedder, [paper for _, paper in batch], done=batch[-1][0] if batch else newest)
        looked_at += len(batch)
        if progress is not None:
            progress(looked_at)
        if not batch:
            break
    return made


async def behind(r: Resources) -> int:
    """How many papers were not looked at yet, as they are now; 0 where each has its vector, or none is made."""
    if r.embedder is None:
        return 0
    done = await _done(r, r.embedder)
    async with r.store.read() as tx:
        return await tx.papers.count_since(done)


async def _newest(r: Resources) -> list[Paper]:
    async with r.store.read() as tx:
        day = await tx.papers.latest_day()
        return await tx.papers.on_days(day - NEWEST_DAYS, day) if day else []


async def _make(r: Resources, embedder: Embedder, papers: Sequence[Paper], *, done: int | None = None) -> int:
    """Make the vectors that some of ``papers`` lack; then all up to the revision ``done`` have theirs."""
    texts = {paper.id: text_of(paper) for paper in papers}
    async with r.store.read() as tx:
        known = await tx.vectors.digests(embedder.name, texts)
    wanted = {paper_id: text for paper_id, text in texts.items() if known.get(paper_id) != digest(text)}
    made = [
        PaperVector(paper_id=paper_id, model=embedder.name, digest=digest(text), codes=codes)
        for (paper_id, text), codes in zip(wanted.items(), await embedder.of_papers([*wanted.values()]), strict=True)
    ]
    if made or done is not None:
        async with r.store.write() as tx:
            await tx.vectors.save(made)
            if done is not None and done > int(
                await tx.facts.get(_fact(embedder)) or 0
            ):  # another process may be ahead
                await tx.facts.put(_fact(embedder), str(done))
    return len(made)


async def _done(r: Resources, embedder: Embedder) -> int:
    async with r.store.read() as tx:
        return int(await tx.facts.get(_fact(embedder)) or 0)


def _fact(embedder: Embedder) -> str:
    return f"vectors of {embedder.name}"
