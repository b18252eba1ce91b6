"""A network in memory with an artist and a worker."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.fakes.world import World
from tests.people import artist, machine

__all__ = ["artist", "machine"]  # pytest finds them here

MEMORY = Path("/dev/shm")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, in memory where the system has that: a disk would be most of the time."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="renderchain-", dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture
def world(disk: Path) -> World:
    """A network without verifiers, where chance spares every lease."""
    return World(disk)
