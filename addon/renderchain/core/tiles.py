"""Cutting a frame into tiles of 64x64, row by row from the top; edge tiles are smaller."""

from __future__ import annotations

from dataclasses import dataclass

TILE = 64


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
