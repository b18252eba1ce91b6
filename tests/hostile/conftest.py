"""What the agent logs of processes that mean harm is not shown: there is much of it, all expected."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Our own log says nothing while a test lasts."""
    log = logging.getLogger("renderchain")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(before)
