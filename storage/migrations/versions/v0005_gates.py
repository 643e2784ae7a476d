"""Gates that processes share, and the days on which papers were announced."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

# As it was at this revision.
MOMENT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "gates",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("open_at", MOMENT),
        sa.Column("held_by", sa.Text()),
        sa.Column("held_until", MOMENT),
        sa.PrimaryKeyConstraint("name", name="pk_gates"),
    )
    op.add_column("sightings", sa.Column("announced_on", sa.Date()))
    announced = sa.text("announced_on IS NOT NULL")
    op.create_index(
        "ix_sightings_announced_on",
        "sightings",
        ["announced_on", "paper_id"],
        sqlite_where=announced,
        postgresql_where=announced,
    )
