"""A served index."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.index.store import Store
from tests.services.api.served import Served, serving
from tests.services.conftest import Fresh
from tests.services.played import NETWORK, played


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
