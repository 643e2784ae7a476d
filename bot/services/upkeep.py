"""What is done with messages that are there: crossposted, and kept true.

Each of it may be done twice without harm, so it is simply tried until it is done, a bounded number of times.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.core import calendar
from bot.core.digest import DigestPlan, complete
from bot.errors import InvalidInput, OutboxError, RetryLater
from bot.ports import Outbox, Resources
from bot.services import channels, news
from bot.services.choosing import Chooser
from bot.services.posts import Posts
from storage.errors import StorageError
from storage.kept_answers import KEPT
from storage.messages import Errand, Outstanding
from storage.records import ChannelSetup, Delivery, DeliveryState

log = structlog.get_logger(__name__)

AT_ONCE = 20
"""Fewer than deliveries may have at a time: a digest that is due goes before an old one's banner."""

MOST_TRIES = 8
"""Then it is given up: with waits that double that is more than four hours."""

FIRST_WAIT = timedelta(minutes=1)

LOOK_AGAIN = timedelta(minutes=30)
"""Between two looks whether a digest that is not full could be: as often as the sources are looked at."""

ADDED_AT_HALF_TIME = 2
MOST_ADDED = 3
"""Papers that a digest may gain beyond its limit after it was sent: some at half of its time, when what rises is plain,
the rest at its end. With two, and with three, 94 % of a day's final five were seen in 60 recorded days, with one 89 %,
with five no more (``benchmarks.settle``)."""

BANNERS_FOR = timedelta(days=30)
"""Older messages are left as they are: nobody reads them, and Discord is strict about late edits."""

ADDED = "added later"

GUILD_GRACE = timedelta(days=7)
"""How long the setups of a server that was left wait for Paperboy to be invited again."""

NOBODYS_AFTER = timedelta(days=7)
"""After its grace window: what waits longer is for a terminal, or for Discord, and only the other one ever runs."""
NOBODYS = "nobody who could send it ran in time"

LEDGER_BATCH = 1000
SEEN_CHANGE = "upkeep: last change seen"


async def publish(r: Resources, outbox: Outbox) -> int:
    """Crosspost what waits for it; gives how many messages were."""

    async def one(waiting: Outstanding) -> bool:
        return await outbox.publish(waiting.delivery.key.destination, waiting.message_id)

    return await _run(r, outbox, Errand.PUBLISH, one)


async def edit(r: Resources, outbox: Outbox) -> int:
    """Bring messages up to date that have changed; gives how many were edited."""
    posts = Posts(r)

    async def one(waiting: Outstanding) -> bool:
        delivery, message = waiting.delivery, waiting.message
        async with r.store.read() as tx:
            setup = await channels.setup_of(tx.channels, delivery.key)
        post, _ = await posts.of(delivery, message, setup, again=True)
        role_id = setup.role_id if setup is not None and message.part == delivery.messages[0].part else None
        return await outbox.edit(delivery.key.destination, waiting.message_id, post, role_id=role_id)

    return await _run(r, outbox, Errand.EDIT, one)


async def _run(r: Resources, outbox: Outbox, errand: Errand, do: Callable[[Outstanding], Awaitable[bool]]) -> int:
    """Do an errand for every message that has it due, a few at a time; gives for how many it was done."""
    async with r.store.read() as tx:
        due = await tx.messages.due(errand, r.clock(), limit=LEDGER_BATCH)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(waiting: Outstanding) -> bool:
        async with gate:
            return await _once(r, errand, waiting, do)

    ours = [waiting for waiting in due if outbox.reaches(waiting.delivery.key.destination)]
    return sum(await asyncio.gather(*map(one, ours)))


async def _once(
    r: Resources, errand: Errand, waiting: Outstanding, do: Callable[[Outstanding], Awaitable[bool]]
) -> bool:
    delivery, part = waiting.delivery, waiting.message.part
    try:
        done = await do(waiting)
    except OutboxError as error:
        await _in_vain(r, errand, waiting, error)
        return False
    except StorageError:
        raise
    except Exception as error:  # a mistake of ours with one message must not keep the others from theirs
        log.exception("an errand broke", errand=errand.name.lower(), delivery=delivery.id, part=part)
        await _in_vain(r, errand, waiting, error)
        return False
    async with r.store.write() as tx:
        await tx.messages.done(errand, delivery.id, part, since=waiting.since)
    return done


async def _in_vain(r: Resources, errand: Errand, waiting: Outstanding, error: Exception) -> None:
    """Try again after a wait that doubles, or as long as Discord asks; what a wait cannot mend is given up."""
    delivery, part = waiting.delivery, waiting.message.part
    again = r.clock() + FIRST_WAIT * 2**waiting.tries
    if isinstance(error, RetryLater):
        again = max(again, error.retry_at)
    hopeless = waiting.tries + 1 >= MOST_TRIES or (isinstance(error, OutboxError) and not isinstance(error, RetryLater))
    async with r.store.write() as tx:
        if hopeless:
            await tx.messages.done(errand, delivery.id, part, since=waiting.since)
        else:
            await tx.messages.later(errand, delivery.id, part, at=again)
    words = "given up" if hopeless else "tried in vain"
    log.warning(words, errand=errand.name.lower(), delivery=delivery.id, part=part, problem=str(error))


async def revise(r: Resources) -> int:
    """Add to sent digests what their list has come to since; gives how many changed.

    Nothing is ever taken out: people have seen it. What is added counts as posted.
    """
    now = r.clock()
    chooser = Chooser(r, now)
    changed = 0
    while True:
        async with r.store.read() as tx:
            due = await tx.deliveries.to_revise(now)
            setups = await tx.channels.get_many({setup_id for one in due if (setup_id := channels.made_by(one.key))})
        for delivery in due:
            setup = setups.get(channels.made_by(delivery.key) or 0)
            changed += await _revise(chooser, delivery, setup)
        if not due:
            return changed


async def _revise(chooser: Chooser, delivery: Delivery, setup: ChannelSetup | None) -> bool:
    r, now = chooser.r, chooser.now
    added = await _added(chooser, delivery, setup) if setup is not None else None
    async with r.store.write() as tx:
        if setup is None or added is None or not added.picked:
            await tx.deliveries.revise_later(delivery.id, next_look(delivery, setup, now))
            return False
        new = tuple(ranked.paper.id for ranked in added.picked)
        revision = replace(
            delivery,
            paper_ids=delivery.paper_ids + new,
            added=delivery.added + new,
            considered=added.considered,
            left_out=added.counts(),
            notes=delivery.notes | {one.paper.id: " · ".join((ADDED, *one.reasons)) for one in added.picked},
            empty_because=None,
        )
        await tx.deliveries.revised(revision, revise_at=next_look(revision, setup, now))
        await tx.messages.want_edit(delivery.id, at=now)
    return True


async def _added(chooser: Chooser, delivery: Delivery, setup: ChannelSetup) -> DigestPlan | None:
    """What to add: of the best of the day's list now, what the digest does not name."""
    days = await chooser.newest_of(calendar.covered(setup.schedule, setup.settle, delivery.key.local_date))
    posted = await chooser.posted(days, [setup.destination], delivery.cadence)
    others = set(posted.get(setup.destination, ())) - set(delivery.paper_ids)
    try:
        decision = await chooser.for_setup(setup, days, others)
    except InvalidInput as problem:  # changed by a newer version; what was sent stays as it is
        log.info("a digest cannot be revised", delivery=delivery.id, problem=str(problem))
        return None
    return complete(decision, delivery.paper_ids, most=_most(delivery, setup, chooser.now))


def next_look(delivery: Delivery, setup: ChannelSetup | None, now: datetime) -> datetime | None:
    """When a digest is held against its list the next time; None where it is as it stays.

    One that is not full is looked at again and again; a full one at half of its time and at its end.
    """
    until = delivery.revise_until
    if until is None or setup is None or now >= until:
        return None
    if len(delivery.paper_ids) < setup.limit:
        return min(now + LOOK_AGAIN, until)
    half = _half_time(delivery, until)
    return half if now < half else until


def _most(delivery: Delivery, setup: ChannelSetup, now: datetime) -> int:
    """How many papers a digest may have at ``now``: its limit, and what came up late."""
    until = delivery.revise_until
    if until is None or now < _half_time(delivery, until):
        return setup.limit
    extra = MOST_ADDED if now >= until else ADDED_AT_HALF_TIME
    return min(setup.limit + extra, channels.MOST_PAPERS)


def _half_time(delivery: Delivery, until: datetime) -> datetime:
    return delivery.due_at + (until - delivery.due_at) / 2


async def note_changes(r: Resources) -> int:
    """Let every message of the last 30 days be edited that names a paper with news; gives how many messages.

    Threads that discuss such a paper, and those who saved it, get a message of their own.
    """
    now = r.clock()
    async with r.store.write() as tx:
        if not await tx.papers.changes(after=int(await tx.facts.get(SEEN_CHANGE) or 0), limit=1):
            return 0
        # Of any number of processes one notes a change: what others noted meanwhile is not among these.
        changes = await tx.papers.changes(after=int(await tx.facts.hold(SEEN_CHANGE) or 0))
        if not changes:
            return 0
        papers = list(dict.fromkeys(change.paper_id for change in changes))
        count = await tx.messages.want_edits_of(papers, sent_since=now - BANNERS_FOR, at=now)
        await news.plan(tx, changes, now)
        await tx.facts.put(SEEN_CHANGE, str(changes[-1].id))
    return count


async def forget_the_old(r: Resources, *, keep: timedelta) -> tuple[int, int]:
    """Forget ended deliveries older than ``keep``, setups of servers left a week ago, old answers, turns and quotas.

    Gives how many deliveries and setups. What was posted where is kept, so that no paper comes twice. What waits in
    vain is given up.
    """
    now = r.clock()
    async with r.store.write() as tx:
        for one in await tx.deliveries.unfinished(limit=LEDGER_BATCH):
            if one.state is DeliveryState.PLANNED and one.expires_at < now - NOBODYS_AFTER:
                await tx.deliveries.skipped(one.id, reason=NOBODYS, at=now)
    deliveries = 0
    while True:
        async with r.store.write() as tx:
            gone = await tx.deliveries.purge(before=now - keep, limit=LEDGER_BATCH)
        deliveries += gone
        if gone < LEDGER_BATCH:
            break
    async with r.store.write() as tx:
        setups = await tx.channels.forget_guilds_left(now - GUILD_GRACE)
        await tx.questions.forget_before(now.date())
        await tx.answers.forget_before(now - KEPT)
        await tx.discussions.forget_turns_before(now - r.remembers)
    if deliveries or setups:
        log.info("forgot the old", deliveries=deliveries, setups=setups)
    return deliveries, setups
