"""What is due, and what each digest will hold: decided in ``core``, frozen in the ledger.

A slot becomes a delivery by insert-or-nothing on its key, so planning may be repeated, and raced, without harm.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.core import calendar
from bot.core.digest import DigestPlan, delivery_token, messages_of
from bot.core.period import Days
from bot.core.schedule import Slot, latest_due, next_slot
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import ingest
from bot.services.choosing import Chooser, in_words
from storage.deliveries import Deliveries
from storage.errors import StorageError
from storage.records import (
    Cadence,
    ChannelSetup,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Destination,
    Layout,
    PaperId,
    Person,
    Settle,
    Topic,
)
from storage.store import Writing

log = structlog.get_logger(__name__)

TOPIC_SLOT = "topics"

AT_ONCE = 100
"""Setups or people planned together: whoever else writes, or waits for an answer, waits no longer than that takes."""

REVISED_FOR = timedelta(hours=23)
"""How long a message is kept up to date: until a little before the next one of a daily digest."""

NO_PAPERS: frozenset[PaperId] = frozenset()


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

    @property
    def cadence(self) -> Cadence:
        return self.of.schedule.cadence


async def plan_due(r: Resources, reaches: Callable[[Destination], bool] = lambda _: True) -> int:
    """Put every slot that has come into the ledger; gives how many were new. Safe to repeat and to race.

    Only destinations that ``reaches`` says yes to are served: the others are another outbox's.
    """
    chooser: Chooser | None = None
    planned = 0
    async for due in _portions(r, reaches):
        if chooser is None and any(item.slot.expires_at > r.clock() for item in due):
            await ingest.refresh(r)
            chooser = Chooser(r, r.clock())
        planned += await _plan(chooser or Chooser(r, r.clock()), due)
    return planned


async def _plan(chooser: Chooser, due: Sequence[_Due]) -> int:
    planned = 0
    for days, alike in await _alike(chooser, due):
        decided = await _decide_all(chooser, days, alike)
        async with chooser.r.store.write() as tx:
            wanted = await _still_wanted(tx, decided)
            planned += len(await enter_all(tx.deliveries, [delivery for _, delivery in wanted]))
            await _foresee(tx, [item for item, _ in wanted], chooser.now)
    return planned


async def enter_all(ledger: Deliveries, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Put deliveries into the ledger; gives those whose keys were not there already.

    One whose papers others took since it was decided ends at once: there is nothing to send.
    """
    kept = []
    for planned in await ledger.plan_all(deliveries):
        if planned.state is DeliveryState.PLANNED and not planned.paper_ids and planned.empty_because is None:
            reason = in_words(planned.left_out)
            await ledger.skipped(planned.id, reason=reason, at=planned.planned_at)
            kept.append(await ledger.get(planned.id) or planned)
        else:
            kept.append(planned)
    return kept


async def plan_now(r: Resources, setup: ChannelSetup, *, slot_name: str) -> tuple[Delivery, DigestPlan]:
    """What ``setup`` would post at this moment; where the days that it covers have nothing, of the newest day before.

    Raises:
        InvalidInput: its query or zone cannot be read (any more).
    """
    now = r.clock()
    chooser = Chooser(r, now)
    day = calendar.local_day(now, setup.schedule.zone)
    slot = Slot(local_date=day, due_at=now, expires_at=now + setup.schedule.grace)
    days = calendar.covered(setup.schedule, setup.settle, day)
    days = await chooser.or_newest(await chooser.newest_of(days) if is_revised(setup) else days)
    posted = await chooser.posted(days, [setup.destination], setup.schedule.cadence)
    decision = await chooser.for_setup(setup, days, posted.get(setup.destination, NO_PAPERS))
    key = DeliveryKey(destination=setup.destination, local_date=day, slot=slot_name)
    nothing = "" if decision.picked else await chooser.why_nothing(decision, day, days)
    return _frozen(decision, key, slot, now, setup=setup, nothing=nothing), decision


async def _portions(r: Resources, reaches: Callable[[Destination], bool]) -> AsyncIterator[list[_Due]]:
    """All that is due and has no delivery yet, a few at a time: between two of them others get their turn."""
    now, after = r.clock(), 0
    while True:
        async with r.store.read() as tx:
            setups = await tx.channels.due(now, after=after, limit=AT_ONCE)
        if not setups:
            break
        after = setups[-1].id
        yield await _without_delivery(r, [(one, ()) for one in setups if reaches(one.destination)], now)
    async with r.store.read() as tx:
        people = [one for one in await tx.people.due(now) if reaches(one.destination)]
        topics: defaultdict[int, list[Topic]] = defaultdict(list)
        for topic in await tx.topics.all() if people else ():
            topics[topic.person_id].append(topic)
    for start in range(0, len(people), AT_ONCE):
        portion = people[start : start + AT_ONCE]
        yield await _without_delivery(r, [(one, tuple(topics[one.id])) for one in portion], now)


async def _without_delivery(
    r: Resources, candidates: Sequence[tuple[ChannelSetup | Person, tuple[Topic, ...]]], now: datetime
) -> list[_Due]:
    """Those whose newest slot is still to be planned; the others are not looked at again before their next one."""
    found = []
    for of, topics in candidates:
        try:
            slot = latest_due(of.schedule, now)
        except InvalidInput as problem:
            await _unreadable(r, of, problem)
            continue
        if slot is not None:
            found.append(_Due(slot, of, topics))
    async with r.store.read() as tx:
        known = await tx.deliveries.known([item.key for item in found])
    due: list[_Due] = []
    settled: list[_Due] = []
    for item in found:
        (due if item.key not in known and _has_begun(item) else settled).append(item)
    if settled:
        async with r.store.write() as tx:
            await _foresee(tx, settled, now)
    return due


def _has_begun(item: _Due) -> bool:
    """Whether somebody asked for it before its slot came."""
    begun = [item.of.created_at] if isinstance(item.of, ChannelSetup) else [topic.created_at for topic in item.topics]
    return bool(begun) and item.slot.due_at >= min(begun)


async def _alike(chooser: Chooser, due: Sequence[_Due]) -> list[tuple[Days, list[_Due]]]:
    """Items that are decided and entered together: of the same days and cadence, which share their papers."""
    alike: defaultdict[tuple[Days, Cadence], list[_Due]] = defaultdict(list)
    for item in due:
        settle = item.of.settle if isinstance(item.of, ChannelSetup) else Settle.NOW
        days = calendar.covered(item.of.schedule, settle, item.slot.local_date)
        if isinstance(item.of, ChannelSetup) and is_revised(item.of):
            days = await chooser.newest_of(days)
        alike[days, item.cadence].append(item)
    return [(days, items) for (days, _), items in alike.items()]


async def _foresee(tx: Writing, items: Sequence[_Due], now: datetime) -> None:
    """Let nobody look at these again before their next slots."""
    coming = [(item.of, next_slot(item.of.schedule, now)) for item in items]
    due_at = [(of, slot.due_at if slot else None) for of, slot in coming]
    await tx.channels.foresee([(of.id, due) for of, due in due_at if isinstance(of, ChannelSetup)], at=now)
    await tx.people.foresee([(of.id, due) for of, due in due_at if isinstance(of, Person)], at=now)


async def _still_wanted(tx: Writing, decided: Sequence[tuple[_Due, Delivery]]) -> list[tuple[_Due, Delivery]]:
    """Those for which what was asked for is as it was: asking the sources takes seconds, in which people act.

    What was changed meanwhile is decided anew by the next tick; what was removed or forgotten leaves nothing behind.
    """
    setups = await tx.channels.get_many([item.of.id for item, _ in decided if isinstance(item.of, ChannelSetup)])

    async def is_wanted(item: _Due) -> bool:
        if isinstance(item.of, ChannelSetup):
            return setups.get(item.of.id) == item.of
        return await tx.people.get(item.of.id) == item.of and tuple(await tx.topics.of(item.of.id)) == item.topics

    return [(item, delivery) for item, delivery in decided if await is_wanted(item)]


async def _unreadable(r: Resources, of: ChannelSetup | Person, problem: InvalidInput) -> None:
    """What is kept cannot be read any more, as by a newer version: somebody has to choose anew; the others go on."""
    log.error("a schedule or query cannot be read any more", destination=str(of.destination), problem=str(problem))
    if isinstance(of, ChannelSetup):
        async with r.store.write() as tx:
            if await tx.channels.get(of.id) == of:
                because = f"set it up anew: {problem}"
                await tx.channels.update(replace(of, paused_because=because, paused_at=r.clock()))


async def _decide_all(chooser: Chooser, days: Days, chunk: Sequence[_Due]) -> list[tuple[_Due, Delivery]]:
    """Each item with what it becomes; one that cannot be decided is left for the next tick."""
    waiting = [item for item in chunk if item.slot.expires_at > chooser.now]
    posted = await chooser.posted(days, [item.of.destination for item in waiting], chunk[0].cadence)
    revised = [item for item in waiting if isinstance(item.of, ChannelSetup) and is_revised(item.of)]
    also = await chooser.added_before([item.key for item in revised])
    decided = []
    for item in chunk:
        try:
            had = posted.get(item.of.destination, NO_PAPERS)
            delivery = await _decide(chooser, item, days, had)
            decided.append((item, replace(delivery, also=also.get(item.key, ()))))
        except InvalidInput as problem:
            await _unreadable(chooser.r, item.of, problem)
        except StorageError:
            raise
        except Exception:  # a mistake of ours in one digest must not cost the others theirs; the next tick tries again
            log.exception("planning broke", destination=str(item.key.destination), slot=item.key.slot)
    return decided


async def _decide(chooser: Chooser, due: _Due, days: Days, posted: AbstractSet[PaperId]) -> Delivery:
    now, day = chooser.now, due.slot.local_date
    if due.slot.expires_at <= now:
        return _missed(due, now)
    if isinstance(due.of, ChannelSetup):
        decision = await chooser.for_setup(due.of, days, posted)
        nothing = "" if decision.picked else await chooser.why_nothing(decision, day, days)
        return _frozen(decision, due.key, due.slot, now, setup=due.of, nothing=nothing)
    decision, notes = await chooser.for_topics(due.topics, days, posted)
    nothing = "" if decision.picked else await chooser.why_nothing(decision, day, days)
    frozen = _frozen(decision, due.key, due.slot, now, setup=None, nothing=nothing)
    return replace(frozen, notes={paper_id: notes[paper_id] for paper_id in frozen.paper_ids})


def _frozen(
    decision: DigestPlan, key: DeliveryKey, slot: Slot, now: datetime, *, setup: ChannelSetup | None, nothing: str
) -> Delivery:
    """The decision as the ledger keeps it.

    One without papers is a message that says why; where silence is wanted, as for a person's topics, it has ended.
    """
    papers = tuple(ranked.paper.id for ranked in decision.picked)
    silent = not papers and (setup is None or setup.quiet)
    layout = setup.layout if setup else Layout.DIGEST
    return Delivery(
        key=key,
        cadence=setup.schedule.cadence if setup else Cadence.DAILY,
        due_at=slot.due_at,
        expires_at=slot.expires_at,
        token=delivery_token(key),
        messages=() if silent else messages_of(key, layout, papers),
        paper_ids=papers,
        considered=decision.considered,
        left_out=decision.counts(),
        notes={ranked.paper.id: " · ".join(ranked.reasons) for ranked in decision.picked},
        empty_because=nothing if not papers and not silent else None,
        revise_until=slot.due_at + REVISED_FOR if setup and is_revised(setup) else None,
        state=DeliveryState.SKIPPED if silent else DeliveryState.PLANNED,
        problem=nothing if silent else None,
        planned_at=now,
        ended_at=now if silent else None,
    )


def is_revised(setup: ChannelSetup) -> bool:
    """Whether its digests are kept up to date after they were sent: only a list can be that is one message."""
    one_message = setup.layout in {Layout.DIGEST, Layout.THREADS}
    return setup.settle is Settle.COMPLETED and one_message and setup.schedule.cadence is Cadence.DAILY


def _missed(due: _Due, now: datetime) -> Delivery:
    return Delivery(
        key=due.key,
        cadence=due.cadence,
        due_at=due.slot.due_at,
        expires_at=due.slot.expires_at,
        token=delivery_token(due.key),
        state=DeliveryState.SKIPPED,
        problem="down at the time, and longer than the grace window",
        planned_at=now,
        ended_at=now,
    )
