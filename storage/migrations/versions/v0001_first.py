"""The first tables: papers and sightings, sources, channels, people and topics, the ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

# As they were at this revision: a migration must not change when the program does.
MOMENT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _papers()
    _sources()
    _channels()
    _people()
    _ledger()
    _small_things()


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("version", sa.Integer()),
        sa.Column("daily_on", sa.Date()),
        sa.Column("upvotes", sa.Integer()),
        sa.Column("comments", sa.Integer()),
        sa.Column("code_url", sa.Text()),
        sa.Column("code_stars", sa.Integer()),
        sa.Column("project_url", sa.Text()),
        sa.Column("organization", sa.Text()),
        sa.Column("summary", sa.Text()),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_papers"),
        sa.UniqueConstraint("revision", name="uq_papers_revision"),
    )
    op.create_index("ix_papers_published_at", "papers", ["published_at"])
    op.create_table(
        "sightings",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("daily_on", sa.Date()),
        sa.Column("upvotes", sa.Integer()),
        sa.Column("comments", sa.Integer()),
        sa.Column("stars", sa.Integer()),
        sa.PrimaryKeyConstraint("paper_id", "seen_at", "source", name="pk_sightings"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_sightings_paper_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sightings_seen_at", "sightings", ["seen_at"])
    op.create_index("ix_sightings_daily_on_paper_id", "sightings", ["daily_on", "paper_id"])


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("succeeded_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.Column("problem", sa.Text()),
        sa.Column("retry_at", MOMENT),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sources"),
    )
    op.create_table(
        "source_days",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", "day", name="pk_source_days"),
    )


def _channels() -> None:
    op.create_table(
        "channel_setups",
        sa.Column("id", KEY, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("query", sa.Text()),
        sa.Column("min_upvotes", sa.Integer(), nullable=False),
        sa.Column("paused_because", sa.Text()),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel_setups"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_channel_setups_guild_id", "channel_setups", ["guild_id"])


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("dm_closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "topics",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_topics_person_id", ondelete="CASCADE"),
        sa.UniqueConstraint("person_id", "query", name="uq_topics_person_id_query"),
        sqlite_autoincrement=True,
    )


def _ledger() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("paper_ids", sa.JSON(), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("lease_until", MOMENT),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("problem", sa.Text()),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("destination", "local_date", "slot", name="uq_deliveries_destination_local_date_slot"),
        sa.UniqueConstraint("token", name="uq_deliveries_token"),
        sa.CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'skipped', 'failed', 'unreachable')",
            name=op.f("ck_deliveries_state_known"),
        ),
        sa.CheckConstraint(
            "(state IN ('planned', 'sending')) = (ended_at IS NULL)", name=op.f("ck_deliveries_open_until_ended")
        ),
        sa.CheckConstraint(
            "state <> 'sending' OR lease_until IS NOT NULL", name=op.f("ck_deliveries_sending_has_lease")
        ),
        sqlite_autoincrement=True,
    )
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_deliveries_open", "deliveries", ["due_at"], sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_table(
        "posted_papers",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("destination", "paper_id", name="pk_posted_papers"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_posted_papers_delivery_id", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_posted_papers_delivery_id", "posted_papers", ["delivery_id"])


def _small_things() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
    op.create_table(
        "kept_queries",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_kept_queries"),
    )
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.bulk_insert(counters, [{"name": "revision", "value": 0}, {"name": "papers", "value": 0}])


def downgrade() -> None:
    for name in (
        "counters",
        "kept_queries",
        "facts",
        "posted_papers",
        "deliveries",
        "topics",
        "people",
        "channel_setups",
        "source_days",
        "sources",
        "sightings",
        "papers",
    ):
        op.drop_table(name)
