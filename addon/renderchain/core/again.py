"""Whether a machine makes the same leaf twice."""

from __future__ import annotations

from .print_limits import LEAST
from .prints import TilePrint, bit_distance

REPEATING = "CPU"  # a GPU adds up samples as they come, and never makes the same bits twice


def repeats(mine: TilePrint, again: TilePrint, device: str) -> bool:
    """Whether two renderings of a leaf on one machine are as equal as its device can make them."""
    if mine.digest == again.digest or device == REPEATING:
        return mine.digest == again.digest
    return bit_distance(mine, again) * 100 <= LEAST.mean_percent * mine.area
