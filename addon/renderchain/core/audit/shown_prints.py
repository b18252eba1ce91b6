"""Prints as they are shown on-chain, 20 felts each, compared as contracts/src/rules/prints.cairo does.

What is shown may be any felts whose hash was committed to. So the bits are counted as they stand, also where
no rendering has them; a well-formed print compares as in core/prints.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..print_limits import PrintLimits
from ..prints import (
    CHANNELS,
    LEVEL_BITS,
    LEVELS,
    LEVELS_PER_HALF,
    MAX_BLOCK_STEPS,
    MAX_BLOCKS_OFF,
    MAX_LEVEL_STEPS,
    MEAN_LEAVES,
    WHOLE,
    steps_apart,
)

Shown = Sequence[int]
TAIL = 16  # the felt of the last bits and, above them, the area
HALF = 2**128
MOST_AREA = 2**64  # what the contract reads of an area


def agrees(mine: Shown, theirs: Shown, limits: PrintLimits) -> bool:
    """Whether two prints of a leaf with other digests can be of the same rendering."""
    area = _area(mine, theirs)
    return area > 0 and _bits(mine, theirs) * 100 <= area * limits.tile_percent and light_agrees(mine, theirs)


def mean_agrees(drawn: int, mine: Sequence[Shown], theirs: Sequence[Shown], limits: PrintLimits) -> bool:
    """Whether so many drawn leaves agree on the mean; these have other digests, the rest the same."""
    apart = sum(_share(*pair) for pair in zip(mine, theirs, strict=True))
    return drawn < MEAN_LEAVES or apart <= drawn * limits.mean_percent * WHOLE // 100


def light_agrees(mine: Shown, theirs: Shown) -> bool:
    """Whether they have the same light, whatever their noise says."""
    apart = [steps_apart(*pair) for pair in zip(levels_of(mine), levels_of(theirs), strict=True)]
    blocks = [max(apart[at : at + CHANNELS]) for at in range(0, len(apart), CHANNELS)]
    off = sum(steps > MAX_LEVEL_STEPS for steps in blocks)
    return off <= MAX_BLOCKS_OFF and max(blocks) <= MAX_BLOCK_STEPS


def _area(mine: Shown, theirs: Shown) -> int:
    """In pixels; 0 where they are of tiles of different sizes."""
    one, other = mine[TAIL] // HALF, theirs[TAIL] // HALF
    return one if one == other < MOST_AREA else 0


def _bits(mine: Shown, theirs: Shown) -> int:
    whole = sum((one ^ other).bit_count() for one, other in zip(mine[:TAIL], theirs[:TAIL], strict=True))
    return whole + ((mine[TAIL] ^ theirs[TAIL]) % HALF).bit_count()


def _share(mine: Shown, theirs: Shown) -> int:
    area = _area(mine, theirs)
    return _bits(mine, theirs) * WHOLE // area if area else WHOLE


def levels_of(shown: Shown) -> list[int]:
    """Of each block R, G and B, as a print has them; six more have room in the felts, and count."""
    halves = [half for felt in shown[TAIL + 1 :] for half in (felt % HALF, felt // HALF)]
    return [half >> LEVEL_BITS * at & LEVELS - 1 for half in halves for at in range(LEVELS_PER_HALF)]
