import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ranking import Ranked, momentum, rank, short
from storage.records import Paper, PaperId, Sighting, Sort
from tests.builders import BASE, DAY, make_paper, make_sighting

HUGE = 10**400


def ids(ranked: tuple[Ranked, ...]) -> list[str]:
    return [entry.paper.id for entry in ranked]


def looks(paper_id: str, *seen: tuple[float, int | None], **facts: Any) -> dict[PaperId, tuple[Sighting, ...]]:
    """Sightings by (hours before now, upvotes)."""
    return {
        PaperId(paper_id): tuple(
            make_sighting(paper_id, seen_at=BASE - timedelta(hours=hours), upvotes=upvotes, **facts)
            for hours, upvotes in seen
        )
    }


class TestTop:
    def test_upvotes_then_comments_then_the_earlier_one_then_the_id(self) -> None:
        early, late = BASE - timedelta(days=9), BASE
        papers = [
            make_paper("2503.00006", upvotes=None, comments=99),
            make_paper("2503.00005", upvotes=5, comments=0, published_at=None),
            make_paper("2503.00004", upvotes=5, comments=0, published_at=late),
            make_paper("2503.00003", upvotes=5, comments=0, published_at=late),
            make_paper("2503.00002", upvotes=5, comments=0, published_at=early),
            make_paper("2503.00007", upvotes=5, comments=2, published_at=late),
            make_paper("2503.00001", upvotes=9, comments=0, published_at=late),
        ]
        order = ["2503.00001", "2503.00007", "2503.00002", "2503.00003", "2503.00004", "2503.00005", "2503.00006"]
        assert ids(rank(papers, {}, sort=Sort.TOP, now=BASE)) == order


class TestNew:
    def test_the_later_day_then_upvotes_then_the_id(self) -> None:
        papers = [
            make_paper("2503.00005", daily_on=None, published_at=None, upvotes=99),
            make_paper("2503.00004", daily_on=DAY - timedelta(days=1), upvotes=50),
            make_paper("2503.00003", daily_on=DAY, upvotes=2),
            make_paper("2503.00002", daily_on=DAY, upvotes=2),
            make_paper("2503.00001", daily_on=None, published_at=BASE, upvotes=7),
        ]
        order = ["2503.00001", "2503.00002", "2503.00003", "2503.00004", "2503.00005"]
        assert ids(rank(papers, {}, sort=Sort.NEW, now=BASE)) == order


class TestTrending:
    @pytest.mark.parametrize(
        ("better", "worse"),
        [
            ({"upvotes": 40}, {"upvotes": 20}),
            ({"comments": 30}, {"comments": 0}),
            ({"code_stars": 5000}, {"code_stars": None}),
            ({"daily_on": DAY}, {"daily_on": DAY - timedelta(days=1)}),
            ({"daily_on": None, "published_at": BASE}, {"daily_on": None, "published_at": BASE - timedelta(days=2)}),
        ],
    )
    def test_more_attention_and_less_age_stand_first(self, better: dict[str, Any], worse: dict[str, Any]) -> None:
        papers = [make_paper("2503.00001", **worse), make_paper("2503.00002", **better)]
        assert ids(rank(papers, {}, sort=Sort.TRENDING, now=BASE)) == ["2503.00002", "2503.00001"]

    def test_a_rising_paper_stands_before_a_risen_one(self) -> None:
        papers = [make_paper("2503.00001", upvotes=50), make_paper("2503.00002", upvotes=45)]
        seen = looks("2503.00001", (24, 49), (0, 50)) | looks("2503.00002", (24, 10), (0, 45))
        assert ids(rank(papers, seen, sort=Sort.TRENDING, now=BASE)) == ["2503.00002", "2503.00001"]

    def test_yesterdays_favourite_still_stands_before_todays_beginner(self) -> None:
        papers = [
            make_paper("2503.00001", upvotes=100, daily_on=DAY - timedelta(days=1)),
            make_paper("2503.00002", upvotes=8),
        ]
        assert ids(rank(papers, {}, sort=Sort.TRENDING, now=BASE)) == ["2503.00001", "2503.00002"]

    def test_papers_of_a_month_long_past_are_ranked_by_what_they_got(self) -> None:
        papers = [
            make_paper("2403.00001", daily_on=date(2024, 3, 31), upvotes=30),
            make_paper("2403.00002", daily_on=date(2024, 3, 1), upvotes=40),
        ]
        assert ids(rank(papers, {}, sort=Sort.TRENDING, now=BASE)) == ["2403.00002", "2403.00001"]

    def test_twice_the_attention_is_one_point_of_score(self) -> None:
        at_birth = datetime(2025, 3, 14, tzinfo=UTC)
        papers = [make_paper(f"2503.0000{n}", upvotes=n, comments=0, daily_on=at_birth.date()) for n in (1, 3)]
        one, two = rank(papers, {}, sort=Sort.TRENDING, now=at_birth)
        assert one.score - two.score == pytest.approx(1.0)


class TestRising:
    def test_what_was_gained_within_a_day_counts_whatever_was_there_before(self) -> None:
        earlier = DAY - timedelta(days=3)
        papers = [
            make_paper(f"2503.0000{n}", daily_on=earlier, upvotes=upvotes)
            for n, upvotes in ((1, 300), (2, 40), (3, 90))
        ]
        seen = looks("2503.00001", (24, 298), (0, 300)) | looks("2503.00002", (24, 10), (0, 40))
        seen |= looks("2503.00003", (48, 30), (0, 90))  # thirty a day, of which nobody knows the day
        assert ids(rank(papers, seen, sort=Sort.RISING, now=BASE)) == ["2503.00003", "2503.00002", "2503.00001"]

    def test_a_paper_of_the_day_gained_all_that_it_has_and_an_older_one_seen_once_nothing(self) -> None:
        papers = [
            make_paper("2503.00001", daily_on=DAY, upvotes=12),
            make_paper("2503.00002", daily_on=DAY - timedelta(days=3), upvotes=400),
            make_paper("2503.00003", daily_on=None, published_at=BASE, upvotes=50),
        ]
        seen = looks("2503.00001", (1, 11), (0, 12))
        ranked = rank(papers, seen, sort=Sort.RISING, now=BASE)
        assert [(one.paper.id, one.score) for one in ranked] == [
            ("2503.00001", 12),
            ("2503.00002", 0),
            ("2503.00003", 0),
        ]

    def test_the_gain_and_the_places_that_it_brought_are_named_first(self) -> None:
        papers = [
            make_paper(f"2503.0000{n}", comments=900, upvotes=upvotes) for n, upvotes in ((1, 50), (2, 60), (3, 20))
        ]
        seen = looks("2503.00001", (24, 49), (0, 50)) | looks("2503.00002", (24, 10), (0, 60))
        seen |= looks("2503.00003", (24, 20), (0, 20))
        reasons = {str(one.paper.id): one.reasons for one in rank(papers, seen, sort=Sort.RISING, now=BASE)}
        assert reasons["2503.00002"] == ("+50 upvotes since yesterday", "up 2 places", "900 comments")
        assert reasons["2503.00001"] == ("+1 upvote since yesterday", "900 comments", "50 upvotes")


class TestMomentum:
    def test_the_gain_counts_from_the_look_nearest_to_a_day_before_the_newest(self) -> None:
        gain = momentum(looks("2503.00001", (72, 1), (26, 10), (2, 40), (0, 48))[PaperId("2503.00001")])
        assert gain is not None
        assert (gain.gained, gain.span) == (38, timedelta(hours=26))

    def test_one_look_shows_no_momentum(self) -> None:
        assert momentum(()) is None
        assert momentum(looks("2503.00001", (0, 5))[PaperId("2503.00001")]) is None
        assert momentum(looks("2503.00001", (24, None), (0, 5))[PaperId("2503.00001")]) is None

    def test_an_hour_is_not_extrapolated_to_a_day(self) -> None:
        gain = momentum(looks("2503.00001", (1, 5), (0, 8))[PaperId("2503.00001")])
        assert gain is not None
        assert gain.per_day == 3

    def test_a_longer_time_is_divided(self) -> None:
        gain = momentum(looks("2503.00001", (96, 0), (0, 8))[PaperId("2503.00001")])
        assert gain is not None
        assert gain.per_day == pytest.approx(2)

    def test_a_count_that_fell_gains_nothing(self) -> None:
        gain = momentum(looks("2503.00001", (24, 9), (0, 3))[PaperId("2503.00001")])
        assert gain is not None
        assert gain.gained == 0

    def test_two_sites_are_not_compared(self) -> None:
        seen = (
            *looks("2503.00001", (24, 1), source="elsewhere")[PaperId("2503.00001")],
            *looks("2503.00001", (0, 90))[PaperId("2503.00001")],
        )
        assert momentum(seen) is None


class TestReasons:
    def test_they_say_why_in_words_the_strongest_first(self) -> None:
        paper = make_paper("2503.00001", upvotes=126, comments=14, code_stars=1234)
        (ranked,) = rank([paper], looks("2503.00001", (24, 88), (0, 126)), sort=Sort.TRENDING, now=BASE)
        assert ranked.reasons == ("126 upvotes", "+38 upvotes since yesterday", "14 comments")

    @pytest.mark.parametrize(
        ("facts", "reasons"),
        [
            ({"upvotes": 0, "comments": 0, "daily_on": None, "published_at": None}, ()),
            ({"upvotes": 1, "comments": 1}, ("1 upvote", "1 comment", "new today")),
            ({"upvotes": 3, "comments": 0, "code_stars": 12_345}, ("code with 12.3k stars", "3 upvotes", "new today")),
            ({"upvotes": None, "comments": None}, ("new today",)),
        ],
    )
    def test_what_is_not_known_is_not_said(self, facts: dict[str, Any], reasons: tuple[str, ...]) -> None:
        (ranked,) = rank([make_paper(**facts)], {}, sort=Sort.TOP, now=BASE)
        assert ranked.reasons == reasons

    @pytest.mark.parametrize(
        ("hours", "ago", "words"),
        [
            (24, 0, "since yesterday"),
            (30, 0, "since yesterday"),
            (3, 0, "in 3 hours"),
            (1, 0, "in an hour"),
            (0.2, 0, "in an hour"),
            (72, 0, "in 3 days"),
            (24, 240, "in a day"),
        ],
    )
    def test_the_time_of_a_gain_is_named_as_it_was(self, hours: float, ago: float, words: str) -> None:
        seen = looks("2503.00001", (ago + hours, 1), (ago, 90))
        (ranked,) = rank([make_paper("2503.00001", upvotes=1)], seen, sort=Sort.TRENDING, now=BASE)
        assert ranked.reasons[0] == f"+89 upvotes {words}"

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (0, "0"),
            (999, "999"),
            (1000, "1k"),
            (1234, "1.2k"),
            (99_999, "99.9k"),
            (123_456, "123k"),
            (2_500_000, "2.5M"),
        ],
    )
    def test_large_numbers_are_short(self, number: int, words: str) -> None:
        assert short(number) == words


COUNTS = st.one_of(st.none(), st.integers(-5, 60), st.sampled_from([HUGE, -HUGE]))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis adds the zone
PAPERS = st.lists(
    st.builds(
        Paper,
        id=st.integers(0, 99_999).map(lambda n: PaperId(f"2503.{n:05}")),
        title=st.just("T"),
        upvotes=COUNTS,
        comments=COUNTS,
        code_stars=COUNTS,
        published_at=st.one_of(st.none(), MOMENTS),
        daily_on=st.one_of(st.none(), st.dates(), st.just(DAY)),
    ),
    max_size=6,
    unique_by=lambda paper: paper.id,
)
SEEN = st.lists(st.tuples(MOMENTS, COUNTS, st.sampled_from(["a", "b"])), max_size=4)


@given(PAPERS, st.lists(SEEN, min_size=6, max_size=6), st.sampled_from(Sort), st.randoms(use_true_random=False))
def test_the_order_is_total_finite_and_blind_to_how_papers_came_in(
    papers: list[Paper], seen: list[list[tuple[datetime, int | None, str]]], sort: Sort, chance: Any
) -> None:
    sightings = {
        paper.id: tuple(make_sighting(paper.id, seen_at=at, upvotes=n, source=source) for at, n, source in some)
        for paper, some in zip(papers, seen, strict=False)
    }
    ranked = rank(papers, sightings, sort=sort, now=BASE)
    assert sorted(ids(ranked)) == sorted(paper.id for paper in papers)
    assert all(math.isfinite(entry.score) and len(entry.reasons) <= 3 for entry in ranked)
    assert [entry.score for entry in ranked] == sorted((entry.score for entry in ranked), reverse=True)
    chance.shuffle(papers)
    shuffled = {paper_id: tuple(chance.sample(some, len(some))) for paper_id, some in sightings.items()}
    assert rank(papers, shuffled, sort=sort, now=BASE) == ranked
