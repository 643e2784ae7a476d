"""Topics: the queries that a person follows; what matches arrives as one direct message a day."""

from dataclasses import dataclass, replace
from datetime import time, timedelta

from bot.core.matching import matches
from bot.core.parse_query import canonical, parse_query
from bot.core.ranking import Ranked, rank
from bot.core.schedule import parse_zone
from bot.errors import InvalidInput, QuerySyntaxError
from bot.ports import Resources
from bot.services import search
from storage.records import Person, Schedule, Sort, Topic
from storage.store import Writing

MOST_TOPICS = 25
PREVIEW_DAYS = 14
EXAMPLES = 3
DEFAULT_SCHEDULE = Schedule(at=time(9), zone="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What following a topic means: how much it would have brought lately, with examples."""

    topic: Topic
    person: Person
    already: bool
    matched: int
    considered: int
    days: int
    examples: tuple[Ranked, ...]


async def follow(
    r: Resources, person_id: int, text: str, *, at: time | None = None, zone: str | None = None
) -> Followed:
    """Follow ``text`` from now on; ``at`` and ``zone`` move the person's daily message, which all topics share.

    Raises:
        QuerySyntaxError: ``text`` is not a query.
        InvalidInput: the zone does not exist, or there are too many topics.
    """
    query = parse_query(text)
    now = r.clock()
    topic = Topic(person_id=person_id, query=canonical(query), created_at=now)
    async with r.store.write() as tx:
        person = await tx.people.get(person_id) or Person(id=person_id, schedule=DEFAULT_SCHEDULE)
        schedule = replace(
            person.schedule,
            at=at if at is not None else person.schedule.at,
            zone=parse_zone(zone) if zone else person.schedule.zone,
        )
        person, _ = await _open_again(tx, replace(person, schedule=schedule))
        mine = await tx.topics.of(person_id)
        if len(mine) >= MOST_TOPICS and topic.query not in {known.query for known in mine}:
            raise InvalidInput(f"You follow {MOST_TOPICS} topics already; stop one with /topics unfollow.")
        kept = await tx.topics.follow(topic)
    topic = kept or next(known for known in mine if known.query == topic.query)
    async with r.store.read() as tx:
        first, last = now.date() - timedelta(days=PREVIEW_DAYS), now.date()
        both = (*await tx.papers.on_days(first, last), *await tx.papers.announced(first, last))
        recent = {paper.id: paper for paper in both}.values()
        matching = [paper for paper in recent if matches(query, paper, today=now.date())]
        sightings = await tx.papers.sightings([paper.id for paper in matching])
    examples = rank(matching, sightings, sort=Sort.TRENDING, now=now)[:EXAMPLES]
    return Followed(
        topic=topic,
        person=person,
        already=kept is None,
        matched=len(matching),
        considered=len(recent),
        days=PREVIEW_DAYS,
        examples=examples,
    )


async def write_again(r: Resources, person_id: int) -> tuple[Person, bool]:
    """Write to somebody again whose direct messages were closed, with today's message where it still waits.

    Gives the person, and whether a message waits.

    Raises:
        InvalidInput: nothing is known of them.
    """
    async with r.store.write() as tx:
        person = await tx.people.get(person_id)
        if person is None:
            raise InvalidInput("You follow no topics, so there is nothing to write. Begin with /topics follow.")
        return await _open_again(tx, person)


async def _open_again(tx: Writing, person: Person) -> tuple[Person, bool]:
    """Somebody who comes back may have opened their direct messages again: the next delivery finds out."""
    waits = person.dm_closed_at is not None and await tx.deliveries.release_held(person.destination)
    person = replace(person, dm_closed_at=None)
    await tx.people.save(person)
    return person, waits


async def follow_search(r: Resources, person_id: int, token: str) -> Followed:
    """Follow the search that a button names.

    Raises:
        InvalidInput: the search is not remembered any more, or see ``follow``.
    """
    text = await search.remembered(r, token, otherwise="Follow it by its words with /topics follow.")
    return await follow(r, person_id, text)


async def mine(r: Resources, person_id: int) -> tuple[Person | None, tuple[Topic, ...]]:
    """A person and the topics they follow, oldest first; None for somebody unknown."""
    async with r.store.read() as tx:
        return await tx.people.get(person_id), tuple(await tx.topics.of(person_id))


async def unfollow(r: Resources, person_id: int, topic_id: int) -> Topic:
    """Stop following one topic; gives what it was.

    Raises:
        InvalidInput: this person follows no such topic.
    """
    async with r.store.write() as tx:
        followed = {topic.id: topic for topic in await tx.topics.of(person_id)}
        if topic_id not in followed:
            raise InvalidInput(f"You follow no topic {topic_id}. See yours with /topics list.")
        await tx.topics.unfollow(person_id, topic_id)
    return followed[topic_id]


async def unfollow_named(r: Resources, person_id: int, text: str) -> Topic:
    """Stop following the topic that ``text`` names by its number, else by its query in any spelling.

    Raises:
        InvalidInput: this person follows no such topic.
    """
    _, followed = await mine(r, person_id)
    wanted = text.strip()
    by_name = {topic.query: topic for topic in followed} | {str(topic.id): topic for topic in followed}
    named = by_name.get(wanted) or by_name.get(_canonical(wanted) or wanted)
    if named is None:
        raise InvalidInput(f"You do not follow {wanted!r}. See yours with /topics list.")
    return await unfollow(r, person_id, named.id)


def _canonical(text: str) -> str | None:
    try:
        return canonical(parse_query(text))
    except QuerySyntaxError:  # then it can only be the number of a topic
        return None
