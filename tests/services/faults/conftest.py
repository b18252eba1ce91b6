"""A served index, and a network in memory with an artist and a worker."""

from __future__ import annotations

from tests.people import artist, machine
from tests.services.aggregator.conftest import world
from tests.services.api.conftest import served

__all__ = ["artist", "machine", "served", "world"]  # pytest finds them here
