"""The whole text of a paper under discussion: from the store, else fetched, once for everybody who asks."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.core.grounding import Read
from bot.errors import SourceError
from bot.ports import Resources
from storage.fulltext import FullText, Origin
from storage.records import Paper, PaperId

log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(days=1)
"""What was not there, the HTML of a new paper or of its new version say, may be there then."""


async def full_text(r: Resources, paper: Paper) -> FullText | None:
    """The text of ``paper``; None where there is none, or where it cannot be had now.

    What is kept of an older version is fetched again, and serves where that fails. A withdrawn paper's is not fetched.
    """
    kept = await _kept(r, paper)
    if r.texts is None or paper.withdrawn_at is not None or (kept is not None and _is_fresh(r, kept, paper)):
        return _readable(kept)
    async with r.reading.setdefault(paper.id, asyncio.Lock()):
        kept = await _kept(r, paper)
        if kept is not None and _is_fresh(r, kept, paper):  # somebody else has fetched it meanwhile
            return _readable(kept)
        try:
            fetched = await r.texts.fetch(paper)
        except SourceError as problem:
            log.info("no full text for now", paper=paper.id, problem=str(problem))
            return _readable(kept)
        if fetched.origin is Origin.NOWHERE and kept is not None and kept.origin is not Origin.NOWHERE:
            fetched = replace(kept, read_at=fetched.read_at)  # an older version is better than nothing
        async with r.store.write() as tx:
            await tx.texts.save(fetched)
        return _readable(fetched)


async def kept_texts(r: Resources, papers: Sequence[Paper]) -> dict[PaperId, FullText]:
    """The texts of ``papers`` that are in the store; nothing is fetched."""
    async with r.store.read() as tx:
        kept = [_readable(await tx.texts.get(paper.id)) for paper in papers]
    return {text.paper_id: text for text in kept if text is not None}


def read_of(paper: Paper, text: FullText | None) -> Read:
    """What was read of ``paper``, given its text."""
    read = Read(paper_id=paper.id, has_abstract=bool(paper.abstract))
    return read if text is None else replace(read, origin=text.origin, whole=text.whole)


async def _kept(r: Resources, paper: Paper) -> FullText | None:
    async with r.store.read() as tx:
        return await tx.texts.get(paper.id)


def _is_fresh(r: Resources, kept: FullText, paper: Paper) -> bool:
    is_newest = kept.origin is not Origin.NOWHERE and (paper.version is None or (kept.version or 0) >= paper.version)
    return is_newest or r.clock() - kept.read_at < LOOK_AGAIN


def _readable(text: FullText | None) -> FullText | None:
    return text if text is not None and text.origin is not Origin.NOWHERE else None
