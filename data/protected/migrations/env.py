"""Alembic's entry point; the connection comes from ``data.protected.database``."""

from alembic import context

from data.protected.database import schema_of
from data.protected.tables import VERSIONS, protected_metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=protected_metadata,
    version_table=VERSIONS,
    version_table_schema=schema_of(connection),
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
