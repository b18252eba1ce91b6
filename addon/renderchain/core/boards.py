"""The boards of a network, and which of them a new job goes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

LOAD_BLOCKS = 100  # in which what a board tells is counted
EQUAL_PART = 10  # boards count as equal that told at most such a part more than the quietest one,
EQUAL_EVENTS = 20  # or about what a small job makes: else all who look at once would take the same one


@dataclass(frozen=True)
class Board:
    """A board that is active; one that is retired, or of a network that is paused, takes no jobs."""

    address: int
    takes_jobs: bool


def quietest(loads: Mapping[int, int], choose: Callable[[Sequence[int]], int]) -> int:
    """Of boards with what they told of late the one for a new job; among equals it is as ``choose`` does."""
    least = min(loads.values())
    most = least + max(least // EQUAL_PART, EQUAL_EVENTS)
    return choose(sorted(board for board, load in loads.items() if load <= most))
