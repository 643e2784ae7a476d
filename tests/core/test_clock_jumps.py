"""A machine's clock that is set back and forth: what the ledger's key makes of the slots that it comes by."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.schedule import latest_due
from storage.records import Cadence, Schedule
from tests.builders import make_key, make_schedule

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Nuuk",
]
JUMPS = st.timedeltas(timedelta(days=-40), timedelta(days=40)) | st.timedeltas(timedelta(hours=-3), timedelta(hours=3))
A_CHANGE = [
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
]
schedules = st.builds(
    make_schedule,
    st.times(),
    st.sampled_from(ZONES),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    cadence=st.sampled_from(Cadence),
    grace=st.timedeltas(timedelta(minutes=10), timedelta(days=1)),
)


def shown(first: datetime, jumps: list[timedelta]) -> list[datetime]:
    """What a clock shows that jumps so, one jump after the other."""
    clock = [first]
    for jump in jumps:
        clock.append(clock[-1] + jump)
    return clock


times = st.builds(shown, st.sampled_from(A_CHANGE), st.lists(JUMPS, max_size=40))


def period(cadence: Cadence, day: date) -> tuple[int, ...]:
    match cadence:
        case Cadence.DAILY:
            return (day.toordinal(),)
        case Cadence.WEEKLY:
            return day.isocalendar()[:2]
        case Cadence.MONTHLY:
            return (day.year, day.month)


def delivered(schedule: Schedule, clock: list[datetime]) -> list[tuple[date, datetime]]:
    """The local date and hour of each slot that goes out while the clock shows these times one after the other."""
    ledger, out = set(), []
    for now in clock:
        slot = latest_due(schedule, now)
        if slot is None or make_key(local_date=slot.local_date) in ledger:
            continue
        ledger.add(make_key(local_date=slot.local_date))
        if now < slot.expires_at:
            out.append((slot.local_date, slot.due_at))
    return out


@given(schedules, times)
def test_however_the_clock_jumps_no_day_week_or_month_is_delivered_twice(
    schedule: Schedule, clock: list[datetime]
) -> None:
    out = delivered(schedule, clock)
    periods = [period(schedule.cadence, day) for day, _ in out]
    assert len(periods) == len(set(periods))
    assert len({moment for _, moment in out}) == len(out)


@given(schedules, times)
def test_one_local_date_is_always_due_at_one_moment_and_the_other_way_round(
    schedule: Schedule, clock: list[datetime]
) -> None:
    seen = {slot for now in clock if (slot := latest_due(schedule, now)) is not None}
    assert len(seen) == len({slot.local_date for slot in seen}) == len({slot.due_at for slot in seen})


@given(schedules, st.sampled_from(A_CHANGE), st.lists(st.timedeltas(timedelta(), timedelta(hours=8)), max_size=40))
def test_a_clock_that_only_goes_on_delivers_in_order(
    schedule: Schedule, first: datetime, steps: list[timedelta]
) -> None:
    out = delivered(schedule, shown(first, steps))
    assert out == sorted(out)


def test_a_clock_set_back_over_the_hour_delivers_the_day_before_only_inside_its_grace() -> None:
    schedule = make_schedule(time(9), grace=timedelta(hours=6))
    clock = [datetime(2026, 6, 3, hour, tzinfo=UTC) for hour in (9, 8, 9, 10)]
    assert [day.day for day, _ in delivered(schedule, clock)] == [3]


def test_a_clock_that_was_ahead_by_a_week_delivers_each_day_once_it_is_set_right() -> None:
    schedule = make_schedule(time(9))
    clock = [datetime(2026, 6, day, 9, 30, tzinfo=UTC) for day in (10, 3, 4, 5, 6, 7, 8, 9, 10, 11)]
    assert [day.day for day, _ in delivered(schedule, clock)] == [10, 3, 4, 5, 6, 7, 8, 9, 11]
