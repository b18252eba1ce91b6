"""How Alembic comes to the database: ``services.common.migrations`` gives it the connection."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
