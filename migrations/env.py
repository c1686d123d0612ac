"""Alembic's way in. The connection is handed over by ``memory.db.database``: one way to migrate."""

from alembic import context

from memory.db.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    # SQLite can roll its DDL back, too: a process killed in a migration leaves no half schema.
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
