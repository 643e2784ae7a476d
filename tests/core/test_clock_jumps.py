"""A machine's clock that is set back and forth: what the ledger's key makes of the slots that it comes by."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.schedule import Slot, latest_due
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
JUMPS = st.one_of(
    *(
        st.timedeltas(-far, far)
        for far in (timedelta(hours=3), timedelta(days=1), timedelta(days=3), timedelta(days=40))
    )
)
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


times = st.builds(shown, st.sampled_from(A_CHANGE), st.lists(JUMPS, min_size=10, max_size=40))


def period(cadence: Cadence, day: date) -> tuple[int, ...]:
    match cadence:
        case Cadence.DAILY:
            return (day.toordinal(),)
        case Cadence.WEEKLY:
            return day.isocalendar()[:2]
        case Cadence.MONTHLY:
            return (day.year, day.month)


def entered(schedule: Schedule, clock: list[datetime]) -> list[Slot]:
    """The slots that come into the ledger while the clock shows these times one after the other."""
    ledger, new = set(), []
    for now in clock:
        slot = latest_due(schedule, now)
        if slot is not None and make_key(local_date=slot.local_date) not in ledger:
            ledger.add(make_key(local_date=slot.local_date))
            new.append(slot)
    return new


@given(schedules, times)
def test_however_the_clock_jumps_no_day_week_or_month_is_entered_twice(
    schedule: Schedule, clock: list[datetime]
) -> None:
    new = entered(schedule, clock)
    periods = [period(schedule.cadence, slot.local_date) for slot in new]
    assert len(periods) == len(set(periods))
    assert len({slot.due_at for slot in new}) == len(new)


@given(schedules, times)
def test_one_local_date_is_always_due_at_one_moment_and_the_other_way_round(
    schedule: Schedule, clock: list[datetime]
) -> None:
    seen = {slot for now in clock if (slot := latest_due(schedule, now)) is not None}
    assert len(seen) == len({slot.local_date for slot in seen}) == len({slot.due_at for slot in seen})


@given(schedules, st.sampled_from(A_CHANGE), st.lists(st.timedeltas(timedelta(), timedelta(days=3)), max_size=40))
def test_a_clock_that_only_goes_on_enters_them_in_order(
    schedule: Schedule, first: datetime, steps: list[timedelta]
) -> None:
    moments = [slot.due_at for slot in entered(schedule, shown(first, steps))]
    assert moments == sorted(moments)


def test_a_clock_set_back_over_the_hour_enters_what_is_over_and_the_day_itself_once() -> None:
    clock = [datetime(2026, 6, 3, hour, tzinfo=UTC) for hour in (9, 8, 9, 10)]
    new = entered(make_schedule(time(9), grace=timedelta(hours=6)), clock)
    assert [(slot.local_date.day, slot.expires_at > clock[1]) for slot in new] == [(3, True), (2, False)]


def test_a_clock_that_was_ahead_by_a_week_enters_each_day_once_when_it_is_set_right() -> None:
    clock = [datetime(2026, 6, day, 9, 30, tzinfo=UTC) for day in (10, 3, 4, 5, 6, 7, 8, 9, 10, 11)]
    assert [slot.local_date.day for slot in entered(make_schedule(time(9)), clock)] == [10, 3, 4, 5, 6, 7, 8, 9, 11]
