"""News of a paper, told once in every thread that discusses it: a new version, or its withdrawal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.digest import delivery_token, messages_of
from bot.services.posts import CHANGE_SLOT
from storage.records import ChangeKind, Delivery, DeliveryKey, Destination, DestinationKind, Layout, PaperChange
from storage.store import Writing

TOLD_FOR = timedelta(days=180)
"""How long after a paper came into a thread its news are told there: later nobody waits for them."""

NEWS_WAIT = timedelta(days=3)
"""How long it is tried to tell them."""


async def plan(tx: Writing, changes: Sequence[PaperChange], now: datetime) -> int:
    """Put a message about each paper with ``changes`` into the ledger for each of its threads; gives how many.

    In the transaction in which the changes are noted, so that none is lost. A key names the change and the thread, so
    that nothing is told twice.
    """
    told = await _worth_telling(tx, changes)
    threads = await tx.discussions.threads_about([one.paper_id for one in told], added_since=now - TOLD_FOR)
    about = [_message(thread_id, one, now) for one in told for thread_id in threads.get(one.paper_id, ())]
    return len(await tx.deliveries.plan_all(about))


async def _worth_telling(tx: Writing, changes: Sequence[PaperChange]) -> list[PaperChange]:
    """Of each paper one: its withdrawal, and not the version that arXiv makes of it; else its newest version."""
    papers = await tx.papers.get_many([one.paper_id for one in changes])
    found: dict[str, PaperChange] = {}
    for one in sorted(changes, key=lambda one: (one.kind is ChangeKind.WITHDRAWN, one.version or 0)):
        if one.kind is ChangeKind.WITHDRAWN or papers[one.paper_id].withdrawn_at is None:
            found[one.paper_id] = one
    return list(found.values())


def _message(thread_id: int, change: PaperChange, now: datetime) -> Delivery:
    place = Destination(kind=DestinationKind.THREAD, id=thread_id)
    key = DeliveryKey(destination=place, local_date=change.at.date(), slot=f"{CHANGE_SLOT}{change.id}")
    return Delivery(
        key=key,
        due_at=now,
        expires_at=now + NEWS_WAIT,
        token=delivery_token(key),
        messages=messages_of(key, Layout.DIGEST, ()),
        planned_at=now,
    )
