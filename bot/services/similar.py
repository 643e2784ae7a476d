"""More papers like one: those that share its telling words and those that are near it in meaning, in one order."""

import asyncio
from time import perf_counter

import structlog

from bot.core.hybrid import fused
from bot.core.pages import Engine, Found, SimilarPage
from bot.core.snippets import snippets
from bot.errors import MeaningUnavailable
from bot.ports import Embedder, Resources
from bot.services import meaning, search
from storage import words
from storage.query import Or, Words
from storage.records import Paper, PaperId
from storage.search_index import Hit

log = structlog.get_logger(__name__)

COMPARED = 100
"""Candidates that words bring, and as many that meaning brings."""
SKETCHED = 400
"""Vectors whose signs are nearest; their whole vectors are compared."""
TAKEN_IN = 2_000
"""Vectors that are read from the store at once."""


async def similar(r: Resources, text: str, *, limit: int = 5, offset: int = 0) -> SimilarPage:
    """One page of the papers most like the one that ``text`` names.

    Raises:
        InvalidInput: it names none, or ``limit`` or ``offset`` is out of bounds.
        UnknownPaper: it names one that is not in the store.
    """
    started = perf_counter()
    search.check_page(limit, offset)
    paper = await search.paper(r, text)
    found, engine = await _ranked(r, paper)
    page = found[offset : offset + limit]
    async with r.store.read() as tx:
        papers = await tx.papers.get_many([hit.paper_id for hit in page])
    title = Or(tuple(Words(word) for word in dict.fromkeys(words.analyse(paper.title).exact)))
    shown = [(hit, papers[hit.paper_id]) for hit in page if hit.paper_id in papers]
    pieces = await asyncio.to_thread(snippets, title, [paper for _, paper in shown])
    return SimilarPage(
        paper=paper,
        results=tuple(
            Found(paper=paper, score=hit.score, snippet=piece)
            for (hit, paper), piece in zip(shown, pieces, strict=True)
        ),
        total=len(found),
        offset=offset,
        limit=limit,
        took_ms=round((perf_counter() - started) * 1000, 2),
        freshness=await search.freshness(r),
        engine=engine,
    )


async def _ranked(r: Resources, paper: Paper) -> tuple[list[Hit], Engine]:
    by_words = await r.index.alike(paper, limit=COMPARED)
    if r.embedder is not None:
        try:
            near = await _near(r, r.embedder, paper, by_words)
        except MeaningUnavailable as problem:
            log.warning("comparing by words alone", problem=str(problem))
        else:
            if near:
                return _together(by_words, near), Engine.HYBRID
    return list(by_words), Engine.WORDS


def _together(by_words: tuple[Hit, ...], near: dict[PaperId, float]) -> list[Hit]:
    scores = {hit.paper_id: hit.score for hit in by_words}
    # What meaning alone brings shares no words, or fewer than the last of a full list: how many, nobody looked.
    least = min(scores.values()) if len(by_words) == COMPARED else 0.0
    ids = list(dict.fromkeys((*scores, *near)))
    together = fused([scores.get(one, least) for one in ids], [near.get(one) for one in ids])
    return sorted(map(Hit, ids, together), key=lambda hit: (-hit.score, hit.paper_id))


async def _near(r: Resources, embedder: Embedder, paper: Paper, by_words: tuple[Hit, ...]) -> dict[PaperId, float]:
    """How near in meaning those are that words brought, and the nearest of all."""
    await take_in(r, embedder)
    async with r.store.read() as tx:
        own = (await tx.vectors.of(embedder.name, [paper.id])).get(paper.id)
    wanted = own or await embedder.of_query(meaning.text_of(paper))
    numbers = await asyncio.to_thread(embedder.neighbours.nearest, wanted, SKETCHED)
    async with r.store.read() as tx:
        brought = await tx.vectors.of(embedder.name, [hit.paper_id for hit in by_words])
        sketched = await tx.vectors.numbered(embedder.name, numbers)
    vectors = {one: codes for one, codes in (sketched | brought).items() if one != paper.id}
    near = dict(zip(vectors, embedder.nearness(wanted, [*vectors.values()]), strict=True))
    nearest = sorted(near, key=lambda one: (-near[one], one))[:COMPARED]
    return {one: near[one] for one in (*nearest, *brought) if one in near}


async def take_in(r: Resources, embedder: Embedder) -> None:
    """Tell the neighbours of the vectors that were made since the last time."""
    neighbours = embedder.neighbours
    while True:
        known = neighbours.newest
        async with r.store.read() as tx:
            made = await tx.vectors.since(embedder.name, known, TAKEN_IN)
        if not made:
            return
        if neighbours.newest == known:  # or somebody else did it meanwhile
            neighbours.take_in([(number, codes) for number, _, codes in made])
