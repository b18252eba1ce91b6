"""The boards of a network, for an artist whose jobs may be on any of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from .receipt_chain import ReceiptChain


class Boards(Protocol):
    """``of`` and ``all`` raise ChainError, and WrongNetwork for what this version can't work on."""

    async def of(self, board: int = 0) -> ReceiptChain:
        """One of them; 0: that for a new job."""
        ...

    async def all(self) -> Sequence[ReceiptChain]:
        """All that are active and that this version can work on."""
        ...

    @property
    def left_out(self) -> Collection[int]:
        """The active ones that it can't work on, as far as was seen."""
        ...
