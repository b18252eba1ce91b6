"""What is to be decided before a play goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devkit.strategies.voting import Voting

Act = Callable[[Voting], None]


@dataclass(frozen=True)
class Choice:
    """``kind`` as in the tree's nodes."""

    kind: str
    acts: list[Act]
    weights: tuple[float, ...] = ()
    callers: tuple[str, ...] = ()  # who brings a child about
