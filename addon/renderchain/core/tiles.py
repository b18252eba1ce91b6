"""Cutting a frame into tiles of at most 64x64 pixels, and counting its leaves: a leaf is a tile of one layer.

Tiles go row by row from the top. A side is cut into equal parts, to the pixel, so that no tile is a
narrow strip: its few pixels would tell little of how it was sampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

TILE = 64
MOST_LEAVES = 2**15 - 1  # of a frame, its final image aside: a job's terms have 15 bits for them


@dataclass(frozen=True)
class Tile:
    """A tile's place in pixels, its origin at the frame's top left."""

    x: int
    y: int
    width: int
    height: int


def cut_evenly(side: int, parts: int) -> list[tuple[int, int]]:
    """Where each of so many parts of a side begins and ends."""
    return list(pairwise(side * at // parts for at in range(parts + 1)))


def _parts(side: int) -> int:
    return -(-side // TILE)


def tiles_of(width: int, height: int) -> tuple[Tile, ...]:
    """All tiles of a frame; none is under 32 pixels high or wide unless the frame is."""
    return tuple(
        Tile(left, top, right - left, bottom - top)
        for top, bottom in cut_evenly(height, _parts(height))
        for left, right in cut_evenly(width, _parts(width))
    )


def tiles_at(width: int, height: int, region: Tile) -> tuple[int, ...]:
    """The tiles of a frame that a region of it meets, those nearest to its middle first."""
    x, y = region.x + region.width / 2, region.y + region.height / 2

    def distance(tile: Tile) -> float:
        across, down = tile.x + tile.width / 2 - x, tile.y + tile.height / 2 - y
        return across * across + down * down

    met = [
        (distance(tile), index)
        for index, tile in enumerate(tiles_of(width, height))
        if tile.x < region.x + region.width
        and region.x < tile.x + tile.width
        and tile.y < region.y + region.height
        and region.y < tile.y + tile.height
    ]
    return tuple(index for _, index in sorted(met))


def leaves_at(width: int, height: int, region: Tile, place: int, leaves: int) -> tuple[int, ...]:
    """The leaves under a region of the frame that is in that place of a lease whose frames have so many.

    Those nearest to its middle come first, a tile's layers after each other.
    """
    layers = leaves // leaves_of(width, height, 1)
    first = [place * leaves + tile * layers for tile in tiles_at(width, height, region)]
    return tuple(leaf + layer for leaf in first for layer in range(layers))


def leaves_of(width: int, height: int, layers: int) -> int:
    """How many leaves a frame of so many view layers has: its tiles, of each the layers in their order."""
    return _parts(width) * _parts(height) * layers
