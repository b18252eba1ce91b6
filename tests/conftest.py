"""Real services for the tests: one devnet and one Kubo for a whole run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.network.services import start_devnet, start_kubo, stop


@pytest.fixture(scope="session")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a devnet with 8 funded accounts."""
    pid, port = start_devnet(tmp_path_factory.mktemp("devnet"), 8)
    yield port
    stop(pid)


@pytest.fixture(scope="session")
def kubo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API address of a Kubo node."""
    pid, port = start_kubo(tmp_path_factory.mktemp("kubo"))
    yield f"/ip4/127.0.0.1/tcp/{port}"
    stop(pid)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    return tmp_path
