"""Threads remember their papers; those that were opened below digests are about theirs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

# As it was at this revision.
MOMENT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "discussed_papers",
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("thread_id", "paper_id", name="pk_discussed_papers"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO discussed_papers (thread_id, paper_id, added_at) "
        "SELECT DISTINCT thread_id, paper_id, asked_at FROM paper_threads WHERE thread_id IS NOT NULL"
    )
