"""How far the prints of two honest renderings are apart, and whether an audit would refuse them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from renderchain.core.print_limits import PrintLimits
from renderchain.core.prints import TilePrint, agree, bit_distance, level_distance

Pair = tuple[TilePrint, TilePrint]


@dataclass(frozen=True)
class Comparison:
    """Of pairs of tiles: how many there are, have equal digests, and are refused one by one.

    ``most_bits`` and ``mean_bits`` are per cent of a tile's pixels, ``most_steps`` the largest difference
    of two levels. ``is_mean_refused`` says whether all tiles together are further off than the mean may be.
    """

    tiles: int
    equal_digests: int
    most_bits: float
    mean_bits: float
    most_steps: int
    refused: int
    is_mean_refused: bool

    @property
    def is_refused(self) -> bool:
        """Whether an audit of these tiles could go against honest work."""
        return self.refused > 0 or self.is_mean_refused


def compare(pairs: Sequence[Pair], limits: PrintLimits) -> Comparison:
    """Compare two renderings of the same tiles; there is at least one."""
    percents = [_percent(*pair) for pair in pairs]
    return Comparison(
        tiles=len(pairs),
        equal_digests=sum(mine.digest == theirs.digest for mine, theirs in pairs),
        most_bits=round(max(percents), 2),
        mean_bits=round(mean(percents), 2),
        most_steps=max(level_distance(mine, theirs) for mine, theirs in pairs),
        refused=sum(not agree(mine, theirs, limits) for mine, theirs in pairs),
        is_mean_refused=mean(percents) > limits.mean_percent,
    )


def _percent(mine: TilePrint, theirs: TilePrint) -> float:
    return 0.0 if mine.digest == theirs.digest else 100 * bit_distance(mine, theirs) / mine.area
