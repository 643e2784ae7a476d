"""Setups that cannot deliver: paused, told once to somebody who can mend it, resumed when the cause is gone.

What waits to be sent is held meanwhile. It goes out on resuming, if its grace window is still open.
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

import structlog

from bot.core.digest import delivery_token, messages_of
from bot.errors import OutboxError, Unreachable
from bot.ports import Needs, Outbox, Resources
from bot.services.posts import NOTICE_SLOT
from storage.ledger import DeliveriesReader
from storage.records import (
    ChannelSetup,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Destination,
    DestinationKind,
    Layout,
    Obstacle,
)
from storage.store import Writing

log = structlog.get_logger(__name__)

NOTICE_WAITS = timedelta(days=3)
"""How long it is tried to tell somebody."""

LOOK_AGAIN_FOR = timedelta(days=7)
"""How long Paperboy looks by itself whether the cause is gone; later somebody has to ask it to."""

TOLD = frozenset({Obstacle.PERMISSION, Obstacle.GONE, Obstacle.WRONG_KIND, Obstacle.TAG_NEEDED})
"""What somebody of the server can mend."""

LOOKED_AFTER = TOLD | {Obstacle.LEFT}

OF_THE_PLACE = frozenset({Obstacle.GONE, Obstacle.LEFT, Obstacle.BLOCKED, Obstacle.DM_CLOSED})
"""What stops whatever is sent to a place; the others may stop one setup there and not the next."""

MOST_TRIES = 5
"""So often a digest is sent into an obstacle that Discord shows only then, before Paperboy stops trying by itself."""

RECENT = 100
"""Deliveries among which a setup's own last ones and the notices about it are looked for."""

SERVER_LEFT = "Paperboy was taken out of this server."
GUILD_OF_THE_TERMINAL = 0


async def pause_all(tx: Writing, error: Unreachable, *, now: datetime, setup: ChannelSetup | None = None) -> None:
    """Pause every running setup that meets the same trouble, and plan the notices about it.

    ``setup`` is whose delivery met it: what only one needs, as a permission for its layout, stops no other in its
    place. Nobody is told twice of what one delivery met.
    """
    everybody = await tx.channels.at(error.destination)
    of_one = setup is not None and error.obstacle not in OF_THE_PLACE
    met = [one for one in everybody if not of_one or (setup is not None and one.id == setup.id)]
    for one in met:
        if one.paused_because is None:
            stopped = replace(one, paused_because=str(error), obstacle=error.obstacle, paused_at=now)
            is_news = one.created_by > 0 and not await _was_told(tx, stopped)
            await tx.channels.update(stopped)
            await tx.deliveries.hold(stopped, problem=str(error))
            if error.obstacle in TOLD and is_news:
                await tx.deliveries.plan(_notice(stopped, now))


async def _was_told(tx: Writing, stopped: ChannelSetup) -> bool:
    """Whether its maker was told the same since the delivery that waits was planned."""
    waiting = [one.planned_at for one in await _recent(tx.deliveries, stopped) if one.ended_at is None]
    notices = await tx.deliveries.recent(destination=_maker(stopped), limit=RECENT) if waiting else []
    return any(
        one.key.slot.startswith(f"{NOTICE_SLOT}{stopped.id}-")
        and one.empty_because == stopped.paused_because
        and one.state is not DeliveryState.SKIPPED
        and one.planned_at >= max(waiting)
        for one in notices
    )


async def _recent(kept: DeliveriesReader, setup: ChannelSetup) -> list[Delivery]:
    """The setup's own among the last deliveries to its place, newest first."""
    return [one for one in await kept.recent(destination=setup.destination, limit=RECENT) if setup.made(one.key)]


async def place_lost(r: Resources, destination_id: int, because: str) -> int:
    """A channel or thread was deleted; gives how many setups are paused for it."""
    now = r.clock()
    async with r.store.write() as tx:
        lost = [one for one in await tx.channels.list() if one.destination.id == destination_id]
        running = [setup for setup in lost if setup.paused_because is None]
        for place in {setup.destination for setup in lost}:
            await pause_all(tx, Unreachable(place, because, obstacle=Obstacle.GONE), now=now)
        await tx.discussions.forget(destination_id)
    return len(running)


async def guild_left(r: Resources, guild_id: int) -> int:
    """Paperboy was taken out of a server: its setups wait for it to come back; gives how many are paused for it."""
    now = r.clock()
    async with r.store.write() as tx:
        running = [setup for setup in await tx.channels.list(guild_id) if setup.paused_because is None]
        for setup in running:
            await pause_all(tx, Unreachable(setup.destination, SERVER_LEFT, obstacle=Obstacle.LEFT), now=now)
        await tx.channels.guild_left(guild_id, now)
    return len(running)


async def guilds_seen(r: Resources, guild_ids: AbstractSet[int]) -> None:
    """Paperboy is in these servers and in no others: those that it came back to are not left any more."""
    async with r.store.read() as tx:
        left = set(await tx.channels.guilds_left())
        known = await tx.channels.guilds() | await tx.choices.guilds()
        strange = known - guild_ids - left - {GUILD_OF_THE_TERMINAL}
    for guild_id in sorted(strange):
        await guild_left(r, guild_id)
    async with r.store.write() as tx:
        for guild_id in left & guild_ids:
            await tx.channels.guild_joined(guild_id)


async def recheck(r: Resources, outbox: Outbox, setup: ChannelSetup) -> Unreachable | None:
    """Look whether what paused ``setup`` is mended, and resume it if so; else what is still in the way.

    Raises:
        OutboxError: it cannot be found out now.
    """
    problem = await outbox.obstacle(setup.destination, Needs.of(setup))
    if problem is None:
        await resume(r, setup)
    return problem


async def resume(r: Resources, setup: ChannelSetup) -> ChannelSetup:
    """Let a paused setup run again, and what was held for it go out; gives it as it is now.

    Looking for what is in the way takes seconds, in which people act: what they changed stays, and one that was
    removed, or paused for another reason than in ``setup``, is left alone.
    """
    async with r.store.write() as tx:
        kept = await tx.channels.get(setup.id)
        if kept is None or (kept.paused_at, kept.obstacle) != (setup.paused_at, setup.obstacle):
            return kept or setup
        running = replace(kept, paused_because=None, obstacle=None, paused_at=None)
        await tx.channels.update(running)
        await tx.deliveries.release(running)
        await skip_notices(tx, running, reason="the setup runs again", now=r.clock())
    return running


async def resume_mended(r: Resources, outbox: Outbox) -> int:
    """Resume every setup whose obstacle is gone without anybody having said so; gives how many."""
    now = r.clock()
    async with r.store.read() as tx:
        paused = [setup for setup in await tx.channels.paused() if _is_looked_after(setup, now)]
    resumed = 0
    for setup in filter(lambda one: outbox.reaches(one.destination), paused):
        if await _is_in_vain(r, setup):
            continue
        try:
            problem = await recheck(r, outbox, setup)
        except OutboxError as error:  # not now; the next look is the retry
            log.info("an obstacle could not be looked at", destination=str(setup.destination), problem=str(error))
            continue
        if problem is None:
            resumed += 1
            log.info("obstacle gone; resumed", setup=setup.id, destination=str(setup.destination))
    return resumed


async def _is_in_vain(r: Resources, setup: ChannelSetup) -> bool:
    """Whether a digest met the obstacle again and again although none could be seen: then a person has to say so."""
    async with r.store.read() as tx:
        recent = await _recent(tx.deliveries, setup)
    since = takewhile(lambda one: one.state is not DeliveryState.SENT, recent)
    return any(one.attempts >= MOST_TRIES for one in since)


async def skip_notices(tx: Writing, setup: ChannelSetup, *, reason: str, now: datetime) -> None:
    """Let nobody be told any more that ``setup`` is paused."""
    slot = f"{NOTICE_SLOT}{setup.id}"
    await tx.deliveries.skip_waiting(_maker(setup), slot, reason=reason, at=now)


def is_notice_of(setup: ChannelSetup, key: DeliveryKey) -> bool:
    """Whether the delivery with this key told somebody that ``setup`` is paused."""
    return key.slot.startswith(f"{NOTICE_SLOT}{setup.id}-")


def _maker(setup: ChannelSetup) -> Destination:
    return Destination(kind=DestinationKind.PERSON, id=setup.created_by)


def _is_looked_after(setup: ChannelSetup, now: datetime) -> bool:
    since = setup.paused_at
    return setup.obstacle in LOOKED_AFTER and since is not None and now - since < LOOK_AGAIN_FOR


def _notice(setup: ChannelSetup, now: datetime) -> Delivery:
    """The message to whoever made the setup; one for each time that it is paused."""
    key = DeliveryKey(destination=_maker(setup), local_date=now.date(), slot=f"{NOTICE_SLOT}{setup.id}-{now:%H%M%S}")
    return Delivery(
        key=key,
        due_at=now,
        expires_at=now + NOTICE_WAITS,
        token=delivery_token(key),
        messages=messages_of(key, Layout.DIGEST, ()),
        empty_because=setup.paused_because,
        planned_at=now,
    )
