"""A feed's papers are papers like others: merged, found by a topic, kept once, and its rejects told."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from bot.core.period import Days
from bot.ports import Fetched, Resources
from bot.services import health, ingest
from bot.services.choosing import Chooser
from bot.sources.feed import Feed
from bot.sources.http import PoliteClient
from storage.records import Paper, PaperId, Sighting
from tests.builders import DAY, FakeClock, make_paper, make_setup, make_topic
from tests.standins.feeds import ATOM, FeedSite, Names, public_transport
from tests.standins.hugging_face import status


@pytest.fixture
async def site() -> AsyncIterator[FeedSite]:
    async with FeedSite() as standin:
        yield standin


@pytest.fixture
async def followed(r: Resources, site: FeedSite, clock: FakeClock) -> AsyncIterator[Resources]:
    """A bot that follows one feed."""
    async with httpx.AsyncClient(transport=public_transport(Names()), trust_env=False) as client:
        feed = Feed(PoliteClient(client, clock=clock), name="journal", url=site.feed, clock=clock)
        yield replace(r, sources=(feed,))


def arxivs(paper: Paper, clock: FakeClock) -> Fetched:
    """``paper`` as arXiv tells it."""
    seen = Sighting(paper_id=paper.id, source="arxiv", seen_at=clock())
    return Fetched(source="arxiv", papers=(paper,), sightings=(seen,))


async def test_what_it_announces_comes_to_whom_it_fits(followed: Resources) -> None:
    (report,) = await ingest.refresh(followed)
    assert (report.name, report.new, report.rejected) == ("journal", 2, 1)
    chooser = Chooser(followed, followed.clock())
    plan, why = await chooser.for_topics([make_topic("spindles")], Days(DAY, DAY), frozenset())
    assert [ranked.paper.id for ranked in plan.picked] == list(why) == ["10.1101/2025.03.13.643210"]


async def test_its_rejects_are_told_with_the_reason(followed: Resources) -> None:
    await ingest.refresh(followed)
    async with followed.store.read() as tx:
        state = await tx.sources.state("journal")
    assert (state.fetched, state.rejected) == (3, 1)
    assert "biorxiv.org/about" in state.rejects[0]
    assert "neither an arXiv id nor a DOI" in state.rejects[0]


async def test_a_feed_that_fails_is_told_and_is_not_why_a_digest_is_empty(followed: Resources, site: FeedSite) -> None:
    site.meets(status(404))
    (report,) = await ingest.refresh(followed)
    assert "status 404" in (report.error or "")
    assert [state.name for state in (await health.status(followed)).sources] == ["journal"]
    days = Days(DAY, DAY)
    chooser = Chooser(followed, followed.clock())
    nothing = await chooser.for_setup(make_setup(), days, frozenset())
    assert "journal" not in await chooser.why_nothing(nothing, DAY, days)


async def test_a_feed_that_was_taken_out_is_told_of_no_more(followed: Resources, site: FeedSite) -> None:
    site.meets(status(404))
    await ingest.refresh(followed)
    assert (await health.status(replace(followed, sources=()))).sources == ()


async def test_a_feed_that_has_not_changed_adds_nothing(followed: Resources, clock: FakeClock) -> None:
    await ingest.refresh(followed)
    async with followed.store.read() as tx:
        before = await tx.papers.sightings([PaperId("10.1101/2025.03.13.643210")])
    clock.advance(minutes=30)
    (report,) = await ingest.refresh(followed)
    assert (report.fetched, report.unchanged) == (3, 2)
    async with followed.store.read() as tx:
        assert await tx.papers.sightings([PaperId("10.1101/2025.03.13.643210")]) == before


async def test_a_paper_that_arxiv_told_of_stays_one_and_keeps_arxivs_title(
    followed: Resources, site: FeedSite, clock: FakeClock
) -> None:
    site.body = ATOM
    known = make_paper("2503.04321", title="As arXiv has it")
    await ingest.keep(followed, arxivs(known, clock), recorded=True)
    await ingest.refresh(followed)
    async with followed.store.read() as tx:
        paper = await tx.papers.get(PaperId("2503.04321"))
    assert paper is not None
    assert paper.title == "As arXiv has it"
    assert {said.source for said in paper.said} == {"arxiv", "journal"}
