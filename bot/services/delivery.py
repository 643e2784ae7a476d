"""The heartbeat's work: plan what is due, deliver what is planned, once, whatever happens in between.

Delivering is three short steps around one send, and no transaction is open while it is under way:

    claim (planned → sending, by compare-and-set, with a lease) → send with the delivery's own token → sent

A delivery that is found in ``sending`` with an expired lease may have gone out: its token is looked for in the
destination's recent messages before anything is sent again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.core.digest import DigestPlan
from bot.core.reports import TickReport
from bot.errors import InvalidInput, Refused, RetryLater, SendUncertain, Unreachable
from bot.ports import Envelope, Outbox, Resources
from bot.render.digest import channel_digest, topic_digest
from bot.render.post import Post
from bot.services import planning, search
from bot.services.channels import setup_by_id
from storage.records import ChannelSetup, Delivery, DeliveryState, DestinationKind, Obstacle

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than a send may take with all its retries; the time that passes after a crash before somebody else looks."""

AT_ONCE = 8
"""Destinations served side by side; each has its own rate limit at Discord."""

CLOCK_SLACK = timedelta(minutes=5)
"""How far this machine's clock and Discord's may differ when a message is looked for."""


async def tick(r: Resources, outbox: Outbox) -> TickReport:
    """One round: plan every slot that has come, then try every delivery that may be tried now."""
    planned = await planning.plan_due(r, outbox.reaches)
    now = r.clock()
    async with r.store.read() as tx:
        paused = [setup for setup in await tx.channels.list() if setup.paused_because is not None]
        due = [one for one in await tx.deliveries.due(now) if outbox.reaches(one.key.destination)]
    waiting = [delivery for delivery in due if not _is_held(delivery, paused)]
    ended = await _deliver_all(r, outbox, waiting)
    return _report(planned, ended)


async def post_now(r: Resources, outbox: Outbox, setup_id: int) -> Delivery:
    """Send a setup's digest at once, beside its schedule; pressed twice within a minute it is the same delivery.

    Gives it as it ended.

    Raises:
        InvalidInput: there is no such setup.
    """
    setup = await setup_by_id(r, setup_id)
    delivery, _ = await planning.plan_now(r, setup, slot_name=f"{setup.slot}-now-{r.clock():%H%M}")
    async with r.store.write() as tx:
        kept = await planning.enter(tx.deliveries, delivery) or await tx.deliveries.by_key(delivery.key)
    if kept is None or kept.state is not DeliveryState.PLANNED:
        return kept or delivery
    return await _deliver(r, outbox, kept)


async def preview(r: Resources, setup: ChannelSetup) -> tuple[Post, DigestPlan]:
    """What ``setup`` would post if it were due now, and the whole decision behind it."""
    delivery, decision = await planning.plan_now(r, setup, slot_name="preview")
    return await _post_of(r, delivery), decision


async def explain(r: Resources, token: str) -> Delivery:
    """The delivery that a message's marker names.

    Raises:
        InvalidInput: the ledger does not hold it any more.
    """
    async with r.store.read() as tx:
        delivery = await tx.deliveries.by_token(token)
    if delivery is None:
        raise InvalidInput("The record of this digest is gone, so its reasons are not known any more.")
    return delivery


def _is_held(delivery: Delivery, paused: Sequence[ChannelSetup]) -> bool:
    """Whether an admin said to wait before anything of it went out; what was begun is brought to its end."""
    return delivery.state is DeliveryState.PLANNED and any(
        delivery.key.destination == setup.destination and delivery.key.slot == setup.slot for setup in paused
    )


async def _deliver_all(r: Resources, outbox: Outbox, waiting: Sequence[Delivery]) -> list[Delivery]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(delivery: Delivery) -> Delivery:
        async with gate:
            try:
                return await _deliver(r, outbox, delivery)
            except Exception:  # one destination's trouble must not end the others' deliveries; its lease keeps it safe
                log.exception("delivery broke", delivery=delivery.id, destination=str(delivery.key.destination))
                return delivery

    return list(await asyncio.gather(*map(one, waiting)))


async def _deliver(r: Resources, outbox: Outbox, delivery: Delivery) -> Delivery:
    """Bring one delivery as far as it goes now; gives it as the ledger has it afterwards."""
    async with r.store.write() as tx:
        claimed = await tx.deliveries.claim(delivery.id, now=r.clock(), lease=LEASE)
    if claimed is None:
        return delivery
    mine = claimed.delivery
    try:
        await _send(r, outbox, mine, resumed=claimed.resumed)
    except RetryLater as error:
        await _retry(r, mine, error)
    except SendUncertain as error:
        # The lease stays: when it has run out, the message is looked for before anything is sent again.
        log.warning("delivery uncertain", delivery=mine.id, destination=str(mine.key.destination), problem=str(error))
    except Unreachable as error:
        await _unreachable(r, mine, error)
    except Refused as error:
        async with r.store.write() as tx:
            await tx.deliveries.failed(mine.id, problem=str(error), at=r.clock(), attempt=mine.attempts)
        log.exception("delivery refused", delivery=mine.id, destination=str(mine.key.destination), problem=str(error))
    async with r.store.read() as tx:
        return await tx.deliveries.get(mine.id) or mine


async def _send(r: Resources, outbox: Outbox, delivery: Delivery, *, resumed: bool) -> None:
    destination = delivery.key.destination
    if resumed:
        message_id = await outbox.find(destination, delivery.token, since=delivery.planned_at - CLOCK_SLACK)
        if message_id is not None:
            await _sent(r, delivery, message_id)
            return
    if delivery.expires_at <= r.clock():
        async with r.store.write() as tx:
            reason = "could not be sent before the grace window ended"
            await tx.deliveries.skipped(delivery.id, reason=reason, at=r.clock(), attempt=delivery.attempts)
        return
    missing = await outbox.missing_permissions(destination)
    if missing:
        names = ", ".join(missing)
        raise Unreachable(destination, f"Paperboy lacks permission here: {names}.", obstacle=Obstacle.PERMISSION)
    post = await _post_of(r, delivery)
    await _sent(r, delivery, await outbox.send(destination, post, Envelope(token=delivery.token)))


async def _sent(r: Resources, delivery: Delivery, message_id: int) -> None:
    async with r.store.write() as tx:
        await tx.deliveries.sent(delivery.id, message_id=message_id, at=r.clock())
    log.info(
        "delivered", delivery=delivery.id, destination=str(delivery.key.destination), papers=len(delivery.paper_ids)
    )


async def _post_of(r: Resources, delivery: Delivery, setup: ChannelSetup | None = None) -> Post:
    async with r.store.read() as tx:
        known = await tx.papers.get_many(delivery.paper_ids)
        setup = setup or next((one for one in await tx.channels.list() if one.made(delivery.key)), None)
    papers = tuple(known[paper_id] for paper_id in delivery.paper_ids if paper_id in known)
    fresh = await search.freshness(r)
    if delivery.key.destination.kind is DestinationKind.PERSON:
        return topic_digest(delivery, papers, fresh)
    return channel_digest(delivery, papers, fresh, setup=setup)


async def _retry(r: Resources, delivery: Delivery, error: RetryLater) -> None:
    """Nothing was sent: wait as long as Discord asks, unless that is past the grace window."""
    async with r.store.write() as tx:
        if error.retry_at >= delivery.expires_at:
            problem = f"{error} Too late for this day."
            await tx.deliveries.failed(delivery.id, problem=problem, at=r.clock(), attempt=delivery.attempts)
        else:
            problem = str(error)
            await tx.deliveries.retry(
                delivery.id, not_before=error.retry_at, problem=problem, attempt=delivery.attempts
            )
    log.warning("delivery waits", delivery=delivery.id, until=error.retry_at.isoformat(), problem=str(error))


async def _unreachable(r: Resources, delivery: Delivery, error: Unreachable) -> None:
    """A person has to act: end the delivery and pause what made it, so that it is not tried in vain again."""
    destination = delivery.key.destination
    now = r.clock()
    async with r.store.write() as tx:
        await tx.deliveries.unreachable(delivery.id, problem=str(error), at=now, attempt=delivery.attempts)
        if destination.kind is DestinationKind.PERSON:
            person = await tx.people.get(destination.id)
            if person is not None:
                await tx.people.save(replace(person, dm_closed_at=now))
        else:
            for setup in await tx.channels.list():
                if setup.destination == destination and setup.paused_because is None:
                    await tx.channels.update(replace(setup, paused_because=str(error)))
    log.warning("destination unreachable", destination=str(destination), obstacle=error.obstacle, problem=str(error))


def _report(planned: int, ended: Sequence[Delivery]) -> TickReport:
    def those(*states: DeliveryState) -> tuple[Delivery, ...]:
        return tuple(delivery for delivery in ended if delivery.state in states)

    return TickReport(
        planned=planned,
        sent=those(DeliveryState.SENT),
        skipped=those(DeliveryState.SKIPPED),
        failed=those(DeliveryState.FAILED, DeliveryState.UNREACHABLE),
        waiting=len(those(DeliveryState.PLANNED, DeliveryState.SENDING)),
    )
