"""Versions of the tables, oldest first, each in a file of ``versions/``; applied when a store is opened.

A new one: a file that names its predecessor, its id appended to ``REVISIONS``, its tables in ``storage.schema``. The
tests hold all three against each other. Migrations run without foreign keys enforced on SQLite, so that rebuilding a
table does not delete what hangs on it.
"""

from pathlib import Path

from sqlalchemy import Connection, Text, column, func, inspect, select, table

from storage.errors import StoreCorrupt, StoreTooNew

FOLDER = Path(__file__).parent

REVISIONS = tuple(f"{number:04}" for number in range(1, 18))
"""Every revision that this version knows, oldest first. Kept here so that a current store opens without Alembic."""

HEAD = REVISIONS[-1]
NOT_OURS = "{} holds tables of another program and none of Paperboy's. Point DATABASE_URL at a file of its own."

_LOCK = 0x9A9E5B07
"""The PostgreSQL advisory lock under which tables are changed: any number that nobody else uses."""


def check_known(found: str | None) -> None:
    """Raises StoreTooNew where ``found`` is a revision that this version has never heard of."""
    if found is not None and found not in REVISIONS:
        raise StoreTooNew(found, HEAD)


def revision(connection: Connection) -> str | None:
    """The store's revision, or None where there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    versions = table("alembic_version", column("version_num", Text))
    return connection.execute(select(versions.c.version_num)).scalar_one_or_none()


def upgrade(connection: Connection) -> None:
    """Bring the tables up to ``HEAD`` in the transaction under way; processes that start at once take turns.

    Raises:
        StoreTooNew: a newer version came first.
        StoreCorrupt: the SQLite file belongs to another program.
    """
    from alembic import command
    from alembic.config import Config

    postgres = connection.dialect.name == "postgresql"
    if postgres:  # SQLite's write lock is held already: the transaction began with it
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    found = revision(connection)
    check_known(found)
    if found == HEAD:
        return
    if found is None and not postgres and inspect(connection).get_table_names():
        raise StoreCorrupt(NOT_OURS.format(connection.engine.url.database))
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
