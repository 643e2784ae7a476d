"""Whose word each fact of a paper is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("papers", sa.Column("said", sa.JSON(), nullable=False, server_default="[]"))
