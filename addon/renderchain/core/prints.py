"""What a tile is compared by: the digest of its bytes and the print of its noise and light.

Two machines rarely make the same bits, but they run the same sampler on the same scene, so the
low bits of the noise agree. docs/verification.md has the formula, the record and the measurements.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .errors import ContentError
from .tiles import TILE, Tile

Pixels = NDArray[np.float32]

# An octave. Finer ones see cheaper sampling in calmer scenes, but where paths part on another machine the
# difference does not fall with the samples: steps that follow the noise refused honest work.
BIT_STEPS = 16
LEVEL_STEPS = 64  # an octave
FLOOR = 2.0**-8
BRIGHTEST = 2.0**8 - FLOOR  # just over the last level
LEVEL_OFFSET = 8 * LEVEL_STEPS  # FLOOR itself is level 0
LEVELS = 1024
BLOCK = 16
BLOCKS_PER_SIDE = TILE // BLOCK
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709
BITS_BYTES = TILE * TILE // 8
CHANNELS = 3
LEVEL_COUNT = CHANNELS * BLOCKS_PER_SIDE**2  # R, G, B of each block in turn
FULL_AREA = TILE * TILE
# One stray path weighs too much in fewer pixels than these, on honest machines too.
MIN_AREA = 512
MIN_BLOCK = BLOCK * BLOCK // 2
RECORD_BYTES = 32 + BITS_BYTES + 2 * LEVEL_COUNT + 2
FELT_BYTES = 31
LEVEL_BITS = 10
# The contract compares by these two as well; docs/verification.md says where they come from.
MAX_BIT_PERCENT = 40
MAX_LEVEL_STEPS = 3
# One of a tile's blocks may be further off, as honest noise now and then is, but not as far as a logo.
MAX_BLOCKS_OFF = 1
MAX_BLOCK_STEPS = 12
# Each pixel's own offset between 0 and 1: a flat area whose light happens to lie at a step's edge
# must not change all its bits for one float's last digit.
_DITHER = (np.add.outer(29 * np.arange(TILE), 45 * np.arange(TILE)) % TILE + 0.5) / TILE


@dataclass(frozen=True)
class TilePrint:
    """Digest (32 bytes), one parity bit a pixel (512 bytes), 48 levels below 1024, pixels that count.

    ``area`` is at least 512: a narrow edge tile is judged more leniently than by its share of bits.
    """

    digest: bytes
    bits: bytes
    levels: tuple[int, ...]
    area: int

    def to_bytes(self) -> bytes:
        """The record in a leaves file: digest, bits, levels and area as little-endian 16 bits; 642 bytes."""
        return self.digest + self.bits + np.array((*self.levels, self.area), "<u2").tobytes()

    @classmethod
    def from_bytes(cls, raw: bytes) -> TilePrint:
        """The inverse of to_bytes; raises ContentError for a malformed record."""
        if len(raw) != RECORD_BYTES:
            raise ContentError(f"A tile's record has {len(raw)} bytes, not {RECORD_BYTES}: refused.")
        *levels, area = (int(number) for number in np.frombuffer(raw[32 + BITS_BYTES :], "<u2"))
        if max(levels) >= LEVELS:
            raise ContentError(f"A tile's record has a level over {LEVELS - 1}: refused.")
        if not 1 <= area <= FULL_AREA:
            raise ContentError(f"A tile's record has an area of {area} pixels: refused.")
        return cls(raw[:32], raw[32 : 32 + BITS_BYTES], tuple(levels), area)

    def felts(self) -> tuple[int, ...]:
        """The print as 19 felts, as the contract reads them.

        16 felts of 248 bits; one of the last 128 bits and, above them, the area; two of 24 levels, the
        first level lowest.
        """
        cut = range(0, BITS_BYTES, FELT_BYTES)
        *bits, last = (int.from_bytes(self.bits[at : at + FELT_BYTES], "big") for at in cut)
        half = LEVEL_COUNT // 2
        packed = (self.levels[:half], self.levels[half:])
        levels = [sum(level << LEVEL_BITS * at for at, level in enumerate(part)) for part in packed]
        return (*bits, last | self.area << 128, *levels)


def channel_names(layers: int) -> tuple[str, ...]:
    """The channels of a noisy pass with so many layers, in the order of its pixels' last axis."""
    if layers == 1:
        return tuple("RGBA")
    return tuple(f"{layer}.{part}" for layer in range(layers) for part in "RGBA")


def canonical_bytes(pixels: Pixels) -> bytes:
    """Little-endian float32, row by row from the top; of a pixel RGBA of each layer."""
    return np.ascontiguousarray(pixels, dtype="<f4").tobytes()


def print_of(pixels: Pixels, steps: int = BIT_STEPS) -> TilePrint:
    """The print of a tile, or of a larger region, ``pixels`` of shape (height, width, 4 for each layer).

    The digest is over all layers, bits and levels are of their added light: another noise or another
    light in any of them changes the sum, and the print does not grow.

    ``steps`` an octave of light change a bit; another number makes prints that only a benchmark compares.

    Outside a smaller edge tile bits are 0, and so are the levels of blocks that have less than half of
    their pixels inside. A region over 64 pixels high or wide has the bits of 64x64 of its pixels, evenly
    spread, and the levels of its sixteenths.
    """
    height, width = pixels.shape[:2]
    edges = [_edges(side, max(height, width) > TILE) for side in (height, width)]
    shown = pixels
    if max(height, width) > TILE:
        rows, columns = ((2 * np.arange(TILE) + 1) * side // (2 * TILE) for side in (height, width))
        shown = pixels[np.ix_(rows, columns)]
    digest = hashlib.sha256(canonical_bytes(pixels)).digest()
    area = max(MIN_AREA, shown.shape[0] * shown.shape[1])
    return TilePrint(digest, _bits_of(shown, steps), _levels_of(pixels, *edges), area)


def _edges(side: int, is_large: bool) -> list[int]:
    places = range(BLOCKS_PER_SIDE + 1)
    return [side * at // BLOCKS_PER_SIDE if is_large else min(BLOCK * at, side) for at in places]


def _bits_of(pixels: Pixels, octave: int) -> bytes:
    height, width = pixels.shape[:2]
    luminance = _light(pixels) @ LUMINANCE + FLOOR
    steps = np.floor(octave * np.log2(luminance) + _DITHER[:height, :width])
    parity = np.zeros((TILE, TILE), np.uint8)
    parity[:height, :width] = steps.astype(np.int64) & 1
    return np.packbits(parity.ravel()).tobytes()


def _levels_of(pixels: Pixels, rows: Sequence[int], columns: Sequence[int]) -> tuple[int, ...]:
    # The mean of logarithms: one stray path of a firefly would move a mean of light by many steps.
    levels: list[int] = []
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            block = _light(pixels[top:bottom, left:right]).reshape(-1, 3)
            steps = LEVEL_STEPS * np.log2(block + FLOOR) + LEVEL_OFFSET
            means = steps.mean(axis=0) if len(steps) >= MIN_BLOCK else np.zeros(3)
            levels += (int(level) for level in np.clip(np.floor(means), 0, LEVELS - 1))
    return tuple(levels)


def _light(pixels: Pixels) -> NDArray[np.float64]:
    # NaN, infinities and negative light come from broken scenes; they must not break the arithmetic.
    layers = pixels.reshape(*pixels.shape[:-1], pixels.shape[-1] // 4, 4)[..., :3]
    clean = np.clip(np.nan_to_num(layers.astype(np.float64)), 0.0, BRIGHTEST)
    return np.asarray(np.minimum(clean.sum(axis=-2), BRIGHTEST))


def bit_distance(mine: TilePrint, theirs: TilePrint) -> int:
    """How many bits differ."""
    return (int.from_bytes(mine.bits, "big") ^ int.from_bytes(theirs.bits, "big")).bit_count()


def level_distance(mine: TilePrint, theirs: TilePrint) -> int:
    """The largest difference of two levels at the same place."""
    return max(abs(one - other) for one, other in zip(mine.levels, theirs.levels, strict=True))


def levels_agree(mine: Sequence[int], theirs: Sequence[int]) -> bool:
    """Whether the light is the same, of all blocks but one."""
    steps = np.abs(np.subtract(mine, theirs)).reshape(-1, CHANNELS).max(axis=1)
    blocks_off = int((steps > MAX_LEVEL_STEPS).sum())
    return blocks_off <= MAX_BLOCKS_OFF and int(steps.max()) <= MAX_BLOCK_STEPS


def agree(mine: TilePrint, theirs: TilePrint) -> bool:
    """Whether two renderings of a tile are the same work; the contract has the very same rule."""
    if mine.digest == theirs.digest:
        return True
    return (
        mine.area == theirs.area
        and bit_distance(mine, theirs) * 100 <= mine.area * MAX_BIT_PERCENT
        and levels_agree(mine.levels, theirs.levels)
    )


def crop(pixels: Pixels, tile: Tile) -> Pixels:
    """A tile's pixels out of a frame of shape (height, width, channels), row 0 at the top."""
    return pixels[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]


def split_records(raw: bytes) -> tuple[TilePrint, ...]:
    """The prints in a frame's leaves file; raises ContentError."""
    if len(raw) % RECORD_BYTES:
        raise ContentError(f"A leaves file has {len(raw)} bytes, no multiple of {RECORD_BYTES}: refused.")
    records = (raw[at : at + RECORD_BYTES] for at in range(0, len(raw), RECORD_BYTES))
    return tuple(TilePrint.from_bytes(record) for record in records)
