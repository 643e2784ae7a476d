"""The tables. A change here comes with a migration; a test holds the two against each other."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)

from storage import discussion_schema  # noqa: F401  # its tables are the store's as well
from storage.columns import Key, Moment, Place, Sayings, Texts, Words
from storage.metadata import metadata as metadata  # noqa: PLC0414  # handed on: it is whole only here
from storage.records import DeliveryState

OPEN = text("ended_at IS NULL")
"""What a delivery that is still on its way looks like; spelled without parameters so that both databases see that
their partial index covers it."""

ENDED = text("ended_at IS NOT NULL")
REVISED = text("revise_at IS NOT NULL")
ANNOUNCED = text("announced_on IS NOT NULL")
PUBLISHED = text("publish_at IS NOT NULL")
EDITED = text("edit_at IS NOT NULL")
"""Likewise what has something outstanding: few among many."""

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
    Column("citations", Integer),
    Column("fields_of_study", Texts, nullable=False, server_default="[]"),
    Column("said", Sayings, nullable=False, server_default="[]"),
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
    Column("announced_on", Date),
    # In this order the key is also the index that a paper's history is read from.
    PrimaryKeyConstraint("paper_id", "seen_at", "source"),
    Index(None, "daily_on", "paper_id"),
    Index("ix_sightings_announced_on", "announced_on", "paper_id", sqlite_where=ANNOUNCED, postgresql_where=ANNOUNCED),
    sqlite_with_rowid=False,
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""``revision``: the last one given to a paper; ``papers``: how many there are, since counting a million takes long;
``vectors``: the last number given to a vector; which store this is, see ``storage.lineage``."""

paper_vectors = Table(
    "paper_vectors",
    metadata,
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, nullable=False),
    Column("digest", BigInteger, nullable=False),
    Column("codes", LargeBinary, nullable=False),
    Column("number", BigInteger, nullable=False),
    UniqueConstraint("number"),
)
"""What a paper is about, as a model sees it: one vector a paper, of the text that ``digest`` tells from others."""

paper_texts = Table(
    "paper_texts",
    metadata,
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer),
    Column("origin", Text, nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("pieces", LargeBinary, nullable=False),
    Column("whole", Boolean, nullable=False),
)
"""What was read of a paper, packed; or that nothing was found."""

passage_vectors = Table(
    "passage_vectors",
    metadata,
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, nullable=False),
    Column("digest", BigInteger, nullable=False),
    Column("codes", LargeBinary, nullable=False),
)
"""What each passage of a paper is about: all vectors of one text, one behind the other."""

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
    Column("rejects", Texts, nullable=False, server_default="[]"),
    Column("usual_share", Float),
)

source_days = Table(
    "source_days",
    metadata,
    Column("source", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("looked_at", Moment, nullable=False),
    PrimaryKeyConstraint("source", "day"),
)

gates = Table(
    "gates",
    metadata,
    Column("name", Text, primary_key=True),
    Column("open_at", Moment),
    Column("held_by", Text),
    Column("held_until", Moment),
)
"""Of a site that counts the requests of all our processes together: who is asking it, and when the next one may."""

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
    Column("cadence", Text, nullable=False, server_default="daily"),
    Column("limit", Integer, nullable=False),
    Column("sort", Text, nullable=False),
    Column("query", Words),
    Column("min_upvotes", Integer, nullable=False),
    Column("layout", Text, nullable=False, server_default="digest"),
    Column("settle", Text, nullable=False, server_default="now"),
    Column("publish", Boolean, nullable=False, server_default=text("FALSE")),
    Column("quiet", Boolean, nullable=False, server_default=text("FALSE")),
    Column("role_id", BigInteger),
    Column("tags", JSON, nullable=False, server_default="[]"),
    Column("paused_because", Words),
    Column("obstacle", Text),
    Column("paused_at", Moment),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_due_at", Moment),
    Column("foreseen_at", Moment),
    Index("ix_channel_setups_next_due_at", "next_due_at"),
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
    Column("cadence", Text, nullable=False, server_default="daily"),
    Column("dm_closed_at", Moment),
    Column("next_due_at", Moment),
    Column("foreseen_at", Moment),
    Index("ix_people_next_due_at", "next_due_at"),
)
"""``next_due_at`` is when a slot comes next, as it was foreseen at ``foreseen_at``: here and in channel_setups."""

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

saved_papers = Table(
    "saved_papers",
    metadata,
    Column("person_id", BigInteger, nullable=False),
    Column("paper_id", Text, ForeignKey("papers.id"), nullable=False, index=True),
    Column("saved_at", Moment, nullable=False),
    PrimaryKeyConstraint("person_id", "paper_id"),
    sqlite_with_rowid=False,
)
"""Whoever saves a paper need not follow topics, so need not be among the people."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Key, primary_key=True),
    Column("destination", Place, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("slot", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("cadence", Text, nullable=False, server_default="daily"),
    Column("token", Text, nullable=False),
    Column("paper_ids", Texts, nullable=False),
    Column("considered", Integer, nullable=False),
    Column("left_out", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("empty_because", Words),
    Column("added", Texts, nullable=False, server_default="[]"),
    Column("also", Texts, nullable=False, server_default="[]"),
    Column("revise_until", Moment),
    Column("revise_at", Moment),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment),
    Column("lease_until", Moment),
    Column("problem", Words),
    Column("planned_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("destination", "local_date", "slot"),
    UniqueConstraint("token"),
    CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in DeliveryState)})", name="state_known"),
    CheckConstraint("(state IN ('planned', 'sending')) = (ended_at IS NULL)", name="open_until_ended"),
    CheckConstraint("state <> 'sending' OR lease_until IS NOT NULL", name="sending_has_lease"),
    Index("ix_deliveries_open", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_deliveries_revised", "revise_at", sqlite_where=REVISED, postgresql_where=REVISED),
    Index("ix_deliveries_ended_at", "ended_at", sqlite_where=ENDED, postgresql_where=ENDED),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    Column("delivery_id", Key, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("token", Text, nullable=False),
    Column("paper_id", Text),
    Column("message_id", BigInteger, index=True),
    Column("sent_at", Moment),
    Column("problem", Words),
    Column("publish_at", Moment),
    Column("edit_at", Moment),
    Column("tries", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("delivery_id", "part"),
    UniqueConstraint("token"),
    Index("ix_messages_publish_at", "publish_at", sqlite_where=PUBLISHED, postgresql_where=PUBLISHED),
    Index("ix_messages_edit_at", "edit_at", sqlite_where=EDITED, postgresql_where=EDITED),
    sqlite_with_rowid=False,
)
"""``publish_at`` and ``edit_at``: when the message has to be crossposted, or brought up to date, and is not yet."""

posted_papers = Table(
    "posted_papers",
    metadata,
    Column("destination", Place, nullable=False),
    Column("cadence", Text, nullable=False, server_default="daily"),
    Column("paper_id", Text, nullable=False),
    # Outlives the record of its delivery: a paper is never posted twice, however long ago the first time was.
    Column("delivery_id", Key, ForeignKey("deliveries.id", ondelete="SET NULL"), index=True),
    # A round-up may name again what a daily digest named; within one cadence a paper comes to a place once.
    PrimaryKeyConstraint("destination", "cadence", "paper_id"),
    Index(None, "paper_id"),
    sqlite_with_rowid=False,
)

paper_threads = Table(
    "paper_threads",
    metadata,
    Column("destination", Place, nullable=False),
    Column("paper_id", Text, nullable=False),
    Column("thread_id", BigInteger),
    Column("asked_at", Moment, nullable=False),
    PrimaryKeyConstraint("destination", "paper_id"),
    sqlite_with_rowid=False,
)
"""The thread of a paper in a channel; without an id somebody is opening it since ``asked_at``."""

paper_changes = Table(
    "paper_changes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("version", Integer),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

guilds_left = Table(
    "guilds_left",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("left_at", Moment, nullable=False),
)
"""The servers that Paperboy was taken out of, until their setups are forgotten."""

model_questions = Table(
    "model_questions",
    metadata,
    Column("name", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("asked", Integer, nullable=False),
    PrimaryKeyConstraint("name", "day"),
    sqlite_with_rowid=False,
)
"""How many questions a model was asked in a day by whom."""

answers = Table(
    "answers",
    metadata,
    Column("token", Text, primary_key=True),
    Column("guild_id", BigInteger),
    Column("question", Words, nullable=False),
    Column("quotations", Text, nullable=False),
    Column("kept_at", Moment, nullable=False, index=True),
)
"""What answers quoted, for those who want to see it where it stands; not who asked."""

answer_votes = Table(
    "answer_votes",
    metadata,
    Column("token", Text, ForeignKey("answers.token", ondelete="CASCADE"), nullable=False),
    Column("person_id", BigInteger, nullable=False, index=True),
    Column("is_good", Boolean, nullable=False),
    Column("voted_at", Moment, nullable=False),
    PrimaryKeyConstraint("token", "person_id"),
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

kept_claims = Table(
    "kept_claims",
    metadata,
    Column("name", Text, primary_key=True),
    Column("claims", Words, nullable=False),
    Column("kept_at", Moment, nullable=False, index=True),
)
"""What a model claimed and what stood; the name follows from all that it was asked and given."""
