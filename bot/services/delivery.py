"""Deliveries on their way: claimed, sent message by message, noted; once, whatever happens in between.

No transaction is open while anything is under way:

    claim (planned → sending, by compare-and-set, with a lease)
        → for each message that is still open: send it under its own token → note it, and hold the lease for the next
    → sent

A delivery that is found in ``sending`` with an expired lease may have gone out as far as its first open message: that
one's token is looked for in the destination's recent messages before anything is sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.core.digest import DigestPlan
from bot.errors import Filtered, InvalidInput, Refused, RetryLater, SendUncertain, TooLarge, Unreachable
from bot.ports import DIGEST_ONLY, Needs, Outbox, Resources
from bot.render.post import Post
from bot.services import channels, pauses, planning
from bot.services.posts import SAVED_SLOT, Posts, envelope
from bot.services.topics import DEFAULT_SCHEDULE
from bot.services.upkeep import next_look
from storage.records import (
    ChannelSetup,
    Delivery,
    DeliveryState,
    DestinationKind,
    Message,
    Obstacle,
    Person,
)
from storage.store import Writing

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than one send may take with all its retries; the time that passes after a crash before somebody else looks."""

LONGEST_SEND = timedelta(seconds=90)
"""For so long a delivery has to be held before something of it leaves: a send with all its retries, and a reserve. A
forum post has no nonce, so whoever takes a delivery over while one is on its way would make a second."""

CLOCK_SLACK = timedelta(hours=6)
"""How far this machine's clock and Discord's may differ when a message is looked for, or how far it was put back since
the delivery was planned. What comes last is looked at first, so this costs nothing where the message is there."""

SMALLEST = 2
"""How far a message is squeezed that Discord does not take, before it is given up."""

PATIENT_TRIES = 3
"""So often a message that may have been too large for Discord's servers to answer is sent as it is."""

FINISHED_WITHIN = timedelta(hours=6)
"""How long after its grace window a delivery that was begun is still tried to be brought to its end."""

STILL_IN_DOUBT = timedelta(minutes=10)
"""Between two looks for a message where somebody has to let us look first."""

NO_TAG_FITS = "The forum wants a tag on each post, and none of the setup's tags fits; a tag for all others would."
TOO_LATE = "could not be sent before the grace window ended"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A delivery that is ours to send, with the setup that made it, where there is one.

    ``resumed``: somebody before us may have sent it.
    """

    delivery: Delivery
    resumed: bool
    setup: ChannelSetup | None


async def claim(r: Resources, deliveries: Sequence[Delivery]) -> list[Assignment]:
    """Take those of them that may be sent now and that nobody else has taken, in one transaction."""
    async with r.store.write() as tx:
        claimed = await tx.deliveries.claim_all([one.id for one in deliveries], now=r.clock(), lease=LEASE)
        setups = await channels.setups_of(tx.channels, [one.delivery.key for one in claimed])
    return [Assignment(one.delivery, one.resumed, setups.get(one.delivery.key)) for one in claimed]


async def deliver(r: Resources, outbox: Outbox, posts: Posts, ours: Assignment) -> bool:
    """Bring a claimed delivery as far as it goes now, as the ledger then says; False where it met with trouble."""
    mine = ours.delivery
    at = _Round(r, outbox, posts, ours.setup)
    at.held_until, at.in_doubt = mine.lease_until, ours.resumed
    try:
        await _send(at, mine, resumed=ours.resumed)
    except RetryLater as error:
        await _retry(r, mine, error)
    except SendUncertain as error:
        # The lease stays: when it has run out, the message is looked for before anything is sent again.
        log.warning("delivery uncertain", delivery=mine.id, destination=str(mine.key.destination), problem=str(error))
    except Unreachable as error:
        await _unreachable(r, mine, error, in_doubt=at.in_doubt)
    except Refused as error:
        async with r.store.write() as tx:
            await tx.deliveries.failed(mine.id, problem=str(error), at=r.clock(), attempt=mine.attempts)
        log.exception("delivery refused", delivery=mine.id, destination=str(mine.key.destination), problem=str(error))
    else:
        return True
    return False


async def post_now(r: Resources, outbox: Outbox, setup_id: int) -> Delivery:
    """Send a setup's digest at once, beside its schedule; pressed twice within a minute it is the same delivery.

    Gives it as it ended. Where there is nothing to post nothing is: whoever asked is told why, not the channel.

    Raises:
        InvalidInput: there is no such setup.
    """
    setup = await channels.setup_by_id(r, setup_id)
    slot_name = f"{setup.slot}-now-{r.clock():%H%M}"
    delivery, _ = await planning.plan_now(r, replace(setup, quiet=True), slot_name=slot_name)
    async with r.store.write() as tx:
        entered = await planning.enter_all(tx.deliveries, [delivery])
        kept = entered[0] if entered else await tx.deliveries.by_key(delivery.key)
    if kept is None or kept.state is not DeliveryState.PLANNED:
        return kept or delivery
    for ours in await claim(r, [kept]):
        await deliver(r, outbox, Posts(r), ours)
    async with r.store.read() as tx:
        return await tx.deliveries.get(kept.id) or kept


async def preview(r: Resources, setup: ChannelSetup) -> tuple[Post, DigestPlan]:
    """What ``setup`` would post first if it were due now, and the whole decision behind it."""
    delivery, decision = await planning.plan_now(r, replace(setup, quiet=False), slot_name="preview")
    post, _ = await Posts(r).of(delivery, delivery.messages[0], setup)
    return post, decision


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


class _Round:
    """What sending one delivery takes."""

    def __init__(self, r: Resources, outbox: Outbox, posts: Posts, setup: ChannelSetup | None) -> None:
        self.r = r
        self.outbox = outbox
        self.posts = posts
        self.setup = setup
        self.needs = Needs.of(setup) if setup is not None else DIGEST_ONLY
        self.dropped: list[str] = []
        """What kept some of its messages from being sent."""
        self.held_until: datetime | None = None
        """Until when nobody else takes the delivery."""
        self.in_doubt = False
        """Whether a message may be there that nobody has looked for yet."""


async def _send(at: _Round, delivery: Delivery, *, resumed: bool) -> None:
    destination = delivery.key.destination
    waiting = [message for message in delivery.messages if message.is_open]
    at.dropped += [message.problem for message in delivery.messages if message.problem]
    begun = delivery.message_id is not None
    if resumed and waiting:
        since = min(delivery.planned_at, at.r.clock()) - CLOCK_SLACK
        message_id = await at.outbox.find(destination, waiting[0].token, since=since)
        if message_id is not None:
            found, begun = waiting.pop(0), True
            if not await _note(at, delivery, found, message_id, last=not waiting) or not waiting:
                return  # all is there, or the lease ran out while it was looked for and somebody else goes on
    at.in_doubt = False
    if waiting and delivery.expires_at + (FINISHED_WITHIN if begun else timedelta()) <= at.r.clock():
        await _too_late(at, delivery, begun=begun)
        return
    if waiting and (problem := await at.outbox.obstacle(destination, at.needs)) is not None:
        raise problem
    await _send_all(at, delivery, waiting, begun=begun, hurried=resumed)


async def _send_all(at: _Round, delivery: Delivery, waiting: list[Message], *, begun: bool, hurried: bool) -> None:
    refusal: Refused | None = None
    squeeze = max(0, min(SMALLEST, delivery.attempts - PATIENT_TRIES)) if hurried else 0
    for message in waiting:
        try:
            message_id = await _send_one(at, delivery, message, squeeze)
            if message_id is None:
                return  # the lease ran out: somebody else goes on
        except Refused as problem:
            refusal = problem
            at.dropped.append(str(problem))
            async with at.r.store.write() as tx:
                await tx.deliveries.message_dropped(delivery.id, message.part, problem=str(problem))
            log.warning("message refused", delivery=delivery.id, part=message.part, problem=str(problem))
        else:
            begun = True
            if not await _note(at, delivery, message, message_id, last=message is waiting[-1]):
                return
    if not begun and refusal is not None:
        raise refusal
    if refusal is not None or not waiting:
        async with at.r.store.write() as tx:
            await _end(tx, at, delivery)


async def _send_one(at: _Round, delivery: Delivery, message: Message, squeeze: int) -> int | None:
    """Send one message, smaller if need be: what was not taken was not sent, so its token serves again.

    None where somebody else has this delivery now.
    """
    while True:
        post, title = await at.posts.of(delivery, message, at.setup, squeeze=squeeze)
        letter = await envelope(at.r, at.outbox, delivery, message, setup=at.setup, title=title)
        if not await _is_held(at, delivery):
            return None
        try:
            return await at.outbox.send(delivery.key.destination, post, letter)
        except (TooLarge, Filtered):
            if squeeze >= SMALLEST:
                raise
            squeeze += 1
        except Unreachable as error:
            if error.obstacle is Obstacle.TAG_NEEDED and message.paper_id is not None:
                raise Refused(error.destination, NO_TAG_FITS) from error  # the setup has tags, or we were not here
            raise


async def _is_held(at: _Round, delivery: Delivery) -> bool:
    """Hold a delivery for as long as the next send may take; False where somebody else has it now."""
    now = at.r.clock()
    if at.held_until is not None and at.held_until - now >= LONGEST_SEND:
        return True
    at.held_until = now + LEASE
    async with at.r.store.write() as tx:
        return await tx.deliveries.renew(delivery.id, at.held_until, attempt=delivery.attempts)


async def _note(at: _Round, delivery: Delivery, message: Message, message_id: int, *, last: bool) -> bool:
    """Note that a message is there; False where somebody else has this delivery now."""
    now = at.r.clock()
    publish = at.setup is not None and at.setup.publish

    async def write(tx: Writing) -> bool:
        await tx.deliveries.message_sent(delivery.id, message.part, message_id=message_id, at=now, publish=publish)
        if not last:
            at.held_until = now + LEASE
            return await tx.deliveries.renew(delivery.id, at.held_until, attempt=delivery.attempts)
        await _end(tx, at, delivery)
        return True

    return await at.r.store.note(write)


async def _end(tx: Writing, at: _Round, delivery: Delivery) -> None:
    """All that can be there is there."""
    now, problem = at.r.clock(), " ".join(dict.fromkeys(at.dropped)) or None
    await tx.deliveries.sent(delivery.id, at=now, problem=problem, revise_at=next_look(delivery, at.setup, now))
    log.info(
        "delivered", delivery=delivery.id, destination=str(delivery.key.destination), papers=len(delivery.paper_ids)
    )


async def _too_late(at: _Round, delivery: Delivery, *, begun: bool) -> None:
    """The day is over: what is there is all of it, or nothing went out, by what paused it or by itself."""
    now, setup, destination = at.r.clock(), at.setup, delivery.key.destination
    async with at.r.store.write() as tx:
        person = await tx.people.get(destination.id) if destination.kind is DestinationKind.PERSON else None
        is_closed = person is not None and person.dm_closed_at is not None
        if begun:
            await tx.deliveries.sent(delivery.id, at=now, problem=TOO_LATE)
        elif is_closed or (setup is not None and setup.obstacle is not None):
            problem = (setup.paused_because if setup is not None else delivery.problem) or TOO_LATE
            await tx.deliveries.unreachable(delivery.id, problem=problem, at=now, attempt=delivery.attempts)
        else:
            reason = (setup.paused_because if setup is not None else None) or TOO_LATE
            await tx.deliveries.skipped(delivery.id, reason=reason, at=now, attempt=delivery.attempts)


async def _retry(r: Resources, delivery: Delivery, error: RetryLater) -> None:
    """Nothing more was sent: wait as long as Discord asks, unless that is past the grace window."""
    async with r.store.write() as tx:
        if error.retry_at >= delivery.expires_at:
            await _give_up(tx, r, delivery, f"{error} Too late for this day.", unreachable=False)
        else:
            await tx.deliveries.retry(
                delivery.id, not_before=error.retry_at, problem=str(error), attempt=delivery.attempts
            )
    log.warning("delivery waits", delivery=delivery.id, until=error.retry_at.isoformat(), problem=str(error))


async def _unreachable(r: Resources, delivery: Delivery, error: Unreachable, *, in_doubt: bool) -> None:
    """A person has to act: hold the delivery, and pause what made it, so that it is not tried in vain again.

    One that is ``in_doubt`` is never back among those of which nothing was sent: it is looked for as soon as we may.
    """
    destination, now = delivery.key.destination, r.clock()
    async with r.store.write() as tx:
        setup = await channels.setup_of(tx.channels, delivery.key)
        person = await _closed(tx, error)
        if in_doubt and now < delivery.expires_at:
            await tx.deliveries.renew(delivery.id, now + STILL_IN_DOUBT, attempt=delivery.attempts)
        elif _is_waited_for(delivery, setup, person) and now < delivery.expires_at:
            await tx.deliveries.retry(
                delivery.id, not_before=delivery.expires_at, problem=str(error), attempt=delivery.attempts
            )
        else:
            await _give_up(tx, r, delivery, str(error), unreachable=True)
        if error.obstacle is Obstacle.GONE:
            await tx.discussions.forget(destination.id)
        if person is not None:
            await tx.people.save(replace(person, dm_closed_at=now))
        if destination.kind is not DestinationKind.PERSON:
            await pauses.pause_all(tx, error, now=now, setup=setup)
    log.warning("destination unreachable", destination=str(destination), obstacle=error.obstacle, problem=str(error))


async def _closed(tx: Writing, error: Unreachable) -> Person | None:
    """Whose direct messages ``error`` found closed, where they wait for any: for their topics, or news of their papers.

    Nothing else is kept of who only saved papers; to tell them, it has to be known from here on.
    """
    place = error.destination
    if place.kind is not DestinationKind.PERSON or error.obstacle is not Obstacle.DM_CLOSED:
        return None
    person = await tx.people.get(place.id)
    if person is None and await tx.saved.of(place.id):
        return Person(id=place.id, schedule=DEFAULT_SCHEDULE)
    return person


def _is_waited_for(delivery: Delivery, setup: ChannelSetup | None, person: Person | None) -> bool:
    """Whether a delivery is worth holding for as long as it may come at all: no notice, and nothing out of turn."""
    slot = delivery.key.slot
    if setup is not None:
        return slot == setup.slot
    return person is not None and (slot == planning.TOPIC_SLOT or slot.startswith(SAVED_SLOT))


async def _give_up(tx: Writing, r: Resources, delivery: Delivery, problem: str, *, unreachable: bool) -> None:
    """Nothing more of it will be sent; where something was, that is what it comes to."""
    now, ledger = r.clock(), tx.deliveries
    kept = await ledger.get(delivery.id)
    if kept is not None and kept.message_id is not None:
        await ledger.sent(delivery.id, at=now, problem=problem)
    elif unreachable:
        await ledger.unreachable(delivery.id, problem=problem, at=now, attempt=delivery.attempts)
    else:
        await ledger.failed(delivery.id, problem=problem, at=now, attempt=delivery.attempts)
