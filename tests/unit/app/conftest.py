"""A network in memory with an artist and a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.fakes.world import World
from tests.people import artist, machine

__all__ = ["artist", "machine"]  # pytest finds them here


@pytest.fixture
def world(disk: Path) -> World:
    """A network without verifiers, where chance spares every lease."""
    return World(disk)
