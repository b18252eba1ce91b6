"""A network in memory with an artist and a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.fakes.people import Artist, Machine
from devkit.fakes.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A network without verifiers, where chance spares every lease."""
    return World(tmp_path)


@pytest.fixture
def artist(world: World) -> Artist:
    """A requester."""
    return Artist(world, 0xA271)


@pytest.fixture
def machine(world: World) -> Machine:
    """A worker."""
    made = Machine(world, 0xF001)
    world.live(made.join())
    return made
