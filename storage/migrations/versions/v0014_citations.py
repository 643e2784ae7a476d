"""How often a paper is cited, and its fields of study."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("papers", sa.Column("citations", sa.Integer()))
    op.add_column("papers", sa.Column("fields_of_study", sa.JSON(), nullable=False, server_default="[]"))
