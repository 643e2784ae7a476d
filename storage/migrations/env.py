"""Alembic's entry: run the migrations in the transaction that ``storage.migrations.upgrade`` hands in."""

from alembic import context

from storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a column; a batch makes the table anew
)
context.run_migrations()
