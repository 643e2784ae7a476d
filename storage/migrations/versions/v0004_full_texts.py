"""The whole texts of papers, and vectors of their passages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

MOMENT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "paper_texts",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("pieces", sa.LargeBinary(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", name="pk_paper_texts"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_paper_texts_paper_id", ondelete="CASCADE"),
    )
    op.create_table(
        "passage_vectors",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("codes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", name="pk_passage_vectors"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_passage_vectors_paper_id", ondelete="CASCADE"),
    )
