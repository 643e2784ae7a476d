"""What goes into a column comes out equal, on both databases, for whatever is put in."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from storage.columns import Moment, Place, Texts, storable
from storage.records import Destination, DestinationKind

SQLITE = make_url("sqlite+aiosqlite://").get_dialect()()
POSTGRES = make_url("postgresql+asyncpg://").get_dialect()()
ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001  # the zone is drawn


@given(MOMENTS)
def test_a_moment_comes_back_as_the_same_in_utc(moment: datetime) -> None:
    for dialect in (SQLITE, POSTGRES):
        back = Moment().process_result_value(Moment().process_bind_param(moment, dialect), dialect)
        assert back == moment
        assert back is not None
        assert back.tzinfo is UTC


@given(MOMENTS, MOMENTS)
def test_moments_sort_in_sqlite_as_in_time(one: datetime, other: datetime) -> None:
    def kept(moment: datetime) -> int:
        return int(Moment().process_bind_param(moment, SQLITE))

    assert (kept(one) < kept(other)) == (one < other)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_ordinary_text_is_kept_as_it_is(text: str) -> None:
    assert storable(text) == text


@given(st.text(st.characters(categories=["Cs", "Cc", "L"])))
def test_any_text_becomes_what_every_database_can_hold(text: str) -> None:
    kept = storable(text)
    assert "\0" not in kept
    assert kept.encode().decode() == storable(kept) == kept


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"))).map(tuple))
def test_texts_come_back_in_their_order(texts: tuple[str, ...]) -> None:
    assert Texts().process_result_value(Texts().process_bind_param(texts, SQLITE), SQLITE) == texts


@given(st.sampled_from(DestinationKind), st.integers(0, 2**63 - 1))
def test_a_destination_comes_back(kind: DestinationKind, number: int) -> None:
    place = Destination(kind=kind, id=number)
    assert Place().process_result_value(Place().process_bind_param(place, SQLITE), SQLITE) == place
