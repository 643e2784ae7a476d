"""ArXiv's announcements come into the store beside the daily lists, and long answers part by part."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.core.followed import categories_in, fewest
from bot.core.parse_query import parse_query
from bot.core.period import Days, Period
from bot.errors import SourceUnreachable
from bot.ports import Fetched, Resources
from bot.services import ingest
from bot.services.choosing import Chooser
from bot.services.following import followed_categories
from storage.records import Cadence, Paper
from tests.builders import (
    CHANNEL,
    DAY,
    FakeClock,
    make_delivery,
    make_papers,
    make_person,
    make_schedule,
    make_setup,
    make_sighting,
    make_topic,
)
from tests.services.doubles import FakeSource


@dataclass
class InParts(FakeSource):
    """A site whose days come one paper at a time; ``breaks_at`` is the part at which it fails."""

    name: str = "arxiv"
    is_final: bool = True
    day: date | None = None
    breaks_at: int | None = None
    after: list[str | None] = field(default_factory=list)

    def days_now(self, now: datetime) -> tuple[date, ...]:
        return (now.date(),) if now.weekday() < 5 else ()

    async def fetch(self, period: Period | None, *, after: str | None = None) -> Fetched:
        self.after.append(after)
        number = int(after or 0)
        if number == self.breaks_at:
            raise SourceUnreachable(self.name, "arXiv did not answer.")
        papers = self.lists[period.first if period else DAY]
        fetched = self._fetched(papers[number : number + 1])
        return replace(fetched, rest=str(number + 1) if number + 1 < len(papers) else None, day=self.day)


@pytest.fixture
def arxiv(clock: FakeClock) -> InParts:
    return InParts(clock, lists={DAY: papers_of(3)})


def papers_of(count: int) -> tuple[Paper, ...]:
    return make_papers(count, daily_on=None, upvotes=None, comments=None)


async def test_a_long_answer_is_kept_part_by_part(r: Resources, arxiv: InParts) -> None:
    report = await ingest.period(r, arxiv, Period.day(DAY))
    assert (report.fetched, report.new, report.error, arxiv.after) == (3, 3, None, [None, "1", "2"])


async def test_a_look_that_was_cut_short_goes_on_where_it_ended(r: Resources, arxiv: InParts) -> None:
    arxiv.breaks_at = 2
    first = await ingest.period(r, arxiv, Period.day(DAY))
    assert (first.new, first.error) == (2, "arXiv did not answer.")
    async with r.store.read() as tx:
        assert await tx.sources.day_looked_at("arxiv", DAY) is None

    arxiv.breaks_at = None
    second = await ingest.period(r, arxiv, Period.day(DAY))
    assert (second.new, arxiv.after) == (1, [None, "1", "2", "2"])
    assert (await ingest.period(r, arxiv, Period.day(DAY))).unchanged == 3  # from its beginning again


async def test_a_day_that_never_changes_is_looked_at_once(r: Resources, arxiv: InParts, clock: FakeClock) -> None:
    both = replace(r, sources=(arxiv,))
    assert len(await ingest.refresh(both)) == 1
    clock.advance(hours=9)
    assert await ingest.refresh(both) == ()


async def test_a_feed_that_is_still_of_the_day_before_is_looked_at_again(
    r: Resources, arxiv: InParts, clock: FakeClock
) -> None:
    both = replace(r, sources=(arxiv,))
    arxiv.day = DAY - timedelta(days=1)
    await ingest.refresh(both)
    arxiv.day = DAY
    assert len(await ingest.refresh(both)) == 1
    assert await ingest.refresh(both) == ()


async def test_nothing_is_asked_on_a_day_without_announcements(r: Resources, arxiv: InParts, clock: FakeClock) -> None:
    clock.now = datetime(2025, 3, 15, 12, tzinfo=UTC)
    assert await ingest.refresh(replace(r, sources=(arxiv,))) == ()
    assert arxiv.after == []


async def test_an_announcement_is_on_no_daily_list(r: Resources) -> None:
    listed, announced = make_papers(2)
    seen = [make_sighting(listed.id), make_sighting(announced.id, source="arxiv", daily_on=None, announced_on=DAY)]
    async with r.store.write() as tx:
        await tx.papers.save([listed, replace(announced, daily_on=None)], seen)
    async with r.store.read() as tx:
        assert [paper.id for paper in await tx.papers.on_days(DAY, DAY)] == [listed.id]
        assert [paper.id for paper in await tx.papers.announced(DAY, DAY)] == [announced.id]
        assert await tx.papers.days(5) == [(DAY, 1)]


# --- who gets what was announced ---


async def announce(r: Resources) -> tuple[Paper, Paper]:
    """A paper on the daily list and one that was only announced, both of cs.CL."""
    listed, announced = make_papers(2)
    announced = replace(announced, daily_on=None, upvotes=None, comments=None)
    seen = [make_sighting(listed.id), make_sighting(announced.id, source="arxiv", daily_on=None, announced_on=DAY)]
    async with r.store.write() as tx:
        await tx.papers.save([listed, announced], seen)
    return listed, announced


@pytest.mark.parametrize(
    ("facts", "picked"),
    [
        ({}, 1),
        ({"query": "cat:cs.CL"}, 2),
        ({"query": "cat:cs.CL", "min_upvotes": 1}, 1),
        ({"query": "cat:cs.CL", "schedule": make_schedule(cadence=Cadence.WEEKLY)}, 1),
    ],
    ids=["no query", "a query", "a query and a threshold", "a round-up"],
)
async def test_a_channel_chooses_among_announcements_where_its_query_says_which(
    facts: dict[str, Any], picked: int, r: Resources
) -> None:
    await announce(r)
    plan = await Chooser(r, r.clock()).for_setup(make_setup(**facts), Days(DAY, DAY), frozenset())
    assert len(plan.picked) == picked


async def test_a_topic_finds_what_was_announced(r: Resources) -> None:
    _, announced = await announce(r)
    plan, why = await Chooser(r, r.clock()).for_topics([make_topic("cat:cs.CL")], Days(DAY, DAY), frozenset())
    assert (len(plan.picked), why[announced.id]) == (2, "cat:cs.CL")


async def test_what_was_announced_is_posted_once(r: Resources) -> None:
    _, announced = await announce(r)
    async with r.store.write() as tx:
        await tx.deliveries.plan_all([make_delivery(announced.id)])
    posted = await Chooser(r, r.clock()).posted(Days(DAY, DAY), [CHANNEL], Cadence.DAILY)
    assert posted[CHANNEL] == {announced.id}


# --- what is followed ---


@pytest.mark.parametrize(
    ("query", "categories"),
    [
        ("cat:cs.CL retrieval", {"cs.CL"}),
        ("cat:cs.cl OR (cat:math.AG -survey)", {"cs.CL", "math.AG"}),
        ("cat:cs.* -cat:cs.CV", {"cs"}),
        ("retrieval author:lovelace", set()),
    ],
)
def test_a_query_follows_the_categories_that_it_names(query: str, categories: set[str]) -> None:
    assert categories_in(parse_query(query)) == categories


def test_an_archive_stands_for_all_of_its_categories() -> None:
    assert fewest(["cs.CL", "hep-th", "cs", "math.AG"]) == ("cs", "hep-th", "math.AG")


async def test_what_channels_and_people_ask_for_is_followed_beside_what_was_chosen(r: Resources) -> None:
    async with r.store.write() as tx:
        await tx.channels.add(make_setup(query="cat:cs.IR"))
        await tx.people.save(make_person())
        await tx.topics.follow(make_topic("cat:q-bio.NC memory"))
    assert await followed_categories(r.store, ["cs.CL"]) == ("cs.CL", "cs.IR", "q-bio.NC")
