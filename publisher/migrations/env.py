"""Alembic's door into the house. Run by `publisher.migrations.upgrade`, never by the alembic command's own settings."""

from alembic import context

from publisher.migrations import include_object, metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata(),
    render_as_batch=connection.dialect.name == "sqlite",
    include_object=include_object,
)
with context.begin_transaction():
    context.run_migrations()
