"""Bring a database to the tables of this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from renderchain.core.errors import SettingsError
from sqlalchemy import Connection, Engine, text

from .engine import writing
from .writer import lock_key


def migrate(engine: Engine, folder: Path) -> None:
    """Run what is missing of a folder's migrations, all or nothing; copies that start together wait.

    Raises SettingsError where the database is of a newer version, which is left as it is.
    """
    config = Config()
    config.set_main_option("script_location", str(folder))
    scripts = ScriptDirectory.from_config(config)
    ours = {one.revision for one in scripts.walk_revisions()}
    with writing(engine) as connection:
        _wait_for_others(connection)
        now = MigrationContext.configure(connection).get_current_revision()
        if now is not None and now not in ours:
            raise SettingsError(
                f"The database {engine.url.render_as_string()} was made by a newer version ({now}). Nothing "
                "was changed; update RenderChain or name another database."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _wait_for_others(connection: Connection) -> None:
    """Until the transaction ends. SQLite has locked the whole database by now."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("tables")})
