"""A database that any version of the index made becomes one of this version, with what it holds."""

from __future__ import annotations

import ast
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import services
from services.common.engine import open_engine, writing
from services.common.migrations import migrate
from services.index.command import MIGRATIONS
from services.index.store import Store
from services.index.tables import METADATA
from tests.services.conftest import Fresh
from tests.services.played import NETWORK, played
from tests.services.tables import all_rows

FOLDERS = sorted(Path(services.__file__).parent.glob("*/migrations"))


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


REVISIONS = [one.revision for one in reversed(list(scripts().walk_revisions()))]


def emptied(engine: Engine) -> Engine:
    """A database in which nothing was made yet."""
    with writing(engine) as connection:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    return engine


def brought_to(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def make_tables(url: str, wait: Callable[[], int]) -> None:
    """In a process of its own."""
    engine = open_engine(url)
    wait()
    migrate(engine, MIGRATIONS)


def test_copies_that_start_together_make_the_tables_once(fresh: Fresh) -> None:
    engine, processes = emptied(fresh()), get_context("spawn")
    arguments = (engine.url.render_as_string(hide_password=False), processes.Barrier(4).wait)
    copies = [processes.Process(target=make_tables, args=arguments) for _ in range(4)]
    for one in copies:
        one.start()
    for one in copies:
        one.join()
    assert [one.exitcode for one in copies] == [0] * 4
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == REVISIONS[-1]


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_any_version_gets_the_tables_of_this_one(fresh: Fresh, revision: str) -> None:
    """If this fails after a change to tables.py, the change has no migration: add a file to versions/."""
    engine = emptied(fresh())
    brought_to(engine, revision)
    migrate(engine, MIGRATIONS)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == REVISIONS[-1]


def test_what_makes_the_tables_makes_their_keys_and_indexes(fresh: Fresh) -> None:
    """The comparison above does not see keys."""
    engine = fresh()
    found = inspect(engine)
    assert {*found.get_table_names()} == {*METADATA.tables, "alembic_version"}
    for name, table in METADATA.tables.items():
        assert set(found.get_pk_constraint(name)["constrained_columns"]) == {
            one.name for one in table.primary_key
        }
        told = {(one["name"], *one["column_names"], bool(one["unique"])) for one in found.get_indexes(name)}
        assert told == {
            (one.name, *(column.name for column in one.columns), bool(one.unique)) for one in table.indexes
        }


def test_what_a_migrated_database_is_told_is_what_it_tells(fresh: Fresh) -> None:
    made, again = fresh(), emptied(fresh())
    with writing(again) as connection:
        METADATA.create_all(connection)
    for engine in (made, again):
        store = Store(engine)
        store.open(NETWORK)
        for block in played(2).blocks[:40]:
            store.apply(block)
    assert all_rows(made) == all_rows(again)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.parent.name)
def test_no_migration_looks_at_tables_that_go_on_changing(folder: Path) -> None:
    """The first one made whatever tables.py had by then, so that no later one could change them."""
    versions = sorted((folder / "versions").glob("[0-9]*.py"))
    assert versions
    for path in versions:
        for node in ast.walk(ast.parse(path.read_text())):
            named = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            assert not [one for one in named if one.startswith((".", "services", "renderchain"))], path
