"""A PostgreSQL of the tests' own, and what the tests of SQLite ask for, out of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine

from devkit.network.postgres import Postgres
from services.common.engine import open_engine
from services.common.migrations import migrate
from services.index.command import MIGRATIONS
from services.index.store import Store
from services.notifier.command import MIGRATIONS as NOTIFIER_MIGRATIONS
from tests.services.api.served import Served, serving
from tests.services.conftest import Fresh
from tests.services.notifier.conftest import NewDatabase
from tests.services.notifier.conftest import receiver as receiver
from tests.services.played import NETWORK, played


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server that runs."""
    server = Postgres.make()
    try:
        yield server
    finally:
        server.end()


@pytest.fixture
def fresh(postgres: Postgres) -> Iterator[Fresh]:
    """Makes empty databases of the index, in PostgreSQL."""
    with ExitStack() as stack:

        def make() -> Engine:
            engine = open_engine(postgres.new_database())
            stack.callback(engine.dispose)
            migrate(engine, MIGRATIONS)
            return engine

        yield make


@pytest.fixture
def served(fresh: Fresh) -> Iterator[Served]:
    """All blocks but the last twenty are there."""
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    for block in played(1).blocks[:-20]:
        store.apply(block)
    with serving(engine, store) as found:
        yield found


@pytest.fixture
def new_database(postgres: Postgres) -> NewDatabase:
    """Gives the address of one that is still empty."""
    return postgres.new_database


@pytest.fixture
def engine(new_database: NewDatabase) -> Iterator[Engine]:
    """A database with the notifier's tables."""
    found = open_engine(new_database())
    try:
        migrate(found, NOTIFIER_MIGRATIONS)
        yield found
    finally:
        found.dispose()
