"""One look at a source: what it brings is counted, merged with what is known, and kept as a whole or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.core.period import Period, PeriodKind
from bot.core.reports import SourceReport
from bot.errors import SourceChanged, SourceThrottled
from bot.ports import Rejected, Resources
from bot.services import ingest, search
from storage.facts import Facts
from storage.papers import Papers
from storage.records import PaperId, Sighting
from storage.source_state import SourceState
from storage.sources import Sources
from tests.builders import BASE, DAY, FakeClock, make_id, make_paper, make_papers
from tests.services.doubles import FakeSource

TODAY = Period.day(DAY)
PAPER = PaperId("2503.01234")


async def look(r: Resources, source: FakeSource, period: Period | None = TODAY) -> SourceReport:
    return await ingest.period(r, source, period)


async def state(r: Resources) -> SourceState:
    async with r.store.read() as tx:
        return await tx.sources.state("huggingface")


async def sightings(r: Resources, paper_id: PaperId = PAPER) -> Sequence[Sighting]:
    async with r.store.read() as tx:
        return (await tx.papers.sightings([paper_id])).get(paper_id, ())


# --- the sums ---


async def test_what_was_fetched_is_new_updated_unchanged_or_rejected(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    source.lists[DAY] = make_papers(4)
    await look(r, source)
    clock.advance(hours=1)
    source.lists[DAY] = (*(replace(paper, upvotes=99) for paper in make_papers(2)), *make_papers(7)[2:])
    source.rejects = (Rejected(position=7, paper_id="2503.1", reason="it has too few digits"),)
    report = await look(r, source)
    assert (report.new, report.updated, report.unchanged, report.rejected) == (3, 2, 2, 1)
    assert report.fetched == 8
    assert report.error is None


async def test_looking_again_adds_nothing_but_sightings(r: Resources, source: FakeSource, clock: FakeClock) -> None:
    source.lists[DAY] = (make_paper(PAPER),)
    await look(r, source)
    async with r.store.read() as tx:
        before = await tx.papers.get(PAPER), await tx.papers.revision(), await tx.papers.count()
    clock.advance(hours=1)
    report = await look(r, source)
    async with r.store.read() as tx:
        assert (await tx.papers.get(PAPER), await tx.papers.revision(), await tx.papers.count()) == before
    assert (report.new, report.updated, report.unchanged) == (0, 0, 1)
    assert [one.seen_at for one in await sightings(r)] == [BASE, BASE + timedelta(hours=1)]


async def test_the_same_look_twice_is_one_sighting(r: Resources, source: FakeSource) -> None:
    source.lists[DAY] = (make_paper(PAPER),)
    await look(r, source)
    await look(r, source)
    assert len(await sightings(r)) == 1


async def test_rejected_items_are_named_and_cost_the_others_nothing(r: Resources, source: FakeSource) -> None:
    source.lists[DAY] = make_papers(2)
    source.rejects = (
        Rejected(position=2, paper_id="2503.1", reason="it has too few digits"),
        Rejected(position=5, paper_id=None, reason="it has no id"),
    )
    report = await look(r, source)
    assert report.new == 2
    assert report.rejects == ("item 2 (2503.1): it has too few digits", "item 5 (no id): it has no id")
    assert ((await state(r)).fetched, (await state(r)).rejected) == (4, 2)


async def test_of_many_rejected_items_the_first_are_named(r: Resources, source: FakeSource) -> None:
    source.rejects = tuple(Rejected(position=number, paper_id=None, reason="it has no id") for number in range(500))
    report = await look(r, source)
    assert report.rejected == 500
    assert len(report.rejects) == ingest.REJECTS_NAMED + 1
    assert report.rejects[-1] == "and more"


async def test_a_day_without_papers_is_a_success(r: Resources, source: FakeSource) -> None:
    report = await look(r, source)
    assert (report.fetched, report.error) == (0, None)
    assert (await state(r)).succeeded_at == BASE


# --- what is known afterwards ---


async def test_a_later_look_wins_and_an_unsaid_fact_stays(r: Resources, source: FakeSource, clock: FakeClock) -> None:
    source.lists[DAY] = (make_paper(PAPER, upvotes=3, code_url="https://github.com/a/b"),)
    await look(r, source)
    clock.advance(hours=1)
    source.lists[DAY] = (make_paper(PAPER, upvotes=30, code_url=None),)
    await look(r, source)
    kept = await search.paper(r, PAPER)
    assert (kept.upvotes, kept.code_url) == (30, "https://github.com/a/b")


async def test_a_paper_that_comes_back_keeps_its_first_day_and_belongs_to_both(
    r: Resources, source: FakeSource, clock: FakeClock
) -> None:
    source.lists[DAY] = (make_paper(PAPER),)
    await look(r, source)
    clock.advance(days=1)
    tomorrow = DAY + timedelta(days=1)
    source.lists[tomorrow] = (make_paper(PAPER),)
    await look(r, source, Period.day(tomorrow))
    assert (await search.paper(r, PAPER)).daily_on == DAY
    async with r.store.read() as tx:
        for day in (DAY, tomorrow):
            assert [paper.id for paper in await tx.papers.on_days(day, day)] == [PAPER]


async def test_what_a_look_brought_is_found_by_search_at_once(r: Resources, source: FakeSource) -> None:
    source.lists[DAY] = (make_paper(PAPER, title="Noodle soup for transformers"),)
    await look(r, source)
    assert (await search.search(r, "noodle")).total == 1


@pytest.mark.parametrize(
    ("period", "day", "is_marked"),
    [
        (Period.day(DAY), DAY, True),
        # A week's list is no day's list: its Monday would be taken as complete and never be looked at by itself.
        (Period(PeriodKind.WEEK, date(2025, 3, 10)), date(2025, 3, 10), False),
        (Period(PeriodKind.MONTH, date(2025, 3, 1)), date(2025, 3, 1), False),
        (None, DAY, False),
    ],
)
async def test_only_a_day_that_was_asked_for_is_marked_as_looked_at(
    period: Period | None, day: date, is_marked: bool, r: Resources, source: FakeSource
) -> None:
    source.lists[DAY] = make_papers(1)
    await look(r, source, period)
    async with r.store.read() as tx:
        assert (await tx.sources.day_looked_at(source.name, day) is not None) is is_marked


# --- failures ---


async def test_a_failure_is_remembered_in_words_and_raises_nothing(r: Resources, source: FakeSource) -> None:
    source.problems = [SourceChanged(source.name, "The answer is a web page (HTML), not the list of papers.")]
    report = await look(r, source)
    assert report == SourceReport(
        name="huggingface", error="The answer is a web page (HTML), not the list of papers.", took=report.took
    )
    failed = await state(r)
    assert (failed.failed_at, failed.succeeded_at, failed.retry_at) == (BASE, None, None)
    assert failed.problem == report.error


async def test_a_failure_keeps_what_is_there(r: Resources, source: FakeSource, clock: FakeClock) -> None:
    source.lists[DAY] = make_papers(3)
    await look(r, source)
    clock.advance(hours=1)
    source.down = True
    await look(r, source)
    assert (await search.trending(r, TODAY)).total == 3
    assert ((await state(r)).succeeded_at, (await state(r)).fetched) == (BASE, 3)


async def test_when_a_site_asks_for_patience_the_moment_is_remembered(r: Resources, source: FakeSource) -> None:
    later = BASE + timedelta(minutes=5)
    source.problems = [SourceThrottled(source.name, "The site asks for patience.", retry_at=later)]
    await look(r, source)
    assert (await state(r)).retry_at == later


async def test_a_success_ends_a_problem(r: Resources, source: FakeSource) -> None:
    source.problems = [SourceThrottled(source.name, "The site asks for patience.", retry_at=BASE)]
    await look(r, source)
    await look(r, source)
    assert ((await state(r)).problem, (await state(r)).retry_at) == (None, None)


class PowerFailure(Exception):
    """The process ends in the middle of its work."""


async def power_failure(*_: Any, **__: Any) -> None:
    raise PowerFailure


@pytest.mark.parametrize(
    ("section", "step"),
    [(Papers, "_upsert"), (Papers, "_append"), (Sources, "record_success"), (Sources, "mark_day"), (Facts, "put")],
)
async def test_a_crash_at_any_step_of_saving_leaves_nothing(
    section: type, step: str, r: Resources, source: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.lists[DAY] = make_papers(5)
    with monkeypatch.context() as broken:
        broken.setattr(section, step, power_failure)
        with pytest.raises(PowerFailure):
            await look(r, source)
    async with r.store.read() as tx:
        assert (await tx.papers.count(), await tx.papers.revision()) == (0, 0)
        assert await tx.papers.get_many([make_id(number) for number in range(9)]) == {}
        assert await tx.papers.newest_sighting() is None
        assert await tx.sources.states() == []
        assert await tx.sources.day_looked_at(source.name, DAY) is None
    assert (await look(r, source)).new == 5
