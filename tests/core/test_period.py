from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.period import Period, PeriodKind, parse_day, parse_month, parse_period, parse_week
from bot.errors import InvalidInput

TODAY = date(2026, 6, 30)
PAST = st.dates(date(2007, 4, 1), TODAY)


class TestOnePeriodManyNames:
    @pytest.mark.parametrize(
        ("text", "kind", "first", "last"),
        [
            ("2026-06-30", PeriodKind.DAY, "2026-06-30", "2026-06-30"),
            ("today", PeriodKind.DAY, "2026-06-30", "2026-06-30"),
            (" Yesterday ", PeriodKind.DAY, "2026-06-29", "2026-06-29"),
            ("2026-W27", PeriodKind.WEEK, "2026-06-29", "2026-07-05"),
            ("2026-w27", PeriodKind.WEEK, "2026-06-29", "2026-07-05"),
            ("2020-W53", PeriodKind.WEEK, "2020-12-28", "2021-01-03"),
            ("2026-06", PeriodKind.MONTH, "2026-06-01", "2026-06-30"),
            ("2024-02", PeriodKind.MONTH, "2024-02-01", "2024-02-29"),
            ("2025-12", PeriodKind.MONTH, "2025-12-01", "2025-12-31"),
        ],
    )
    def test_it_is_told_apart_by_how_it_is_written(self, text: str, kind: PeriodKind, first: str, last: str) -> None:
        period = parse_period(text, today=TODAY)
        assert (period.kind, period.first.isoformat(), period.last.isoformat()) == (kind, first, last)

    @given(PAST)
    def test_a_day_a_week_and_a_month_are_read_as_they_are_written(self, day: date) -> None:
        monday = day - timedelta(days=day.weekday())
        for period in (Period.day(day), Period(PeriodKind.WEEK, monday), Period(PeriodKind.MONTH, day.replace(day=1))):
            assert parse_period(str(period), today=TODAY) == period
            assert period.first <= day <= period.last

    @given(PAST)
    def test_weeks_and_months_follow_each_other_without_gap(self, day: date) -> None:
        week = parse_week(str(Period(PeriodKind.WEEK, day)), today=TODAY)
        month = parse_month(f"{day:%Y-%m}", today=TODAY)
        assert (week.first.weekday(), week.last.weekday()) == (0, 6)
        assert (month.first.day, (month.last + timedelta(days=1)).day) == (1, 1)


class TestWhatIsNoPeriod:
    @pytest.mark.parametrize(
        "text", ["", "2026-02-30", "30.06.2026", "tomorrow", "2026/06/30", "x" * 1000, "٢٠٢٦-٠٦-٣٠"]
    )
    def test_a_day_that_is_none_is_told_how_to_write_one(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="2026-06-30"):
            parse_day(text, today=TODAY)

    @pytest.mark.parametrize("text", ["2026-W54", "2026-W00", "2026W27", "W27", "2026-27", ""])
    def test_a_week_that_is_none_is_told_how_to_write_one(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="2026-W27"):
            parse_week(text, today=TODAY)

    @pytest.mark.parametrize("text", ["2026-13", "2026-00", "June", "", "2026"])
    def test_a_month_that_is_none_is_told_how_to_write_one(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="2026-06"):
            parse_month(text, today=TODAY)

    @pytest.mark.parametrize("text", ["2026-07-01", "2026-W28", "2026-07", "2999-01-01"])
    def test_what_is_still_to_come_is_refused_with_todays_date(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="today is 2026-06-30"):
            parse_period(text, today=TODAY)

    def test_the_week_and_the_month_of_today_have_begun(self) -> None:
        assert parse_period("2026-W27", today=TODAY).last > TODAY
        assert parse_period("2026-06", today=date(2026, 6, 1)).first == date(2026, 6, 1)

    @given(st.text(max_size=20))
    def test_no_input_does_anything_else(self, text: str) -> None:
        try:
            parse_period(text, today=TODAY)
        except InvalidInput:
            return
