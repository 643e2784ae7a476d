"""What is fresh, what fails, what is due; a server sees its own channels and nobody else's."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.errors import SourceThrottled
from bot.ports import Rejected, Resources
from bot.render import document
from bot.render.status import status_post
from bot.services import channels, health, ingest, topics
from bot.sources.folder import Folder
from storage.records import ChannelSetup, Destination, DestinationKind
from tests.builders import (
    BASE,
    CHANNEL,
    DAY,
    GUILD_ID,
    PERSON_ID,
    FakeClock,
    make_delivery,
    make_id,
    make_key,
    make_paper,
    make_papers,
    make_setup,
)
from tests.render.reading import read
from tests.services.doubles import FakeSource
from tests.services.seeding import keep, keep_unindexed
from tests.services.test_details import FakeCatalogue

ANOTHER_GUILD = GUILD_ID + 1
ANOTHER_CHANNEL = replace(CHANNEL, id=CHANNEL.id + 1)


async def test_of_an_empty_store_everything_is_nothing(r: Resources) -> None:
    found = await health.status(r)
    assert (found.papers, found.latest_day, found.latest_day_papers, found.newest_sighting) == (0, None, 0, None)
    assert (found.topics, found.people, found.index_behind) == (0, 0, 0)
    assert (found.sources, found.setups, found.recent) == ((), (), ())
    assert not found.is_sample
    assert (found.version, found.now) == (version("paperboy"), BASE)
    assert found.memory_bytes > 10**6
    assert found.up_for > timedelta()


async def test_papers_are_counted_with_the_newest_day_and_look(r: Resources) -> None:
    earlier = [make_paper(make_id(number), daily_on=DAY - timedelta(days=1)) for number in (7, 8)]
    await keep(r, *make_papers(3), *earlier, seen_at=BASE - timedelta(hours=2))
    found = await health.status(r)
    assert (found.papers, found.latest_day, found.latest_day_papers) == (5, DAY, 3)
    assert found.newest_sighting == BASE - timedelta(hours=2)


async def test_an_index_that_lags_is_told_by_how_much(r: Resources) -> None:
    await keep(r, *make_papers(2))
    assert (await health.status(r)).index_behind == 0
    await keep_unindexed(r, *make_papers(5, title="Changed"))
    assert (await health.status(r)).index_behind == 5


async def test_topics_and_people_are_counted(r: Resources) -> None:
    for person_id, query in ((1, "diffusion"), (1, "kernels"), (2, "diffusion")):
        await topics.follow(r, person_id, query)
    found = await health.status(r)
    assert (found.topics, found.people) == (3, 2)


async def test_each_source_tells_how_it_has_been_doing(r: Resources, source: FakeSource, clock: FakeClock) -> None:
    source.lists[DAY] = make_papers(4)
    await ingest.refresh(r)
    clock.advance(hours=1)
    later = clock.now + timedelta(minutes=5)
    source.problems = [SourceThrottled(source.name, "The site asks for patience.", retry_at=later)]
    await ingest.refresh(r)
    (state,) = (await health.status(r)).sources
    assert (state.succeeded_at, state.failed_at, state.retry_at) == (BASE, clock.now, later)
    assert (state.problem, state.fetched) == ("The site asks for patience.", 4)


async def test_a_site_that_is_asked_no_more_has_no_health_any_more(r: Resources, clock: FakeClock) -> None:
    async with r.store.write() as tx:
        for name in ("huggingface", "arxiv details", "semanticscholar details", "a feed"):
            await tx.sources.record_failure(name, at=BASE, problem="It was down.", retry_at=None)
    assert [one.name for one in (await health.status(r)).sources] == ["huggingface"]
    catalogues = replace(r, catalogue=FakeCatalogue(clock), enrichment=FakeCatalogue(clock, name="semanticscholar"))
    found = await health.status(catalogues)
    assert [one.name for one in found.sources] == ["arxiv details", "huggingface", "semanticscholar details"]


async def test_it_is_said_what_could_not_be_read_and_whether_that_is_usual(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    source.lists[DAY] = make_papers(8)
    await ingest.refresh(r)
    clock.advance(hours=1)
    source.rejects = tuple(Rejected(position=number, paper_id=None, reason="It has no title.") for number in range(4))
    await ingest.refresh(r)
    found = await health.status(r)
    (state,) = found.sources
    assert (state.fetched, state.rejected, state.usual_share) == (12, 4, 1.0)
    assert state.rejects == ("item 0 (no id): It has no title. (and 3 more like it)",)
    words = read(status_post(found))
    assert "Much less than usual can be read of Hugging Face" in words
    assert "4 of them unreadable (usually 0%) (item 0 (no id): It has no title." in words
    assert document.status(found)["sources"][0]["has_changed"] is True


async def test_of_a_look_in_parts_all_is_told_and_each_kind_of_what_could_not_be_read(
    r: Resources, clock: FakeClock, tmp_path: Path
) -> None:
    good = "\n".join(f"@misc{{k{number}, title={{T}}, eprint={{{make_id(number)}}}}}" for number in range(10, 13))
    (tmp_path / "a first one.bib").write_text(good)
    (tmp_path / "a.bib").write_text("@misc{k, title={T}, eprint={2503.00001}} @book{knuth, title={The Art}}")
    (tmp_path / "b.json").write_text("[{")
    (tmp_path / "c.json").write_text('[{"id": "2503.00002", "title": "T"}, {"title": "Nameless"}]')
    r = replace(r, sources=(Folder(tmp_path, clock=clock),))
    await ingest.refresh(r)
    found = await health.status(r)
    (state,) = found.sources
    assert (state.fetched, state.rejected) == (8, 3)
    words = read(status_post(found))
    assert "8 papers, 3 of them unreadable" in words
    for kind in ("a.bib: knuth): It has neither an arXiv id", "b.json): It is JSON that is cut off"):
        assert kind in words
    assert not document.status(found)["sources"][0]["has_changed"], "people's own files have no format to change"


async def test_the_next_look_is_told(r: Resources, source: FakeSource, clock: FakeClock) -> None:
    source.lists[DAY] = make_papers(1)
    await ingest.refresh(r)
    assert (await health.status(r)).next_looks == {"huggingface": BASE + r.settle}


async def test_of_a_source_of_announcements_the_next_look_is_at_the_next_one(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    class Announcements(FakeSource):
        def days_now(self, now: datetime) -> tuple[date, ...]:
            return (now.date(),) if now.weekday() < 5 and now.hour >= 5 else ()

    announcements = Announcements(clock, name="arxiv", is_final=True)
    both = replace(r, sources=(source, announcements))
    await ingest.refresh(both)  # on a Friday
    assert (await health.status(both)).next_looks["arxiv"] == datetime(2025, 3, 17, 5, tzinfo=UTC)


async def test_the_sample_is_called_so(r: Resources) -> None:
    await ingest.load_sample(r)
    assert (await health.status(r)).is_sample


# --- one server's view ---


@pytest.fixture
async def setups(r: Resources) -> tuple[ChannelSetup, ChannelSetup]:
    """One in each of two servers."""
    return (
        await channels.create(r, make_setup()),
        await channels.create(r, make_setup(guild_id=ANOTHER_GUILD, destination=ANOTHER_CHANNEL)),
    )


async def plan(r: Resources, destination: Destination, days: int, slot: str = "setup-1") -> None:
    async with r.store.write() as tx:
        for day in range(days):
            await tx.deliveries.plan(make_delivery(key=make_key(destination, DAY + timedelta(days=day), slot)))


async def test_the_operator_sees_all_the_last_deliveries_newest_first(
    r: Resources, setups: tuple[ChannelSetup, ChannelSetup]
) -> None:
    for setup in setups:
        await plan(r, setup.destination, 8, setup.slot)
    found = await health.status(r)
    assert [one.setup for one in found.setups] == list(setups)
    assert len(found.recent) == health.RECENT_DELIVERIES
    assert [one.id for one in found.recent] == sorted((one.id for one in found.recent), reverse=True)
    assert {one.key.destination for one in found.recent} == {CHANNEL, ANOTHER_CHANNEL}


async def test_a_notice_is_no_digest(r: Resources, setups: tuple[ChannelSetup, ChannelSetup]) -> None:
    person = Destination(kind=DestinationKind.PERSON, id=PERSON_ID)
    await plan(r, CHANNEL, 1, setups[0].slot)
    await plan(r, person, 1, "topics")
    await plan(r, person, health.RECENT_DELIVERIES, "notice-1-090000")
    assert [one.key.slot for one in (await health.status(r)).recent] == ["topics", setups[0].slot]


async def test_a_server_sees_its_own_setups_and_deliveries_only(
    r: Resources, setups: tuple[ChannelSetup, ChannelSetup]
) -> None:
    person = Destination(kind=DestinationKind.PERSON, id=PERSON_ID)
    for destination in (CHANNEL, ANOTHER_CHANNEL, person):
        await plan(r, destination, 3)
    found = await health.status(r, guild_id=GUILD_ID)
    assert [one.setup for one in found.setups] == [setups[0]]
    assert [one.key.destination for one in found.recent] == [CHANNEL] * 3


@pytest.mark.usefixtures("setups")
async def test_a_quiet_server_sees_its_deliveries_beside_busy_ones(r: Resources) -> None:
    """Thousands of servers deliver between two digests of one."""
    await plan(r, CHANNEL, 2)
    await plan(r, ANOTHER_CHANNEL, 200)
    assert len((await health.status(r, guild_id=GUILD_ID)).recent) == 2


async def test_the_deliveries_of_a_servers_channels_come_together_newest_first(r: Resources) -> None:
    places = [replace(CHANNEL, id=number + 1) for number in range(3)]
    for place in places:
        await channels.create(r, make_setup(destination=place))
    for day in range(6):
        for place in places:
            async with r.store.write() as tx:
                await tx.deliveries.plan(make_delivery(key=make_key(place, DAY + timedelta(days=day))))
    found = (await health.status(r, guild_id=GUILD_ID)).recent
    assert [one.id for one in found] == list(range(18, 8, -1))
