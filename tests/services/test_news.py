"""A paper's new version or withdrawal is told where it is discussed and to who saved it: once, whatever happens."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.allowance import Asker
from bot.core.style import Style
from bot.errors import SendUncertain, Unreachable
from bot.ports import Resources
from bot.services import channels, discussed, dispatch, news, privacy, saved, topics, upkeep
from bot.services.delivery import LEASE
from storage.fulltext import FullText, Origin
from storage.records import DeliveryState, Destination, DestinationKind, Layout, Obstacle
from tests.builders import BASE, CHANNEL, DAY, PERSON_ID, FakeClock, make_id, make_paper, make_papers, make_setup
from tests.ledger import posted_papers
from tests.render.reading import read
from tests.services.doubles import FakeOutbox
from tests.services.seeding import keep_unindexed, ledger

PAPER, OTHER = make_id(1), make_id(2)
FORUM = Destination(kind=DestinationKind.FORUM, id=CHANNEL.id + 1)
THREAD, ELSEWHERE = (Destination(kind=DestinationKind.THREAD, id=number) for number in (901, 902))


@pytest.fixture
async def r(r: Resources) -> Resources:
    """Two papers in their first version, one of which is discussed in a thread."""
    r = replace(r, sources=())
    await keep_unindexed(r, *make_papers(2, version=1))
    await discuss(r, THREAD)
    return r


async def discuss(r: Resources, thread: Destination, paper_id: str = PAPER) -> None:
    await discussed.add(r, thread.id, paper_id)


async def becomes(r: Resources, paper_id: str = PAPER, **facts: object) -> None:
    """A source says something new of a paper, and the next beat notes it."""
    await keep_unindexed(r, make_paper(paper_id, **({"version": 1} | facts)))
    await upkeep.note_changes(r)


async def told(r: Resources, outbox: FakeOutbox) -> list[tuple[Destination, str]]:
    """Where something was said so far, and what."""
    await dispatch.tick(r, outbox)
    return [(one.destination, read(one.post)) for one in outbox.sent]


async def test_a_new_version_is_told_in_every_thread_that_discusses_the_paper(r: Resources, outbox: FakeOutbox) -> None:
    await discuss(r, ELSEWHERE)
    await becomes(r, version=3)
    found = await told(r, outbox)
    assert {place for place, _ in found} == {THREAD, ELSEWHERE}
    assert len(found) == 2
    for _, words in found:
        assert "Version 3 is out" in words
        assert f"A paper called {PAPER}" in words


async def test_it_says_of_which_version_was_quoted_where_that_is_known(r: Resources, outbox: FakeOutbox) -> None:
    text = FullText(paper_id=PAPER, version=1, origin=Origin.HTML, read_at=BASE)
    async with r.store.write() as tx:
        await tx.texts.save(text)
    await becomes(r, version=2)
    await discuss(r, ELSEWHERE, OTHER)
    await becomes(r, OTHER, version=2)
    first, second = await told(r, outbox)
    assert "quoted here so far is from version 1." in first[1]
    assert "quoted here so far is from an earlier version." in second[1]


async def test_a_withdrawal_is_told_rather_than_the_version_that_comes_with_it(
    r: Resources, outbox: FakeOutbox
) -> None:
    await becomes(r, version=2, withdrawn_at=BASE)
    ((_, words),) = await told(r, outbox)
    assert "Withdrawn by its authors" in words
    assert "Version" not in words


async def test_nor_is_that_version_told_where_it_is_seen_later(r: Resources, outbox: FakeOutbox) -> None:
    await becomes(r, withdrawn_at=BASE)
    await becomes(r, version=2, withdrawn_at=BASE)
    assert len(await told(r, outbox)) == 1


async def test_of_several_versions_that_are_seen_at_once_the_newest_is_told(r: Resources, outbox: FakeOutbox) -> None:
    await keep_unindexed(r, make_paper(PAPER, version=2))
    await becomes(r, version=3)
    ((_, words),) = await told(r, outbox)
    assert "Version 3 is out" in words


async def test_each_news_is_told_once_and_the_next_one_again(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    for version in (2, 2, 3):
        await becomes(r, version=version)
        await told(r, outbox)
        clock.advance(days=1)
    assert [("Version 2" in words, "Version 3" in words) for _, words in await told(r, outbox)] == [
        (True, False),
        (False, True),
    ]


async def test_what_a_crash_left_in_doubt_is_looked_for_and_not_told_twice(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    await becomes(r, version=2)
    outbox.after = [SendUncertain(THREAD, "the connection broke")]
    assert len(await told(r, outbox)) == 1
    clock.advance(LEASE)
    assert len(await told(r, outbox)) == 1
    assert outbox.looked_for == [outbox.sent[0].token]
    assert outbox.sent[0].token in str(outbox.sent[0].post), "its own button carries it"
    assert [one.state for one in await ledger(r)] == [DeliveryState.SENT]


async def test_changes_that_are_noted_anew_plan_nothing_twice(r: Resources, outbox: FakeOutbox) -> None:
    await becomes(r, version=2)
    async with r.store.write() as tx:
        await tx.facts.put(upkeep.SEEN_CHANGE, "0")
    await upkeep.note_changes(r)
    assert len(await told(r, outbox)) == 1


@pytest.mark.parametrize(("late", "count"), [(timedelta(), 1), (timedelta(seconds=1), 0)])
async def test_threads_of_half_a_year_ago_are_left_in_peace(
    late: timedelta, count: int, r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    clock.advance(news.TOLD_FOR + late)
    await becomes(r, version=2)
    assert len(await told(r, outbox)) == count


async def test_a_paper_that_nobody_discusses_is_told_nowhere(r: Resources, outbox: FakeOutbox) -> None:
    await becomes(r, OTHER, version=2)
    assert await told(r, outbox) == []


@pytest.mark.parametrize(
    ("layout", "talked", "count"),
    [(Layout.FORUM, (OTHER,), 1), (Layout.DIGEST, (OTHER,), 1), (Layout.DIGEST, (PAPER,), 0), (Layout.FORUM, (), 0)],
)
async def test_below_a_digest_what_was_talked_about_is_told_of(
    layout: Layout, talked: tuple[str, ...], count: int, r: Resources, outbox: FakeOutbox
) -> None:
    r = replace(r, remembers=timedelta())  # what people asked need not be kept for it
    place = FORUM if layout is Layout.FORUM else CHANNEL
    await channels.create(r, make_setup(destination=place, layout=layout))
    await keep_unindexed(r, *make_papers(2, version=1, daily_on=DAY))
    await dispatch.tick(r, outbox)
    below = [one.id for one in outbox.sent if f"A paper called {OTHER}" in read(one.post)]
    for paper_id in talked:
        for thread_id in below:
            await discussed.summarise(r, thread_id, (paper_id, Style.POINTS), Asker(person_id=PERSON_ID))
    await becomes(r, OTHER, version=2)
    told_in = [place for place, _ in await told(r, outbox) if place.kind is DestinationKind.THREAD]
    assert told_in == [Destination(kind=DestinationKind.THREAD, id=thread_id) for thread_id in below][:count]


async def test_a_thread_that_is_gone_is_given_up_and_forgotten_and_stops_no_digest(
    r: Resources, outbox: FakeOutbox
) -> None:
    setup = await channels.create(r, make_setup())
    outbox.obstacles[THREAD] = Unreachable(THREAD, "it is gone", obstacle=Obstacle.GONE)
    await becomes(r, version=2)
    assert [place for place, _ in await told(r, outbox)] == [setup.destination]
    assert {one.key.destination: one.state for one in await ledger(r)}[THREAD] is DeliveryState.UNREACHABLE
    assert await discussed.papers(r, THREAD.id) == []
    assert (await channels.setup_by_id(r, setup.id)).paused_because is None


# --- to those who saved it ---

SOMEBODY, SOMEBODY_ELSE = (Destination(kind=DestinationKind.PERSON, id=number) for number in (PERSON_ID, PERSON_ID + 1))


async def told_to(r: Resources, outbox: FakeOutbox, person: Destination) -> list[str]:
    """What was said to somebody so far."""
    return [words for place, words in await told(r, outbox) if place == person]


async def test_who_saved_a_paper_is_told_once_what_why_and_how_to_stop_it(
    r: Resources, outbox: FakeOutbox, clock: FakeClock
) -> None:
    for person in (SOMEBODY, SOMEBODY_ELSE):
        await saved.save(r, person.id, PAPER)
    for version in (2, 2):
        await becomes(r, version=version)
        await told(r, outbox)
        clock.advance(days=1)
    for person in (SOMEBODY, SOMEBODY_ELSE):
        (words,) = await told_to(r, outbox, person)
        assert f"A paper called {PAPER}" in words
        assert "Version 2 is out" in words
        assert "because you saved it" in words
        assert f"/papers unsave {PAPER}" in words


async def test_news_that_are_noticed_together_come_together(r: Resources, outbox: FakeOutbox) -> None:
    for paper_id in (PAPER, OTHER):
        await saved.save(r, SOMEBODY.id, paper_id)
    await saved.save(r, SOMEBODY_ELSE.id, OTHER)
    await keep_unindexed(r, make_paper(PAPER, version=2), make_paper(OTHER, version=2, withdrawn_at=BASE))
    await upkeep.note_changes(r)
    (both,) = await told_to(r, outbox, SOMEBODY)
    assert "News of 2 papers" in both
    assert both.index("Version 2 is out") < both.index("Withdrawn by its authors")
    (one,) = await told_to(r, outbox, SOMEBODY_ELSE)
    assert PAPER not in one


async def test_a_digest_may_still_bring_a_paper_that_had_news(r: Resources, outbox: FakeOutbox) -> None:
    await saved.save(r, SOMEBODY.id, PAPER)
    await becomes(r, version=2)
    await told(r, outbox)
    async with r.store.read() as tx:
        assert await posted_papers(tx.deliveries, SOMEBODY) == set()


async def test_however_long_ago_it_was_saved(r: Resources, outbox: FakeOutbox, clock: FakeClock) -> None:
    await saved.save(r, SOMEBODY.id, PAPER)
    clock.advance(2 * news.TOLD_FOR)
    await becomes(r, version=2)
    assert len(await told_to(r, outbox, SOMEBODY)) == 1


async def test_what_was_taken_out_before_the_message_left_is_not_in_it(r: Resources, outbox: FakeOutbox) -> None:
    for paper_id in (PAPER, OTHER):
        await saved.save(r, SOMEBODY.id, paper_id)
    await saved.save(r, SOMEBODY_ELSE.id, PAPER)
    await keep_unindexed(r, *make_papers(2, version=2))
    await upkeep.note_changes(r)
    for person in (SOMEBODY, SOMEBODY_ELSE):
        await saved.unsave(r, person.id, PAPER)
    (words,) = await told_to(r, outbox, SOMEBODY)
    assert PAPER not in words
    assert await told_to(r, outbox, SOMEBODY_ELSE) == []


async def test_who_takes_no_direct_messages_is_known_from_then_on_and_told_when_they_let_us_try_again(
    r: Resources, outbox: FakeOutbox
) -> None:
    await saved.save(r, SOMEBODY.id, PAPER)
    outbox.obstacles[SOMEBODY] = Unreachable(SOMEBODY, "closed", obstacle=Obstacle.DM_CLOSED)
    await becomes(r, version=2)
    assert await told_to(r, outbox, SOMEBODY) == []
    person, _ = await topics.mine(r, SOMEBODY.id)
    assert person is not None
    assert person.dm_closed_at == BASE
    await becomes(r, version=3)
    assert [one.state for one in await ledger(r) if one.key.destination == SOMEBODY] == [DeliveryState.PLANNED]
    outbox.obstacles.clear()
    assert await topics.write_again(r, SOMEBODY.id) == (replace(person, dm_closed_at=None), True)
    (words,) = await told_to(r, outbox, SOMEBODY)
    assert "Version 2 is out" in words


async def test_who_was_forgotten_meanwhile_is_not_known_again(r: Resources, outbox: FakeOutbox) -> None:
    await saved.save(r, SOMEBODY.id, PAPER)
    await becomes(r, version=2)

    async def forgotten_meanwhile(place: Destination, *_: Any) -> Unreachable | None:
        await privacy.forget(r, SOMEBODY.id)
        return Unreachable(SOMEBODY, "closed", obstacle=Obstacle.DM_CLOSED) if place == SOMEBODY else None

    outbox.obstacle = forgotten_meanwhile  # type: ignore[method-assign,assignment]  # meanwhile
    await told(r, outbox)
    assert (await topics.mine(r, SOMEBODY.id))[0] is None
