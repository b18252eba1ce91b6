"""Where an event happened, and the rows that it may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from renderchain.ports.event_feed import Block, PlacedEvent

from ..draft import Draft, Row


@dataclass(frozen=True)
class Place:
    """One event of one block."""

    draft: Draft
    block: Block
    placed: PlacedEvent

    @property
    def board(self) -> int:
        """Who told it."""
        return self.placed.address

    def when(self, step: str) -> dict[str, int]:
        """Block and time of a step, as the columns are named."""
        return {f"{step}_block": self.block.number, f"{step}_s": self.block.time_s}

    def job(self, job_id: int) -> Row:
        """A job of this board; raises LookupError if it was never told of."""
        return self._there("job", job_id)

    def lease(self, lease_id: int) -> Row:
        """A lease of this board; raises LookupError if it was never told of."""
        return self._there("lease", lease_id)

    def _there(self, table: str, number: int) -> Row:
        row = self.draft.find(table, self.board, number)
        if row is None:
            raise LookupError(
                f"Block {self.block.number} tells of {table} {number} of the board {self.board:#x}, which "
                "nothing told of before. The index began after the network did: set from_block to where the "
                "Directory was deployed, or leave it out, and begin with an empty database."
            )
        return row

    def pay(self, account: int, kind: str, amount_fri: int, **about: Any) -> None:
        """Write a payment down, if it is one."""
        if amount_fri:
            key = (self.block.number, self.placed.transaction, self.placed.index)
            values = {"board": self.board, "account": account, "kind": kind, "amount_fri": amount_fri}
            self.draft.add("payment", *key, **values, **about)
