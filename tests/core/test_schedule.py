import zoneinfo
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.schedule import (
    find_zones,
    latest_due,
    next_slot,
    parse_cadence,
    parse_grace,
    parse_hour,
    parse_weekdays,
    parse_zone,
    slots,
)
from bot.errors import InvalidInput
from storage.records import DEFAULT_GRACE, EVERY_DAY, WORKING_DAYS, Cadence, Schedule
from tests.builders import make_schedule

ODD_ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham", "Australia/Lord_Howe",
    "Pacific/Apia", "America/Nuuk", "America/Havana", "Africa/Casablanca", "Pacific/Kwajalein",
]  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(schedule: Schedule, day: date) -> list[datetime]:
    """When the slots of one local day are due."""
    middle = datetime.combine(day, time(12), UTC)
    around = slots(schedule, since=middle - timedelta(days=3), until=middle + timedelta(days=3))
    return [slot.due_at for slot in around if slot.local_date == day]


class TestOneSlotForEachLocalDay:
    @pytest.mark.parametrize(
        ("zone", "hour", "day", "moment"),
        [
            ("UTC", "09:00", "2025-03-14", "2025-03-14T09:00"),
            ("Asia/Kathmandu", "09:00", "2025-03-14", "2025-03-14T03:15"),
            ("America/Los_Angeles", "17:30", "2025-03-14", "2025-03-15T00:30"),
            ("Pacific/Kiritimati", "09:00", "2025-03-14", "2025-03-13T19:00"),
        ],
    )
    def test_at_the_local_hour(self, zone: str, hour: str, day: str, moment: str) -> None:
        assert due(make_schedule(time.fromisoformat(hour), zone), date.fromisoformat(day)) == [at(moment)]

    @pytest.mark.parametrize(
        ("zone", "hour", "day", "moment"),
        [
            ("Europe/Berlin", "02:30", "2026-03-29", "2026-03-29T01:00"),
            ("Europe/Berlin", "03:00", "2026-03-29", "2026-03-29T01:00"),
            ("America/Havana", "00:30", "2025-03-09", "2025-03-09T05:00"),
            ("Australia/Lord_Howe", "02:15", "2025-10-05", "2025-10-04T15:30"),
            ("America/Nuuk", "23:30", "2025-03-29", "2025-03-30T01:00"),
        ],
    )
    def test_a_skipped_time_is_due_when_the_clock_goes_on(self, zone: str, hour: str, day: str, moment: str) -> None:
        assert due(make_schedule(time.fromisoformat(hour), zone), date.fromisoformat(day)) == [at(moment)]

    @pytest.mark.parametrize(
        ("zone", "hour", "day", "moment"),
        [
            ("Europe/Berlin", "02:30", "2026-10-25", "2026-10-25T00:30"),
            ("America/New_York", "01:00", "2025-11-02", "2025-11-02T05:00"),
            ("Australia/Lord_Howe", "01:45", "2025-04-06", "2025-04-05T14:45"),
        ],
    )
    def test_a_time_that_comes_twice_is_due_at_its_first_coming(
        self, zone: str, hour: str, day: str, moment: str
    ) -> None:
        assert due(make_schedule(time.fromisoformat(hour), zone), date.fromisoformat(day)) == [at(moment)]

    def test_a_date_that_a_zone_left_out_has_none(self) -> None:
        samoa = make_schedule(time(9), "Pacific/Apia")
        days = [slot.local_date.day for slot in slots(samoa, since=at("2011-12-28"), until=at("2011-12-31T18:00"))]
        assert days == [28, 29, 31]

    def test_only_on_the_chosen_weekdays(self) -> None:
        schedule = make_schedule(weekdays=frozenset({0, 4}))
        found = slots(schedule, since=at("2025-03-10"), until=at("2025-03-24"))
        assert [slot.local_date.isoformat() for slot in found] == [
            "2025-03-10",
            "2025-03-14",
            "2025-03-17",
            "2025-03-21",
        ]

    def test_it_expires_after_its_grace(self) -> None:
        (slot,) = slots(make_schedule(grace=timedelta(hours=2)), since=at("2025-03-14"), until=at("2025-03-15"))
        assert slot.expires_at - slot.due_at == timedelta(hours=2)

    def test_a_window_holds_its_beginning_and_not_its_end(self) -> None:
        found = slots(make_schedule(time(9)), since=at("2025-03-14T09:00"), until=at("2025-03-15T09:00"))
        assert [slot.local_date.day for slot in found] == [14]

    @given(
        st.sampled_from(ODD_ZONES),
        st.times().map(lambda hour: hour.replace(microsecond=0)),
        st.frozensets(st.integers(0, 6), min_size=1),
        st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- hypothesis adds the zone
    )
    def test_whatever_the_zone_and_the_hour(
        self, zone: str, hour: time, weekdays: frozenset[int], since: datetime
    ) -> None:
        schedule = make_schedule(hour, zone, weekdays=weekdays)
        found = slots(schedule, since=since, until=since + timedelta(days=30))
        assert list(found) == sorted(found, key=lambda slot: slot.due_at)
        assert all(count == 1 for count in Counter(slot.local_date for slot in found).values())
        assert all(slot.local_date.weekday() in weekdays for slot in found)
        for slot in found:
            wall = slot.due_at.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)
            assert wall >= datetime.combine(slot.local_date, hour)
            assert wall - datetime.combine(slot.local_date, hour) <= timedelta(hours=1)


class TestNow:
    def test_the_latest_slot_is_the_one_that_came_even_where_it_has_expired(self) -> None:
        schedule = make_schedule(time(9), grace=timedelta(hours=1), weekdays=frozenset({4}))
        slot = latest_due(schedule, at("2025-03-20T12:00"))
        assert slot is not None
        assert (slot.local_date, slot.expires_at < at("2025-03-20T12:00")) == (date(2025, 3, 14), True)

    @pytest.mark.parametrize(
        ("now", "latest", "coming"),
        [
            ("2025-03-14T08:59:59", "2025-03-13T09:00", "2025-03-14T09:00"),
            ("2025-03-14T09:00:00", "2025-03-14T09:00", "2025-03-15T09:00"),
        ],
    )
    def test_a_slot_is_due_from_its_very_moment_on(self, now: str, latest: str, coming: str) -> None:
        past, future = latest_due(make_schedule(), at(now)), next_slot(make_schedule(), at(now))
        assert past is not None
        assert future is not None
        assert (past.due_at, future.due_at) == (at(latest), at(coming))

    def test_the_second_hour_of_a_clock_put_back_makes_no_second_slot(self) -> None:
        berlin = make_schedule(time(2, 30), "Europe/Berlin")
        assert latest_due(berlin, at("2026-10-25T00:45")) == latest_due(berlin, at("2026-10-25T01:45"))

    def test_a_weekly_slot_on_a_day_that_never_came_is_the_week_before(self) -> None:
        fridays = make_schedule(time(9), "Pacific/Apia", weekdays=frozenset({4}))
        slot, following = latest_due(fridays, at("2012-01-05")), next_slot(fridays, at("2011-12-24"))
        assert slot is not None
        assert following is not None
        assert (slot.local_date, following.local_date) == (date(2011, 12, 23), date(2012, 1, 6))

    def test_without_weekdays_nothing_is_ever_due(self) -> None:
        never = make_schedule(weekdays=frozenset())
        assert latest_due(never, at("2025-03-14")) is None
        assert next_slot(never, at("2025-03-14")) is None

    @given(
        st.sampled_from(ODD_ZONES),
        st.times(),
        st.frozensets(st.integers(0, 6), min_size=1),
        st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- hypothesis adds the zone
    )
    def test_latest_and_next_are_neighbours(
        self, zone: str, hour: time, weekdays: frozenset[int], now: datetime
    ) -> None:
        schedule = make_schedule(hour, zone, weekdays=weekdays)
        found = slots(schedule, since=now - timedelta(days=20), until=now + timedelta(days=20))
        assert latest_due(schedule, now) == [slot for slot in found if slot.due_at <= now][-1]
        assert next_slot(schedule, now) == next(slot for slot in found if slot.due_at > now)

    def test_a_zone_that_is_no_more_is_named(self) -> None:
        with pytest.raises(InvalidInput, match="not a time zone"):
            latest_due(make_schedule(zone="Mars/Base"), at("2025-03-14"))


class TestWhatPeopleWrite:
    @pytest.mark.parametrize(
        ("text", "hour"),
        [
            ("9", "09:00"), ("09:30", "09:30"), ("9am", "09:00"), ("9:30 PM", "21:30"), ("9 p.m.", "21:00"),
            ("12am", "00:00"), ("12pm", "12:00"), ("noon", "12:00"), ("midnight", "00:00"), ("0", "00:00"),
            ("23:59", "23:59"), ("21h", "21:00"), ("9h30", "09:30"), ("9.30", "09:30"), (" 7 ", "07:00"),
        ],
    )  # fmt: skip
    def test_hours(self, text: str, hour: str) -> None:
        assert parse_hour(text) == time.fromisoformat(hour)

    @pytest.mark.parametrize("text", ["24", "9:60", "13pm", "0am", "-1", "nine", "9:5", "", "9:30:15", "٩"])
    def test_what_is_no_hour_is_told_how_to_write_one(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="09:30"):
            parse_hour(text)

    @given(st.times())
    def test_every_minute_of_a_day_can_be_written(self, hour: time) -> None:
        assert parse_hour(hour.strftime("%H:%M")) == hour.replace(second=0, microsecond=0)

    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("daily", EVERY_DAY), ("Every day", EVERY_DAY), ("weekdays", WORKING_DAYS), ("weekends", {5, 6}),
            ("mon,wed", {0, 2}), ("Monday and Wednesdays", {0, 2}), ("mon-fri", WORKING_DAYS), ("SUN", {6}),
            ("Fri – Mon", {4, 5, 6, 0}), ("tues thurs", {1, 3}), ("sat to sun", {5, 6}), ("mon-wed, sun", {0, 1, 2, 6}),
        ],
    )  # fmt: skip
    def test_weekdays(self, text: str, days: frozenset[int]) -> None:
        assert parse_weekdays(text) == days

    @pytest.mark.parametrize("text", ["", "s", "t", "foo", "mon,foo", "mon-", "-", "Monday!", "1"])
    def test_what_names_no_day_is_told_how_to_write_one(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="mon,wed,fri"):
            parse_weekdays(text)

    @pytest.mark.parametrize(
        ("text", "cadence"),
        [
            ("daily", Cadence.DAILY), ("Every  day", Cadence.DAILY), ("weekly", Cadence.WEEKLY),
            ("every week", Cadence.WEEKLY), ("once a week", Cadence.WEEKLY), ("MONTHLY", Cadence.MONTHLY),
            (" each month ", Cadence.MONTHLY), *((cadence.value, cadence) for cadence in Cadence),
        ],
    )  # fmt: skip
    def test_how_often(self, text: str, cadence: Cadence) -> None:
        assert parse_cadence(text) is cadence

    @pytest.mark.parametrize("text", ["", "yearly", "hourly", "mondays", "every", "2 weeks", "weekly!", "x" * 1000])
    def test_what_does_not_say_how_often_is_told_how_to(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="daily, weekly or monthly"):
            parse_cadence(text)

    @pytest.mark.parametrize(
        ("text", "minutes"),
        [
            ("6h", 360), ("90m", 90), ("1d", 1440), ("24h", 1440), ("10m", 10), ("1h 30m", 90), ("1h30min", 90),
            ("6 Hours", 360), ("1 hour 15 minutes", 75), ("45 mins", 45), ("1 day", 1440), ("0d 2hrs", 120),
        ],
    )  # fmt: skip
    def test_graces(self, text: str, minutes: int) -> None:
        assert parse_grace(text) == timedelta(minutes=minutes)

    @pytest.mark.parametrize("text", ["", "6", "h", "six hours", "6h!", "-6h", "1.5h", "6 h m", "1w", "٦h", "10m 1h"])
    def test_what_is_no_length_of_time_is_told_how_to_write_one(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="6h, 90m or 1d"):
            parse_grace(text)

    @pytest.mark.parametrize("text", ["0m", "9m", "1441m", "25h", "2d", "1d 1m", "9999d"])
    def test_a_grace_that_is_too_short_or_too_long_is_told_its_bounds(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="10 minutes to 24 hours"):
            parse_grace(text)

    @given(st.text(max_size=12) | st.text("0123456789dhm ", max_size=8))
    def test_nothing_that_is_typed_is_a_grace_outside_its_bounds(self, text: str) -> None:
        try:
            assert timedelta(minutes=10) <= parse_grace(text) <= timedelta(hours=24)
        except InvalidInput:
            return

    def test_the_grace_of_a_new_setup_can_be_written(self) -> None:
        assert parse_grace("6h") == DEFAULT_GRACE

    @pytest.mark.parametrize(
        ("text", "zone"),
        [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            ("utc", "UTC"),
            ("America/new york", "America/New_York"),
        ],
    )
    def test_zones(self, text: str, zone: str) -> None:
        assert parse_zone(text) == zone

    @pytest.mark.parametrize(
        ("text", "near"),
        [
            ("Berlin", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("Europe/Berln", "Europe/Berlin"),
            ("Kolkatta", "Asia/Kolkata"),
            ("Europe/Tokyo", "Asia/Tokyo"),
            ("Mars/Base", "America/New_York"),
            ("", "Europe/Berlin"),
            ("../../etc/passwd", "Europe/Berlin"),
            ("localtime", "Europe/Berlin"),
        ],
    )
    def test_an_unknown_zone_is_refused_with_those_that_are_near(self, text: str, near: str) -> None:
        with pytest.raises(InvalidInput, match=near):
            parse_zone(text)

    @pytest.mark.parametrize(
        ("typed", "first"),
        [
            ("", "UTC"),
            ("ber", "Europe/Berlin"),
            ("new y", "America/New_York"),
            ("Europe/b", "Europe/Berlin"),
            ("kolk", "Asia/Kolkata"),
        ],
    )
    def test_zones_are_found_while_they_are_typed_common_ones_first(self, typed: str, first: str) -> None:
        assert find_zones(typed)[0] == first

    @given(st.text(max_size=12), st.integers(0, 30))
    def test_suggestions_are_zones_and_no_more_than_asked_for(self, typed: str, limit: int) -> None:
        found = find_zones(typed, limit)
        assert len(found) <= limit
        assert all(parse_zone(zone) == zone for zone in found)
