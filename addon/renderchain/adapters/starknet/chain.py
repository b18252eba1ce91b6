"""One account's view of a network: its board and registry as typed methods.

Third-party exceptions do not leave this folder: a refusal is the ContractError of the contract's
own reason, anything else a ChainError.
"""

from __future__ import annotations

from typing import Any

from ...core.errors import WrongNetwork
from .audit import StarknetAudits
from .boards import active_boards
from .contracts import open_contract, open_token
from .node import close_account
from .package_keys import StarknetPackageKeys
from .receipts import StarknetReceipts
from .requester import StarknetRequester
from .scheduler import StarknetScheduler
from .sender import Sender
from .view import ask
from .worker import StarknetWorker


class StarknetChain(
    StarknetRequester,
    StarknetWorker,
    StarknetAudits,
    StarknetPackageKeys,
    StarknetReceipts,
    StarknetScheduler,
):
    """Serves all chain ports. Make it with ``connect``, end it with ``close``."""

    @classmethod
    async def connect(cls, account: Any, sender: Sender, directory: int, board: int = 0) -> StarknetChain:
        """Find everything from the directory; without a board, its newest active one is used
        that this version knows.

        ``account`` is a starknet-py account, ``sender`` its one sender. Raises WrongNetwork or
        ChainError.
        """
        return cls(sender, account, await find_contracts(account, directory, board))

    async def close(self) -> None:
        """End the connections to the nodes."""
        await close_account(self._account)


async def find_contracts(account: Any, directory: int, board: int = 0) -> dict[str, Any]:
    """A network's token, registry and board by these names; raises WrongNetwork or ChainError."""
    known = await open_contract("Directory", directory, account)
    chosen = board or (await active_boards(account, directory))[-1].address
    if not await ask(known, "is_active_board", chosen):
        raise WrongNetwork(f"{chosen:#x} is no active board of this network; check the settings.")
    return {
        "token": open_token(await ask(known, "token"), account),
        "registry": await open_contract("WorkerRegistry", await ask(known, "registry"), account),
        "board": await open_contract("JobBoard", chosen, account),
    }
