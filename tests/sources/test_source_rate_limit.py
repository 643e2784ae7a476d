from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.retry_after import LONGEST_WAIT, retry_after
from bot.sources.rate_limit import Gate, RateLimit, refused_for
from tests.builders import BASE

NOTHING = timedelta(0)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({}, None),
        ({"ratelimit": "soon"}, None),
        ({"ratelimit": '"api";r=489;t=120'}, RateLimit(remaining=489, resets_in=seconds(120))),
        (
            {"ratelimit": '"api";r=3;t=7', "ratelimit-policy": '"fixed window";"api";q=500;w=300'},
            RateLimit(remaining=3, resets_in=seconds(7), quota=500),
        ),
        ({"ratelimit": '"pages";r=90;t=9, "api";r=2;t=8'}, RateLimit(remaining=2, resets_in=seconds(8))),
        ({"ratelimit": '"api"; r=0; t=99999999'}, RateLimit(remaining=0, resets_in=LONGEST_WAIT)),
    ],
)
def test_the_tightest_limit_that_is_told_counts(headers: dict[str, str], limit: RateLimit | None) -> None:
    assert RateLimit.from_headers(headers) == limit


@pytest.mark.parametrize(
    ("remaining", "pace"),
    [(400, 0), (26, 0), (25, 10), (9, 26), (0, 260)],
    ids=["plenty", "enough", "scarce", "few", "none"],
)
def test_the_last_twentieth_of_a_window_is_spread_over_the_rest_of_it(remaining: int, pace: float) -> None:
    assert RateLimit(remaining=remaining, resets_in=seconds(260), quota=500).pace == seconds(pace)


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("7", seconds(7)),
        ("1.5", seconds(1.5)),
        ("0", NOTHING),
        ("Fri, 14 Mar 2025 09:02:00 GMT", seconds(120)),
        ("Fri, 14 Mar 2025 08:00:00 GMT", NOTHING),
        ("Fri, 14 Mar 2025 09:00:30 -0000", seconds(30)),
        ("Sat, 14 Mar 2035 09:00:00 GMT", LONGEST_WAIT),
        ("999999999", LONGEST_WAIT),
        ("-5", None),
        ("", None),
        ("later", None),
        ("nan", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(told: str, wait: timedelta | None) -> None:
    assert retry_after({"retry-after": told}, BASE) == wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"ratelimit": '"api";r=0;t=5'}, seconds(6)),
        ({"retry-after": "9"}, seconds(9)),
        ({"ratelimit": '"api";r=0;t=5', "retry-after": "9"}, seconds(9)),
        ({"ratelimit": '"api";r=0;t=20', "retry-after": "9"}, seconds(21)),
        ({}, seconds(60)),
    ],
    ids=["window", "retry-after", "longer retry-after", "longer window", "unsaid"],
)
def test_a_refusal_lasts_for_the_longest_of_what_is_told(headers: dict[str, str], wait: timedelta) -> None:
    assert refused_for(headers, BASE) == wait


@given(st.text(), st.text(), st.text())
def test_no_header_is_taken_amiss(limit: str, policy: str, after: str) -> None:
    headers = {"ratelimit": limit, "ratelimit-policy": policy, "retry-after": after}

    assert NOTHING <= refused_for(headers, BASE) <= LONGEST_WAIT


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_whatever_a_site_tells_the_gate_opens_again(remaining: int, resets_in: int, quota: int) -> None:
    gate = Gate()

    gate.learn({"ratelimit": f"r={remaining};t={resets_in}", "ratelimit-policy": f"q={quota}"}, BASE)

    later = BASE + LONGEST_WAIT + seconds(1)
    assert gate.shut_for(later) == gate.ajar_for(later) == NOTHING
    assert (gate.shut_for(BASE) > NOTHING) == (remaining == 0)


def test_a_gate_that_was_shut_for_long_is_not_opened_by_a_shorter_word() -> None:
    gate = Gate()
    gate.shut(BASE + seconds(60))

    gate.shut(BASE + seconds(5))

    assert gate.shut_for(BASE) == seconds(60)


def test_a_clock_that_is_set_back_a_year_does_not_shut_the_gate_for_a_year() -> None:
    gate = Gate()
    gate.shut(BASE)

    assert gate.shut_for(BASE - timedelta(days=365)) == LONGEST_WAIT
