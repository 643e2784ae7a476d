"""What is due, and what each digest will hold: decided in ``core``, frozen in the ledger.

A slot becomes a delivery by insert-or-nothing on its key, so planning may be repeated, and raced, without harm.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.core import calendar
from bot.core.digest import DigestPlan, DigestRules, delivery_token, plan
from bot.core.matching import matches, reasons
from bot.core.parse_query import parse_query
from bot.core.schedule import Slot, latest_due
from bot.ports import Resources
from bot.services import ingest
from storage.query import Or
from storage.records import (
    ChannelSetup,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Paper,
    PaperId,
    Person,
    Sighting,
    Sort,
    Topic,
)

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


async def plan_due(r: Resources) -> int:
    """Put every slot that has come into the ledger; gives how many were new. Safe to repeat and to race."""
    due = await _due_without_delivery(r)
    if not due:
        return 0
    if any(item.slot.expires_at > r.clock() for item in due):
        await ingest.refresh(r)
    planned = 0
    for item in due:
        delivery = await _plan_one(r, item)
        async with r.store.write() as tx:
            planned += await tx.deliveries.plan(delivery) is not None
    return planned


async def plan_now(r: Resources, setup: ChannelSetup, *, slot_name: str) -> tuple[Delivery, DigestPlan]:
    """What ``setup`` would post at this moment: of today and yesterday, else of the newest day before."""
    now = r.clock()
    day = calendar.local_day(now, setup.schedule.zone)
    decision = await _choose(r, setup, await _shelf(r, day, or_newest=True), now)
    slot = Slot(local_date=day, due_at=now, expires_at=now + setup.schedule.grace)
    key = DeliveryKey(destination=setup.destination, local_date=day, slot=slot_name)
    return _frozen(decision, key, slot, now, nothing=await _why_nothing(r, decision, day)), decision


async def _due_without_delivery(r: Resources) -> list[_Due]:
    now = r.clock()
    async with r.store.read() as tx:
        setups = [setup for setup in await tx.channels.list() if setup.paused_because is None]
        people = [person for person in await tx.people.list() if person.dm_closed_at is None]
        topics: defaultdict[int, list[Topic]] = defaultdict(list)
        for topic in await tx.topics.all():
            topics[topic.person_id].append(topic)
        due = [
            _Due(slot, setup)
            for setup in setups
            if (slot := latest_due(setup.schedule, now)) is not None and slot.due_at >= setup.created_at
        ]
        for person in people:
            followed = tuple(topics[person.id])
            slot = latest_due(person.schedule, now)
            if followed and slot is not None and slot.due_at >= min(topic.created_at for topic in followed):
                due.append(_Due(slot, person, followed))
        return [item for item in due if await tx.deliveries.by_key(item.key) is None]


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
    queries = [parse_query(topic.query) for topic in topics]
    why: dict[str, str] = {}
    for topic, query in zip(topics, queries, strict=True):
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
        return ", ".join(f"{count} {reason}" for reason, count in decision.counts().items())
    async with r.store.read() as tx:
        states = await tx.sources.states()
    for state in states:
        if state.problem is not None:
            return f"no papers: {state.problem}"
    return calendar.why_no_papers(day)


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
