"""Databases for the tests of services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.common.engine import open_engine
from services.common.migrations import migrate
from services.index.command import MIGRATIONS

Fresh = Callable[[], Engine]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    """Makes empty databases of the index, in files."""
    with ExitStack() as stack:
        names = iter(range(1000))

        def make() -> Engine:
            engine = open_engine(f"sqlite:///{tmp_path / f'{next(names)}.sqlite'}")
            stack.callback(engine.dispose)
            migrate(engine, MIGRATIONS)
            return engine

        yield make
