"""Databases of the notifier, in files; ``tests/services/db`` has the same in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.common.engine import open_engine
from services.common.migrations import migrate
from services.notifier.command import MIGRATIONS
from tests.services.api.conftest import served as served
from tests.services.notifier.receivers import Mailbox, Received, http_server, mail_server

NewDatabase = Callable[[], str]


@pytest.fixture
def new_database(tmp_path: Path) -> NewDatabase:
    """Gives the address of one that is still empty."""
    names = iter(range(1000))
    return lambda: f"sqlite:///{tmp_path / f'notifier-{next(names)}.sqlite'}"


@pytest.fixture
def engine(new_database: NewDatabase) -> Iterator[Engine]:
    """A database with the notifier's tables."""
    with ExitStack() as stack:
        found = open_engine(new_database())
        stack.callback(found.dispose)
        migrate(found, MIGRATIONS)
        yield found


@pytest.fixture
def receiver() -> Iterator[Received]:
    """An HTTP server."""
    with http_server() as found:
        yield found


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    with mail_server() as found:
        yield found
