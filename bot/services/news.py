"""News of a paper, a version or a withdrawal: told once in every thread that discusses it, and to all who saved it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.digest import delivery_token, messages_of
from bot.render import phrases
from bot.services.posts import CHANGE_SLOT, SAVED_SLOT
from storage.records import (
    ChangeKind,
    Delivery,
    DeliveryKey,
    Destination,
    DestinationKind,
    Layout,
    Paper,
    PaperChange,
    PaperId,
)
from storage.store import Writing

TOLD_FOR = timedelta(days=180)
"""How long after a paper came into a thread its news are told there: later nobody waits for them. Who saved it is told
for as long as it stays saved."""

NEWS_WAIT = timedelta(days=3)
"""How long it is tried to tell them."""


async def plan(tx: Writing, changes: Sequence[PaperChange], now: datetime) -> int:
    """Put a message about each paper with ``changes`` into the ledger for each of its threads; gives how many.

    Whoever saved such papers gets one message about all of theirs. In the transaction in which the changes are noted,
    so that none is lost. A key names the change and the place, so that nothing is told twice.
    """
    papers = await tx.papers.get_many([one.paper_id for one in changes])
    told = _worth_telling(changes, papers)
    threads = await tx.discussions.threads_about(told, added_since=now - TOLD_FOR)
    about = [_message(thread_id, one, now) for one in told.values() for thread_id in threads.get(one.paper_id, ())]
    for person_id, paper_ids in (await tx.saved.readers_of(told)).items():
        theirs = sorted((told[paper_id] for paper_id in paper_ids), key=lambda one: one.id)
        about.append(_personal(person_id, theirs, papers, now))
    return len(await tx.deliveries.plan_all(about))


def _worth_telling(changes: Sequence[PaperChange], papers: Mapping[PaperId, Paper]) -> dict[PaperId, PaperChange]:
    """Of each paper one: its withdrawal, and not the version that arXiv makes of it; else its newest version."""
    found: dict[PaperId, PaperChange] = {}
    for one in sorted(changes, key=lambda one: (one.kind is ChangeKind.WITHDRAWN, one.version or 0)):
        if one.kind is ChangeKind.WITHDRAWN or papers[one.paper_id].withdrawn_at is None:
            found[one.paper_id] = one
    return found


def _message(thread_id: int, change: PaperChange, now: datetime) -> Delivery:
    return _delivery(Destination(kind=DestinationKind.THREAD, id=thread_id), f"{CHANGE_SLOT}{change.id}", change, now)


def _personal(
    person_id: int, changes: Sequence[PaperChange], papers: Mapping[PaperId, Paper], now: datetime
) -> Delivery:
    """What each of their papers' news is stands in its notes: its own papers would count as posted to them."""
    person, last = Destination(kind=DestinationKind.PERSON, id=person_id), changes[-1]
    told: dict[str, str] = {one.paper_id: phrases.change(papers[one.paper_id], (one,)) for one in changes}
    return replace(_delivery(person, f"{SAVED_SLOT}{last.id}", last, now), notes=told)


def _delivery(place: Destination, slot: str, change: PaperChange, now: datetime) -> Delivery:
    key = DeliveryKey(destination=place, local_date=change.at.date(), slot=slot)
    return Delivery(
        key=key,
        due_at=now,
        expires_at=now + NEWS_WAIT,
        token=delivery_token(key),
        messages=messages_of(key, Layout.DIGEST, ()),
        planned_at=now,
    )
