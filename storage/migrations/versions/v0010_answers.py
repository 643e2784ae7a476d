"""Answers are kept for a while, and what people think of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

# As it was at this revision.
MOMENT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("guild_id", sa.BigInteger()),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("quotations", sa.Text(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_answers"),
    )
    op.create_index("ix_answers_kept_at", "answers", ["kept_at"])
    op.create_table(
        "answer_votes",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("is_good", sa.Boolean(), nullable=False),
        sa.Column("voted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["token"], ["answers.token"], name="fk_answer_votes_token", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", "person_id", name="pk_answer_votes"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_answer_votes_person_id", "answer_votes", ["person_id"])
