"""A feed is asked politely, and what it lists as before adds nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from bot.errors import SourceChanged, SourceThrottled
from bot.sources.feed import MOST_BYTES, Feed
from bot.sources.http import PoliteClient
from tests.builders import DAY, FakeClock
from tests.sources.asking import Pauses
from tests.standins.feeds import ANTHOLOGY, RDF, FeedSite, Names, public_transport
from tests.standins.hugging_face import body, redirect, status


@pytest.fixture
async def site() -> AsyncIterator[FeedSite]:
    async with FeedSite() as standin:
        yield standin


@pytest.fixture
async def feed(site: FeedSite, clock: FakeClock, pauses: Pauses) -> AsyncIterator[Feed]:
    async with httpx.AsyncClient(transport=public_transport(Names()), trust_env=False) as client:
        polite = PoliteClient(client, clock=clock, sleep=pauses.sleep)
        yield Feed(polite, name="journal", url=site.feed, clock=clock)


async def test_its_papers_come_under_its_name(feed: Feed) -> None:
    fetched = await feed.fetch(None)
    assert {one.source for one in fetched.sightings} == {fetched.source} == {"journal"}
    assert (len(fetched.papers), len(fetched.rejected), fetched.day) == (2, 1, DAY)


async def test_what_has_not_changed_is_not_sent_again_and_was_seen_before(
    feed: Feed, site: FeedSite, clock: FakeClock
) -> None:
    first = await feed.fetch(None)
    clock.advance(minutes=30)
    assert (await feed.fetch(None)).sightings == first.sightings
    assert "if-none-match" in site.seen[1].headers


async def test_a_change_of_one_item_is_seen_now_and_announced_no_second_time(
    feed: Feed, site: FeedSite, clock: FakeClock
) -> None:
    first = await feed.fetch(None)
    site.body = RDF.replace(b"An older one", b"An older one, revised")
    clock.advance(days=1)
    same, changed = (await feed.fetch(None)).sightings
    assert same == first.sightings[0]
    assert (changed.seen_at, changed.announced_on) == (clock(), None)


async def test_what_comes_in_is_new_however_old_its_date_is(feed: Feed, site: FeedSite, clock: FakeClock) -> None:
    site.body = b"<rss><channel/></rss>"
    await feed.fetch(None)
    site.body = ANTHOLOGY
    clock.advance(days=1)
    assert [one.announced_on for one in (await feed.fetch(None)).sightings] == [DAY + timedelta(days=1)] * 2


async def test_a_redirect_inside_the_site_is_followed_and_no_other(feed: Feed, site: FeedSite) -> None:
    site.meets(redirect("/moved.xml"))
    assert (await feed.fetch(None)).papers
    assert site.seen[-1].path == "/moved.xml"
    for elsewhere in (
        "https://169.254.169.254/latest/meta-data",
        "http://papers.example/",
        "//localhost/",
        "file:///etc/passwd",
    ):
        site.meets(redirect(elsewhere))
        with pytest.raises(SourceChanged, match="another server"):
            await feed.fetch(None)


async def test_a_feed_that_is_too_large_is_not_read(feed: Feed, site: FeedSite) -> None:
    site.meets(body(b" " * (MOST_BYTES + 1)))
    with pytest.raises(SourceChanged, match="larger than 4 MB"):
        await feed.fetch(None)


async def test_a_site_that_asks_for_patience_gets_it(feed: Feed, site: FeedSite, clock: FakeClock) -> None:
    site.meets(status(429, **{"Retry-After": "3600"}))
    with pytest.raises(SourceThrottled) as caught:
        await feed.fetch(None)
    assert caught.value.retry_at == clock() + timedelta(hours=1)


async def test_a_recorded_feed_counts_from_its_day_so_that_reading_it_again_adds_nothing(
    feed: Feed, clock: FakeClock
) -> None:
    first = feed.read(RDF, day=None)
    clock.advance(hours=2)
    assert feed.read(RDF, day=None) == first
    assert feed.read(RDF, day=DAY - timedelta(days=2)).sightings[0].seen_at.date() == DAY - timedelta(days=2)
