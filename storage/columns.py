"""The column types that both databases share, so that what goes in comes out equal on either."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.records import Destination, Said, utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Key = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database hands out; SQLite counts up only what is called INTEGER."""


class Moment(TypeDecorator[datetime]):
    """A moment, kept to the microsecond and given back in UTC; a naive one is refused with ValueError.

    SQLite has no type for it: whole microseconds since 1970 compare and sort as the moments do.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        moment = utc(value)
        return moment if dialect.name == "postgresql" else (moment - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return utc(value) if dialect.name == "postgresql" else EPOCH + value * MICROSECOND


class Words(TypeDecorator[str]):
    """Text. What PostgreSQL cannot hold is left out on both: NUL; half a surrogate pair becomes U+FFFD.

    One such character in one title would otherwise lose the whole transaction that it came in.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Texts(TypeDecorator[tuple[str, ...]]):
    """Several texts in order, as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, _dialect: Dialect) -> list[str]:
        return [storable(text) for text in value or ()]

    def process_result_value(self, value: Any, _dialect: Dialect) -> tuple[str, ...]:
        return tuple(value)


class Sayings(TypeDecorator[tuple[Said, ...]]):
    """Who said which facts and when, as a JSON list of ``[source, microseconds since 1970, [facts]]``."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[Said] | None, _dialect: Dialect) -> list[Any]:
        return [[said.source, (utc(said.at) - EPOCH) // MICROSECOND, list(said.facts)] for said in value or ()]

    def process_result_value(self, value: Any, _dialect: Dialect) -> tuple[Said, ...]:
        return tuple(
            Said(source=source, at=EPOCH + moment * MICROSECOND, facts=tuple(facts)) for source, moment, facts in value
        )


class Place(TypeDecorator[Destination]):
    """A destination as its text, ``channel:123``."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Destination | None, _dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Destination | None:
        return None if value is None else Destination.parse(value)


def storable(text: str) -> str:
    """``text`` as every database can hold it, see ``Words``."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
