"""Sources, channel setups, people, topics, discussions, facts and kept queries."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest

from storage.channels import NOBODY
from storage.errors import NotFound
from storage.facts import TOKEN_LENGTH
from storage.records import (
    WORKING_DAYS,
    ChannelSetup,
    Destination,
    DestinationKind,
    Schedule,
    Sort,
)
from storage.source_state import SourceState
from storage.sources import Standing
from storage.store import Store
from storage.turns import MOST_TURNS, Turn
from tests.builders import (
    BASE,
    CHANNEL,
    DAY,
    GUILD_ID,
    PERSON_ID,
    make_delivery,
    make_id,
    make_key,
    make_paper,
    make_person,
    make_setup,
    make_topic,
    sighting_of,
)
from tests.ledger import posted_papers

LATER = BASE + timedelta(hours=1)
EVERY_CHOICE = Schedule(at=time(23, 59), zone="Asia/Kathmandu", weekdays=WORKING_DAYS, grace=timedelta(minutes=90))


async def add(store: Store, setup: ChannelSetup) -> ChannelSetup:
    async with store.write() as tx:
        return await tx.channels.add(setup)


class TestSources:
    async def test_a_source_never_looked_at_has_an_empty_state(self, each_store: Store) -> None:
        async with each_store.read() as tx:
            assert await tx.sources.state("huggingface") == SourceState(name="huggingface")
            assert await tx.sources.states() == []

    async def test_a_failure_keeps_what_was_good_and_a_success_ends_it(self, each_store: Store) -> None:
        async with each_store.write() as tx:
            await tx.sources.record_failure("arxiv", at=BASE, problem="no answer", retry_at=LATER)
            await tx.sources.record_success("huggingface", at=BASE, fetched=50, rejected=1)
            await tx.sources.record_failure("huggingface", at=LATER, problem="HTML came", retry_at=None)
            good = SourceState(name="huggingface", succeeded_at=BASE, failed_at=LATER, fetched=50, rejected=1)
            arxiv = SourceState(name="arxiv", failed_at=BASE, problem="no answer", retry_at=LATER)
            assert await tx.sources.states() == [arxiv, replace(good, problem="HTML came")]
            await tx.sources.record_success("huggingface", at=LATER, fetched=3, rejected=0)
            assert await tx.sources.state("huggingface") == replace(good, succeeded_at=LATER, fetched=3, rejected=0)

    async def test_a_day_is_remembered_with_its_last_look(self, each_store: Store) -> None:
        async with each_store.write() as tx:
            await tx.sources.mark_day("huggingface", DAY, at=BASE)
            await tx.sources.mark_day("huggingface", DAY, at=LATER)
            assert await tx.sources.day_looked_at("huggingface", DAY) == LATER
            assert await tx.sources.day_looked_at("huggingface", DAY + timedelta(days=1)) is None
            assert await tx.sources.day_looked_at("arxiv", DAY) is None

    async def test_how_current_everything_is_comes_at_once(self, each_store: Store) -> None:
        async with each_store.write() as tx:
            assert await tx.sources.standing("said") == Standing(0, None, None, None)
            paper = make_paper()
            await tx.papers.save([paper], [sighting_of(paper)])
            await tx.sources.record_success("arxiv", at=BASE, fetched=1, rejected=0)
            await tx.sources.record_success("huggingface", at=LATER, fetched=1, rejected=0)
            await tx.facts.put("said", "so")
            assert await tx.sources.standing("said") == Standing(1, sighting_of(paper).seen_at, LATER, "so")
            assert (await tx.sources.standing("nothing")).fact is None
            assert (await tx.sources.standing("said", beside="huggingface")).succeeded_at == BASE


class TestChannels:
    async def test_every_choice_of_a_setup_comes_back(self, each_store: Store) -> None:
        chosen = make_setup(
            destination=Destination(kind=DestinationKind.THREAD, id=2**63 - 1),
            schedule=EVERY_CHOICE,
            limit=3,
            sort=Sort.TOP,
            query='"mixture of experts" -survey',
            min_upvotes=20,
            paused_because="paused by an admin",
        )
        kept = await add(each_store, chosen)
        assert kept == replace(chosen, id=kept.id)
        assert kept.id > 0
        async with each_store.read() as tx:
            assert await tx.channels.get(kept.id) == kept
            assert await tx.channels.get(kept.id + 1) is None

    async def test_setups_are_listed_oldest_first_by_server(self, each_store: Store) -> None:
        first, other, last = [await add(each_store, make_setup(guild_id=guild)) for guild in (GUILD_ID, 5, GUILD_ID)]
        async with each_store.read() as tx:
            assert await tx.channels.list(GUILD_ID) == [first, last]
            assert await tx.channels.list() == [first, other, last]
            assert await tx.channels.list(6) == []

    async def test_an_update_replaces_and_names_what_is_not_there(self, each_store: Store) -> None:
        kept = await add(each_store, make_setup())
        changed = replace(kept, schedule=EVERY_CHOICE, query=None, limit=7)
        async with each_store.write() as tx:
            await tx.channels.update(changed)
            assert await tx.channels.get(kept.id) == changed
            with pytest.raises(NotFound, match=f"no channel setup {kept.id + 1}"):
                await tx.channels.update(replace(changed, id=kept.id + 1))

    async def test_the_id_of_a_removed_setup_is_never_given_again(self, each_store: Store) -> None:
        kept = await add(each_store, make_setup())
        async with each_store.write() as tx:
            delivery = await tx.deliveries.plan(make_delivery(make_id(1), key=make_key(slot=kept.slot)))
            assert await tx.channels.remove(kept.id)
            assert not await tx.channels.remove(kept.id)
        assert (await add(each_store, make_setup())).id > kept.id
        async with each_store.read() as tx:
            assert await tx.deliveries.recent() == [delivery]
            assert await posted_papers(tx.deliveries, CHANNEL) == {make_id(1)}

    async def test_a_maker_who_wants_to_be_forgotten_is(self, each_store: Store) -> None:
        mine = await add(each_store, make_setup())
        theirs = await add(each_store, make_setup(created_by=9))
        async with each_store.write() as tx:
            await tx.channels.disown(PERSON_ID)
            assert await tx.channels.list() == [replace(mine, created_by=NOBODY), theirs]


class TestPeopleAndTopics:
    async def test_a_person_is_kept_as_last_saved(self, each_store: Store) -> None:
        async with each_store.write() as tx:
            await tx.people.save(make_person())
            changed = make_person(schedule=EVERY_CHOICE, dm_closed_at=BASE)
            await tx.people.save(changed)
            await tx.people.save(make_person(1))
            assert await tx.people.get(PERSON_ID) == changed
            assert await tx.people.list() == [make_person(1), changed]
            assert await tx.people.get(2) is None

    async def test_a_query_is_followed_once_by_a_person(self, each_store: Store) -> None:
        async with each_store.write() as tx:
            for person_id in (PERSON_ID, 1):
                await tx.people.save(make_person(person_id))
            mine = await tx.topics.follow(make_topic("diffusion"))
            assert await tx.topics.follow(make_topic("diffusion", created_at=LATER)) is None
            theirs = await tx.topics.follow(make_topic("diffusion", person_id=1))
            more = await tx.topics.follow(make_topic("agents"))
            assert mine is not None
            assert mine == make_topic("diffusion", id=mine.id)
            assert await tx.topics.of(PERSON_ID) == [mine, more]
            assert await tx.topics.all() == [mine, theirs, more]

    async def test_only_their_own_topics_can_be_unfollowed(self, each_store: Store) -> None:
        async with each_store.write() as tx:
            await tx.people.save(make_person())
            topic = await tx.topics.follow(make_topic())
            assert topic is not None
            assert not await tx.topics.unfollow(1, topic.id)
            assert await tx.topics.unfollow(PERSON_ID, topic.id)
            assert not await tx.topics.unfollow(PERSON_ID, topic.id)
            assert await tx.topics.all() == []

    async def test_forgetting_a_person_leaves_nothing_of_them(self, each_store: Store) -> None:
        other = make_person(1)
        async with each_store.write() as tx:
            for person in (make_person(), other):
                await tx.people.save(person)
                await tx.topics.follow(make_topic(person_id=person.id))
                await tx.deliveries.plan(make_delivery(make_id(1), key=make_key(person.destination, slot="topics")))
            assert await tx.people.forget(PERSON_ID)
            assert not await tx.people.forget(PERSON_ID)
            assert await tx.people.list() == [other]
            assert [topic.person_id for topic in await tx.topics.all()] == [1]
            assert [one.key.destination for one in await tx.deliveries.recent()] == [other.destination]
            assert await posted_papers(tx.deliveries, make_person().destination) == set()
            assert await posted_papers(tx.deliveries, other.destination) == {make_id(1)}


class TestFactsAndQueries:
    async def test_a_fact_is_what_was_last_put(self, each_store: Store) -> None:
        async with each_store.write() as tx:
            assert await tx.facts.get("command tree") is None
            await tx.facts.put("command tree", "abc")
            await tx.facts.put("command tree", "")
            assert await tx.facts.get("command tree") == ""

    async def test_a_fact_is_held_by_one_unit_of_work_at_a_time(self, each_store: Store) -> None:
        async def count() -> None:
            async with each_store.write() as tx:
                held = int(await tx.facts.hold("counted") or 0)
                await asyncio.sleep(0)  # for the others to come between
                await tx.facts.put("counted", str(held + 1))

        await asyncio.gather(*(count() for _ in range(5)))
        async with each_store.read() as tx:
            assert await tx.facts.get("counted") == "5"

    @pytest.mark.parametrize("text", ["diffusion", 'author:"Le Cun" émigré 😀', "x" * 4000, "half \ud83d"])
    async def test_a_query_is_found_again_by_its_token(self, each_store: Store, text: str) -> None:
        async with each_store.write() as tx:
            assert await tx.queries.token(text) is None
            token = await tx.queries.keep(text, at=BASE)
            assert await tx.queries.keep(text, at=LATER) == token
            assert await tx.queries.keep(text + " ", at=LATER) != token
            assert len(token) == TOKEN_LENGTH
            assert token.isalnum()
            assert await tx.queries.token(text) == token
            assert await tx.queries.text(token) == text.replace("\ud83d", "\ufffd")
            assert await tx.queries.text("unknown") is None


async def test_a_thread_remembers_its_papers_in_their_order_until_it_is_gone(each_store: Store) -> None:
    async with each_store.write() as tx:
        for minute, number in enumerate((2, 1, 2)):
            await tx.discussions.add(77, make_id(number), at=BASE + timedelta(minutes=minute))
        await tx.discussions.add(78, make_id(3), at=BASE)
        assert await tx.discussions.papers(77) == (make_id(2), make_id(1))
        await tx.discussions.forget(77)
        assert await tx.discussions.papers(77) == ()
        assert await tx.discussions.papers(78) == (make_id(3),)


def turn(number: int) -> Turn:
    return Turn(question=f"And number {number}?", said=(f"It is {number}.",), at=BASE + timedelta(minutes=number))


async def test_a_thread_remembers_its_last_turns_in_their_order(each_store: Store) -> None:
    async with each_store.write() as tx:
        for number in range(MOST_TURNS + 3):
            await tx.discussions.remember(77, PERSON_ID, turn(number))
        await tx.discussions.remember(78, PERSON_ID, turn(0))
        assert await tx.discussions.turns(77, since=BASE) == tuple(turn(n) for n in range(3, MOST_TURNS + 3))
        assert await tx.discussions.turns(77, since=turn(MOST_TURNS + 2).at) == (turn(MOST_TURNS + 2),)
        assert await tx.discussions.turns(78, since=BASE) == (turn(0),)


async def test_turns_are_forgotten_with_their_thread_with_their_person_and_in_time(each_store: Store) -> None:
    async with each_store.write() as tx:
        for thread_id, person_id, number in ((1, 10, 1), (2, 10, 2), (3, 20, 3), (3, 30, 4)):
            await tx.discussions.remember(thread_id, person_id, turn(number))
        await tx.discussions.forget(1)
        assert await tx.discussions.turns_of(10) == ((2, turn(2)),)
        await tx.discussions.forget_turns_of(10)
        await tx.discussions.forget_turns_before(turn(4).at)
        left = [await tx.discussions.turns(thread_id, since=BASE) for thread_id in (1, 2, 3)]
        assert left == [(), (), (turn(4),)]
