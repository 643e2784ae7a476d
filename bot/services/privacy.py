"""What is kept of a person, shown and deleted at once (design promise 7)."""

from typing import Any

from bot.ports import Resources
from storage.questions import of_person
from storage.records import Destination, DestinationKind

ALL = 1_000_000
"""More messages than anybody lives to get."""


async def export(r: Resources, person_id: int) -> dict[str, Any]:
    """All that the store holds of one person, as one JSON document."""
    async with r.store.read() as tx:
        person = await tx.people.get(person_id)
        followed = await tx.topics.of(person_id)
        saved = await tx.saved.of(person_id)
        titles = {one.id: one.title for one in (await tx.papers.get_many([one.paper_id for one in saved])).values()}
        them = Destination(kind=DestinationKind.PERSON, id=person_id)
        messages = await tx.deliveries.recent(destination=them, limit=ALL)
        setups = [setup for setup in await tx.channels.list() if setup.created_by == person_id]
        votes = await tx.answers.votes_of(person_id)
        turns = await tx.discussions.turns_of(person_id)
        asked = await tx.questions.asked(r.clock().date(), of_person(person_id))
    return {
        "person": person_id,
        "daily_message": None
        if person is None
        else {
            "hour": person.schedule.at.strftime("%H:%M"),
            "zone": person.schedule.zone,
            "direct_messages_closed_since": person.dm_closed_at.isoformat() if person.dm_closed_at else None,
        },
        "topics": [{"query": topic.query, "since": topic.created_at.isoformat()} for topic in followed],
        "saved_papers": [
            {"paper": one.paper_id, "title": titles[one.paper_id], "since": one.saved_at.isoformat()} for one in saved
        ],
        "deliveries": [
            {
                "day": one.key.local_date.isoformat(),
                "state": str(one.state),
                "papers": list(one.paper_ids),
                "why": one.notes,
                "left_out": one.left_out,
                "message": one.message_id,
                "problem": one.problem,
                "due_at": one.due_at.isoformat(),
                "ended_at": one.ended_at.isoformat() if one.ended_at else None,
            }
            for one in messages
        ],
        "votes_on_answers": [
            {"question": one.question, "helps": one.is_good, "at": one.voted_at.isoformat()} for one in votes
        ],
        "questions_in_threads": [
            {"thread": thread_id, "at": turn.at.isoformat(), "question": turn.question, "answer": list(turn.said)}
            for thread_id, turn in turns
        ],
        "questions_to_the_model_today": asked,
        "channel_setups_made": [{"id": setup.id, "channel": str(setup.destination)} for setup in setups],
    }


async def forget(r: Resources, person_id: int) -> tuple[int, int]:
    """Delete the person, their topics, saved papers, votes and turns, and what was sent to them.

    Gives how many topics and saved papers there were.

    How often they asked a model today goes, too; what their server and all together may ask still bounds them.
    A channel setup that they made belongs to its server and stays, without their name on it.
    """
    async with r.store.write() as tx:
        topics = len(await tx.topics.of(person_id))
        saved = await tx.saved.forget(person_id)
        await tx.people.forget(person_id)
        await tx.channels.disown(person_id)
        await tx.answers.forget_votes_of(person_id)
        await tx.discussions.forget_turns_of(person_id)
        await tx.questions.forget(of_person(person_id))
    return topics, saved
