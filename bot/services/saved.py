"""Papers that a person saved, to come back to; what becomes of them later is told by ``bot.services.news``."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.matching import matches
from bot.core.pages import SavedPage
from bot.core.parse_query import parse_query
from bot.core.text import clean
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import search
from storage.records import Paper

MOST_SAVED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A paper and since when it is saved; ``anew`` where this very call saved it."""

    paper: Paper
    saved_at: datetime
    anew: bool


async def save(r: Resources, person_id: int, text: str) -> Saved:
    """Save the paper that ``text`` names; one that is saved already stays so.

    Raises:
        InvalidInput: it names none, or the person has saved as many as are kept.
        UnknownPaper: it names one that is not in the store.
    """
    paper, now = await search.paper(r, text), r.clock()
    async with r.store.write() as tx:
        since = {one.paper_id: one.saved_at for one in await tx.saved.of(person_id)}
        if paper.id in since:
            return Saved(paper=paper, saved_at=since[paper.id], anew=False)
        if len(since) >= MOST_SAVED:
            raise InvalidInput(
                f"You have saved {MOST_SAVED} papers, which is as many as I keep for one person. Take one out first, "
                "with /papers unsave."
            )
        await tx.saved.add(person_id, paper.id, at=now)
    return Saved(paper=paper, saved_at=now, anew=True)


async def unsave(r: Resources, person_id: int, text: str) -> Paper:
    """Take out the paper that ``text`` names; gives it.

    Raises:
        InvalidInput: it names none, or none that this person saved.
        UnknownPaper: it names one that is not in the store.
    """
    paper = await search.paper(r, text)
    async with r.store.write() as tx:
        if not await tx.saved.remove(person_id, paper.id):
            raise InvalidInput(f"You have not saved {paper.id}. See what you have with /papers saved.")
    return paper


async def since(r: Resources, person_id: int, paper: Paper) -> datetime | None:
    """When a person saved a paper; None where they did not."""
    async with r.store.read() as tx:
        return await tx.saved.since(person_id, paper.id)


async def mine(r: Resources, person_id: int) -> tuple[Paper, ...]:
    """All that a person saved, the last one first."""
    async with r.store.read() as tx:
        return tuple((await tx.papers.get_many([one.paper_id for one in await tx.saved.of(person_id)])).values())


async def page(r: Resources, person_id: int, text: str = "", *, limit: int = 5, offset: int = 0) -> SavedPage:
    """One page of what a person saved, the last one first; with a query in ``text`` of what matches it.

    Raises:
        QuerySyntaxError: ``text`` is not a query.
        InvalidInput: ``limit`` or ``offset`` is out of bounds.
    """
    search.check_page(limit, offset)
    asked, today = clean(text), r.clock().date()
    query = parse_query(asked) if asked else None
    async with r.store.read() as tx:
        fitting = mine = await tx.saved.of(person_id)
        if query is not None:
            known = await tx.papers.get_many([one.paper_id for one in mine])
            fitting = tuple(one for one in mine if matches(query, known[one.paper_id], today=today))
        shown = {one.paper_id: one.saved_at for one in fitting[offset : offset + limit]}
        papers = await tx.papers.get_many(shown)
        changes = [one for one in await tx.papers.changes(shown) if one.at > shown[one.paper_id]]
    token = None
    if asked and len(fitting) > limit:  # the buttons to turn pages hold no more than a token
        async with r.store.write() as tx:
            token = await tx.queries.keep(asked, at=r.clock())
    return SavedPage(
        query=asked,
        token=token,
        papers=tuple((papers[paper_id], saved_at) for paper_id, saved_at in shown.items()),
        changes=tuple(changes),
        total=len(fitting),
        saved=len(mine),
        offset=offset,
        limit=limit,
    )


async def page_again(r: Resources, person_id: int, token: str | None, *, limit: int, offset: int) -> SavedPage:
    """Another page, whose button was pressed.

    Raises:
        InvalidInput: its query is not remembered any more.
    """
    if token is None:
        return await page(r, person_id, limit=limit, offset=offset)
    text = await search.remembered(r, token, otherwise="Search again with /papers saved.")
    return await page(r, person_id, text, limit=limit, offset=offset)
