"""The tables. A change here comes with a migration; a test holds the two against each other."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)

from storage.columns import Key, Moment, Place, Texts, Words
from storage.records import DeliveryState

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

OPEN = text("ended_at IS NULL")
"""What a delivery that is still on its way looks like; spelled without parameters so that both databases see that
their partial index covers it."""

papers = Table(
    "papers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Words, nullable=False),
    Column("abstract", Words, nullable=False),
    Column("authors", Texts, nullable=False),
    Column("categories", Texts, nullable=False),
    Column("published_at", Moment, index=True),
    Column("version", Integer),
    Column("daily_on", Date),
    Column("upvotes", Integer),
    Column("comments", Integer),
    Column("code_url", Words),
    Column("code_stars", Integer),
    Column("project_url", Words),
    Column("organization", Words),
    Column("summary", Words),
    Column("keywords", Texts, nullable=False),
    Column("withdrawn_at", Moment),
    Column("revision", BigInteger, nullable=False),
    UniqueConstraint("revision"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("paper_id", Text, ForeignKey("papers.id"), nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("daily_on", Date),
    Column("upvotes", Integer),
    Column("comments", Integer),
    Column("stars", Integer),
    # In this order the key is also the index that a paper's history is read from.
    PrimaryKeyConstraint("paper_id", "seen_at", "source"),
    Index(None, "daily_on", "paper_id"),
    sqlite_with_rowid=False,
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""``revision``: the last one given to a paper; ``papers``: how many there are, since counting a million takes long."""

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("succeeded_at", Moment),
    Column("failed_at", Moment),
    Column("problem", Words),
    Column("retry_at", Moment),
    Column("fetched", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
)

source_days = Table(
    "source_days",
    metadata,
    Column("source", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("looked_at", Moment, nullable=False),
    PrimaryKeyConstraint("source", "day"),
)

channel_setups = Table(
    "channel_setups",
    metadata,
    Column("id", Key, primary_key=True),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("destination", Place, nullable=False),
    Column("at", Time, nullable=False),
    Column("zone", Text, nullable=False),
    Column("weekdays", JSON, nullable=False),
    Column("grace_seconds", Integer, nullable=False),
    Column("limit", Integer, nullable=False),
    Column("sort", Text, nullable=False),
    Column("query", Words),
    Column("min_upvotes", Integer, nullable=False),
    Column("paused_because", Words),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    # The ledger names a setup by its id for ever: an id is never given twice, not even after a removal.
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Time, nullable=False),
    Column("zone", Text, nullable=False),
    Column("weekdays", JSON, nullable=False),
    Column("grace_seconds", Integer, nullable=False),
    Column("dm_closed_at", Moment),
)

topics = Table(
    "topics",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("query", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("person_id", "query"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Key, primary_key=True),
    Column("destination", Place, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("slot", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("token", Text, nullable=False),
    Column("paper_ids", Texts, nullable=False),
    Column("considered", Integer, nullable=False),
    Column("left_out", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment),
    Column("lease_until", Moment),
    Column("message_id", BigInteger),
    Column("problem", Words),
    Column("planned_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("destination", "local_date", "slot"),
    UniqueConstraint("token"),
    CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in DeliveryState)})", name="state_known"),
    CheckConstraint("(state IN ('planned', 'sending')) = (ended_at IS NULL)", name="open_until_ended"),
    CheckConstraint("state <> 'sending' OR lease_until IS NOT NULL", name="sending_has_lease"),
    Index("ix_deliveries_open", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
    sqlite_autoincrement=True,
)

posted_papers = Table(
    "posted_papers",
    metadata,
    Column("destination", Place, nullable=False),
    Column("paper_id", Text, nullable=False),
    Column("delivery_id", Key, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    # What keeps a paper from being posted twice to one place.
    PrimaryKeyConstraint("destination", "paper_id"),
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Words, nullable=False),
)

kept_queries = Table(
    "kept_queries",
    metadata,
    Column("token", Text, primary_key=True),
    Column("text", Words, nullable=False),
    Column("kept_at", Moment, nullable=False),
)
