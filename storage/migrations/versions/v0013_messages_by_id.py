"""Messages are found by their ids: a thread below one is about its papers."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_messages_message_id", "messages", ["message_id"])
