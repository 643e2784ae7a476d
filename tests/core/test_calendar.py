import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import covered
from storage.records import EVERY_DAY, WORKING_DAYS, Cadence, Settle
from tests.builders import make_schedule

A_DAY = timedelta(days=1)
FILLING = [Settle.NOW, Settle.COMPLETED]


def covers(cadence: Cadence, settle: Settle, day: str, weekdays: frozenset[int] = EVERY_DAY) -> tuple[str, str]:
    found = covered(make_schedule(cadence=cadence, weekdays=weekdays), settle, date.fromisoformat(day))
    return found.first.isoformat(), found.last.isoformat()


class TestTheDaysThatADigestIsOf:
    @pytest.mark.parametrize("settle", FILLING)
    def test_daily_yesterday_and_today_for_lists_fill_late(self, settle: Settle) -> None:
        assert covers(Cadence.DAILY, settle, "2026-06-03") == ("2026-06-02", "2026-06-03")

    @pytest.mark.parametrize("settle", FILLING)
    def test_on_a_monday_after_a_free_weekend_what_came_late_on_friday_too(self, settle: Settle) -> None:
        assert covers(Cadence.DAILY, settle, "2026-06-08", WORKING_DAYS) == ("2026-06-05", "2026-06-08")

    @pytest.mark.parametrize(
        ("day", "weekdays", "first", "last"),
        [
            ("2026-06-03", EVERY_DAY, "2026-06-02", "2026-06-02"),
            ("2026-06-03", WORKING_DAYS, "2026-06-02", "2026-06-02"),
            ("2026-06-08", WORKING_DAYS, "2026-06-05", "2026-06-07"),
            ("2026-06-06", EVERY_DAY, "2026-06-05", "2026-06-05"),
            ("2026-06-08", EVERY_DAY, "2026-06-07", "2026-06-07"),
            ("2026-06-08", frozenset({0}), "2026-06-01", "2026-06-07"),
        ],
    )
    def test_settled_the_lists_since_the_slot_before_and_nothing_of_today(
        self, day: str, weekdays: frozenset[int], first: str, last: str
    ) -> None:
        assert covers(Cadence.DAILY, Settle.SETTLED, day, weekdays) == (first, last)

    @pytest.mark.parametrize("settle", Settle)
    def test_weekly_the_seven_days_before(self, settle: Settle) -> None:
        assert covers(Cadence.WEEKLY, settle, "2026-06-08") == ("2026-06-01", "2026-06-07")
        assert covers(Cadence.WEEKLY, settle, "2026-06-12", frozenset({4})) == ("2026-06-05", "2026-06-11")

    @pytest.mark.parametrize("settle", Settle)
    def test_monthly_the_calendar_month_before(self, settle: Settle) -> None:
        assert covers(Cadence.MONTHLY, settle, "2026-03-02", WORKING_DAYS) == ("2026-02-01", "2026-02-28")
        assert covers(Cadence.MONTHLY, settle, "2026-01-01") == ("2025-12-01", "2025-12-31")

    @given(st.frozensets(st.integers(0, 6), min_size=1), st.dates(date(2024, 1, 1), date(2030, 1, 1)))
    def test_settled_digests_hold_every_day_exactly_once(self, weekdays: frozenset[int], day: date) -> None:
        schedule = make_schedule(weekdays=weekdays)
        slot_days = [here for number in range(30) if (here := day + number * A_DAY).weekday() in weekdays]
        parts = [covered(schedule, Settle.SETTLED, here) for here in slot_days]
        assert all(one.last + A_DAY == following.first for one, following in itertools.pairwise(parts))
        assert all(part.first <= part.last < here for part, here in zip(parts, slot_days, strict=True))

    @given(
        st.sampled_from(FILLING),
        st.frozensets(st.integers(0, 6), min_size=1),
        st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    )
    def test_digests_at_the_hour_look_at_each_list_once_more_when_it_has_filled(
        self, settle: Settle, weekdays: frozenset[int], day: date
    ) -> None:
        schedule = make_schedule(weekdays=weekdays)
        slot_days = [here for number in range(30) if (here := day + number * A_DAY).weekday() in weekdays]
        parts = [covered(schedule, settle, here) for here in slot_days]
        assert [part.last for part in parts] == slot_days
        assert [part.first for part in parts[1:]] == slot_days[:-1]
