"""Finding papers by words, by period and by name; every page says how fresh the store is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from bot.core.period import Period, PeriodKind
from bot.errors import InvalidInput, QuerySyntaxError
from bot.ports import Resources
from bot.services import ingest, search
from bot.sources.folder import Folder
from storage.records import Paper, Sort
from storage.search_index import SearchSort
from tests.builders import BASE, DAY, FakeClock, make_id, make_paper, make_papers, sighting_of
from tests.services.doubles import FakeSource
from tests.services.seeding import keep, keep_unindexed

SORTS: tuple[SearchSort, ...] = get_args(SearchSort)


def of_three_kinds(count: int) -> tuple[Paper, ...]:
    """Papers that differ in everything that an order looks at."""
    kinds = ("diffusion", "diffusion diffusion", "diffusion of graphs")
    return tuple(
        make_paper(
            make_id(number),
            title=f"On {kinds[number % 3]}",
            upvotes=number % 5,
            published_at=BASE - timedelta(days=number % 4),
        )
        for number in range(1, count + 1)
    )


# --- words ---


@pytest.mark.parametrize("sort", SORTS)
async def test_pages_put_together_are_the_whole(sort: SearchSort, r: Resources) -> None:
    await keep(r, *of_three_kinds(23))
    whole = await search.search(r, "diffusion", limit=100, sort=sort)
    assert (whole.total, whole.exact, len(whole.results)) == (23, True, 23)
    for limit in (1, 4, 23):
        pages = [
            await search.search(r, "diffusion", limit=limit, offset=offset, sort=sort) for offset in range(0, 24, limit)
        ]
        assert {page.total for page in pages} == {23}
        together = [found for page in pages for found in page.results]
        assert [(found.paper.id, found.score) for found in together] == [
            (found.paper.id, found.score) for found in whole.results
        ]


async def test_a_result_is_the_paper_as_the_store_has_it_with_its_hits_marked(r: Resources) -> None:
    paper = make_paper(abstract="First words. Then diffusion takes place. Last words.")
    await keep(r, paper)
    (found,) = (await search.search(r, "diffusion")).results
    assert found.paper == paper
    assert [found.snippet.text[start:end] for start, end in found.snippet.marks] == ["diffusion"]


async def test_behind_the_last_page_there_is_nothing_and_the_total_stays(r: Resources) -> None:
    await keep(r, *make_papers(3))
    page = await search.search(r, "test", offset=50)
    assert (page.results, page.total) == ((), 3)


@pytest.mark.parametrize(("limit", "offset"), [(1, 0), (search.LARGEST_PAGE, 0), (5, search.DEEPEST_OFFSET)])
async def test_a_page_may_be_as_large_and_as_deep_as_the_limits(limit: int, offset: int, r: Resources) -> None:
    assert (await search.search(r, "test", limit=limit, offset=offset)).limit == limit
    assert (await search.trending(r, None, limit=limit, offset=offset)).offset == offset


@pytest.mark.parametrize(
    ("limit", "offset", "bound"),
    [(0, 0, "1 to 100"), (-1, 0, "1 to 100"), (101, 0, "1 to 100"), (5, -1, "0 to 10000"), (5, 10_001, "0 to 10000")],
)
async def test_a_page_out_of_bounds_is_refused_with_the_bounds(
    limit: int, offset: int, bound: str, r: Resources
) -> None:
    with pytest.raises(InvalidInput, match=bound):
        await search.search(r, "test", limit=limit, offset=offset)
    with pytest.raises(InvalidInput, match=bound):
        await search.trending(r, None, limit=limit, offset=offset)


async def test_a_query_that_cannot_be_read_points_at_its_column_and_is_not_kept(r: Resources) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        await search.search(r, "diffusion (models")
    assert caught.value.column == 11
    async with r.store.read() as tx:
        assert await tx.queries.token("diffusion (models") is None


async def test_a_search_has_a_token_from_which_it_can_be_asked_again(r: Resources) -> None:
    await keep(r, *of_three_kinds(7))
    first = await search.search(r, "diffusion", limit=3)
    assert (await search.search(r, "diffusion", limit=3)).token == first.token
    again = await search.search_again(r, first.token, limit=3, offset=3, sort="top")
    direct = await search.search(r, "diffusion", limit=3, offset=3, sort="top")
    assert replace(again, took_ms=0) == replace(direct, took_ms=0)
    assert (again.query, again.offset, again.sort) == ("diffusion", 3, "top")


async def test_an_unknown_token_says_what_to_do(r: Resources) -> None:
    with pytest.raises(InvalidInput, match="/papers search"):
        await search.search_again(r, "unknown", limit=5, offset=0, sort="relevance")


async def test_where_nothing_matches_what_was_probably_meant_is_searched_and_said(r: Resources) -> None:
    await keep(r, make_paper(title="Diffusion for everyone"))
    page = await search.search(r, "difusion everyone")
    assert (page.query, page.did_you_mean, page.asked) == ("difusion everyone", *["diffusion everyone"] * 2)
    assert page.corrected
    (found,) = page.results
    assert [found.snippet.text[start:end] for start, end in found.snippet.marks] == ["Diffusion", "everyone"]
    again = await search.search_again(r, page.token, limit=5, offset=0, sort="new")
    assert (again.query, again.corrected, again.total) == ("diffusion everyone", False, 1)


async def test_words_that_are_right_or_like_nothing_are_not_mended(r: Resources) -> None:
    await keep(r, make_paper(title="Diffusion for everyone"))
    for text in ("diffusion nobody", "everyone", "xyzzyplugh"):
        page = await search.search(r, text)
        assert (page.did_you_mean, page.corrected) == (None, False)


async def test_of_several_readings_the_one_is_taken_that_finds_something(r: Resources) -> None:
    others = make_papers(9, title="Loss of function")
    await keep(r, *others, make_paper(title="Less is more"))
    page = await search.search(r, "lsss more")
    assert (page.did_you_mean, page.total) == ("less more", 1)


async def test_a_few_results_come_with_what_else_may_be_meant(r: Resources) -> None:
    """Authors slip too: who searches for the slip finds the one paper, and hears of the sixty others."""
    await keep(r, make_paper("2503.09999", title="Difusion"), *make_papers(60, title="Diffusion"))
    page = await search.search(r, "difusion")
    assert [found.paper.id for found in page.results] == ["2503.09999"]
    assert (page.did_you_mean, page.corrected, page.asked) == ("diffusion", False, "difusion")


async def test_words_mended_in_vain_are_still_proposed_beside_what_comes_closest(r: Resources) -> None:
    await keep(
        r,
        make_paper(make_id(1), title="Diffusion", abstract="Of heat."),
        make_paper(make_id(2), title="Protein", abstract="Of milk."),
    )
    half = await search.search(r, "diffusion protien")
    assert (half.did_you_mean, half.corrected, half.partial) == ("diffusion protein", False, True)
    assert [found.paper.id for found in half.results] == [make_id(1)]
    neither = await search.search(r, "difusion protien")
    assert (neither.did_you_mean, neither.corrected, neither.partial) == ("diffusion protein", True, True)
    assert neither.total == 2


async def test_a_category_that_is_not_one_is_taken_for_the_nearest(r: Resources) -> None:
    await keep(r, make_paper(categories=("cs.CL",)))
    page = await search.search(r, "cat:cs.CLL")
    assert (page.did_you_mean, page.corrected, page.total) == ("cat:cs.CL", True, 1)


async def test_since_counts_from_the_day_of_the_clock(r: Resources, clock: FakeClock) -> None:
    await keep(r, make_paper(published_at=BASE - timedelta(days=5)))
    assert (await search.search(r, "since:7d")).total == 1
    clock.advance(days=5)
    assert (await search.search(r, "since:7d")).total == 0


# --- a period ---

MONDAY = date(2025, 3, 10)
WEEK = Period(PeriodKind.WEEK, MONDAY)
MONTH = Period(PeriodKind.MONTH, date(2025, 3, 1))


@pytest.fixture
async def a_month(r: Resources) -> None:
    """A paper on the last day of February, and on the first, second and last day of the week and of the month."""
    days = ((2, 28), (3, 1), (3, 10), (3, 11), (3, 16), (3, 17), (3, 31), (4, 1))
    await keep_unindexed(
        r, *(make_paper(make_id(100 * month + day), daily_on=date(2025, month, day)) for month, day in days)
    )


@pytest.mark.usefixtures("a_month")
@pytest.mark.parametrize(
    ("period", "days"),
    [
        (Period.day(MONDAY), {date(2025, 3, 10)}),
        (Period.day(date(2025, 3, 12)), set()),
        (WEEK, {date(2025, 3, day) for day in (10, 11, 16)}),
        (MONTH, {date(2025, 3, day) for day in (1, 10, 11, 16, 17, 31)}),
        (None, {date(2025, 4, 1)}),
    ],
    ids=["a day", "a day without papers", "a week", "a month", "the newest day"],
)
async def test_a_period_holds_the_papers_of_its_days(period: Period | None, days: set[date], r: Resources) -> None:
    page = await search.trending(r, period, limit=100)
    assert {ranked.paper.daily_on for ranked in page.ranked} == days
    assert page.total == len(page.ranked) == len(days)
    assert page.period == (period or Period.day(date(2025, 4, 1)))


@pytest.mark.parametrize("sort", list(Sort))
async def test_pages_of_a_period_put_together_are_the_whole(sort: Sort, r: Resources) -> None:
    await keep_unindexed(r, *of_three_kinds(11))
    whole = (await search.trending(r, Period.day(DAY), sort=sort, limit=100)).ranked
    pages = [await search.trending(r, Period.day(DAY), sort=sort, limit=4, offset=offset) for offset in range(0, 12, 4)]
    assert tuple(ranked for page in pages for ranked in page.ranked) == whole
    assert {page.total for page in pages} == {11}


async def test_an_empty_store_has_no_newest_day(r: Resources) -> None:
    page = await search.trending(r, None)
    assert (page.period, page.total, page.ranked) == (None, 0, ())


async def test_an_old_day_is_ranked_as_of_the_last_look_at_it(r: Resources, clock: FakeClock) -> None:
    rising, risen = make_paper(make_id(1), upvotes=40, comments=0), make_paper(make_id(2), upvotes=60, comments=0)
    await keep_unindexed(r, rising, risen)
    async with r.store.write() as tx:
        seen_before = [sighting_of(rising, upvotes=1), sighting_of(risen, upvotes=59)]
        await tx.papers.save([], [replace(look, seen_at=BASE - timedelta(days=1)) for look in seen_before])
    that_day = await search.trending(r, Period.day(DAY))
    assert [ranked.paper.id for ranked in that_day.ranked] == [make_id(1), make_id(2)]
    clock.advance(days=400)
    much_later = await search.trending(r, Period.day(DAY))
    assert much_later.ranked == that_day.ranked
    assert "since yesterday" in much_later.ranked[0].reasons[0]


async def test_a_look_from_a_clock_ahead_of_ours_does_not_make_the_day_older(r: Resources) -> None:
    await keep_unindexed(r, *make_papers(1))
    today = (await search.trending(r, None)).ranked[0].score
    async with r.store.write() as tx:
        await tx.papers.save([], [sighting_of(make_papers(1)[0], seen_at=BASE + timedelta(days=30))])
    assert (await search.trending(r, None)).ranked[0].score == today


# --- one paper ---


NAMES = (
    "2503.01230",
    "arXiv:2503.01230v3",
    " 2503.01230v2 ",
    "https://arxiv.org/abs/2503.01230",
    "http://www.arxiv.org/pdf/2503.01230v2.pdf",
    "https://arxiv.org/html/2503.01230v1",
    "https://huggingface.co/papers/2503.01230",
    "https://www.alphaxiv.org/abs/2503.01230",
    "10.48550/arXiv.2503.01230",
    "https://doi.org/10.48550/arXiv.2503.01230",
)


async def test_a_paper_is_found_by_every_name_it_has(r: Resources) -> None:
    kept = make_paper("2503.01230")
    await keep_unindexed(r, kept)
    assert {name: await search.paper(r, name) for name in NAMES} == dict.fromkeys(NAMES, kept)


async def test_an_old_id_is_one_too(r: Resources) -> None:
    await keep_unindexed(r, make_paper("hep-th/9901001"))
    assert (await search.paper(r, "https://arxiv.org/abs/hep-th/9901001v2")).id == "hep-th/9901001"


async def test_an_unknown_paper_comes_with_where_to_read_it(r: Resources) -> None:
    with pytest.raises(InvalidInput, match=r"not in the store.*https://arxiv\.org/abs/2503\.09999"):
        await search.paper(r, "arXiv:2503.09999v2")


async def test_what_names_no_paper_says_what_to_write(r: Resources) -> None:
    with pytest.raises(InvalidInput, match=r"2503\.01234"):
        await search.paper(r, "that paper about cats")


async def test_of_several_ids_those_that_are_kept_are_given(r: Resources) -> None:
    (kept,) = make_papers(1)
    await keep_unindexed(r, kept)
    assert await search.papers(r, [make_id(9), kept.id]) == {kept.id: kept}


# --- how fresh ---


async def test_an_empty_store_says_so(r: Resources) -> None:
    fresh = await search.freshness(r)
    assert fresh.papers == 0
    assert "empty" in fresh.note


async def test_the_sample_says_so(r: Resources) -> None:
    await ingest.load_sample(r)
    assert "sample" in (await search.freshness(r)).note


FRIDAY = BASE


@pytest.mark.parametrize(
    ("seen", "now", "note"),
    [
        (FRIDAY, FRIDAY, ""),
        (FRIDAY - timedelta(hours=35), FRIDAY, ""),
        (FRIDAY - timedelta(hours=37), FRIDAY, "37 hours ago, on 2025-03-12"),
        (FRIDAY - timedelta(days=3), FRIDAY, "3 days ago, on 2025-03-11"),
        # Nothing is listed at the weekend, so what was seen on Friday is current until Monday's list.
        (FRIDAY, FRIDAY + timedelta(days=2), ""),
        (FRIDAY, FRIDAY + timedelta(days=3), ""),
        (FRIDAY, FRIDAY + timedelta(days=4), "4 days ago"),
        (FRIDAY - timedelta(days=3), FRIDAY + timedelta(days=1), "4 days ago"),
    ],
)
async def test_old_knowledge_is_called_old(
    seen: datetime, now: datetime, note: str, r: Resources, clock: FakeClock
) -> None:
    await keep_unindexed(r, *make_papers(2), seen_at=seen)
    clock.now = now.astimezone(UTC)
    fresh = await search.freshness(r)
    assert fresh.papers == 2
    assert note in fresh.note
    assert bool(fresh.note) is bool(note)


async def test_a_look_that_found_nothing_new_is_a_look(r: Resources, source: FakeSource, clock: FakeClock) -> None:
    """On a holiday no list is made for days; that is no reason to call the store old."""
    await keep_unindexed(r, *make_papers(2))
    clock.advance(days=6)
    await ingest.refresh(r)
    assert (await search.freshness(r)).note == ""
    clock.advance(days=5)
    source.down = True
    await ingest.refresh(r)
    assert "5 days ago, on 2025-03-20" in (await search.freshness(r)).note


async def test_a_folder_of_files_makes_nothing_look_current(
    r: Resources, source: FakeSource, clock: FakeClock, tmp_path: Path
) -> None:
    r = replace(r, sources=(source, Folder(tmp_path, clock=clock)))
    await keep_unindexed(r, *make_papers(2))
    clock.advance(days=6)
    source.down = True
    await ingest.refresh(r)
    assert "6 days ago, on 2025-03-14" in (await search.freshness(r)).note


async def test_where_no_paper_holds_all_words_those_that_hold_most_come_first_and_it_is_said(r: Resources) -> None:
    await keep(
        r,
        make_paper(make_id(1), title="Folding", abstract="Of a protein."),
        make_paper(make_id(2), title="Music", abstract="Of a protein, and of folding it."),
        make_paper(make_id(3), title="Nothing", abstract="Of the kind.", authors=("Rosalind Franklin",)),
    )
    page = await search.search(r, "protein folding music kinds")
    assert page.partial
    assert page.results[0].paper.id == make_id(2)
    assert {found.paper.id for found in page.results} == {make_id(1), make_id(2), make_id(3)}
    strict = await search.search(r, "protein folding kinds author:franklin")
    assert [found.paper.id for found in strict.results] == [make_id(3)]
    assert not (await search.search(r, "protein folding music")).partial
    assert not (await search.search(r, "zyzzyva quuxly")).partial


async def test_where_few_papers_hold_all_of_several_words_those_that_hold_most_stand_behind_them(r: Resources) -> None:
    await keep(
        r,
        make_paper(make_id(1), title="Protein folding", abstract="With music."),
        make_paper(make_id(2), title="Protein folding", abstract="Without it."),
        make_paper(make_id(3), title="Music", abstract="Of no kind."),
        make_paper(make_id(4), title="Nothing", abstract="Of the kind."),
    )
    page = await search.search(r, "protein folding music", limit=3)
    assert [(found.paper.id, found.partly) for found in page.results] == [
        (make_id(1), False),
        (make_id(2), True),
        (make_id(3), True),
    ]
    assert (page.total, page.counted, page.partial) == (1, 1, False)
    assert len((await search.search(r, "protein folding music", limit=1)).results) == 1
    assert len((await search.search(r, "protein folding music", sort="new")).results) == 1
    assert len((await search.search(r, "protein music")).results) == 1, "of two words, a part is another question"
    assert (await search.search(r, "protein folding music", offset=1)).results == ()
