"""What a leaf, a tile of one layer, is compared by: its bytes' digest and the print of its noise and light.

Two machines rarely make the same bits, but they run the same sampler on the same scene, so the
low bits of the noise agree. docs/verification.md has the formula, the record and the measurements.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import ContentError
from .print_limits import PrintLimits
from .tiles import TILE, Tile, cut_evenly

Pixels = NDArray[np.float32]
Light = NDArray[np.float64]

# An octave. Finer ones see cheaper sampling in calmer scenes, but where paths part on another machine the
# difference does not fall with the samples: steps that follow the noise refused honest work.
BIT_STEPS = 16
LEVEL_STEPS = 64  # an octave
DARKEST, BRIGHTEST = 2.0**-24, 2.0**20
# A tile's reference light leaves out this part of its pixels, the brightest: lamps and fireflies.
LEFT_OUT = 16
# This part of it is added to all light: far below it, honest noise would move logarithms far.
FLOOR_SHARE = 8
LEVELS = 4096
NO_BLOCK, MOSTLY_NEGATIVE, MOSTLY_BROKEN = 0, LEVELS - 2, LEVELS - 1  # each agrees with itself only
LEAST_LEVEL, LAST_LEVEL = 1, LEVELS - 3
LEVEL_OFFSET = LEAST_LEVEL + 27 * LEVEL_STEPS  # the lowest floor is 2^-27
BLOCK = 16
BLOCKS_PER_SIDE = TILE // BLOCK
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709
BITS_BYTES = TILE * TILE // 8
CHANNELS = 3
LEVEL_COUNT = CHANNELS * BLOCKS_PER_SIDE**2  # R, G, B of each block in turn
FULL_AREA = TILE * TILE
PRINT_FELTS = 20
# One stray path weighs too much in fewer pixels than these, on honest machines too.
MIN_AREA = 512
RECORD_BYTES = 32 + BITS_BYTES + 2 * LEVEL_COUNT + 2
FELT_BYTES = 31
LEVEL_BITS = 12
LEVELS_PER_HALF = 9  # of three blocks, in each half of a felt
# With fewer leaves honest work of another processor is off the mean as often as a cheat.
MEAN_LEAVES = 8
WHOLE = 10_000  # shares of bits on a mean are in ten-thousandths
# The contract compares by these as well; docs/verification.md says where they come from.
MAX_LEVEL_STEPS = 3
# One of a tile's blocks may be further off, as honest noise now and then is, but not as far as a logo.
MAX_BLOCKS_OFF = 1
MAX_BLOCK_STEPS = 12
FAR = LEVELS  # more steps than any two levels are apart
# Each pixel's own offset between 0 and 1: a flat area whose light happens to lie at a step's edge
# must not change all its bits for one float's last digit.
_DITHER = (np.add.outer(29 * np.arange(TILE), 45 * np.arange(TILE)) % TILE + 0.5) / TILE


@dataclass(frozen=True)
class TilePrint:
    """Digest (32 bytes), one parity bit a pixel (512 bytes), 48 levels below 4096, pixels that count.

    ``area`` is at least 512: a frame that is smaller is judged more leniently than by its share of bits.
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
            raise ContentError(f"A leaf's record has {len(raw)} bytes, not {RECORD_BYTES}: refused.")
        *levels, area = (int(number) for number in np.frombuffer(raw[32 + BITS_BYTES :], "<u2"))
        if max(levels) >= LEVELS:
            raise ContentError(f"A leaf's record has a level over {LEVELS - 1}: refused.")
        if not MIN_AREA <= area <= FULL_AREA:
            raise ContentError(f"A leaf's record has an area of {area} pixels: refused.")
        return cls(raw[:32], raw[32 : 32 + BITS_BYTES], tuple(levels), area)

    def felts(self) -> tuple[int, ...]:
        """The print as 20 felts, as the contract reads them.

        16 felts of 248 bits; one of the last 128 bits and, above them, the area; three of levels: the
        nine of three blocks in each half, the lower half first, the first level lowest.
        """
        cut = range(0, BITS_BYTES, FELT_BYTES)
        *bits, last = (int.from_bytes(self.bits[at : at + FELT_BYTES], "big") for at in cut)
        halves = [self._half(at) for at in range(0, LEVEL_COUNT, LEVELS_PER_HALF)]
        levels = (low | high << 128 for low, high in zip(halves[::2], halves[1::2], strict=True))
        return (*bits, last | self.area << 128, *levels)

    def _half(self, start: int) -> int:
        shown = self.levels[start : start + LEVELS_PER_HALF]
        return sum(level << LEVEL_BITS * at for at, level in enumerate(shown))


def channel_names(layers: int) -> tuple[str, ...]:
    """The channels of a noisy pass with so many layers, in the order of its pixels' last axis."""
    if layers == 1:
        return tuple("RGBA")
    return tuple(f"{layer}.{part}" for layer in range(layers) for part in "RGBA")


def layers_of(pixels: Pixels) -> list[Pixels]:
    """The layers of a noisy pass, or of a part of it, each of shape (height, width, 4)."""
    return [pixels[..., at : at + 4] for at in range(0, pixels.shape[-1], 4)]


def canonical_bytes(pixels: Pixels) -> bytes:
    """Little-endian float32, row by row from the top; of a pixel RGBA."""
    return np.ascontiguousarray(pixels, dtype="<f4").tobytes()


def prints_of(pixels: Pixels, tiles: Sequence[Tile]) -> list[TilePrint]:
    """The prints of a frame's leaves in their order: of each tile, its layers in theirs."""
    return [print_of(layer) for tile in tiles for layer in layers_of(crop(pixels, tile))]


def print_of(pixels: Pixels, steps: int = BIT_STEPS) -> TilePrint:
    """The print of one layer's tile, ``pixels`` of shape (height, width, 4), at most 64 high and wide.

    ``steps`` an octave of light change a bit; another number makes prints that only a benchmark compares.
    Outside a smaller tile bits are 0, and so are the levels of blocks that it has not.
    """
    height, width = pixels.shape[:2]
    light = pixels[..., :CHANNELS].astype(np.float64)
    digest = hashlib.sha256(canonical_bytes(pixels)).digest()
    return TilePrint(digest, _bits_of(light, steps), _levels_of(light), max(MIN_AREA, height * width))


def _bits_of(light: Light, octave_steps: int) -> bytes:
    height, width = light.shape[:2]
    is_finite = np.isfinite(light).all(axis=-1)
    luminance = np.where(is_finite[..., None], light, 0.0) @ LUMINANCE
    size = np.minimum(np.abs(luminance), BRIGHTEST) + DARKEST
    steps = np.floor(octave_steps * np.log2(size) + _DITHER[:height, :width]).astype(np.int64)
    parity = np.zeros((TILE, TILE), np.uint8)
    # Black has only zeros. Were broken or negative pixels like it, black could stand for them.
    parity[:height, :width] = np.where(is_finite, (steps & 1) ^ (luminance < 0), 1)
    return np.packbits(parity.ravel()).tobytes()


def _sizes(light: Light) -> Light:
    return np.asarray(np.minimum(np.abs(np.where(np.isfinite(light), light, 0.0)), BRIGHTEST))


def reference_light(light: Light) -> float:
    """What a tile's levels are measured against: the mean of its pixels but for the brightest sixteenth.

    Of each pixel its brightest channel counts.
    """
    shown = np.sort(_sizes(light).max(axis=-1), axis=None)
    return max(DARKEST, float(shown[: shown.size - shown.size // LEFT_OUT].mean()))


def level_steps(light: Light, reference: float) -> Light:
    """A tile's light, each pixel and channel, on the scale of the levels; what is broken is as if black."""
    return np.asarray(LEVEL_STEPS * np.log2(_sizes(light) + reference / FLOOR_SHARE))


def blocks_of(side: int) -> list[tuple[int, int]]:
    """Where the blocks along a tile's side begin and end: at most 4, about 16 pixels each."""
    return cut_evenly(side, min(BLOCKS_PER_SIDE, max(1, (side + BLOCK // 2) // BLOCK)))


def _levels_of(light: Light) -> tuple[int, ...]:
    # The mean of logarithms: one stray path of a firefly would move a mean of light by many steps.
    height, width = light.shape[:2]
    steps = level_steps(light, reference_light(light))
    levels = np.full((BLOCKS_PER_SIDE, BLOCKS_PER_SIDE, CHANNELS), NO_BLOCK)
    for row, (top, bottom) in enumerate(blocks_of(height)):
        for column, (left, right) in enumerate(blocks_of(width)):
            block = np.s_[top:bottom, left:right]
            for channel in range(CHANNELS):
                shown = light[block][..., channel].ravel(), steps[block][..., channel].ravel()
                levels[row, column, channel] = _level(*shown)
    return tuple(int(level) for level in levels.ravel())


def _level(light: Light, steps: Light) -> int:
    """Of one channel of one block."""
    is_finite = np.isfinite(light)
    if 2 * np.count_nonzero(is_finite) < light.size:
        return MOSTLY_BROKEN
    if 2 * np.count_nonzero(light < 0) > light.size:
        return MOSTLY_NEGATIVE
    return max(LEAST_LEVEL, int(np.floor(steps[is_finite].mean())) + LEVEL_OFFSET)


def bit_distance(mine: TilePrint, theirs: TilePrint) -> int:
    """How many bits differ."""
    return (int.from_bytes(mine.bits, "big") ^ int.from_bytes(theirs.bits, "big")).bit_count()


def block_distances(mine: TilePrint, theirs: TilePrint) -> NDArray[np.int64]:
    """For each of the 16 blocks, how many steps its light is apart in the channel where that is most.

    FAR where one is a symbol and the other is not the same.
    """
    one, other = np.array(mine.levels, np.int64), np.array(theirs.levels, np.int64)
    is_symbol = (np.minimum(one, other) < LEAST_LEVEL) | (np.maximum(one, other) > LAST_LEVEL)
    apart = np.where(is_symbol & (one != other), FAR, np.abs(one - other))
    return np.asarray(apart.reshape(-1, CHANNELS).max(axis=1))


def level_distance(mine: TilePrint, theirs: TilePrint) -> int:
    """The largest difference of two levels at the same place, in steps."""
    return int(block_distances(mine, theirs).max())


def levels_agree(mine: TilePrint, theirs: TilePrint) -> bool:
    """Whether two renderings of one leaf have the same light, whatever their noise says."""
    steps = block_distances(mine, theirs)
    blocks_off = int((steps > MAX_LEVEL_STEPS).sum())
    return blocks_off <= MAX_BLOCKS_OFF and int(steps.max()) <= MAX_BLOCK_STEPS


def agree(mine: TilePrint, theirs: TilePrint, limits: PrintLimits) -> bool:
    """Whether two renderings of one leaf may be the same work; the contract has the very same rule."""
    if mine.digest == theirs.digest:
        return True
    return (
        0 < mine.area == theirs.area
        and bit_distance(mine, theirs) * 100 <= mine.area * limits.tile_percent
        and levels_agree(mine, theirs)
    )


def all_agree(mine: Sequence[TilePrint], theirs: Sequence[TilePrint], limits: PrintLimits) -> bool:
    """Whether all drawn leaves are the same work: each by itself, and all of them on the mean.

    Uneven sampling could save a little everywhere within the limit of a tile.
    """
    pairs = zip(mine, theirs, strict=True)
    return all(agree(*pair, limits) for pair in pairs) and mean_agrees(mine, theirs, limits)


def mean_agrees(mine: Sequence[TilePrint], theirs: Sequence[TilePrint], limits: PrintLimits) -> bool:
    """The second of these alone. A few leaves have no mean to speak of."""
    if len(mine) < MEAN_LEAVES:
        return True
    shares = [share_apart(*pair) for pair in zip(mine, theirs, strict=True)]
    return sum(shares) <= len(shares) * limits.mean_percent * WHOLE // 100


def share_apart(mine: TilePrint, theirs: TilePrint) -> int:
    """Bits that differ, in ten-thousandths; equal digests differ in none, tiles of other sizes in all."""
    if mine.digest == theirs.digest:
        return 0
    return bit_distance(mine, theirs) * WHOLE // mine.area if mine.area == theirs.area else WHOLE


def crop(pixels: Pixels, tile: Tile) -> Pixels:
    """A tile's pixels out of a frame of shape (height, width, channels), row 0 at the top."""
    return pixels[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]


def split_prints(felts: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Prints that follow each other, 20 felts each; raises ContentError."""
    if len(felts) % PRINT_FELTS:
        raise ContentError(f"Prints of {len(felts)} felts, no multiple of {PRINT_FELTS}: refused.")
    return tuple(tuple(felts[at : at + PRINT_FELTS]) for at in range(0, len(felts), PRINT_FELTS))


def split_records(raw: bytes) -> tuple[TilePrint, ...]:
    """The prints in a frame's leaves file; raises ContentError."""
    if len(raw) % RECORD_BYTES:
        raise ContentError(f"A leaves file has {len(raw)} bytes, no multiple of {RECORD_BYTES}: refused.")
    records = (raw[at : at + RECORD_BYTES] for at in range(0, len(raw), RECORD_BYTES))
    return tuple(TilePrint.from_bytes(record) for record in records)
