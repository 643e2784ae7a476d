"""The tables of discussions, and of what servers chose for them."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from storage.columns import Key, Moment, Texts, Words
from storage.metadata import metadata

discussed_papers = Table(
    "discussed_papers",
    metadata,
    Column("thread_id", BigInteger, nullable=False),
    Column("paper_id", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    PrimaryKeyConstraint("thread_id", "paper_id"),
    sqlite_with_rowid=False,
)
"""What a thread is about."""

turns = Table(
    "turns",
    metadata,
    Column("id", Key, primary_key=True),
    Column("thread_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False, index=True),
    Column("at", Moment, nullable=False, index=True),
    Column("question", Words, nullable=False),
    Column("said", Texts, nullable=False),
    Index(None, "thread_id", "id"),
    sqlite_autoincrement=True,
)
"""What was asked in a thread, by whom, and what was said to it; the last ones only, and for a while."""

server_choices = Table(
    "server_choices",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("engine", Words),
    Column("language", Text),
    Column("role_ids", JSON, nullable=False),
    Column("questions_a_day", Integer),
)
"""What the admins of a server chose for the answers that are given in it."""
