"""The thread of a paper in a channel: opened for whoever asks first, and shown to everybody else."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.core import opening, passages
from bot.errors import BotError, InvalidInput, TooLarge
from bot.ports import Outbox, Resources
from bot.render.threads import Opening, thread_card, thread_token
from bot.services import reading, search
from storage.records import Delivery, Destination, DestinationKind, Obstacle, Paper, PaperId

log = structlog.get_logger(__name__)

CLAIM = timedelta(minutes=2)
"""Longer than opening a thread may take; a claim that is older was somebody's who died over it."""

LOOKS = 60
BETWEEN_LOOKS = 0.5
"""Seconds. Whoever comes second waits for the first one's thread, at most half a minute."""

SMALLEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A paper's thread; ``anew`` where this very call opened it."""

    paper: Paper
    thread_id: int
    anew: bool


async def digest_with(r: Resources, token: str, paper_id: PaperId) -> Delivery:
    """The delivery below whose message a thread is asked for.

    Raises:
        InvalidInput: it is not known any more, or names no such paper, or stands where there are no threads.
    """
    async with r.store.read() as tx:
        delivery = await tx.deliveries.by_token(token)
    if delivery is None:
        raise InvalidInput("The record of this digest is gone, so I open no thread for it any more.")
    if paper_id not in delivery.paper_ids or delivery.key.destination.kind is not DestinationKind.CHANNEL:
        raise InvalidInput("This digest has no thread for that paper.")
    return delivery


async def open_thread(
    r: Resources, outbox: Outbox, destination: Destination, paper_id: PaperId, *, below: Delivery | None = None
) -> Opened:
    """The thread of a paper in a channel: one for each, opened where there is none (any more).

    ``below`` is the digest in which it was asked for, if it was in one.

    Raises:
        InvalidInput: the store does not hold the paper any more, or somebody else has been at it for too long.
        OutboxError: the thread cannot be opened.
    """
    async with r.store.read() as tx:
        paper = await tx.papers.get(paper_id)
    if paper is None:
        raise InvalidInput("I do not hold this paper any more, so I cannot open a thread for it.")
    if (thread_id := await _known(r, outbox, destination, paper_id)) is not None:
        return Opened(paper=paper, thread_id=thread_id, anew=False)
    begun = await begin(r, paper, below)  # before the claim: reading takes its time
    for _ in range(LOOKS):
        if await _claim(r, destination, paper_id):
            return Opened(paper=paper, thread_id=await _open(r, outbox, destination, begun), anew=True)
        await asyncio.sleep(BETWEEN_LOOKS)
        if (thread_id := await _known(r, outbox, destination, paper_id)) is not None:
            return Opened(paper=paper, thread_id=thread_id, anew=False)
    raise InvalidInput("Somebody asked for this thread just before you, and Discord is slow with it. Try again soon.")


async def begin(r: Resources, paper: Paper, below: Delivery | None = None) -> Opening:
    """What is said where the discussion of ``paper`` begins."""
    texts = passages.of_paper(paper, await reading.full_text(r, paper))
    async with r.store.read() as tx:
        changes = [one for one in await tx.papers.changes([paper.id]) if below and one.at > below.planned_at]
    return Opening(
        paper=paper,
        figures=opening.key_figures(texts),
        topics=opening.worth_asking(texts),
        delivery=below,
        changes=changes,
    )


async def _known(r: Resources, outbox: Outbox, destination: Destination, paper_id: PaperId) -> int | None:
    """The thread that there is; one that was deleted is forgotten."""
    async with r.store.read() as tx:
        thread_id = (await tx.threads.of(destination, [paper_id])).get(paper_id)
    if thread_id is None:
        return None
    problem = await outbox.obstacle(Destination(kind=DestinationKind.THREAD, id=thread_id))
    if problem is None or problem.obstacle is not Obstacle.GONE:
        return thread_id
    async with r.store.write() as tx:
        if (await tx.threads.of(destination, [paper_id])).get(paper_id) == thread_id:  # else somebody was faster
            await tx.threads.opened(destination, paper_id, None)
    return None


async def _claim(r: Resources, destination: Destination, paper_id: PaperId) -> bool:
    now = r.clock()
    async with r.store.write() as tx:
        return await tx.threads.claim(destination, paper_id, now=now, abandoned_before=now - CLAIM)


async def _open(r: Resources, outbox: Outbox, destination: Destination, begun: Opening) -> int:
    thread_id, paper = None, begun.paper
    try:
        thread_id = await _send(r, outbox, destination, begun)
    finally:
        # Whatever happened: a thread that was begun is found by its name, so the next who asks may try at once.
        async with r.store.write() as tx:
            await tx.threads.opened(destination, paper.id, thread_id)
            if thread_id is not None:
                await tx.discussions.add(thread_id, paper.id, at=r.clock())
            if thread_id is not None and begun.delivery is not None:
                await tx.messages.want_edit(begun.delivery.id, at=r.clock())
    log.info("thread opened", destination=str(destination), paper=paper.id, thread=thread_id)
    return thread_id


async def _send(r: Resources, outbox: Outbox, destination: Destination, begun: Opening) -> int:
    """Smaller where it was too large: then nothing was sent, and the thread that was made is found by its name."""
    fresh = await search.freshness(r)
    token = thread_token(destination, begun.paper.id)
    problem: BotError | None = None
    for squeeze in range(SMALLEST + 1):
        name, post = thread_card(begun, token, fresh, squeeze=squeeze)
        try:
            return await outbox.open_thread(destination, name, post, token=token)
        except TooLarge as error:
            problem = error
    raise problem or InvalidInput("This paper's card is too large.")
