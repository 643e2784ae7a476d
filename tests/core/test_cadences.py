from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.period import Period, PeriodKind
from bot.core.schedule import ONE_SLOT_IN, latest_due, next_slot, slots
from storage.records import EVERY_DAY, WORKING_DAYS, Cadence
from tests.builders import make_schedule

ROUND_UPS = [Cadence.WEEKLY, Cadence.MONTHLY]
ODD_ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/Nuuk"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(cadence: Cadence, weekdays: frozenset[int], since: str, until: str, zone: str = "UTC") -> list[str]:
    schedule = make_schedule(zone=zone, cadence=cadence, weekdays=weekdays)
    return [slot.local_date.isoformat() for slot in slots(schedule, since=at(since), until=at(until))]


class TestWeekly:
    @pytest.mark.parametrize(
        ("weekdays", "first", "second"),
        [
            (EVERY_DAY, "2026-06-01", "2026-06-08"),
            (frozenset({4}), "2026-06-05", "2026-06-12"),
            (frozenset({2, 5}), "2026-06-03", "2026-06-10"),
            (frozenset({6}), "2026-06-07", "2026-06-14"),
        ],
    )
    def test_on_the_first_of_its_weekdays_of_each_week_from_monday_on(
        self, weekdays: frozenset[int], first: str, second: str
    ) -> None:
        assert days(Cadence.WEEKLY, weekdays, "2026-06-01", "2026-06-15") == [first, second]

    def test_a_week_that_two_years_share_has_one(self) -> None:
        assert days(Cadence.WEEKLY, frozenset({3, 4}), "2026-12-28", "2027-01-11") == ["2026-12-31", "2027-01-07"]

    def test_a_window_that_begins_late_in_a_week_makes_no_second_slot_of_it(self) -> None:
        assert days(Cadence.WEEKLY, EVERY_DAY, "2026-06-03", "2026-06-08") == []

    def test_a_day_that_the_zone_left_out_gives_its_slot_to_the_next_of_that_week(self) -> None:
        found = days(Cadence.WEEKLY, frozenset({4, 5}), "2011-12-20", "2012-01-07", "Pacific/Apia")
        assert found == ["2011-12-23", "2011-12-31", "2012-01-06"]

    def test_where_none_is_left_in_that_week_it_has_none(self) -> None:
        found = days(Cadence.WEEKLY, frozenset({4}), "2011-12-20", "2012-01-07", "Pacific/Apia")
        assert found == ["2011-12-23", "2012-01-06"]


class TestMonthly:
    @pytest.mark.parametrize(
        ("weekdays", "february", "march"),
        [
            (EVERY_DAY, "2026-02-01", "2026-03-01"),
            (WORKING_DAYS, "2026-02-02", "2026-03-02"),
            (frozenset({5}), "2026-02-07", "2026-03-07"),
        ],
    )
    def test_on_the_first_day_of_the_month_that_is_among_its_weekdays(
        self, weekdays: frozenset[int], february: str, march: str
    ) -> None:
        assert days(Cadence.MONTHLY, weekdays, "2026-02-01", "2026-04-01") == [february, march]

    @pytest.mark.parametrize("cadence", ROUND_UPS)
    def test_without_weekdays_nothing_is_ever_due(self, cadence: Cadence) -> None:
        never = make_schedule(cadence=cadence, weekdays=frozenset())
        assert (latest_due(never, at("2026-03-14")), next_slot(never, at("2026-03-14"))) == (None, None)


@given(
    st.sampled_from(Cadence),
    st.sampled_from(ODD_ZONES),
    st.times(),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- hypothesis adds the zone
)
def test_whatever_the_cadence_latest_and_next_are_neighbours_and_no_period_has_two(
    cadence: Cadence, zone: str, hour: time, weekdays: frozenset[int], now: datetime
) -> None:
    schedule = make_schedule(hour, zone, weekdays=weekdays, cadence=cadence)
    found = slots(schedule, since=now - timedelta(days=70), until=now + timedelta(days=70))
    assert latest_due(schedule, now) == [slot for slot in found if slot.due_at <= now][-1]
    assert next_slot(schedule, now) == next(slot for slot in found if slot.due_at > now)
    periods = [Period.around(ONE_SLOT_IN[cadence], slot.local_date) for slot in found]
    assert len(periods) == len(set(periods))
    assert [slot.due_at for slot in found] == sorted({slot.due_at for slot in found})


@given(
    st.sampled_from(ROUND_UPS),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_a_round_up_has_one_slot_in_each_period_and_no_allowed_day_of_it_came_before(
    cadence: Cadence, weekdays: frozenset[int], day: date
) -> None:
    period = Period.around(ONE_SLOT_IN[cadence], day)
    since = datetime.combine(period.first, time(), UTC)
    (slot,) = slots(
        make_schedule(cadence=cadence, weekdays=weekdays),
        since=since,
        until=datetime.combine(period.after.first, time(), UTC),
    )
    earlier = [period.first + timedelta(days=number) for number in range((slot.local_date - period.first).days)]
    assert slot.local_date.weekday() in weekdays
    assert not [before for before in earlier if before.weekday() in weekdays]


@given(st.sampled_from(PeriodKind), st.dates(date(2007, 4, 1), date(2100, 1, 1)))
def test_periods_of_a_kind_follow_each_other_without_gap(kind: PeriodKind, day: date) -> None:
    period = Period.around(kind, day)
    assert period.first <= day <= period.last
    assert period.before.last + timedelta(days=1) == period.first
    assert period.after.first - timedelta(days=1) == period.last
    assert period.after.before == period.before.after == period
