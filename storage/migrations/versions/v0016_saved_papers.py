"""People save papers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

# As it was at this revision.
MOMENT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_papers",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_saved_papers_paper_id"),
        sa.PrimaryKeyConstraint("person_id", "paper_id", name="pk_saved_papers"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_saved_papers_paper_id", "saved_papers", ["paper_id"])
