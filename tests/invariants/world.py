"""Who there is in a network of random callers, and what they need of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from renderchain.core.job import LeaseInfo, LeaseResult, family_of

from devkit.model.ledger import Addresses

WORKERS = 5  # with an owner each
NAMES = (
    *("admin", "artist-1", "artist-2", "scheduler", "outsider"),
    *(f"owner-{number}" for number in range(1, WORKERS + 1)),
    *(f"operator-{number}" for number in range(1, WORKERS + 2)),
)
PAYOUTS = {"payout-1": 0xA1, "payout-2": 0xA2, "payout-3": 0xA3}
FAMILY = family_of((4, 5), "CYCLES", "CPU")
RARE_FAMILY = family_of((4, 5), "CYCLES", "CUDA")


class World(Protocol):
    """A devnet, or the model alone."""

    addresses: dict[str, int]
    names: dict[int, str]  # by address
    calls: int  # made so far
    boards: tuple[int, ...]

    @property
    def contracts(self) -> Addresses:
        """Where they are, with the board that is called."""
        ...

    def turn_to(self, board: int) -> None:
        """Calls go to that board from now on."""
        ...

    @property
    def hash_of_block(self) -> Callable[[int], int]:
        """From which chance follows."""
        ...

    def sign(self, operator: str, lease: LeaseInfo, result: LeaseResult) -> list[int]:
        """An operator's signature on a result."""
        ...

    def pass_time(self, seconds: int, blocks: int) -> None:
        """Let the chain grow older."""
        ...
