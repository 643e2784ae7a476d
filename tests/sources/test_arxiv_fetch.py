"""ArXiv is asked for one feed a day, for records page by page, and never faster than it allows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import httpx
import pytest

from bot.core.period import Period
from bot.errors import SourceChanged, SourceThrottled, SourceUnreachable
from bot.sources.arxiv import ArXiv
from bot.sources.arxiv_feed import MOST_LISTED
from bot.sources.arxiv_gate import SILENCE, ArxivGate
from bot.sources.arxiv_records import MOST_RESTARTS
from bot.sources.arxiv_sites import Sites
from bot.sources.http import PoliteClient, certificates
from storage.records import PaperId
from storage.store import Store
from tests.builders import BASE, DAY, FakeClock
from tests.standins.arxiv import ArXivStandIn, Entry, make_entries, oai_error
from tests.standins.hugging_face import HTML, body, redirect, status
from tests.standins.site import Fault

TODAY = Period.day(DAY)
YESTERDAY = Period.day(DAY - timedelta(days=1))


@pytest.fixture
async def arxiv(clock: FakeClock) -> AsyncIterator[ArXivStandIn]:
    async with ArXivStandIn(clock=clock) as site:
        yield site


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=certificates()) as opened:
        yield opened


class WatchedGate(ArxivGate):
    """The gate, and who is in it."""

    inside: ClassVar[set[ArxivGate]] = set()

    __hash__ = object.__hash__

    async def enter(self) -> datetime | None:
        self.inside.add(self)
        again: datetime | None = BASE
        try:
            again = await super().enter()
        finally:
            if again is not None:
                self.inside.discard(self)
        return again

    async def leave(self, silence: timedelta | None) -> None:
        await super().leave(silence)
        self.inside.discard(self)


class Process:
    """A program that asks arXiv, with the store that it shares with others.

    Its clock moves only where nobody is asking: otherwise minutes would pass for every request of a slow machine.
    """

    def __init__(self, client: httpx.AsyncClient, site: ArXivStandIn, store: Store, clock: FakeClock) -> None:
        self.clock = clock
        self.categories = ["cs.CL", "math.AG"]
        self.gate = WatchedGate(store, clock)
        polite = PoliteClient(client, clock=clock, shared=self.gate, sleep=self.sleep)
        sites = Sites(rss=site.url, api=site.url, oai=site.url)
        self.source = ArXiv(polite, sites=sites, clock=clock, followed=self.followed)

    async def followed(self) -> list[str]:
        return self.categories

    async def sleep(self, seconds: float) -> None:
        while self.gate.inside:  # noqa: ASYNC110  # the clock of a test is no event
            await asyncio.sleep(0.005)
        self.clock.advance(seconds=seconds)


@pytest.fixture
def process(client: httpx.AsyncClient, arxiv: ArXivStandIn, store: Store, clock: FakeClock) -> Process:
    return Process(client, arxiv, store, clock)


@pytest.fixture
def source(process: Process) -> ArXiv:
    return process.source


# --- the feed ---


async def test_what_was_announced_is_one_request_for_all_categories(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.entries = [*make_entries(2), Entry(id="2503.00007", categories=("math.AG",)), Entry(kind="cross")]

    fetched = await source.fetch(TODAY)

    assert (len(fetched.papers), fetched.day, fetched.rest) == (3, DAY, None)
    assert [seen.path for seen in arxiv.seen] == ["/rss/cs.CL+math.AG"]


async def test_a_feed_that_has_not_changed_is_not_sent_again(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.entries = make_entries(2)
    first = await source.fetch(None)
    again = await source.fetch(None)
    assert [paper.id for paper in again.papers] == [paper.id for paper in first.papers]
    assert "if-none-match" in arxiv.seen[1].headers


async def test_the_feed_of_the_day_before_says_that_it_is_that(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.day = DAY - timedelta(days=1)
    assert (await source.fetch(TODAY)).day == DAY - timedelta(days=1)


async def test_a_full_feed_is_asked_for_in_halves(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.entries = [
        *make_entries(MOST_LISTED - 1, categories=("cs.CL", "math.AG")),
        Entry(id="2503.09999", categories=("math.AG",)),
    ]
    fetched = await source.fetch(TODAY)
    assert len({paper.id for paper in fetched.papers}) == len(fetched.papers) == MOST_LISTED
    assert [seen.path for seen in arxiv.seen] == ["/rss/cs.CL+math.AG", "/rss/cs.CL", "/rss/math.AG"]
    assert arxiv.too_fast == 0


async def test_nothing_is_asked_where_nothing_is_followed(process: Process, source: ArXiv, arxiv: ArXivStandIn) -> None:
    process.categories = []
    assert (await source.fetch(TODAY)).papers == ()
    assert arxiv.seen == []


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2026, 11, 24, 5, 20, tzinfo=UTC), [date(2026, 11, 23)]),
        (datetime(2026, 11, 24, 5, 40, tzinfo=UTC), [date(2026, 11, 24)]),
        (datetime(2026, 7, 14, 4, 40, tzinfo=UTC), [date(2026, 7, 14)]),
        (datetime(2026, 11, 24, 0, 30, tzinfo=UTC), []),
        (datetime(2026, 11, 28, 12, tzinfo=UTC), []),
        (datetime(2026, 11, 27, 12, tzinfo=UTC), []),
        (datetime(2026, 9, 7, 12, tzinfo=UTC), [date(2026, 9, 7)]),
        (datetime(2026, 9, 8, 12, tzinfo=UTC), []),
        (datetime(2025, 11, 28, 12, tzinfo=UTC), [date(2025, 11, 28)]),
    ],
    ids=[
        "not made yet", "made, in winter", "made, in summer", "quiet hour", "Saturday", "after Thanksgiving",
        "Labor Day itself", "after Labor Day", "a year whose holidays are not sure",
    ],
)  # fmt: skip
def test_a_look_is_due_when_a_feed_has_come(now: datetime, days: list[date], source: ArXiv) -> None:
    assert list(source.days_now(now)) == days


# --- the days before ---


async def everything(source: ArXiv, period: Period, after: str | None = None) -> list[str]:
    found: list[str] = []
    while True:
        fetched = await source.fetch(period, after=after)
        found += [paper.id for paper in fetched.papers]
        if (after := fetched.rest) is None:
            return found


async def test_a_day_before_is_read_page_by_page_and_category_by_category(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.a_page = 2
    arxiv.entries = [*make_entries(5), Entry(id="2503.00009", categories=("math.AG",))]
    assert await everything(source, YESTERDAY) == [*(f"2503.0000{number}" for number in range(1, 6)), "2503.00009"]
    assert [seen.query.get("set") for seen in arxiv.seen] == ["cs:cs:CL", None, None, "math:math:AG"]
    assert arxiv.too_fast == 0


async def test_it_goes_on_where_it_was_left(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.a_page = 2
    arxiv.entries = make_entries(5)
    rest = (await source.fetch(YESTERDAY)).rest
    assert await everything(source, YESTERDAY, rest) == ["2503.00003", "2503.00004", "2503.00005"]


async def test_a_list_whose_token_has_expired_is_begun_anew(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.a_page = 2
    arxiv.entries = make_entries(3)
    rest = (await source.fetch(YESTERDAY)).rest
    arxiv.tokens.clear()
    assert await everything(source, YESTERDAY, rest) == ["2503.00001", "2503.00002", "2503.00003"]


async def test_a_server_whose_tokens_never_work_is_left(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.a_page = 2
    arxiv.entries = make_entries(3)
    rest = (await source.fetch(YESTERDAY)).rest
    for _ in range(MOST_RESTARTS):
        arxiv.tokens.clear()
        rest = (await source.fetch(YESTERDAY, after=rest)).rest
    arxiv.meets(body(oai_error("badResumptionToken"), content_type="text/xml"))
    with pytest.raises(SourceChanged, match="refuses its own token"):
        await source.fetch(YESTERDAY, after=rest)


# --- papers by their ids ---


async def test_papers_are_looked_up_by_their_ids(source: ArXiv, arxiv: ArXivStandIn) -> None:
    arxiv.entries = make_entries(30)
    wanted = [*(entry.id for entry in arxiv.entries[:12]), "2503.99999"]
    fetched = await source.look_up([paper.id for paper in (await source.fetch(TODAY)).papers][:12])
    assert len(fetched.papers) == 12
    assert {paper.id for paper in fetched.papers} <= set(wanted)


async def test_what_the_api_refuses_is_said_in_its_own_words(source: ArXiv) -> None:
    with pytest.raises(SourceChanged, match="incorrect id format for abc"):
        await source.look_up([PaperId("abc")])


# --- politeness ---


async def test_requests_are_three_seconds_apart_and_one_at_a_time(
    source: ArXiv, arxiv: ArXivStandIn, clock: FakeClock
) -> None:
    arxiv.entries = make_entries(3)
    looks = [source.fetch(TODAY), source.fetch(YESTERDAY), source.fetch(TODAY)]
    await asyncio.gather(*looks)
    assert (len(arxiv.seen), arxiv.too_fast) == (3, 0)
    assert clock.now - BASE >= timedelta(seconds=6)


async def opened(stack: AsyncExitStack, url: str) -> Store:
    store = await Store.open(url)
    stack.push_async_callback(store.close)
    return store


async def test_so_are_those_of_several_processes(
    client: httpx.AsyncClient, arxiv: ArXivStandIn, store_url: str, clock: FakeClock
) -> None:
    arxiv.entries = make_entries(3)
    async with AsyncExitStack() as stack:
        stores = [await opened(stack, store_url) for _ in range(3)]
        looks = [Process(client, arxiv, store, clock).source.fetch(TODAY) for store in stores]
        await asyncio.gather(*looks)
    assert (len(arxiv.seen), arxiv.too_fast) == (3, 0)


@pytest.mark.parametrize(
    "refusal",
    [
        status(429, "Rate exceeded."),
        status(503, "Rate exceeded."),
        body(b"Rate exceeded.", content_type="text/plain"),
        status(429, "no", Retry_After="5"),
    ],
    ids=["429", "503", "200", "429 that names a moment too early"],
)
async def test_a_refusal_is_followed_by_ten_minutes_of_silence_for_everybody(
    refusal: Fault, source: ArXiv, arxiv: ArXivStandIn, client: httpx.AsyncClient, store: Store, clock: FakeClock
) -> None:
    arxiv.meets(refusal)
    with pytest.raises(SourceThrottled) as refused:
        await source.fetch(TODAY)
    assert refused.value.retry_at == BASE + SILENCE

    clock.advance(minutes=9)
    with pytest.raises(SourceThrottled):
        await Process(client, arxiv, store, clock).source.fetch(TODAY)
    assert len(arxiv.seen) == 1

    clock.advance(minutes=1)
    await Process(client, arxiv, store, clock).source.fetch(TODAY)
    assert len(arxiv.seen) == 2


async def test_nothing_is_asked_in_the_hour_of_the_announcement(
    source: ArXiv, arxiv: ArXivStandIn, clock: FakeClock
) -> None:
    clock.now = datetime(2025, 3, 14, 0, 59, 59, tzinfo=UTC)
    with pytest.raises(SourceThrottled) as quiet:
        await source.fetch(None)
    assert quiet.value.retry_at == datetime(2025, 3, 14, 1, tzinfo=UTC)
    clock.advance(seconds=1)
    await source.fetch(None)
    assert len(arxiv.seen) == 1


async def test_a_process_that_was_killed_while_it_asked_holds_nobody_up_for_long(
    source: ArXiv, process: Process, arxiv: ArXivStandIn, store: Store, clock: FakeClock
) -> None:
    assert await ArxivGate(store, clock).enter() is None
    with pytest.raises(SourceThrottled):
        await source.fetch(TODAY)
    clock.advance(minutes=3)
    await source.fetch(TODAY)
    assert len(arxiv.seen) == 1


async def test_a_clock_that_was_put_back_shuts_nothing_for_days(source: ArXiv, clock: FakeClock) -> None:
    await source.fetch(TODAY)
    clock.advance(days=-3)
    await source.fetch(TODAY)


@pytest.mark.parametrize(
    ("fault", "error", "asked"),
    [
        (status(500), SourceUnreachable, 1),
        (HTML, SourceChanged, 1),
        (redirect("https://elsewhere.example/"), SourceChanged, 1),
        (redirect("/rss/cs.CL"), SourceChanged, 1),
    ],
    ids=["error", "html", "elsewhere", "on the same server"],
)
async def test_the_feed_is_tried_once_a_look(
    fault: Fault, error: type[Exception], asked: int, source: ArXiv, arxiv: ArXivStandIn
) -> None:
    arxiv.meets(fault, times=5)
    with pytest.raises(error):
        await source.fetch(TODAY)
    assert len(arxiv.seen) == asked
