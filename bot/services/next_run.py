"""What a setup's next run would post if it were now, for whoever wonders why a paper came, or did not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core import calendar
from bot.core.digest import DigestPlan
from bot.core.period import Days
from bot.core.schedule import Slot, latest_due, next_slot
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services.choosing import Chooser
from bot.services.planning import NO_PAPERS, is_revised
from storage.records import ChannelSetup, DeliveryKey, Paper, PaperId
from storage.store import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRun:
    """A decision that nobody keeps."""

    setup: ChannelSetup
    slot: Slot | None
    """None while the setup is paused."""
    days: Days
    decision: DigestPlan
    empty_because: str | None
    papers: Mapping[PaperId, Paper]
    """Those that the decision is about, and those that were asked for by name; what the store does not hold lacks."""


async def setup_named(r: Resources, number: int) -> ChannelSetup:
    """The setup of this number, else the one that posts to the channel, thread or forum of this id.

    Raises:
        InvalidInput: there is none, or several post there.
    """
    async with r.store.read() as tx:
        setups = await tx.channels.list()
    by_number = [setup for setup in setups if setup.id == number]
    found = by_number or [setup for setup in setups if number and setup.destination.id == number]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(str(setup.id) for setup in found)
        raise InvalidInput(f"Several setups post to {number}; name one by its number: {numbers}.")
    raise InvalidInput(f"{number} is neither the number of a setup nor the id of its channel: paperboy channels list.")


async def next_run(r: Resources, setup: ChannelSetup, *, named: PaperId | None = None) -> NextRun:
    """What ``setup`` would post next with the papers that are known now; a paper that is ``named`` is looked up too.

    Raises:
        InvalidInput: its zone or query cannot be read (any more).
    """
    now = r.clock()
    chooser = Chooser(r, now)
    async with r.store.read() as tx:
        slot = await _coming(tx, setup, now)
    day = slot.local_date if slot else calendar.local_day(now, setup.schedule.zone)
    days = calendar.covered(setup.schedule, setup.settle, day)
    if is_revised(setup):
        days = await chooser.newest_of(days)
    posted = await chooser.posted(days, [setup.destination], setup.schedule.cadence)
    decision = await chooser.for_setup(setup, days, posted.get(setup.destination, NO_PAPERS))
    ids = {*([named] if named else []), *(left.paper_id for left in decision.left_out)}
    async with r.store.read() as tx:
        papers = await tx.papers.get_many(sorted(ids))
    return NextRun(
        setup=setup,
        slot=slot if setup.paused_because is None else None,
        days=days,
        decision=decision,
        empty_because=None if decision.picked else await chooser.why_nothing(decision, day, days),
        papers=papers,
    )


async def _coming(tx: Reading, setup: ChannelSetup, now: datetime) -> Slot | None:
    """The slot that has come and was not planned yet, as while the bot does not run; else the next one."""
    latest = latest_due(setup.schedule, now)
    if latest and latest.expires_at > now and latest.due_at >= setup.created_at:
        key = DeliveryKey(destination=setup.destination, local_date=latest.local_date, slot=setup.slot)
        if not await tx.deliveries.known([key]):
            return latest
    return next_slot(setup.schedule, now)
