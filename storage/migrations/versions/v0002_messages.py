"""Deliveries of several messages, round-ups, more layouts, changes of papers, and what is due foreseen."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

# As they were at this revision: a migration must not change when the program does.
MOMENT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _setups_and_people()
    _messages()
    _deliveries()
    _posted_papers()
    _small_things()


def _setups_and_people() -> None:
    op.add_column("channel_setups", sa.Column("cadence", sa.Text(), nullable=False, server_default="daily"))
    op.add_column("channel_setups", sa.Column("layout", sa.Text(), nullable=False, server_default="digest"))
    op.add_column("channel_setups", sa.Column("settle", sa.Text(), nullable=False, server_default="now"))
    op.add_column("channel_setups", sa.Column("publish", sa.Boolean(), nullable=False, server_default=sa.text("FALSE")))
    op.add_column("channel_setups", sa.Column("quiet", sa.Boolean(), nullable=False, server_default=sa.text("FALSE")))
    op.add_column("channel_setups", sa.Column("role_id", sa.BigInteger()))
    op.add_column("channel_setups", sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("channel_setups", sa.Column("obstacle", sa.Text()))
    op.add_column("channel_setups", sa.Column("paused_at", MOMENT))
    op.add_column("channel_setups", sa.Column("next_due_at", MOMENT))
    op.add_column("channel_setups", sa.Column("foreseen_at", MOMENT))
    op.create_index("ix_channel_setups_next_due_at", "channel_setups", ["next_due_at"])
    # A day without papers passed in silence until now; nobody who set a channel up then asked for more.
    op.execute("UPDATE channel_setups SET quiet = TRUE")
    op.add_column("people", sa.Column("cadence", sa.Text(), nullable=False, server_default="daily"))
    op.add_column("people", sa.Column("next_due_at", MOMENT))
    op.add_column("people", sa.Column("foreseen_at", MOMENT))
    op.create_index("ix_people_next_due_at", "people", ["next_due_at"])


def _messages() -> None:
    published, edited = sa.text("publish_at IS NOT NULL"), sa.text("edit_at IS NOT NULL")
    op.create_table(
        "messages",
        sa.Column("delivery_id", KEY, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("sent_at", MOMENT),
        sa.Column("problem", sa.Text()),
        sa.Column("publish_at", MOMENT),
        sa.Column("edit_at", MOMENT),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("delivery_id", "part", name="pk_messages"),
        sa.UniqueConstraint("token", name="uq_messages_token"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_messages_delivery_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_messages_publish_at", "messages", ["publish_at"], sqlite_where=published, postgresql_where=published
    )
    op.create_index("ix_messages_edit_at", "messages", ["edit_at"], sqlite_where=edited, postgresql_where=edited)
    op.execute(
        "INSERT INTO messages (delivery_id, part, token, message_id, sent_at) "
        "SELECT id, 0, token, message_id, CASE WHEN message_id IS NOT NULL THEN ended_at END FROM deliveries "
        "WHERE message_id IS NOT NULL OR ended_at IS NULL"
    )


def _deliveries() -> None:
    op.add_column("deliveries", sa.Column("cadence", sa.Text(), nullable=False, server_default="daily"))
    op.add_column("deliveries", sa.Column("empty_because", sa.Text()))
    op.add_column("deliveries", sa.Column("added", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("deliveries", sa.Column("also", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("deliveries", sa.Column("revise_until", MOMENT))
    op.add_column("deliveries", sa.Column("revise_at", MOMENT))
    op.drop_column("deliveries", "message_id")
    revised = sa.text("revise_at IS NOT NULL")
    op.create_index(
        "ix_deliveries_revised", "deliveries", ["revise_at"], sqlite_where=revised, postgresql_where=revised
    )
    ended = sa.text("ended_at IS NOT NULL")
    op.create_index("ix_deliveries_ended_at", "deliveries", ["ended_at"], sqlite_where=ended, postgresql_where=ended)


def _posted_papers() -> None:
    op.rename_table("posted_papers", "posted_before")
    if op.get_bind().dialect.name == "postgresql":  # where names of constraints are one for the whole schema
        op.execute("ALTER TABLE posted_before DROP CONSTRAINT pk_posted_papers")
        op.execute("ALTER TABLE posted_before DROP CONSTRAINT fk_posted_papers_delivery_id")
    op.drop_index("ix_posted_papers_delivery_id", "posted_before")
    op.create_table(
        "posted_papers",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False, server_default="daily"),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", KEY),
        sa.PrimaryKeyConstraint("destination", "cadence", "paper_id", name="pk_posted_papers"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_posted_papers_delivery_id", ondelete="SET NULL"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_posted_papers_delivery_id", "posted_papers", ["delivery_id"])
    op.create_index("ix_posted_papers_paper_id", "posted_papers", ["paper_id"])
    op.execute(
        "INSERT INTO posted_papers (destination, paper_id, delivery_id) "
        "SELECT destination, paper_id, delivery_id FROM posted_before"
    )
    op.drop_table("posted_before")


def _small_things() -> None:
    op.create_table(
        "paper_threads",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.BigInteger()),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("destination", "paper_id", name="pk_paper_threads"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paper_changes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_changes"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_paper_changes_paper_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_paper_changes_paper_id", "paper_changes", ["paper_id"])
    op.create_table(
        "guilds_left",
        sa.Column("guild_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("left_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_guilds_left"),
    )
