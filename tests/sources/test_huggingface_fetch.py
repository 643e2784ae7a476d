from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.core.period import Period, PeriodKind
from bot.errors import SourceChanged, SourceError, SourceThrottled
from bot.sources.http import PoliteClient
from bot.sources.huggingface import MOST_PAGES, HuggingFace
from bot.sources.huggingface_asks import authorization, next_page, page_params
from tests.builders import BASE, DAY, FakeClock
from tests.standins.hugging_face import (
    EMPTY,
    HTML,
    WRONG_SHAPE,
    HuggingFaceStandIn,
    as_body,
    body,
    bomb,
    huge,
    make_item,
    make_items,
    recorded_days,
    redirect,
    throttled,
    truncated,
)
from tests.standins.site import Fault

TODAY = Period.day(DAY)
SECRET = "hf_never-to-be-seen"


@pytest.fixture
def source(polite: PoliteClient, site: HuggingFaceStandIn, clock: FakeClock) -> HuggingFace:
    return HuggingFace(polite, endpoint=site.url, token=None, clock=clock)


def asked(site: HuggingFaceStandIn) -> list[dict[str, str]]:
    return [dict(seen.query) for seen in site.seen]


# --- fetching ---


async def test_a_day_is_fetched_with_the_moment_of_its_arrival(
    source: HuggingFace, site: HuggingFaceStandIn, clock: FakeClock
) -> None:
    site.days = {DAY: make_items(3), DAY - timedelta(days=1): make_items(5, day=DAY - timedelta(days=1))}

    fetched = await source.fetch(TODAY)

    assert (fetched.source, len(fetched.papers), fetched.rejected) == (source.name, 3, ())
    assert {sighting.seen_at for sighting in fetched.sightings} == {clock.now}
    assert asked(site) == [{"date": "2025-03-14", "limit": "100", "p": "0"}]


async def test_an_empty_day_is_no_error(source: HuggingFace) -> None:
    assert (await source.fetch(TODAY)).papers == ()


@pytest.mark.parametrize(
    ("period", "query"),
    [
        (TODAY, {"date": "2025-03-14"}),
        (Period(PeriodKind.WEEK, date(2024, 12, 30)), {"week": "2025-W01"}),
        (Period(PeriodKind.MONTH, date(2025, 3, 1)), {"month": "2025-03"}),
        (None, {}),
    ],
    ids=["day", "week", "month", "most recent"],
)
def test_a_period_is_named_as_the_site_names_it(period: Period | None, query: dict[str, str]) -> None:
    assert page_params(period, 2) == {**query, "limit": "100", "p": "2"}


@pytest.mark.parametrize("with_links", [True, False], ids=["by link", "by counting"])
async def test_a_long_month_is_fetched_page_by_page(
    source: HuggingFace, site: HuggingFaceStandIn, *, with_links: bool
) -> None:
    site.with_links = with_links
    site.days = {day: make_items(90, day=day) for day in (date(2025, 3, 12), date(2025, 3, 13), DAY)}

    fetched = await source.fetch(Period(PeriodKind.MONTH, date(2025, 3, 1)))

    assert len({paper.id for paper in fetched.papers}) == 270
    assert {paper.daily_on for paper in fetched.papers} == set(site.days)
    assert [query["p"] for query in asked(site)] == ["0", "1", "2"]


async def test_a_short_page_is_not_the_last_where_the_site_links_to_a_next(
    source: HuggingFace, site: HuggingFaceStandIn
) -> None:
    following = f"{site.url}/api/daily_papers?date={DAY}&cursor=abc"
    site.meets(body(as_body(make_items(2)), Link=f'<{following}>; rel="next"'))
    site.meets(body(as_body([make_item(3)])))

    assert len((await source.fetch(TODAY)).papers) == 3
    assert asked(site)[1] == {"date": "2025-03-14", "cursor": "abc"}


async def test_a_full_last_page_costs_one_more_look(source: HuggingFace, site: HuggingFaceStandIn) -> None:
    site.days = {DAY: make_items(100)}
    site.with_links = False

    assert len((await source.fetch(TODAY)).papers) == 100
    assert len(site.seen) == 2


async def test_a_week_does_not_give_its_first_day_to_papers_that_name_none(
    source: HuggingFace, site: HuggingFaceStandIn
) -> None:
    site.days = {DAY: [make_item(submittedOnDailyAt=None)]}

    (paper,) = (await source.fetch(Period(PeriodKind.WEEK, date(2025, 3, 10)))).papers

    assert paper.daily_on is None


async def test_the_most_recent_papers_are_one_page(source: HuggingFace, site: HuggingFaceStandIn) -> None:
    site.days = {day: make_items(90, day=day) for day in (DAY - timedelta(days=1), DAY)}

    fetched = await source.fetch(None)

    assert len(fetched.papers) == 100
    assert fetched.papers[0].daily_on == DAY
    assert len(site.seen) == 1


async def test_a_site_that_gives_the_same_page_for_ever_is_left(source: HuggingFace, site: HuggingFaceStandIn) -> None:
    site.meets(body(as_body(make_items(100))), times=10)

    assert len((await source.fetch(TODAY)).papers) == 100
    assert len(site.seen) == 2


async def test_so_is_one_whose_list_never_ends(source: HuggingFace, site: HuggingFaceStandIn) -> None:
    for page in range(MOST_PAGES + 5):
        site.meets(body(as_body([make_item(page)]), Link=f'<{site.url}/api/daily_papers?p={page + 1}>; rel="next"'))

    assert len((await source.fetch(TODAY)).papers) == len(site.seen) == MOST_PAGES


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/api/daily_papers?p=1", "/api/secrets", "http://[", "//evil.example/api/daily_papers"],
)
async def test_a_link_that_leads_elsewhere_is_not_followed(
    target: str, source: HuggingFace, site: HuggingFaceStandIn
) -> None:
    site.meets(body(as_body(make_items(100)), Link=f'<{target}>; rel="next"'))

    await source.fetch(TODAY)

    assert [(seen.path, seen.query["p"]) for seen in site.seen] == [
        ("/api/daily_papers", "0"),
        ("/api/daily_papers", "1"),
    ]


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<https://a.example/x?p=1>; rel="next"', "https://a.example/x?p=1"),
        ("</x?p=1>; rel=next", "https://a.example/x?p=1"),
        ('<https://a.example/x?p=0>; rel="prev", <https://a.example/x?p=2>; rel="next"', "https://a.example/x?p=2"),
        ('<https://a.example/x?p=9>; rel="last"', None),
        ('<http://a.example/x?p=1>; rel="next"', None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_next_page_is_read_from_the_link_header(link: str, following: str | None) -> None:
    assert next_page({"link": link}, "https://a.example/x?p=0") == following


async def test_one_bad_item_is_named_and_loses_no_other(source: HuggingFace, site: HuggingFaceStandIn) -> None:
    site.days = {DAY: [*make_items(2), make_item(3, id="2503.0213"), *make_items(2, day=DAY - timedelta(days=1))]}

    fetched = await source.fetch(TODAY)

    assert len(fetched.papers) == 4
    assert [(rejected.position, rejected.paper_id) for rejected in fetched.rejected] == [(2, "2503.0213")]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (EMPTY, "empty"),
        (HTML, "web page"),
        (WRONG_SHAPE, "not a list"),
        (body(as_body(make_items(3))[:-9]), "cut off"),
        (huge, "larger than 16 MB"),
        (bomb, "larger than 16 MB"),
        (redirect("https://elsewhere.example/"), "another server"),
    ],
    ids=["empty", "html", "wrong shape", "truncated", "40 MB", "gzip bomb", "redirect"],
)
async def test_an_answer_that_is_none_is_told_apart(
    fault: Fault, words: str, source: HuggingFace, site: HuggingFaceStandIn
) -> None:
    site.meets(fault)

    with pytest.raises(SourceChanged, match=words):
        await source.fetch(TODAY)


@pytest.mark.parametrize("fault", [throttled(resets_in=300), truncated], ids=["429", "broken connection"])
async def test_a_failure_on_a_later_page_is_a_failure_of_the_whole_look(
    fault: Fault, source: HuggingFace, site: HuggingFaceStandIn
) -> None:
    site.meets(body(as_body(make_items(100))))
    site.meets(fault, times=3)

    with pytest.raises(SourceError):
        await source.fetch(TODAY)


async def test_a_day_to_come_is_refused_in_the_sites_words(source: HuggingFace) -> None:
    with pytest.raises(SourceChanged, match=r"status 400: .*must be less than or equal"):
        await source.fetch(Period.day(DAY + timedelta(days=1)))


async def test_a_backfill_stays_inside_the_sites_window(
    polite: PoliteClient, site: HuggingFaceStandIn, clock: FakeClock
) -> None:
    patient = HuggingFace(polite, endpoint=site.url, token=None, clock=clock, patience=timedelta(minutes=6))
    site.remaining = 30

    for back in range(29):
        await patient.fetch(Period.day(DAY - timedelta(days=back)))

    assert site.remaining == 1
    assert clock.now - BASE > timedelta(seconds=site.resets_in)


async def test_an_impatient_look_says_when_to_come_back(source: HuggingFace, site: HuggingFaceStandIn) -> None:
    site.remaining = 0

    with pytest.raises(SourceThrottled) as refusal:
        await source.fetch(TODAY)

    assert refusal.value.retry_at == BASE + timedelta(seconds=301)


# --- the token ---


async def test_the_token_goes_to_the_endpoint(polite: PoliteClient, site: HuggingFaceStandIn, clock: FakeClock) -> None:
    source = HuggingFace(polite, endpoint=site.url, token=SecretStr(SECRET), clock=clock)

    await source.fetch(TODAY)

    assert site.seen[0].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in repr(vars(source))


@pytest.mark.parametrize(
    ("url", "is_shown"),
    [
        ("https://huggingface.co/api", True),
        ("http://127.0.0.1:8080/api", True),
        ("http://localhost/api", True),
        ("http://[::1]/api", True),
        ("http://mirror.example/api", False),
        ("http://127.0.0.1.evil.example/api", False),
    ],
)
def test_a_token_is_never_sent_in_clear_over_a_network(url: str, *, is_shown: bool) -> None:
    assert bool(authorization(url, SecretStr(SECRET))) == is_shown


@pytest.mark.parametrize("token", [None, SecretStr("schlüssel")], ids=["none", "not a header"])
def test_without_a_usable_token_none_is_sent(token: SecretStr | None) -> None:
    assert authorization("https://huggingface.co", token) == {}


# --- recorded answers ---


def read(source: HuggingFace, *items: Any, day: date | None = DAY) -> Any:
    return source.read(as_body(items), day=day)


def test_a_recorded_answer_was_seen_at_the_newest_moment_in_it(source: HuggingFace) -> None:
    user = {"name": "Ada", "statusLastChangedAt": "2025-03-14T08:58:03.528Z"}

    fetched = read(source, make_item(1), make_item(2, authors=[user]))

    assert {sighting.seen_at for sighting in fetched.sightings} == {datetime(2025, 3, 14, 8, 58, 3, 528000, UTC)}


def test_and_not_before_its_day(source: HuggingFace) -> None:
    old = {"paper": {"id": "2402.00001", "title": "T", "publishedAt": "2024-02-01T00:00:00Z"}}

    (sighting,) = read(source, old).sightings

    assert sighting.seen_at == datetime(2025, 3, 14, tzinfo=UTC)


def test_it_says_the_same_whenever_it_is_read(source: HuggingFace, clock: FakeClock) -> None:
    first = read(source, *make_items(3))
    clock.advance(days=400)

    assert read(source, *make_items(3)) == first


def test_a_moment_that_has_not_come_yet_is_not_when_it_was_seen(source: HuggingFace) -> None:
    (sighting,) = read(source, make_item(withdrawnAt="2999-01-01T00:00:00Z")).sightings

    assert sighting.seen_at == datetime(2025, 3, 14, 1, tzinfo=UTC)


def test_an_empty_recorded_day_holds_nothing(source: HuggingFace) -> None:
    assert read(source).papers == read(source, day=None).papers == ()


def test_an_answer_that_nothing_dates_asks_for_its_day(source: HuggingFace) -> None:
    with pytest.raises(SourceChanged, match=r"name the file by it, like 2026-06-30\.json"):
        read(source, {"paper": {"id": "2503.10613", "title": "T"}}, day=None)


def test_a_file_of_a_day_to_come_is_refused(source: HuggingFace) -> None:
    with pytest.raises(SourceChanged, match="still to come"):
        read(source, make_item(), day=DAY + timedelta(days=1))


@pytest.mark.real_data
async def test_what_is_fetched_is_what_was_recorded(
    real_data: Path, polite: PoliteClient, site: HuggingFaceStandIn, clock: FakeClock
) -> None:
    day = date(2026, 5, 12)
    clock.now = datetime(2026, 5, 12, 12, tzinfo=UTC)
    site.today, site.days = day, recorded_days(real_data / "hf-daily", day)
    source = HuggingFace(polite, endpoint=site.url, token=None, clock=clock)

    fetched = await source.fetch(Period.day(day))

    recorded = source.read((real_data / "hf-daily" / f"{day}.json").read_bytes(), day=day)
    assert fetched.papers == recorded.papers
    assert len(fetched.papers) > 40
