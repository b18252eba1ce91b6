"""What a leaf, a tile of one layer, is compared by: its bytes' digest and the print of its noise and light.

Two machines rarely make the same bits, but they run the same sampler on the same scene, so the
low bits of the noise agree. docs/verification.md has the formula, the record and the measurements.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import ContentError
from .print_limits import PrintLimits
from .tiles import TILE

LEVELS = 4096
NO_BLOCK, MOSTLY_NEGATIVE, MOSTLY_BROKEN = 0, LEVELS - 2, LEVELS - 1  # each agrees with itself only
LEAST_LEVEL, LAST_LEVEL = 1, LEVELS - 3
BLOCK = 16
BLOCKS_PER_SIDE = TILE // BLOCK
BITS_BYTES = TILE * TILE // 8
CHANNELS = 3
LEVEL_COUNT = CHANNELS * BLOCKS_PER_SIDE**2  # R, G, B of each block in turn
FULL_AREA = TILE * TILE
PRINT_FELTS = 20
# One stray path weighs too much in fewer pixels than these, on honest machines too.
MIN_AREA = 512
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
_LEVELS_AND_AREA = struct.Struct(f"<{LEVEL_COUNT}HH")
RECORD_BYTES = 32 + BITS_BYTES + _LEVELS_AND_AREA.size


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
        return self.digest + self.bits + _LEVELS_AND_AREA.pack(*self.levels, self.area)

    @classmethod
    def from_bytes(cls, raw: bytes) -> TilePrint:
        """The inverse of to_bytes; raises ContentError for a malformed record."""
        if len(raw) != RECORD_BYTES:
            raise ContentError(f"A leaf's record has {len(raw)} bytes, not {RECORD_BYTES}: refused.")
        *levels, area = _LEVELS_AND_AREA.unpack(raw[32 + BITS_BYTES :])
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


def bit_distance(mine: TilePrint, theirs: TilePrint) -> int:
    """How many bits differ."""
    return (int.from_bytes(mine.bits, "big") ^ int.from_bytes(theirs.bits, "big")).bit_count()


def block_distances(mine: TilePrint, theirs: TilePrint) -> list[int]:
    """For each of the 16 blocks, how many steps its light is apart in the channel where that is most."""
    apart = [steps_apart(*pair) for pair in zip(mine.levels, theirs.levels, strict=True)]
    return [max(apart[at : at + CHANNELS]) for at in range(0, LEVEL_COUNT, CHANNELS)]


def steps_apart(one: int, other: int) -> int:
    """How far two levels at the same place are apart; FAR where one is a symbol and the other is another."""
    is_symbol = min(one, other) < LEAST_LEVEL or max(one, other) > LAST_LEVEL
    return FAR if is_symbol and one != other else abs(one - other)


def level_distance(mine: TilePrint, theirs: TilePrint) -> int:
    """The largest difference of two levels at the same place, in steps."""
    return max(block_distances(mine, theirs))


def levels_agree(mine: TilePrint, theirs: TilePrint) -> bool:
    """Whether two renderings of one leaf have the same light, whatever their noise says."""
    steps = block_distances(mine, theirs)
    return sum(one > MAX_LEVEL_STEPS for one in steps) <= MAX_BLOCKS_OFF and max(steps) <= MAX_BLOCK_STEPS


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
