"""BioRxiv and medRxiv are asked page by page, sparingly, and what they say is kept once."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
import pytest

from bot.core.period import Period
from bot.errors import NotThere, SourceChanged, SourceThrottled, SourceUnreachable
from bot.sources.http import PoliteClient, certificates
from bot.sources.preprints import LOOKS_EVERY, SILENCE, ApiGate, Preprints
from storage.records import PaperId
from storage.store import Store
from tests.builders import DAY, FakeClock
from tests.sources.asking import Pauses
from tests.standins.hugging_face import HTML, status
from tests.standins.preprints import PreprintsStandIn, make_preprint
from tests.standins.site import Fault

A_DAY = timedelta(days=1)
TODAY = Period.day(DAY)
Make = Callable[[str], Preprints]


@pytest.fixture
async def site(clock: FakeClock) -> AsyncIterator[PreprintsStandIn]:
    posted = {"biorxiv": [make_preprint(number) for number in range(1, 6)]}
    async with PreprintsStandIn(clock=clock, a_page=2, posted=posted) as standin:
        yield standin


@pytest.fixture
async def make(site: PreprintsStandIn, store: Store, clock: FakeClock, pauses: Pauses) -> AsyncIterator[Make]:
    """Makes the source of a server, as each of several processes that share a store would."""
    async with httpx.AsyncClient(verify=certificates()) as client:

        def made(server: str) -> Preprints:
            polite = PoliteClient(client, clock=clock, shared=ApiGate(store, clock), sleep=pauses.sleep)
            return Preprints(polite, server=server, subjects={"all"}, url=site.url, clock=clock)

        yield made


async def all_pages(source: Preprints, period: Period | None) -> list[PaperId]:
    found, after = [], None
    while True:
        fetched = await source.fetch(period, after=after)
        found += [paper.id for paper in fetched.papers]
        if (after := fetched.rest) is None:
            return found


async def test_a_day_is_fetched_page_by_page_and_never_too_fast(
    make: Make, site: PreprintsStandIn, pauses: Pauses
) -> None:
    assert len(await all_pages(make("biorxiv"), TODAY)) == 5
    day = f"/details/biorxiv/{DAY}/{DAY}"
    assert [seen.path for seen in site.seen] == [f"{day}/0/json", f"{day}/2/json", f"{day}/4/json"]
    assert (site.too_fast, len(pauses.taken)) == (0, 2)


async def test_a_total_that_is_too_large_is_no_error(make: Make, site: PreprintsStandIn) -> None:
    site.more = 31
    assert len(await all_pages(make("biorxiv"), None)) == 5
    assert [seen.path.split("/")[3:6] for seen in site.seen][-1] == [str(DAY - A_DAY), str(DAY), "5"]


async def test_both_servers_and_all_processes_have_one_gate(make: Make, site: PreprintsStandIn, pauses: Pauses) -> None:
    for server in ("biorxiv", "medrxiv", "medrxiv"):
        await make(server).fetch(TODAY)
    assert (site.too_fast, len(pauses.taken)) == (0, 2)
    assert [seen.path.split("/")[2] for seen in site.seen] == ["biorxiv", "medrxiv", "medrxiv"]


async def test_yesterday_and_today_are_looked_at_every_three_hours(make: Make, clock: FakeClock) -> None:
    source = make("biorxiv")
    assert source.days_now(clock()) == (DAY - A_DAY, DAY)
    await all_pages(source, Period.day(DAY - A_DAY))
    assert source.days_now(clock()), "today is still to come"
    await source.fetch(TODAY)
    assert source.days_now(clock()), "there is more of it"
    await all_pages(source, TODAY)
    assert source.days_now(clock() + LOOKS_EVERY - timedelta(minutes=1)) == ()
    assert source.days_now(clock() + LOOKS_EVERY) == (DAY - A_DAY, DAY)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(HTML, SourceChanged), (status(404), NotThere), (status(500), SourceUnreachable)],
    ids=["a page", "gone", "down"],
)
async def test_what_goes_wrong_is_one_of_the_kinds(
    fault: Fault, kind: type[Exception], make: Make, site: PreprintsStandIn
) -> None:
    site.meets(fault, times=3)
    with pytest.raises(kind):
        await make("biorxiv").fetch(TODAY)


async def test_a_refusal_leaves_both_servers_alone_for_a_while(
    make: Make, site: PreprintsStandIn, clock: FakeClock
) -> None:
    site.meets(status(429))
    for server in ("biorxiv", "medrxiv"):
        with pytest.raises(SourceThrottled) as refusal:
            await make(server).fetch(TODAY)
        assert refusal.value.retry_at == clock() + SILENCE
    assert len(site.seen) == 1
