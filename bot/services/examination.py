"""What waits, is on hold, was given up or cannot be read (any more), for whoever runs the bot."""

from dataclasses import dataclass
from datetime import timedelta

from bot.core.parse_query import parse_query
from bot.core.schedule import zone_info
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services.channels import checked
from storage.messages import Dropped, Errand
from storage.records import ChannelSetup, Delivery, Person, Topic

LATE = timedelta(hours=1)
"""A running bot is never so late, whatever happens."""
MANY_TRIES = 3
RECENT = timedelta(days=7)

Kept = ChannelSetup | Topic | Person


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that is kept and cannot be used as it is."""

    what: Kept
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Everything is right where all of it is empty and 0."""

    unreadable: tuple[Unreadable, ...]
    held: tuple[Delivery, ...]
    overdue: tuple[Delivery, ...]
    """Due for longer than ``LATE``, held by nothing, and neither sent nor ended."""
    dropped: tuple[Dropped, ...]
    """Of the last days."""
    to_publish: int
    """Messages that were to be crossposted long ago, or were tried in vain."""
    to_edit: int


async def examine(r: Resources) -> Examination:
    """Look at the store alone; nothing is changed, and nobody is asked."""
    now = r.clock()
    async with r.store.read() as tx:
        setups = await tx.channels.list()
        people = await tx.people.list()
        topics = await tx.topics.all()
        unfinished = await tx.deliveries.unfinished()
        dropped = await tx.messages.dropped(planned_since=now - RECENT)
        late = {errand: await tx.messages.in_vain(errand, due_before=now - LATE, tries=MANY_TRIES) for errand in Errand}
    everything: list[Kept] = [*setups, *people, *topics]
    found = [Unreadable(one, problem) for one in everything if (problem := _problem(one))]
    return Examination(
        unreadable=tuple(found),
        held=tuple(one for one in unfinished if one.is_held),
        overdue=tuple(one for one in unfinished if not one.is_held and one.due_at < now - LATE),
        dropped=tuple(dropped),
        to_publish=late[Errand.PUBLISH],
        to_edit=late[Errand.EDIT],
    )


def _problem(kept: Kept) -> str:
    """What is wrong with it; empty where nothing is."""
    try:
        match kept:
            case ChannelSetup():
                checked(kept)
                for rule in filter(lambda one: one.query, kept.tags):
                    parse_query(rule.query)
            case Person():
                zone_info(kept.schedule)
            case Topic():
                parse_query(kept.query)
    except InvalidInput as problem:
        return str(problem)
    return ""
