"""What the lists leave out is looked up in arXiv: categories, and what became of the papers of the last month."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.errors import SourceThrottled, SourceUnreachable
from bot.ports import Clock, Fetched, Resources
from bot.services import details, discussed, ingest, news, saved
from storage.records import ChangeKind, Paper, PaperId
from tests.builders import BASE, DAY, FakeClock, make_paper, make_papers, sighting_of
from tests.services.doubles import FakeSource


@dataclass
class FakeCatalogue:
    """Knows ``papers``; ``problem`` is raised instead."""

    clock: Clock
    name: str = "arxiv"
    most_ids: int = 2
    knows_dois: bool = False
    knows_after: timedelta = timedelta()
    again_after: timedelta = timedelta(hours=20)
    papers: dict[PaperId, Paper] = field(default_factory=dict)
    problem: Exception | None = None
    asked: list[tuple[PaperId, ...]] = field(default_factory=list)

    async def look_up(self, ids: Sequence[PaperId]) -> Fetched:
        self.asked.append(tuple(ids))
        if self.problem is not None:
            raise self.problem
        found = tuple(self.papers[one] for one in ids if one in self.papers)
        facts = {"source": self.name, "seen_at": self.clock(), "daily_on": None}
        return Fetched(source=self.name, papers=found, sightings=tuple(sighting_of(paper, **facts) for paper in found))


LISTED = make_papers(3, categories=(), version=None)


@pytest.fixture
def catalogue(clock: FakeClock) -> FakeCatalogue:
    known = (replace(paper, categories=("cs.CL",), version=1, upvotes=None, daily_on=None) for paper in LISTED)
    return FakeCatalogue(clock, papers={paper.id: paper for paper in known})


@pytest.fixture
async def both(r: Resources, source: FakeSource, catalogue: FakeCatalogue) -> Resources:
    """A store with the papers of a day's list, and a catalogue beside it."""
    source.lists[DAY] = LISTED
    await ingest.refresh(r)
    return replace(r, catalogue=catalogue)


async def paper(r: Resources, paper_id: PaperId) -> Paper:
    async with r.store.read() as tx:
        found = await tx.papers.get(paper_id)
    assert found is not None
    return found


async def test_listed_papers_get_their_categories_a_few_at_a_time(both: Resources, catalogue: FakeCatalogue) -> None:
    while await details.look_up(both, both.catalogue):
        pass
    assert [len(ids) for ids in catalogue.asked] == [2, 1]
    for one in LISTED:
        found = await paper(both, one.id)
        assert (found.categories, found.upvotes, found.daily_on) == (("cs.CL",), 10, DAY)


async def test_they_are_asked_about_again_the_next_day_and_for_a_month(
    both: Resources, catalogue: FakeCatalogue, clock: FakeClock
) -> None:
    catalogue.most_ids = 10
    for _ in range(40):
        await details.look_up(both, both.catalogue)
        assert await details.look_up(both, both.catalogue) is None
        clock.advance(days=1)
    assert len(catalogue.asked) == 31


async def test_a_withdrawal_becomes_a_change_that_is_told(
    both: Resources, catalogue: FakeCatalogue, clock: FakeClock
) -> None:
    catalogue.most_ids = 10
    await details.look_up(both, both.catalogue)
    first = LISTED[0].id
    clock.advance(days=1)
    catalogue.papers[first] = replace(catalogue.papers[first], version=2, withdrawn_at=BASE + timedelta(hours=5))
    await details.look_up(both, both.catalogue)
    async with both.store.read() as tx:
        changes = await tx.papers.changes([first])
    assert {change.kind for change in changes} == {ChangeKind.WITHDRAWN, ChangeKind.VERSION}
    assert (await paper(both, first)).withdrawn_at == BASE + timedelta(hours=5)


async def test_what_the_catalogue_does_not_know_is_asked_about_once_a_day_like_the_rest(
    both: Resources, catalogue: FakeCatalogue
) -> None:
    catalogue.most_ids = 10
    catalogue.papers.clear()
    assert await details.look_up(both, both.catalogue) is not None
    assert await details.look_up(both, both.catalogue) is None


@pytest.mark.parametrize(
    ("problem", "wait"),
    [
        (SourceUnreachable("arxiv", "no answer"), ingest.PAUSE),
        (SourceThrottled("arxiv", "later", retry_at=BASE + timedelta(minutes=10)), timedelta(minutes=10)),
    ],
    ids=["no answer", "told to wait"],
)
async def test_a_failure_is_remembered_and_waited_out(
    problem: Exception, wait: timedelta, both: Resources, catalogue: FakeCatalogue, clock: FakeClock
) -> None:
    catalogue.problem = problem
    report = await details.look_up(both, both.catalogue)
    assert report is not None
    assert report.error == str(problem)
    clock.advance(wait - timedelta(seconds=1))
    assert await details.look_up(both, both.catalogue) is None
    catalogue.problem = None
    clock.advance(seconds=1)
    assert await details.look_up(both, both.catalogue) is not None


async def test_the_pause_doubles_with_each_further_failure_up_to_six_hours(
    both: Resources, catalogue: FakeCatalogue, clock: FakeClock
) -> None:
    catalogue.problem = SourceUnreachable("arxiv", "no answer")
    waits = []
    for _ in range(7):
        began = clock()
        while await details.look_up(both, both.catalogue) is None:
            clock.advance(minutes=20)
        waits.append((clock() - began) / timedelta(minutes=20))
    assert waits == [0, 1, 2, 4, 8, 16, 18]
    catalogue.problem = None
    clock.advance(hours=6)
    assert await details.look_up(both, both.catalogue) is not None
    catalogue.problem = SourceUnreachable("arxiv", "no answer")
    clock.advance(days=1)
    await details.look_up(both, both.catalogue)
    clock.advance(ingest.PAUSE)
    assert await details.look_up(both, both.catalogue) is not None, "after a success it begins anew"


@pytest.mark.parametrize("take_up", [discussed.add, saved.save])
async def test_papers_that_are_discussed_or_saved_come_first_and_longer_than_those_of_the_lists(
    take_up: Callable[[Resources, int, str], Awaitable[object]],
    both: Resources,
    catalogue: FakeCatalogue,
    clock: FakeClock,
) -> None:
    await take_up(both, 901, LISTED[2].id)
    await details.look_up(both, both.catalogue)
    assert catalogue.asked.pop() == (LISTED[2].id, LISTED[0].id)
    clock.advance(news.TOLD_FOR)
    await details.look_up(both, both.catalogue)
    assert catalogue.asked.pop() == (LISTED[2].id,)
    clock.advance(days=1)
    assert await details.look_up(both, both.catalogue) is None


async def test_a_catalogue_that_learns_of_papers_late_is_asked_late(
    both: Resources, catalogue: FakeCatalogue, clock: FakeClock
) -> None:
    catalogue.knows_after = timedelta(days=2)
    for hours in (0, 24):
        clock.advance(hours=hours)
        assert await details.look_up(both, both.catalogue) is None
    clock.advance(days=1)
    assert await details.look_up(both, both.catalogue) is not None


async def test_a_catalogue_that_knows_more_than_arxiv_is_asked_about_more(
    both: Resources, catalogue: FakeCatalogue
) -> None:
    catalogue.most_ids, catalogue.knows_dois = 10, True
    beyond = make_paper("10.1101/2025.03.14.643210")
    async with both.store.write() as tx:
        await tx.papers.save([beyond], [sighting_of(beyond, source="biorxiv")])
    await details.look_up(both, both.catalogue)
    assert beyond.id in catalogue.asked[0]


async def test_a_paper_beyond_arxiv_is_not_asked_about(both: Resources, catalogue: FakeCatalogue) -> None:
    catalogue.most_ids = 10
    beyond = make_paper("10.1101/2025.03.14.643210")
    async with both.store.write() as tx:
        await tx.papers.save([beyond], [sighting_of(beyond, source="biorxiv")])
    await details.look_up(both, both.catalogue)
    assert catalogue.asked == [tuple(one.id for one in LISTED)]


async def test_nobody_is_asked_where_there_is_no_catalogue(r: Resources) -> None:
    assert await details.look_up(r, None) is None
