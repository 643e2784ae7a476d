"""Whether ledger and channels agree, message by message, once the weather is calm and every lease has run out."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from bot.render.actions import ShowPaper, Why, decode
from storage.messages import Errand
from storage.records import (
    Cadence,
    Delivery,
    DeliveryState,
    Destination,
    DestinationKind,
    Layout,
    Message,
)
from tests.acceptance.chaos_world import World
from tests.standins.discord import Channel
from tests.standins.discord import Message as Seen
from tests.standins.discord.state import THREADS

PAPERS_OF_A_PERSON = 4
"""So many of a morning's papers are about the reader's topics."""

MOST_INVALID = 500
"""Requests that Discord counts as refused in ten minutes: far below the ten thousand that block an address."""

OUTSTANDING = 10_000


class Wrong(StrEnum):
    LOST = "lost"
    DOUBLED = "doubled"
    DISAGREES = "disagreement"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Wrong
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


async def unsettled(world: World) -> list[str]:
    """What programs have still to do with what was due until now, in words."""
    later = world.now + timedelta(days=1000)
    async with world.store.read() as tx:
        deliveries = await tx.deliveries.recent(limit=100_000)
        errands = {errand: await tx.messages.due(errand, later, limit=OUTSTANDING) for errand in Errand}
        revisions = await tx.deliveries.to_revise(world.now)
    open_ones = [one for one in deliveries if one.ended_at is None]
    waiting = [f"{one.key.destination} {one.key.local_date} is {one.state}" for one in open_ones]
    waiting += [f"{len(found)} to {errand.name.lower()}" for errand, found in errands.items() if found]
    waiting += [f"{len(revisions)} to revise"] if revisions else []
    waiting += [f"{untold} papers have news"] if (untold := await world.untold()) else []
    known = {(one.key.destination, one.key.local_date, one.key.slot) for one in deliveries}
    return waiting + [
        f"{at} {day} {slot} is not planned" for at, day, slot in slots(world) if (at, day, slot) not in known
    ]


async def can_work(world: World) -> bool:
    """Whether a program that starts now has something to do at once, and has not to wait for a lease."""
    async with world.store.read() as tx:
        known = {
            (one.key.destination, one.key.local_date, one.key.slot) for one in await tx.deliveries.recent(limit=100_000)
        }
        due = await tx.deliveries.due(world.now, limit=1)
        errands = [await tx.messages.due(errand, world.now, limit=1) for errand in Errand]
        revisions = await tx.deliveries.to_revise(world.now)
    return bool(due or revisions or any(errands) or set(slots(world)) - known or await world.untold())


def slots(world: World) -> Iterator[tuple[Destination, date, str]]:
    """Everything that was due until now, by the calendar alone."""
    for setup in world.setups:
        weekly = setup.schedule.cadence is Cadence.WEEKLY
        for day in world.days:
            at = datetime.combine(day, setup.schedule.at, UTC)
            if at <= world.now and (not weekly or day.weekday() == 0):
                yield setup.destination, day, setup.slot
    for destination in world.places:
        if destination.kind is DestinationKind.PERSON:
            for day in world.days:
                yield destination, day, "topics"


async def findings(world: World) -> list[Finding]:
    """Everything that is not as it should be."""
    deliveries = await world.ledger()
    found = [*_every_slot(world, deliveries)]
    for delivery in deliveries:
        found += _ended(world, delivery)
    for destination, channel in world.places.items():
        there = posts(world, channel)
        found += _places(world, [one for one in deliveries if one.key.destination == destination], there)
    found += _papers_once(deliveries)
    async with world.store.read() as tx:
        paused = await tx.channels.paused()
    found += [Finding(Wrong.DISAGREES, f"{one.destination} is paused: {one.paused_because}") for one in paused]
    found += [Finding(Wrong.DISAGREES, f"Discord objected: {one}") for one in world.discord.violations]
    if world.discord.accounts.most_invalid > MOST_INVALID:
        found.append(Finding(Wrong.DISAGREES, f"{world.discord.accounts.most_invalid} refused in ten minutes"))
    return found


def posts(world: World, channel: Channel) -> list[Seen]:
    """What the bot wrote there; in a forum the first messages of its posts."""
    if channel.guild is None or channel.id not in {one.id for one in channel.guild.channels.values() if one.tags}:
        return world.discord.messages(channel)
    threads = [one for one in channel.guild.channels.values() if one.kind in THREADS and one.parent is channel]
    return [message for thread in threads for message in world.discord.messages(thread)]


def _every_slot(world: World, deliveries: list[Delivery]) -> Iterator[Finding]:
    known = Counter((one.key.destination, one.key.local_date, one.key.slot) for one in deliveries)
    expected = set(slots(world))
    for destination, day, slot in expected - known.keys():
        yield Finding(Wrong.LOST, f"{destination} {day} {slot} was never planned")
    for key in known.keys() - expected:
        yield Finding(Wrong.DISAGREES, f"nobody asked for {key}")
    for key, count in known.items():
        if count > 1:
            yield Finding(Wrong.DOUBLED, f"{count} deliveries for {key}")


def _ended(world: World, one: Delivery) -> Iterator[Finding]:
    """Each delivery was sent, whole; on a day on which no program ran it was skipped, whole."""
    name = f"{one.key.destination} {one.key.local_date} {one.key.slot} ({one.state}, {one.problem})"
    if one.key.local_date in world.missed:
        if one.state is not DeliveryState.SKIPPED or one.message_id is not None:
            yield Finding(Wrong.DISAGREES, f"{name} should have been skipped")
        return
    if one.state is not DeliveryState.SENT or one.problem is not None:
        yield Finding(Wrong.LOST, f"{name} was not sent")
    if one.considered != len(one.paper_ids) + sum(one.left_out.values()):
        yield Finding(Wrong.DISAGREES, f"{name}: the sums are wrong")
    setup = next((setup for setup in world.setups if setup.made(one.key)), None)
    wanted = setup.limit if setup else PAPERS_OF_A_PERSON
    had = len(one.paper_ids) - len(one.added)
    if had < wanted or (setup and had > wanted):
        yield Finding(Wrong.LOST, f"{name} holds {had} papers instead of {wanted}")
    each = setup is not None and setup.layout in {Layout.CARDS, Layout.FORUM} and one.paper_ids
    if [message.paper_id for message in one.messages] != (list(one.paper_ids) if each else [None]):
        yield Finding(Wrong.DISAGREES, f"{name}: its messages are not about its papers")


def _places(world: World, deliveries: list[Delivery], there: list[Seen]) -> Iterator[Finding]:
    """Part by part, and then what else is in the channel."""
    by_token: defaultdict[str, list[Seen]] = defaultdict(list)
    for seen in there:
        tokens = {why.token for button in seen.buttons if isinstance(why := decode(button.custom_id or ""), Why)}
        if len(tokens) != 1:
            yield Finding(Wrong.DISAGREES, f"a message carries {len(tokens)} names: {seen.text[:80]!r}")
        for token in tokens:
            by_token[token].append(seen)
    for one in deliveries:
        for message in one.messages:
            yield from _part(world, one, message, by_token.pop(message.token, []))
    for token, strangers in by_token.items():
        yield Finding(Wrong.DISAGREES, f"nobody knows {token}, seen {len(strangers)} times")


def _part(world: World, one: Delivery, message: Message, seen: list[Seen]) -> Iterator[Finding]:
    name = f"{one.key.destination} {one.key.local_date} {one.key.slot} part {message.part}"
    if len(seen) > 1:
        yield Finding(Wrong.DOUBLED, f"{name} is there {len(seen)} times")
    if message.message_id in world.deleted:
        return
    if not seen and one.key.local_date not in world.missed:
        yield Finding(Wrong.LOST, f"{name} is not there ({message.message_id}, {message.problem})")
    if seen and message.message_id not in {each.id for each in seen}:
        yield Finding(Wrong.DISAGREES, f"{name} is {seen[0].id}, the ledger says {message.message_id}")
    for each in seen[:1]:
        yield from _content(world, one, message, each)


def _content(world: World, one: Delivery, message: Message, seen: Seen) -> Iterator[Finding]:
    """What the message shows, whom it notified, and what was done with it afterwards."""
    name = f"{one.key.destination} {one.key.local_date} {one.key.slot} part {message.part}"
    setup = next((setup for setup in world.setups if setup.made(one.key)), None)
    listed = [show.paper_id for button in seen.buttons if isinstance(show := decode(button.custom_id or ""), ShowPaper)]
    if listed and listed != list(one.paper_ids):
        yield Finding(Wrong.DISAGREES, f"{name} shows {listed}, the ledger has {one.paper_ids}")
    named = [message.paper_id] if message.paper_id else list(one.paper_ids)
    if any(paper in world.withdrawn for paper in named) and "Withdrawn by its authors" not in seen.text:
        yield Finding(Wrong.DISAGREES, f"{name} does not say that a paper was withdrawn")
    if seen.published is not bool(setup and setup.publish):
        yield Finding(Wrong.DISAGREES, f"{name} {'is' if seen.published else 'is not'} published")
    role = setup.role_id if setup and message.part == 0 else None
    if seen.pings != ({f"<@&{role}>"} if role else set()):
        yield Finding(Wrong.DISAGREES, f"{name} notified {sorted(seen.pings)}")
    thread = seen.channel
    if one.key.destination.kind is DestinationKind.FORUM and (
        thread.id != seen.id or not thread.applied_tags or not thread.name
    ):
        yield Finding(Wrong.DISAGREES, f"{name} is no post with a title and tags")


def _papers_once(deliveries: list[Delivery]) -> Iterator[Finding]:
    """No paper comes twice to one place in the same cadence."""
    had: Counter[tuple[Destination, Cadence, str]] = Counter()
    for one in deliveries:
        if one.state is DeliveryState.SENT:
            had.update((one.key.destination, one.cadence, paper_id) for paper_id in one.paper_ids)
    for (destination, cadence, paper_id), count in had.items():
        if count > 1:
            yield Finding(Wrong.DOUBLED, f"{paper_id} came {count} times to {destination} ({cadence})")
