"""What bioRxiv's API tells is kept once, and a revision is a change of the paper and no new one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.core.period import Days, Period
from bot.ports import Resources
from bot.services import ingest
from bot.services.choosing import Chooser
from bot.sources.http import PoliteClient, certificates
from bot.sources.preprints import Preprints
from storage.records import PaperId
from tests.builders import DAY, FakeClock, make_topic
from tests.standins.hugging_face import status
from tests.standins.preprints import PreprintsStandIn, make_preprint

ONE = PaperId("10.1101/2025.03.14.643001")
A_DAY = timedelta(days=1)
TOMORROW = DAY + A_DAY


@pytest.fixture
async def site(clock: FakeClock) -> AsyncIterator[PreprintsStandIn]:
    posted = {"biorxiv": [make_preprint(number) for number in range(1, 4)]}
    async with PreprintsStandIn(clock=clock, a_page=2, posted=posted) as standin:
        yield standin


@pytest.fixture
async def asked(r: Resources, site: PreprintsStandIn, clock: FakeClock) -> AsyncIterator[Resources]:
    """A bot that asks bioRxiv."""
    async with httpx.AsyncClient(verify=certificates()) as client:
        polite = PoliteClient(client, clock=clock)
        source = Preprints(polite, server="biorxiv", subjects={"cell biology"}, url=site.url, clock=clock)
        yield replace(r, sources=(source,))


async def test_what_was_posted_comes_to_whom_it_fits(asked: Resources, site: PreprintsStandIn) -> None:
    site.posted["biorxiv"] += [make_preprint(4, category="zoology"), make_preprint(5, title="On spindles")]
    reports = await ingest.refresh(asked)
    assert [(report.error, report.new, report.rejected) for report in reports] == [(None, 0, 0), (None, 4, 0)]
    plan, why = await Chooser(asked, asked.clock()).for_topics([make_topic("spindles")], Days(DAY, DAY), frozenset())
    assert [ranked.paper.id for ranked in plan.picked] == list(why) == ["10.1101/2025.03.14.643005"]


async def test_what_is_read_again_adds_nothing(asked: Resources, clock: FakeClock) -> None:
    (source,) = asked.sources
    await ingest.period(asked, source, Period.day(DAY))
    clock.advance(hours=4)
    report = await ingest.period(asked, source, Period.day(DAY))
    assert (report.error, report.new, report.updated, report.unchanged) == (None, 0, 0, 3)
    async with asked.store.read() as tx:
        assert len((await tx.papers.sightings([ONE]))[ONE]) == 1


async def test_a_revision_changes_the_paper_and_is_not_announced(
    asked: Resources, site: PreprintsStandIn, clock: FakeClock
) -> None:
    (source,) = asked.sources
    await ingest.period(asked, source, Period.day(DAY))
    clock.advance(days=1)
    site.posted["biorxiv"].append(make_preprint(1, posted_on=str(TOMORROW), version="2", title="Revised"))
    report = await ingest.period(asked, source, Period.day(TOMORROW))
    assert (report.new, report.updated) == (0, 1)
    async with asked.store.read() as tx:
        paper = await tx.papers.get(ONE)
        assert await tx.papers.announced(TOMORROW, TOMORROW) == []
    assert paper is not None
    assert paper.published_at is not None
    assert (paper.title, paper.version, paper.published_at.date()) == ("Revised", 2, DAY)


async def test_the_days_before_are_filled_and_a_look_that_broke_off_goes_on(
    asked: Resources, site: PreprintsStandIn, clock: FakeClock
) -> None:
    (source,) = asked.sources
    clock.advance(days=3)
    site.meets(site.answer, site.answer, status(404))
    broken = [report async for _, report in ingest.days(asked, source, DAY - A_DAY, DAY)]
    assert [(report.new, bool(report.error)) for report in broken if report] == [(0, False), (2, True)]
    again = [report async for _, report in ingest.days(asked, source, DAY - A_DAY, DAY)]
    assert [report and report.new for report in again] == [None, 1]
    assert [seen.path.split("/")[5] for seen in site.seen] == ["0", "0", "2", "2"]
