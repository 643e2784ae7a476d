"""What a thread is about: the papers that it remembers, and what was asked of them lately."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.core import comparison, summary
from bot.core.allowance import Asker
from bot.core.comparison import FEWEST, Comparison
from bot.core.identity import find_paper_ids
from bot.core.style import Style
from bot.core.summary import Summary
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import answers, search
from bot.services.comparison import Watch as OfComparison
from bot.services.discussion import MOST_PAPERS_ASKED, Reply, Watch
from bot.services.summary import Watch as OfSummary
from storage.errors import StorageError
from storage.records import Paper, PaperId
from storage.store import Reading, Writing
from storage.turns import Turn

log = structlog.get_logger(__name__)


async def papers(r: Resources, thread_id: int) -> list[Paper]:
    """The papers of a thread that the store holds, in the order in which they came into it."""
    async with r.store.read() as tx:
        ids = await _ids(tx, thread_id)
        held = await tx.papers.get_many(ids)
    return [held[paper_id] for paper_id in ids if paper_id in held]


async def add(r: Resources, thread_id: int, text: str) -> Paper:
    """Let a thread be about the paper that ``text`` names, too.

    Raises:
        InvalidInput: it names none, the store does not hold it, or the thread is about as many as can be asked.
    """
    paper = await search.paper(r, text)
    async with r.store.write() as tx:
        known = await _ids(tx, thread_id)
        require_room(known, paper.id)
        await tx.discussions.add(thread_id, paper.id, at=r.clock())
    return paper


def require_room(known: tuple[PaperId, ...], paper_id: PaperId) -> None:
    """Raises InvalidInput: one more paper would be too many."""
    if paper_id not in known and len(known) >= MOST_PAPERS_ASKED:
        raise InvalidInput(f"A discussion is about up to {MOST_PAPERS_ASKED} papers; open another one for this paper.")


async def ask(
    r: Resources,
    thread_id: int,
    question: str,
    asker: Asker,
    *,
    paper_ids: Sequence[str] | None = None,
    watch: Watch | None = None,
) -> Reply:
    """The answer to a question about the thread's papers, or those that it names; a thread about papers remembers it.

    Raises:
        InvalidInput: as ``answers.ask``.
    """
    held = await _held(r, thread_id)
    async with r.store.read() as tx:
        earlier = await tx.discussions.turns(thread_id, since=r.clock() - r.remembers) if held else ()
    ids = _about(held, question) if paper_ids is None else paper_ids
    reply = await answers.ask(r, question, ids, asker, earlier=earlier, watch=watch)
    if held:
        await _remember(r, thread_id, asker, turn_of(reply, at=r.clock()), _talked_about(reply, held))
    return reply


async def summarise(
    r: Resources, thread_id: int, wanted: tuple[str | None, Style], asker: Asker, *, watch: OfSummary | None = None
) -> tuple[Summary, str | None]:
    """As ``answers.summarise``, of a paper in a style; the thread's one where none is named. The thread remembers it.

    Raises:
        InvalidInput: as there, or it has to be said which paper is meant.
    """
    held = await _held(r, thread_id)
    text, style = wanted
    found, token = await answers.summarise(r, the_one(held) if text is None else text, style, asker, watch=watch)
    if held:
        talked = [found.paper.id] if found.paper.id in held else []
        await _remember(r, thread_id, asker, turn_of_summary(found, at=r.clock()), talked)
    return found, token


async def compare(
    r: Resources, thread_id: int, named: Sequence[str], asker: Asker, *, watch: OfComparison | None = None
) -> tuple[Comparison, str | None]:
    """As ``answers.compare``; the thread's papers where fewer than two are named. The thread remembers it.

    Raises:
        InvalidInput: as there, or together they are fewer than two.
    """
    held = await _held(r, thread_id)
    found, token = await answers.compare(r, to_compare(named, held), asker, watch=watch)
    if held:
        compared = {paper.id for paper in found.papers}
        talked = [paper_id for paper_id in held if paper_id in compared]
        await _remember(r, thread_id, asker, turn_of_comparison(found, at=r.clock()), talked)
    return found, token


def turn_of(reply: Reply, *, at: datetime) -> Turn:
    """What is remembered of an answer."""
    answer = reply.answer
    return Turn(question=answer.question, said=tuple(claim.text for claim in answer.claims), at=at)


def turn_of_summary(found: Summary, *, at: datetime) -> Turn:
    """Likewise of a summary."""
    return Turn(question=summary.question(found), said=tuple(line.claim.text for line in found.lines), at=at)


def turn_of_comparison(found: Comparison, *, at: datetime) -> Turn:
    """Likewise of a comparison."""
    return Turn(question=comparison.question(found), said=comparison.said(found), at=at)


async def _held(r: Resources, thread_id: int) -> list[PaperId]:
    return [paper.id for paper in await papers(r, thread_id)]


def _talked_about(reply: Reply, held: Sequence[PaperId]) -> list[PaperId]:
    """Those of a thread's papers that an answer quotes; where it quotes none, those that were read for it."""
    read = {one.paper_id for one in reply.answer.read}
    asked = [paper_id for paper_id in held if paper_id in read]
    return [paper_id for paper_id in asked if paper_id in reply.papers] or asked


async def _remember(r: Resources, thread_id: int, asker: Asker, turn: Turn, talked: Sequence[PaperId]) -> None:
    """Keep the turn, and which papers the thread took up with it: below a digest none is written down until then."""

    async def note(tx: Writing) -> None:
        for paper_id in talked:
            await tx.discussions.add(thread_id, paper_id, at=turn.at)
        if r.remembers:
            await tx.discussions.remember(thread_id, asker.person_id, turn)

    try:
        await r.store.note(note)
    except StorageError as problem:  # it is answered all the same
        log.warning("a turn is not remembered", problem=str(problem))


def _about(held: Sequence[PaperId], question: str) -> Sequence[PaperId]:
    """Which papers a question without one is about in a thread that holds some: those, unless it names others."""
    return () if find_paper_ids(question) else held[:MOST_PAPERS_ASKED]


def the_one(held: Sequence[PaperId]) -> PaperId:
    """The paper that is meant where none is named, among those that are talked about.

    Raises:
        InvalidInput: there is none, or several to choose from.
    """
    if not held:
        raise InvalidInput("Say which paper: only in a thread about one paper can you leave that out.")
    if len(held) > 1:
        raise InvalidInput(f"This is about {len(held)} papers, {', '.join(held)}: say which of them you mean.")
    return held[0]


def to_compare(named: Sequence[str], held: Sequence[PaperId]) -> tuple[str, ...]:
    """Which papers are compared: those that are named; where that is fewer than two, those that are talked about, too.

    Raises:
        InvalidInput: together they are fewer than two.
    """
    if len(named) >= FEWEST:
        return tuple(named)
    together = tuple(dict.fromkeys((*named, *held)))
    if len(together) < FEWEST:
        raise InvalidInput("Name two to four papers; in a thread about several you can leave that out.")
    return together


async def _ids(tx: Reading | Writing, thread_id: int) -> tuple[PaperId, ...]:
    """Those of the digest's message that it hangs below, or of the forum post that it is; then those that came in."""
    below, added = await tx.messages.papers_of(thread_id), await tx.discussions.papers(thread_id)
    return tuple(dict.fromkeys((*below, *added)))
