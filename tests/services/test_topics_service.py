"""Topics: followed once, in one daily message, with a look at what they would have brought."""

from datetime import time, timedelta

import pytest

from bot.errors import InvalidInput, QuerySyntaxError
from bot.ports import Resources
from bot.services import search, topics
from storage.records import Topic
from tests.builders import BASE, DAY, PERSON_ID, FakeClock, make_id, make_paper, make_person
from tests.services.seeding import keep_unindexed

SOMEBODY_ELSE = PERSON_ID + 1


async def followed_by(r: Resources, person_id: int = PERSON_ID) -> list[str]:
    _, followed = await topics.mine(r, person_id)
    return [topic.query for topic in followed]


async def test_a_followed_topic_is_kept_from_now_on_in_canonical_form(r: Resources) -> None:
    done = await topics.follow(r, PERSON_ID, "  Diffusion   AND Models ")
    assert not done.already
    assert done.topic == Topic(id=done.topic.id, person_id=PERSON_ID, query="diffusion models", created_at=BASE)
    assert await topics.mine(r, PERSON_ID) == (done.person, (done.topic,))


async def test_the_same_question_asked_otherwise_is_the_same_topic(r: Resources, clock: FakeClock) -> None:
    first = await topics.follow(r, PERSON_ID, "diffusion models")
    clock.advance(days=1)
    second = await topics.follow(r, PERSON_ID, "DIFFUSION (models)")
    assert second.already
    assert second.topic == first.topic
    assert await followed_by(r) == ["diffusion models"]


async def test_a_query_that_cannot_be_read_leaves_nothing(r: Resources) -> None:
    with pytest.raises(QuerySyntaxError):
        await topics.follow(r, PERSON_ID, '"never closed')
    assert await topics.mine(r, PERSON_ID) == (None, ())


# --- what it would have brought ---


async def test_following_shows_what_it_would_have_brought_lately(r: Resources) -> None:
    ages = {1: 0, 2: 1, 3: 13, 4: topics.PREVIEW_DAYS, 5: topics.PREVIEW_DAYS + 1}
    await keep_unindexed(
        r,
        *(
            make_paper(make_id(number), title="On diffusion", daily_on=DAY - timedelta(days=age))
            for number, age in ages.items()
        ),
        make_paper(make_id(9), title="On kernels"),
    )
    done = await topics.follow(r, PERSON_ID, "diffusion")
    assert (done.matched, done.considered, done.days) == (4, 5, topics.PREVIEW_DAYS)
    assert [ranked.paper.id for ranked in done.examples] == [make_id(1), make_id(2), make_id(3)]


async def test_a_topic_that_would_have_brought_nothing_is_followed_all_the_same(r: Resources) -> None:
    await keep_unindexed(r, make_paper(title="On kernels"))
    done = await topics.follow(r, PERSON_ID, "diffusion")
    assert (done.matched, done.considered, done.examples) == (0, 1, ())
    assert await followed_by(r) == ["diffusion"]


# --- the hour, which all topics share ---


async def test_without_an_hour_it_is_nine_in_utc_every_day(r: Resources) -> None:
    person = (await topics.follow(r, PERSON_ID, "diffusion")).person
    assert (person.schedule.at, person.schedule.zone, len(person.schedule.weekdays)) == (time(9), "UTC", 7)


async def test_an_hour_moves_the_daily_message_and_stays(r: Resources) -> None:
    await topics.follow(r, PERSON_ID, "diffusion", at=time(7, 30), zone="europe/berlin")
    person = (await topics.follow(r, PERSON_ID, "kernels")).person
    assert (person.schedule.at, person.schedule.zone) == (time(7, 30), "Europe/Berlin")
    person = (await topics.follow(r, PERSON_ID, "graphs", at=time(0))).person
    assert (person.schedule.at, person.schedule.zone) == (time(0), "Europe/Berlin")
    person = (await topics.follow(r, PERSON_ID, "graphs", zone="Asia/Tokyo")).person
    assert (person.schedule.at, person.schedule.zone) == (time(0), "Asia/Tokyo")


async def test_an_unknown_zone_is_refused_and_leaves_nothing(r: Resources) -> None:
    with pytest.raises(InvalidInput, match="Europe/Berlin"):
        await topics.follow(r, PERSON_ID, "diffusion", zone="Europe/Berlni")
    assert await topics.mine(r, PERSON_ID) == (None, ())


async def test_who_follows_again_is_written_to_again(r: Resources) -> None:
    async with r.store.write() as tx:
        await tx.people.save(make_person(dm_closed_at=BASE - timedelta(days=3)))
    assert (await topics.follow(r, PERSON_ID, "diffusion")).person.dm_closed_at is None


async def test_who_asks_for_it_is_written_to_again(r: Resources) -> None:
    async with r.store.write() as tx:
        await tx.people.save(make_person(dm_closed_at=BASE - timedelta(days=3)))
    person, waits = await topics.write_again(r, PERSON_ID)
    assert (person.dm_closed_at, waits) == (None, False)
    with pytest.raises(InvalidInput, match="/topics follow"):
        await topics.write_again(r, PERSON_ID + 1)


# --- bounds ---


@pytest.fixture
async def as_many_as_may_be(r: Resources) -> None:
    async with r.store.write() as tx:
        await tx.people.save(make_person())
        for number in range(topics.MOST_TOPICS):
            await tx.topics.follow(Topic(person_id=PERSON_ID, query=f"topic{number}", created_at=BASE))


@pytest.mark.usefixtures("as_many_as_may_be")
async def test_one_topic_too_many_is_refused_and_moves_nothing(r: Resources) -> None:
    with pytest.raises(InvalidInput, match="25 topics already"):
        await topics.follow(r, PERSON_ID, "diffusion", at=time(23))
    person, followed = await topics.mine(r, PERSON_ID)
    assert len(followed) == topics.MOST_TOPICS
    assert person == make_person()


@pytest.mark.usefixtures("as_many_as_may_be")
async def test_a_topic_that_is_there_may_be_followed_again_and_others_have_their_own_bound(r: Resources) -> None:
    assert (await topics.follow(r, PERSON_ID, "topic3", at=time(23))).already
    assert not (await topics.follow(r, SOMEBODY_ELSE, "diffusion")).already


# --- from a search ---


async def test_a_search_can_be_followed_by_its_button(r: Resources) -> None:
    page = await search.search(r, "Diffusion  models")
    assert (await topics.follow_search(r, PERSON_ID, page.token)).topic.query == "diffusion models"


async def test_a_search_that_is_forgotten_cannot(r: Resources) -> None:
    with pytest.raises(InvalidInput, match="/topics follow"):
        await topics.follow_search(r, PERSON_ID, "unknown")


# --- the end ---


async def test_unfollowing_gives_what_it_was_and_leaves_the_others(r: Resources) -> None:
    first = (await topics.follow(r, PERSON_ID, "diffusion")).topic
    await topics.follow(r, PERSON_ID, "kernels")
    assert await topics.unfollow(r, PERSON_ID, first.id) == first
    assert await followed_by(r) == ["kernels"]
    with pytest.raises(InvalidInput, match="/topics list"):
        await topics.unfollow(r, PERSON_ID, first.id)


async def test_nobody_can_unfollow_for_somebody_else(r: Resources) -> None:
    mine = (await topics.follow(r, PERSON_ID, "diffusion")).topic
    for attempt in (topics.unfollow(r, SOMEBODY_ELSE, mine.id), topics.unfollow_named(r, SOMEBODY_ELSE, str(mine.id))):
        with pytest.raises(InvalidInput):
            await attempt
    assert await followed_by(r) == ["diffusion"]


@pytest.mark.parametrize("spelling", ["diffusion models", " Diffusion  Models ", "diffusion AND models", " {id} "])
async def test_a_topic_is_named_by_its_number_or_however_it_is_written(spelling: str, r: Resources) -> None:
    followed = (await topics.follow(r, PERSON_ID, "Diffusion  Models")).topic
    await topics.follow(r, PERSON_ID, "kernels")
    assert await topics.unfollow_named(r, PERSON_ID, spelling.format(id=followed.id)) == followed
    assert await followed_by(r) == ["kernels"]


@pytest.mark.parametrize("name", ["graphs", "999999", "", '"never closed'])
async def test_a_name_that_is_none_of_theirs_is_refused(name: str, r: Resources) -> None:
    await topics.follow(r, PERSON_ID, "diffusion")
    with pytest.raises(InvalidInput, match="/topics list"):
        await topics.unfollow_named(r, PERSON_ID, name)


async def test_a_number_means_the_topic_with_that_number_before_one_that_is_written_so(r: Resources) -> None:
    written_so = (await topics.follow(r, PERSON_ID, "2")).topic
    second = (await topics.follow(r, PERSON_ID, "diffusion")).topic
    assert (written_so.id, second.id) == (1, 2)
    assert await topics.unfollow_named(r, PERSON_ID, "2") == second
