"""Who is on a network in memory: fixtures that conftests take over, each with a ``world`` of its own."""

from __future__ import annotations

import pytest

from devkit.fakes.people import Artist, Machine
from devkit.fakes.world import World


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
