"""What of a source's answers could not be read, and how much usually can."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("sources", sa.Column("rejects", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("sources", sa.Column("usual_share", sa.Float()))
