"""Cutting a frame into what its leaves stand for: tiles of 64x64, or the whole frame at once.

Tiles go row by row from the top; edge tiles are smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

TILE = 64
PER_TILE, PER_FRAME = "tile", "frame"
LEAF_UNITS = (PER_TILE, PER_FRAME)


@dataclass(frozen=True)
class Tile:
    """A tile's place in pixels, its origin at the frame's top left."""

    x: int
    y: int
    width: int
    height: int


def tiles_of(width: int, height: int) -> tuple[Tile, ...]:
    """All tiles of a frame; a tile's index here is its index in the protocol."""
    return tuple(
        Tile(x, y, min(TILE, width - x), min(TILE, height - y))
        for y in range(0, height, TILE)
        for x in range(0, width, TILE)
    )


def leaf_regions(width: int, height: int, leaf: str) -> tuple[Tile, ...]:
    """What the leaves of a frame stand for, in their order; ``leaf`` is one of LEAF_UNITS."""
    return (Tile(0, 0, width, height),) if leaf == PER_FRAME else tiles_of(width, height)
