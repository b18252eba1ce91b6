"""The contracts as typed methods; one object is the one sender of its account.

Third-party exceptions do not leave this folder: a refusal is the ContractError of the contract's
own reason, anything else a ChainError.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from ...core.board_events import BoardEvent
from ...core.errors import ChainError, WrongNetwork
from ...core.job import JobInfo, JobTerms, LeaseInfo, WorkerInfo
from ...core.lifecycle import LeaseState
from .contracts import open_contract
from .events import EventStream
from .said import said


class StarknetChain:
    """One account's view of a RenderChain network; make it with ``connect``."""

    def __init__(self, account: Any, token: Any, registry: Any, board: Any, ws_url: str) -> None:
        self._account = account
        self._token = token
        self._registry = registry
        self._board = board
        self._stream = EventStream(account.client, ws_url, int(board.address))
        self.address = int(account.address)
        self.chain_id = int(account.signer.chain_id)
        self.board = int(board.address)

    @classmethod
    async def connect(
        cls, account: Any, directory_address: int, board_address: int, ws_url: str
    ) -> StarknetChain:
        """Find token and registry from the directory, and check that the board is an active one.

        ``account`` is a starknet-py account, ``ws_url`` its node's WebSocket. Raises WrongNetwork or
        ChainError.
        """
        directory = await open_contract(directory_address, account)
        (active,) = await said(
            "Asking the directory", directory.functions["is_active_board"].call(board_address)
        )
        if not active:
            raise WrongNetwork(f"{board_address:#x} is no active board of this network; check the settings.")
        (token,) = await said("Asking the directory", directory.functions["token"].call())
        (registry,) = await said("Asking the directory", directory.functions["registry"].call())
        token, registry, board = [
            await open_contract(address, account) for address in (token, registry, board_address)
        ]
        return cls(account, token, registry, board, ws_url)

    def events(self, from_block: int) -> AsyncGenerator[BoardEvent, None]:
        """Every event of the board from that block on."""
        return self._stream.follow(from_block)

    async def block_number(self) -> int:
        """The newest block."""
        return int(await said("Asking for the newest block", self._account.client.get_block_number()))

    async def register(self, operator: int, payout: int, families: Sequence[int], stake_fri: int) -> None:
        """Stake for a worker that this account will own."""
        register = self._registry.functions["register"]
        call = register.prepare_invoke_v3(operator, payout, list(families), stake_fri)
        await self._send("Registering the worker", self._approval(self._registry, stake_fri), call)

    async def create_job(self, terms: JobTerms) -> int:
        """Pay the escrow and create the job in one transaction; returns the job's id."""
        call = self._board.functions["create_job"].prepare_invoke_v3(terms.as_dict())
        receipt = await self._send("Creating the job", self._approval(self._board, terms.escrow_fri), call)
        return self._key_of(receipt, "JobCreated", 1)

    async def claim_lease(self, job_id: int) -> int:
        """Take the range that the board chooses; returns the lease's id."""
        receipt = await self._invoke(f"Claiming a lease of job {job_id}", "claim_lease", job_id)
        return self._key_of(receipt, "LeaseClaimed", 2)

    async def submit(self, lease_id: int, root: int, results: tuple[int, int], key_hash: int) -> None:
        """Post a lease's Merkle root, results digest (high and low half) and result key hash."""
        await self._invoke(f"Submitting lease {lease_id}", "submit", lease_id, root, *results, key_hash)

    async def accept(self, lease_ids: Sequence[int]) -> None:
        """As the requester, accept submitted leases."""
        await self._invoke(f"Accepting leases {list(lease_ids)}", "accept", list(lease_ids))

    async def accept_late(self, lease_id: int) -> None:
        """Accept a lease whose window is over; anyone may."""
        await self._invoke(f"Accepting lease {lease_id} late", "accept_late", lease_id)

    async def expire(self, lease_id: int) -> None:
        """End a claimed lease that timed out; anyone may."""
        await self._invoke(f"Expiring lease {lease_id}", "expire", lease_id)

    async def give_back(self, lease_id: int) -> None:
        """As the worker, return a lease before submitting."""
        await self._invoke(f"Giving back lease {lease_id}", "give_back", lease_id)

    async def cancel(self, job_id: int) -> None:
        """As the requester, take back what nobody holds."""
        await self._invoke(f"Canceling job {job_id}", "cancel", job_id)

    async def withdraw(self, account: int) -> None:
        """Send an account its whole balance on the board."""
        await self._invoke(f"Withdrawing for {account:#x}", "withdraw", account)

    async def balance_fri(self, account: int) -> int:
        """What the account may withdraw from the board."""
        return int(await self._read(self._board, "balance_of", account))

    async def tokens_fri(self, account: int) -> int:
        """STRK in the account itself."""
        return int(await self._read(self._token, "balance_of", account))

    async def escrow_fri(self) -> int:
        """STRK that the board holds."""
        return await self.tokens_fri(int(self._board.address))

    async def job(self, job_id: int) -> JobInfo:
        """The job's state."""
        raw = await self._read(self._board, "job", job_id)
        return JobInfo(job_id, int(raw["requester"]), JobTerms(**raw["terms"]), **_progress(raw["progress"]))

    async def lease(self, lease_id: int) -> LeaseInfo:
        """The lease's state."""
        raw = dict(await self._read(self._board, "lease", lease_id))
        del raw["audit_exp"]
        return LeaseInfo(lease_id, **{**raw, "state": LeaseState(raw["state"])})

    async def worker(self, operator: int) -> WorkerInfo:
        """A worker's stake and addresses."""
        return WorkerInfo(**await self._read(self._registry, "worker", operator))

    def _approval(self, spender: Any, amount_fri: int) -> Any:
        return self._token.functions["approve"].prepare_invoke_v3(spender.address, amount_fri)

    async def _read(self, contract: Any, name: str, *arguments: Any) -> Any:
        (value,) = await said(f"Reading {name}", contract.functions[name].call(*arguments))
        return value

    async def _invoke(self, action: str, name: str, *arguments: Any) -> Any:
        return await self._send(action, self._board.functions[name].prepare_invoke_v3(*arguments))

    async def _send(self, action: str, *calls: Any) -> Any:
        sent = await said(action, self._account.execute_v3(calls=list(calls), auto_estimate=True))
        return await said(action, self._account.client.wait_for_tx(sent.transaction_hash, check_interval=0.1))

    def _key_of(self, receipt: Any, event: str, index: int) -> int:
        from starknet_py.hash.selector import get_selector_from_name

        selector = get_selector_from_name(event)
        for found in receipt.events:
            if found.from_address == self._board.address and found.keys[0] == selector:
                return int(found.keys[index])
        raise ChainError(f"Transaction {receipt.transaction_hash:#x} has no {event} event; check the node.")


def _progress(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "reopened_ranges"}
