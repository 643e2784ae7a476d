"""Each server chooses how it is answered."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "server_choices",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("engine", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("role_ids", sa.JSON(), nullable=False),
        sa.Column("questions_a_day", sa.Integer()),
        sa.PrimaryKeyConstraint("guild_id", name="pk_server_choices"),
    )
