"""What is due, and what each digest will hold: decided in ``core``, frozen in the ledger.

A slot becomes a delivery by insert-or-nothing on its key, so planning may be repeated, and raced, without harm.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import structlog

from bot.core import calendar
from bot.core.digest import DigestPlan, DigestRules, delivery_token, plan
from bot.core.matching import matches, reasons
from bot.core.parse_query import parse_query
from bot.core.schedule import Slot, latest_due
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import ingest
from storage.deliveries import Deliveries
from storage.errors import StorageError
from storage.query import Or, Query
from storage.records import (
    ChannelSetup,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Destination,
    Paper,
    PaperId,
    Person,
    Sighting,
    Sort,
    Topic,
)
from storage.store import Writing

log = structlog.get_logger(__name__)

TOPIC_SLOT = "topics"
PAPERS_IN_A_TOPIC_DIGEST = 10


@dataclass(frozen=True, slots=True)
class _Due:
    """Somebody's slot that has come, with what they asked for."""

    slot: Slot
    of: ChannelSetup | Person
    topics: tuple[Topic, ...] = ()

    @property
    def key(self) -> DeliveryKey:
        name = self.of.slot if isinstance(self.of, ChannelSetup) else TOPIC_SLOT
        return DeliveryKey(destination=self.of.destination, local_date=self.slot.local_date, slot=name)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The papers of some days with all that was seen of them."""

    papers: Sequence[Paper]
    sightings: dict[PaperId, tuple[Sighting, ...]]


async def plan_due(r: Resources, reaches: Callable[[Destination], bool] = lambda _: True) -> int:
    """Put every slot that has come into the ledger; gives how many were new. Safe to repeat and to race.

    Only destinations that ``reaches`` says yes to are served: the others are another outbox's.
    """
    due = await _due_without_delivery(r, reaches)
    if not due:
        return 0
    if any(item.slot.expires_at > r.clock() for item in due):
        await ingest.refresh(r)
    planned = 0
    for item in due:
        try:
            delivery = await _plan_one(r, item)
        except InvalidInput as problem:
            await _unreadable(r, item.of, problem)
            continue
        except StorageError:
            raise
        except Exception:  # a mistake of ours in one digest must not cost the others theirs; the next tick tries again
            log.exception("planning broke", destination=str(item.key.destination), slot=item.key.slot)
            continue
        async with r.store.write() as tx:
            if await _is_still_wanted(tx, item):
                planned += await enter(tx.deliveries, delivery) is not None
    return planned


async def enter(ledger: Deliveries, delivery: Delivery) -> Delivery | None:
    """Put a delivery into the ledger; None where its key is there already.

    Where others took all of its papers since it was decided, it ends at once: there is nothing to send.
    """
    kept = await ledger.plan(delivery)
    if kept is None or kept.state is not DeliveryState.PLANNED or kept.paper_ids:
        return kept
    await ledger.skipped(kept.id, reason=_in_words(kept.left_out), at=kept.planned_at)
    return await ledger.get(kept.id)


async def plan_now(r: Resources, setup: ChannelSetup, *, slot_name: str) -> tuple[Delivery, DigestPlan]:
    """What ``setup`` would post at this moment: of today and yesterday, else of the newest day before."""
    now = r.clock()
    day = calendar.local_day(now, setup.schedule.zone)
    decision = await _choose(r, setup, await _shelf(r, day, or_newest=True), now)
    slot = Slot(local_date=day, due_at=now, expires_at=now + setup.schedule.grace)
    key = DeliveryKey(destination=setup.destination, local_date=day, slot=slot_name)
    return _frozen(decision, key, slot, now, nothing=await _why_nothing(r, decision, day)), decision


async def _due_without_delivery(r: Resources, reaches: Callable[[Destination], bool]) -> list[_Due]:
    now = r.clock()
    async with r.store.read() as tx:
        setups = [setup for setup in await tx.channels.list() if setup.paused_because is None]
        people = [person for person in await tx.people.list() if person.dm_closed_at is None]
        topics: defaultdict[int, list[Topic]] = defaultdict(list)
        for topic in await tx.topics.all():
            topics[topic.person_id].append(topic)
    due = []
    everybody: list[ChannelSetup | Person] = [*setups, *people]
    for of in filter(lambda one: reaches(one.destination), everybody):
        followed = () if isinstance(of, ChannelSetup) else tuple(topics[of.id])
        begun = [of.created_at] if isinstance(of, ChannelSetup) else [topic.created_at for topic in followed]
        try:
            slot = latest_due(of.schedule, now)
        except InvalidInput as problem:
            await _unreadable(r, of, problem)
            continue
        if begun and slot is not None and slot.due_at >= min(begun):
            due.append(_Due(slot, of, followed))
    async with r.store.read() as tx:
        return [item for item in due if await tx.deliveries.by_key(item.key) is None]


async def _is_still_wanted(tx: Writing, item: _Due) -> bool:
    """Whether what was asked for is as it was: asking the sources takes seconds, in which people act.

    What was changed meanwhile is decided anew by the next tick; what was removed or forgotten leaves nothing behind.
    """
    if isinstance(item.of, ChannelSetup):
        return await tx.channels.get(item.of.id) == item.of
    return await tx.people.get(item.of.id) == item.of and tuple(await tx.topics.of(item.of.id)) == item.topics


async def _unreadable(r: Resources, of: ChannelSetup | Person, problem: InvalidInput) -> None:
    """What is kept cannot be read any more, as by a newer version: somebody has to choose anew; the others go on."""
    log.error("a schedule or query cannot be read any more", destination=str(of.destination), problem=str(problem))
    if isinstance(of, ChannelSetup):
        async with r.store.write() as tx:
            if await tx.channels.get(of.id) == of:
                await tx.channels.update(replace(of, paused_because=f"set it up anew: {problem}"))


async def _plan_one(r: Resources, due: _Due) -> Delivery:
    now = r.clock()
    if due.slot.expires_at <= now:
        return _ended(due.key, due.slot, now, "down at the time, and longer than the grace window")
    day = due.slot.local_date
    shelf = await _shelf(r, day)
    if isinstance(due.of, ChannelSetup):
        decision = await _choose(r, due.of, shelf, now)
        return _frozen(decision, due.key, due.slot, now, nothing=await _why_nothing(r, decision, day))
    decision, notes = await _choose_by_topics(r, due.of, due.topics, shelf, now)
    frozen = _frozen(decision, due.key, due.slot, now, nothing=await _why_nothing(r, decision, day))
    return replace(frozen, notes={paper_id: notes[paper_id] for paper_id in frozen.paper_ids})


async def _shelf(r: Resources, day: date, *, or_newest: bool = False) -> _Shelf:
    """The papers listed on ``day`` or the day before (lists fill late); else, where asked, of the newest day before."""
    async with r.store.read() as tx:
        papers = await tx.papers.on_days(day - timedelta(days=1), day)
        newest = await tx.papers.latest_day()
        if not papers and or_newest and newest is not None and newest < day:
            papers = await tx.papers.on_days(newest, newest)
        return _Shelf(papers, await tx.papers.sightings([paper.id for paper in papers]))


async def _choose(r: Resources, setup: ChannelSetup, shelf: _Shelf, now: datetime) -> DigestPlan:
    rules = DigestRules(
        limit=setup.limit,
        sort=setup.sort,
        query=parse_query(setup.query) if setup.query else None,
        min_upvotes=setup.min_upvotes,
    )
    async with r.store.read() as tx:
        posted = await tx.deliveries.posted_papers(setup.destination)
    return plan(shelf.papers, shelf.sightings, rules, posted=posted, now=now)


async def _choose_by_topics(
    r: Resources, person: Person, topics: Sequence[Topic], shelf: _Shelf, now: datetime
) -> tuple[DigestPlan, dict[str, str]]:
    today = now.date()
    queries: list[Query] = []
    why: dict[str, str] = {}
    for topic in topics:
        try:
            query = parse_query(topic.query)
        except InvalidInput as problem:
            await _unreadable(r, person, problem)
            continue
        queries.append(query)
        for paper in shelf.papers:
            if paper.id not in why and matches(query, paper, today=today):
                words = ", ".join(reasons(query, paper, today=today))
                # A topic of one word needs no list of the words that matched.
                why[paper.id] = f"{topic.query} ({words})" if words not in {"", topic.query} else topic.query
    async with r.store.read() as tx:
        posted = await tx.deliveries.posted_papers(person.destination)
    rules = DigestRules(limit=PAPERS_IN_A_TOPIC_DIGEST, sort=Sort.TRENDING, query=Or(tuple(queries)), min_upvotes=0)
    return plan(shelf.papers, shelf.sightings, rules, posted=posted, now=now), why


async def _why_nothing(r: Resources, decision: DigestPlan, day: date) -> str:
    """Why a digest is empty, in words; used only where it is."""
    if decision.considered:
        return _in_words(decision.counts())
    async with r.store.read() as tx:
        states = await tx.sources.states()
    for state in states:
        if state.problem is not None:
            return f"no papers: {state.problem}"
    return calendar.why_no_papers(day)


def _in_words(left_out: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in left_out.items())


def _frozen(decision: DigestPlan, key: DeliveryKey, slot: Slot, now: datetime, *, nothing: str) -> Delivery:
    """The decision as the ledger keeps it; one without papers has ended already."""
    empty = not decision.picked
    return Delivery(
        key=key,
        due_at=slot.due_at,
        expires_at=slot.expires_at,
        token=delivery_token(key),
        paper_ids=tuple(ranked.paper.id for ranked in decision.picked),
        considered=decision.considered,
        left_out=decision.counts(),
        notes={ranked.paper.id: " · ".join(ranked.reasons) for ranked in decision.picked},
        state=DeliveryState.SKIPPED if empty else DeliveryState.PLANNED,
        problem=nothing if empty else None,
        planned_at=now,
        ended_at=now if empty else None,
    )


def _ended(key: DeliveryKey, slot: Slot, now: datetime, reason: str) -> Delivery:
    return Delivery(
        key=key,
        due_at=slot.due_at,
        expires_at=slot.expires_at,
        token=delivery_token(key),
        state=DeliveryState.SKIPPED,
        problem=reason,
        planned_at=now,
        ended_at=now,
    )
