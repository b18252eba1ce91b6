"""How much a process may pay in transaction fees within a day."""

from __future__ import annotations

from typing import Protocol


class FeeBudget(Protocol):
    """Kept across restarts; amounts in fri."""

    def take(self, action: str, fri: int) -> None:
        """Set aside what a transaction can cost at most; raises FeeTooHigh if that is too much today."""
        ...

    def give_back(self, fri: int) -> None:
        """A transaction cost so much less than was set aside."""
        ...
