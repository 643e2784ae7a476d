"""What papers are about, as vectors of a model."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "paper_vectors",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("codes", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", name="pk_paper_vectors"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_paper_vectors_paper_id", ondelete="CASCADE"),
        sa.UniqueConstraint("number", name="uq_paper_vectors_number"),
    )
    op.execute("INSERT INTO counters (name, value) VALUES ('vectors', 0)")
