"""The boards of a network in memory, as an artist's client has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from renderchain.core.errors import WrongNetwork


@dataclass(frozen=True)
class ManyBoards:
    """The boards of a network; ``chosen`` is the place of that for a new job."""

    chains: list[Any]
    chosen: int
    left_out: frozenset[int] = frozenset()  # of a class that nobody here knows

    async def of(self, board: int = 0) -> Any:
        """One of them; raises WrongNetwork where it is none of these."""
        if not board:
            return self.chains[self.chosen]
        for one in self.chains:
            if one.board == board:
                return one
        raise WrongNetwork(f"{board:#x} is no active board.")

    async def all(self) -> list[Any]:
        """All of them."""
        return self.chains
