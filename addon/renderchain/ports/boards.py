"""The boards of a network, for an artist whose jobs may be on any of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .receipt_chain import ReceiptChain


class Boards(Protocol):
    """Both raise ChainError."""

    async def of(self, board: int = 0) -> ReceiptChain:
        """One of them; 0: that for a new job."""
        ...

    async def all(self) -> Sequence[ReceiptChain]:
        """All that are active."""
        ...
