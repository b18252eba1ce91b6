"""One board as a provider's owner or operator uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from ...core.board_events import BoardEvent
from ...core.ids import LeaseId, WorkerId
from ...core.job import LeaseInfo
from ...core.merkle import short_string
from .boards import active_boards
from .contracts import open_contract
from .registry_calls import Calls, plain_call
from .sender import Sender
from .view import StarknetView


class StarknetProviderBoard(StarknetView):
    """Serves ProviderBoard; without a sender it only reads."""

    def __init__(
        self, sender: Sender | None, account: Any, contracts: dict[str, Any], from_block: int
    ) -> None:
        super().__init__(sender, account, contracts)  # type: ignore[arg-type]  # nothing is sent by it
        self.contract = contracts["board"]
        self._first_block = from_block

    async def open_leases(self, worker_id: WorkerId) -> list[LeaseInfo]:
        """The leases that a worker holds here, claimed or submitted."""
        return [await self.lease(one) for one in await self.leases_of(worker_id)]

    async def past(self, names: Sequence[str], from_block: int) -> list[BoardEvent]:
        """The board's events of those kinds since a block, in the chain's order within each kind."""
        first = max(from_block, self._first_block)
        return [event for name in names for event in await self._stream.past_of(name, first)]

    def calls_to_give_back(self, lease_id: LeaseId, reason: str) -> Calls:
        """Return a lease before its submission."""
        return (plain_call(self.contract, "give_back", lease_id, short_string(reason[:31])),)

    def calls_to_withdraw(self, account: int) -> Calls:
        """Send an account what the board owes it."""
        return (plain_call(self.contract, "withdraw", [account]),)


async def open_provider_boards(
    sender: Sender | None,
    account: Any,
    contracts: dict[str, Any],
    directory: int,
    board: int,
    from_block: int,
    leave_out: Callable[[int], None],
) -> list[StarknetProviderBoard]:
    """The one that is named, else all that are active and known here, in the Directory's order."""
    if board:
        return [StarknetProviderBoard(sender, account, contracts, from_block)]
    known = await active_boards(account, directory, leave_out)
    opened = await asyncio.gather(*(open_contract("JobBoard", one.address, account) for one in known))
    return [StarknetProviderBoard(sender, account, {**contracts, "board": one}, from_block) for one in opened]
