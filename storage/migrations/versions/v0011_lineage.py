"""A store has a number, and says of which one it is a copy."""

import sqlalchemy as sa
from alembic import op

from storage.lineage import new_number

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    counters = sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.BigInteger))
    said = {"store": new_number(), "copied from": 0, "copied at": 0}
    op.bulk_insert(counters, [{"name": name, "value": value} for name, value in said.items()])
