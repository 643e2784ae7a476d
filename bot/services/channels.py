"""Channel setups: made, listed, paused, resumed, removed. Whoever calls has checked who may."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.core.parse_query import canonical, parse_query
from bot.core.reports import SetupHealth
from bot.core.schedule import LONGEST_GRACE, SHORTEST_GRACE, next_slot, parse_zone
from bot.core.terms import ONE_MESSAGE
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import pauses
from storage.channels import ChannelsReader
from storage.ledger import DeliveriesReader
from storage.records import ChannelSetup, Delivery, DeliveryKey, DestinationKind, Layout, Settle

MOST_PAPERS = 10
"""A digest is one message; ten papers are what fits and what anybody reads."""

MOST_UPVOTES = 100_000
"""Many times what any paper has; far below what a database's integer holds."""

MOST_SETUPS = 25
RECENT = 100
"""Deliveries to one place among which a setup's own last one, or one that still waits, is looked for."""

PAUSED_BY_ADMIN = "paused by an admin"
SETUP_SLOT = re.compile(r"setup-(\d+)(?:-|$)")
"""The slots of a setup's deliveries, by its schedule and beside it."""


def checked(setup: ChannelSetup) -> ChannelSetup:
    """``setup`` with its query in canonical form.

    Raises:
        InvalidInput: a value is out of bounds, the zone does not exist, the query cannot be read, or two choices do
            not go together; the message says what to choose instead.
    """
    if not 1 <= setup.limit <= MOST_PAPERS:
        raise InvalidInput(f"A digest holds 1 to {MOST_PAPERS} papers, not {setup.limit}.")
    if not 0 <= setup.min_upvotes <= MOST_UPVOTES:
        raise InvalidInput(f"The fewest upvotes are 0 to {MOST_UPVOTES:,}, not {setup.min_upvotes:,}.")
    if not setup.schedule.weekdays:
        raise InvalidInput("Choose at least one weekday, for example: weekdays, daily, or mon,wed,fri.")
    if not SHORTEST_GRACE <= setup.schedule.grace <= LONGEST_GRACE:
        raise InvalidInput("A digest may come 10 minutes to 24 hours late; write it as 6h, 90m or 1d.")
    if problem := _at_odds(setup):
        raise InvalidInput(problem)
    schedule = replace(setup.schedule, zone=parse_zone(setup.schedule.zone))
    query = canonical(parse_query(setup.query)) if setup.query and setup.query.strip() else None
    return replace(setup, schedule=schedule, query=query)


def _at_odds(setup: ChannelSetup) -> str | None:
    """Two choices that do not go together, and how to mend it; None where all do."""
    kind, layout = setup.destination.kind, setup.layout
    in_forum, at_terminal = kind is DestinationKind.FORUM, kind is DestinationKind.TERMINAL
    if in_forum and layout is not Layout.FORUM:
        return f"A forum takes only posts: choose the layout forum for it, or for {layout} a text channel."
    if layout is Layout.FORUM and not in_forum:
        return "The layout forum needs a forum channel: choose one, or the layout digest, threads or cards."
    if layout is Layout.THREADS and kind is not DestinationKind.CHANNEL:
        return "Threads can be opened only in a text or announcement channel; choose the layout digest or cards here."
    if setup.publish and kind is not DestinationKind.CHANNEL:
        return "Only what stands in an announcement channel can be published; leave publish away, or set it to no."
    if setup.tags and not in_forum:
        return "Tags are given to forum posts only; leave them away, or choose a forum channel."
    if setup.role_id is not None and at_terminal:
        return "At a terminal there is nobody to mention; leave the role away."
    if setup.settle is Settle.COMPLETED and at_terminal:
        return "What was printed at a terminal stays as it is: choose the list now or settled."
    if setup.settle is Settle.COMPLETED and layout not in ONE_MESSAGE:
        return f"Only a list in one message can be completed later; for {layout} choose the list settled or now."
    return None


async def create(r: Resources, setup: ChannelSetup) -> ChannelSetup:
    """Keep a new setup; gives it with its id.

    Raises:
        InvalidInput: see ``checked``; or the server has as many as it may.
    """
    setup = checked(setup)
    async with r.store.write() as tx:
        if len(await tx.channels.list(setup.guild_id)) >= MOST_SETUPS:
            raise InvalidInput(
                f"This server has {MOST_SETUPS} channel setups already; remove one with /channels remove."
            )
        return await tx.channels.add(setup)


async def change(r: Resources, setup: ChannelSetup) -> ChannelSetup:
    """Keep other terms for a setup that is there already; gives it as it is kept.

    What waits to be sent to a place that it leaves is not sent any more.

    Raises:
        InvalidInput: see ``checked``; or there is no such setup.
    """
    setup = checked(setup)
    async with r.store.write() as tx:
        before = await _known(tx.channels, setup.id, setup.guild_id)
        if before.destination != setup.destination:
            reason = "its channel setup was moved"
            await tx.deliveries.skip_waiting(before.destination, before.slot, reason=reason, at=r.clock())
        await tx.channels.update(setup)
    return setup


async def setup_by_id(r: Resources, setup_id: int, *, guild_id: int | None = None) -> ChannelSetup:
    """The setup, if it belongs to that server.

    Raises:
        InvalidInput: there is no such setup there.
    """
    async with r.store.read() as tx:
        return await _known(tx.channels, setup_id, guild_id)


async def setup_of(kept: ChannelsReader, key: DeliveryKey) -> ChannelSetup | None:
    """The setup whose delivery has this key; None where it is gone, or none made it."""
    return (await setups_of(kept, [key])).get(key)


async def setups_of(kept: ChannelsReader, keys: Iterable[DeliveryKey]) -> dict[DeliveryKey, ChannelSetup]:
    """The setups whose deliveries have these keys, as far as they are there."""
    makers = {key: setup_id for key in keys if (setup_id := made_by(key)) is not None}
    setups = await kept.get_many(set(makers.values()))
    found = {key: setups[setup_id] for key, setup_id in makers.items() if setup_id in setups}
    return {key: setup for key, setup in found.items() if setup.made(key)}


def made_by(key: DeliveryKey) -> int | None:
    """The id of the setup whose delivery has this key; None where none made it."""
    named = SETUP_SLOT.match(key.slot)
    return int(named[1]) if named else None


async def _known(kept: ChannelsReader, setup_id: int, guild_id: int | None) -> ChannelSetup:
    setup = await kept.get(setup_id)
    if setup is None or (guild_id is not None and setup.guild_id != guild_id):
        raise InvalidInput(f"There is no channel setup {setup_id} here. See the list with /channels list.")
    return setup


async def overview(r: Resources, guild_id: int | None = None) -> tuple[SetupHealth, ...]:
    """Every setup (of one server) with its next slot and its last delivery."""
    now = r.clock()
    async with r.store.read() as tx:
        return tuple(
            [
                SetupHealth(
                    setup=setup,
                    next_due=_next_due(setup, now),
                    last=next(iter(await _deliveries_of(tx.deliveries, setup)), None),
                )
                for setup in await tx.channels.list(guild_id)
            ]
        )


async def _deliveries_of(kept: DeliveriesReader, setup: ChannelSetup) -> list[Delivery]:
    """The setup's own among the recent deliveries to its place, which others may share; newest first."""
    recent = await kept.recent(destination=setup.destination, limit=RECENT)
    return [delivery for delivery in recent if setup.made(delivery.key)]


def _next_due(setup: ChannelSetup, now: datetime) -> datetime | None:
    try:
        slot = next_slot(setup.schedule, now) if setup.paused_because is None else None
    except InvalidInput:  # a zone that is known no more; the next round of planning pauses it for that
        return None
    return slot.due_at if slot else None


async def pause(
    r: Resources, setup_id: int, *, guild_id: int | None = None, because: str = PAUSED_BY_ADMIN
) -> ChannelSetup:
    """Send nothing until it is resumed, not even a digest that waits already.

    Raises:
        InvalidInput: there is no such setup.
    """
    async with r.store.write() as tx:
        setup = await _known(tx.channels, setup_id, guild_id)
        setup = replace(setup, paused_because=because, obstacle=None, paused_at=r.clock())
        await tx.channels.update(setup)
        await tx.deliveries.hold(setup, problem=because)
    return setup


async def resume(r: Resources, setup_id: int, *, guild_id: int | None = None) -> ChannelSetup:
    """Go on, with what was held where its grace window is open, else with the next slot; gives it as it is now.

    Raises:
        InvalidInput: there is no such setup.
    """
    return await pauses.resume(r, await setup_by_id(r, setup_id, guild_id=guild_id))


async def remove(r: Resources, setup_id: int, *, guild_id: int | None = None) -> ChannelSetup:
    """Forget the setup; what the ledger knows of its channel stays. Gives what was removed.

    A digest of it that still waits to be sent is not sent any more, and its papers are free for others.

    Raises:
        InvalidInput: there is no such setup.
    """
    async with r.store.write() as tx:
        setup = await _known(tx.channels, setup_id, guild_id)
        reason = "its channel setup was removed"
        await tx.deliveries.skip_waiting(setup.destination, setup.slot, reason=reason, at=r.clock())
        await pauses.skip_notices(tx, setup, reason=reason, now=r.clock())
        await tx.channels.remove(setup_id)
    return setup
