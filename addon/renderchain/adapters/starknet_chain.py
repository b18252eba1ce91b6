"""The contracts as typed methods, on starknet-py; one object is the one sender of its account.

Third-party exceptions do not leave this module: a refusal is a ContractError with the contract's
own reason, anything else a ChainError.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from typing import Any

from ..core.errors import ChainError, ContractError
from ..core.job import JobInfo, JobTerms, LeaseInfo, WorkerInfo
from ..core.lifecycle import LeaseState

_REASON = re.compile(r"RC: [a-z ]+")
ADVICE = {
    "RC: nothing left to claim": "Other workers hold all tasks; wait for a task to reopen.",
    "RC: stake is not free": "Add stake, or wait until other leases are settled.",
    "RC: family not supported": "Register the worker for the job's Blender version and device.",
    "RC: deadline not reached": "Wait until the deadline has passed in seconds and in blocks.",
    "RC: network takes no new jobs": "The network is paused; nothing was paid. Try again later.",
    "RC: nothing to withdraw": "The balance is empty; nothing has to be done.",
}


class StarknetChain:
    """One account's view of a RenderChain network; make it with ``connect``."""

    def __init__(self, account: Any, token: Any, registry: Any, board: Any) -> None:
        self._account = account
        self._token = token
        self._registry = registry
        self._board = board

    @classmethod
    async def connect(cls, account: Any, directory_address: int, board_address: int) -> StarknetChain:
        """Find token and registry from the directory, and check that the board is an active one.

        ``account`` is a starknet-py account. Raises ChainError.
        """
        from starknet_py.contract import Contract

        async def contract(address: int) -> Any:
            return await _said("Reading a contract", Contract.from_address(address, provider=account))

        directory = await contract(directory_address)
        (active,) = await _said(
            "Asking the directory", directory.functions["is_active_board"].call(board_address)
        )
        if not active:
            raise ChainError(f"{board_address:#x} is no active board of this network; check the settings.")
        (token,) = await _said("Asking the directory", directory.functions["token"].call())
        (registry,) = await _said("Asking the directory", directory.functions["registry"].call())
        return cls(account, await contract(token), await contract(registry), await contract(board_address))

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
        (value,) = await _said(f"Reading {name}", contract.functions[name].call(*arguments))
        return value

    async def _invoke(self, action: str, name: str, *arguments: Any) -> Any:
        return await self._send(action, self._board.functions[name].prepare_invoke_v3(*arguments))

    async def _send(self, action: str, *calls: Any) -> Any:
        sent = await _said(action, self._account.execute_v3(calls=list(calls), auto_estimate=True))
        return await _said(
            action, self._account.client.wait_for_tx(sent.transaction_hash, check_interval=0.1)
        )

    def _key_of(self, receipt: Any, event: str, index: int) -> int:
        from starknet_py.hash.selector import get_selector_from_name

        selector = get_selector_from_name(event)
        for found in receipt.events:
            if found.from_address == self._board.address and found.keys[0] == selector:
                return int(found.keys[index])
        raise ChainError(f"Transaction {receipt.transaction_hash:#x} has no {event} event; check the node.")


def _progress(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "reopened_ranges"}


async def _said(action: str, call: Awaitable[Any]) -> Any:
    """Await a call of the library and translate its failures."""
    from aiohttp import ClientError as HttpError
    from starknet_py.net.client_errors import ClientError
    from starknet_py.transaction_errors import TransactionFailedError

    try:
        return await call
    except (ClientError, TransactionFailedError) as error:
        reason = _REASON.search(f"{error} {getattr(error, 'data', '')}")
        if reason is None:
            raise ChainError(f"{action} failed: {error}. Check the node and the account's funds.") from error
        refused = ContractError(action, reason[0].strip(), ADVICE.get(reason[0].strip()))
        raise refused from error
    except (HttpError, OSError) as error:
        raise ChainError(
            f"{action} failed: the node can't be reached ({error}). Check its address."
        ) from error
