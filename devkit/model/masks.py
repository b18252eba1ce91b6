"""Sets of leaves as masks over their positions in an audit, and of seats."""

from __future__ import annotations

from collections.abc import Sequence


def run(first: int, count: int) -> int:
    """So many positions from one on."""
    return ((1 << count) - 1) << first


def positions_of(mask: int) -> list[int]:
    """In ascending order."""
    return [position for position in range(mask.bit_length()) if mask >> position & 1]


def lowest(mask: int, most: int) -> int:
    """The first positions of a mask, at most so many."""
    return sum(1 << position for position in positions_of(mask)[:most])


def in_more_than(masks: Sequence[int], than: float) -> int:
    """Positions that more than so many masks have."""
    most = max(masks, default=0).bit_length()
    return sum(1 << at for at in range(most) if sum(mask >> at & 1 for mask in masks) > than)
