import itertools
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import ANNOUNCED_YEARS, arxiv_holiday, covered, next_list_day, quiet_evening, why_no_papers
from bot.core.period import Days
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


def year_of_holidays(year: int) -> list[str]:
    days = (date(year, 1, 1) + number * A_DAY for number in range(366))
    return [day.strftime("%m-%d") for day in days if day.year == year and arxiv_holiday(day)]


class TestArxivHolidays:
    def test_those_of_the_year_that_arxiv_announced(self) -> None:
        named = ["01-01", "01-19", "06-19", "07-03", "09-07", "11-26", "12-25", "12-29", "12-31"]
        assert {year: year_of_holidays(year) for year in ANNOUNCED_YEARS} == {2026: named}

    def test_those_of_other_years_are_the_rules_without_a_winter_break(self) -> None:
        assert year_of_holidays(2025) == ["01-01", "01-20", "06-19", "07-04", "09-01", "11-27", "12-25"]
        assert year_of_holidays(2027) == ["01-01", "01-18", "06-18", "07-05", "09-06", "11-25", "12-24", "12-31"]

    @pytest.mark.parametrize("year", range(2022, 2060))
    def test_each_year_has_its_seven_and_they_fall_on_working_days(self, year: int) -> None:
        days = [date.fromisoformat(f"{year}-{day}") for day in year_of_holidays(year)]
        assert 6 <= len(days) <= 9
        assert all(day.weekday() < 5 for day in days)

    @pytest.mark.parametrize(
        ("day", "evening"),
        [
            ("2026-11-27", "2026-11-26"),
            ("2026-11-26", None),
            ("2026-01-20", "2026-01-19"),
            ("2026-06-19", None),
            ("2026-06-22", "2026-06-21"),
            ("2026-06-20", None),
            ("2026-06-21", None),
        ],
    )
    def test_the_list_of_the_day_after_is_the_short_one_after_a_friday_that_of_monday(
        self, day: str, evening: str | None
    ) -> None:
        found = quiet_evening(date.fromisoformat(day))
        assert found == (evening and date.fromisoformat(evening))


class TestWhyThereAreNoPapers:
    @pytest.mark.parametrize(
        ("day", "words"),
        [
            (
                "2026-06-06",
                (
                    "nothing was listed: it is Saturday, and papers are listed on working days; "
                    "the next list is expected on Monday, 8 June"
                ),
            ),
            (
                "2026-06-07",
                (
                    "nothing was listed: it is Sunday, and papers are listed on working days; "
                    "the next list is expected on Monday, 8 June"
                ),
            ),
            ("2026-06-08", "nothing was listed yet: Monday's list is made during the day, and the weekend has none"),
            (
                "2026-06-22",
                (
                    "nothing was listed yet: Monday's list is made during the day, and the weekend has none; "
                    "arXiv announced nothing on Sunday evening (Juneteenth)"
                ),
            ),
            (
                "2026-06-21",
                (
                    "nothing was listed: it is Sunday, and papers are listed on working days; the next list is "
                    "expected on Monday, 22 June, a short one, "
                    "for arXiv announces nothing on Sunday evening (Juneteenth)"
                ),
            ),
            (
                "2026-11-27",
                (
                    "nothing was listed: arXiv announced nothing on Thursday evening (Thanksgiving); "
                    "the next list is expected on Monday, 30 November"
                ),
            ),
            (
                "2027-11-26",
                (
                    "nothing was listed: arXiv probably announced nothing on Thursday evening (Thanksgiving); "
                    "the next list is expected on Monday, 29 November"
                ),
            ),
            (
                "2026-06-10",
                (
                    "nothing was listed by Hugging Face on this day or the day before; "
                    "the next list is expected on Thursday, 11 June"
                ),
            ),
        ],
    )
    def test_of_a_day_and_the_one_before(self, day: str, words: str) -> None:
        assert why_no_papers(date.fromisoformat(day)) == words

    @pytest.mark.parametrize(
        ("day", "first", "last", "words"),
        [
            (
                "2026-06-08",
                "2026-06-07",
                "2026-06-07",
                (
                    "nothing was listed at the weekend: papers are listed on working days; "
                    "the next list is expected on Monday, 8 June"
                ),
            ),
            (
                "2026-06-08",
                "2026-06-05",
                "2026-06-05",
                "nothing was listed by Hugging Face on Friday, 5 June; the next list is expected on Monday, 8 June",
            ),
            (
                "2026-06-22",
                "2026-06-15",
                "2026-06-21",
                (
                    "nothing was listed by Hugging Face from Monday, 15 June to Sunday, 21 June; "
                    "the next list is expected on Monday, 22 June, a short one, "
                    "for arXiv announces nothing on Sunday evening (Juneteenth)"
                ),
            ),
        ],
    )
    def test_of_other_days(self, day: str, first: str, last: str, words: str) -> None:
        days = Days(date.fromisoformat(first), date.fromisoformat(last))
        assert why_no_papers(date.fromisoformat(day), days) == words

    def test_real_lists_are_of_working_days_and_short_after_an_evening_without_announcement(
        self, real_data: Path
    ) -> None:
        sizes = {
            date.fromisoformat(file.stem): len(json.loads(file.read_bytes()))
            for file in (real_data / "hf-daily").glob("*.json")
        }
        quiet = [day for day in sizes if quiet_evening(day)]
        assert all(day.weekday() < 5 for day in sizes)
        assert len(quiet) == 3
        for day in quiet:
            week = {size for here, size in sizes.items() if here.isocalendar()[:2] == day.isocalendar()[:2]}
            assert sizes[day] == min(week)

    @given(st.dates(date(2024, 1, 1), date(2060, 1, 1)))
    def test_the_next_list_is_the_first_working_day_to_come(self, day: date) -> None:
        following = next_list_day(day)
        between = [day + number * A_DAY for number in range(1, (following - day).days)]
        assert following.weekday() < 5
        assert following > day
        assert all(here.weekday() >= 5 for here in between)
