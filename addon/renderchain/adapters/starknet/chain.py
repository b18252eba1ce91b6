"""One account's view of a network: its board and registry as typed methods.

Third-party exceptions do not leave this folder: a refusal is the ContractError of the contract's
own reason, anything else a ChainError.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from ...core.board_events import BoardEvent
from ...core.case import Trial
from ...core.contract_errors import ContractError, contract_error
from ...core.errors import ChainError, WrongNetwork
from ...core.job import JobInfo, JobTerms, LeaseInfo, LeaseResult, WorkerInfo
from ...core.lifecycle import LeaseState
from .contracts import open_contract, open_token
from .court import StarknetCourt
from .events import EventStream
from .node import Node, close_account
from .past_jobs import past_job
from .said import said
from .sender import Sender

NEWEST_JOB = 0  # to the board's assign
log = logging.getLogger(__name__)


class StarknetChain:
    """Make it with ``connect``, end it with ``close``."""

    def __init__(self, sender: Sender, account: Any, node: Node, contracts: dict[str, Any]) -> None:
        self._sender = sender
        self._account = account
        self._token = contracts["token"]
        self._board = contracts["board"]
        self._registry = contracts["registry"]
        self._worker_id = 0
        self._stream = EventStream(account.client, node, int(self._board.address))
        self.court = StarknetCourt(
            self._board,
            self._registry,
            self._stream,
            send=self._invoke,
            batch=self._batch,
            approve=self._approval,
        )
        self.address = int(account.address)
        self.chain_id = int(account.signer.chain_id)
        self.board = int(self._board.address)

    @classmethod
    async def connect(
        cls, account: Any, sender: Sender, node: Node, directory: int, board: int = 0
    ) -> StarknetChain:
        """Find everything from the directory; without a board, its newest active one is used.

        ``account`` is a starknet-py account, ``sender`` its one sender. Raises WrongNetwork or
        ChainError.
        """
        known = await open_contract("Directory", directory, account)
        chosen = board or await _newest_board(known)
        if not await _ask(known, "is_active_board", chosen):
            raise WrongNetwork(f"{chosen:#x} is no active board of this network; check the settings.")
        contracts = {
            "token": open_token(await _ask(known, "token"), account),
            "registry": await open_contract("WorkerRegistry", await _ask(known, "registry"), account),
            "board": await open_contract("JobBoard", chosen, account),
        }
        return cls(sender, account, node, contracts)

    async def close(self) -> None:
        """End the connection to the node."""
        await close_account(self._account)

    def events(self, from_block: int) -> AsyncGenerator[BoardEvent, None]:
        """Every event of the board from that block on."""
        return self._stream.follow(from_block)

    async def recover(self) -> dict[str, int]:
        """Finish what an earlier process left; returns the job ids of those that created jobs, by key."""
        found = {}
        for key, receipt in await self._sender.recover():
            job_id = self._find_key(receipt, "JobCreated", 1)
            if job_id is not None:
                found[key] = job_id
        return found

    async def block_number(self) -> int:
        """The newest block."""
        return int(await said("Asking for the newest block", self._account.client.get_block_number()))

    async def create_job(
        self, terms: JobTerms, key: str = "", *, places: Sequence[tuple[int, int]] = ()
    ) -> int:
        """Pay the escrow and create the job in one transaction; returns the job's id.

        With the same key it is created once, even across crashes. A requester who is the job's
        scheduler may name the (worker, slot) places that its first leases are assigned to.
        """
        calls = [self._approval(terms.escrow_fri), self._call("create_job", terms.as_dict())]
        if places:
            calls.append(self._call("assign", NEWEST_JOB, _wanted(places)))
        receipt = await self._sender.send("Creating the job", calls, key=key)
        for refusal in self._refusals("Assigning its first leases", receipt):
            log.warning("%s", refusal)
        return self._key_of(receipt, "JobCreated", 1)

    async def extend(self, job_id: int, more_s: int) -> None:
        """As the requester, let the job last longer."""
        await self._invoke(f"Extending job {job_id}", "extend", job_id, more_s)

    async def top_up(self, job_id: int, reward_fri: int, more_pool_fri: int) -> None:
        """As the requester, raise the reward of new leases, add to the audit pool, or both."""
        job = await self.job(job_id)
        unsettled = job.tasks - job.accepted - job.refunded
        cost_fri = max(reward_fri - job.reward_fri, 0) * unsettled + more_pool_fri
        call = self._call("top_up", job_id, reward_fri, more_pool_fri)
        await self._sender.send(f"Topping up job {job_id}", [self._approval(cost_fri), call])

    async def cancel(self, job_id: int) -> None:
        """As the requester, take back what nobody holds; it is in the account afterwards."""
        calls = [self._call("cancel", job_id), self._call("withdraw", [self.address])]
        await self._sender.send(f"Canceling job {job_id}", calls)

    async def refund(self, job_id: int) -> None:
        """Refund an expired job to its requester; anyone may."""
        await self._invoke(f"Refunding job {job_id}", "refund", job_id)

    async def worker_id(self) -> int:
        """The number of the worker whose operator this account is; 0 if there is none."""
        if not self._worker_id:
            self._worker_id = int(await _ask(self._registry, "worker_id_of", self.address))
        return self._worker_id

    async def claim_lease(self, job_id: int, slot: int) -> int:
        """As the operator, take the range that the board chooses into a free slot; returns the lease's id."""
        call = self._call("claim_lease", job_id, await self.worker_id(), slot)
        receipt = await self._sender.send(f"Claiming a lease of job {job_id}", [call])
        return self._key_of(receipt, "LeaseClaimed", 2)

    async def assign(self, job_id: int, places: Sequence[tuple[int, int]]) -> list[ContractError]:
        """As the job's scheduler, give each (worker, slot) its next range; returns the refusals."""
        return await self._batch(f"Assigning leases of job {job_id}", "assign", job_id, _wanted(places))

    async def submit(self, lease_id: int, result: LeaseResult) -> None:
        """As the operator, post a lease's result."""
        await self._invoke(f"Submitting lease {lease_id}", "submit", lease_id, _plain(result))

    def sign_result(self, lease_id: int, result: LeaseResult) -> list[int]:
        """As the operator, sign a result for ``submit_signed``."""
        from .submission import typed_result

        chain_id = self.chain_id
        return list(self._account.sign_message(typed_result(chain_id, self.board, lease_id, result)))

    async def submit_signed(
        self, results: Sequence[tuple[int, LeaseResult, list[int]]]
    ) -> list[ContractError]:
        """Post (lease, result, signature) for their operators; returns the refusals."""
        signed = [
            {"lease_id": lease_id, "result": _plain(result), "signature": signature}
            for lease_id, result, signature in results
        ]
        return await self._batch("Posting signed results", "submit_signed", signed)

    async def accept(self, job_id: int, lease_ids: Sequence[int]) -> list[ContractError]:
        """As the requester, accept submitted leases, which pays their workers; returns the refusals."""
        action = f"Accepting leases {list(lease_ids)} of job {job_id}"
        return await self._batch(action, "accept", job_id, sorted(lease_ids))

    async def accept_late(self, job_id: int, lease_ids: Sequence[int]) -> list[ContractError]:
        """Accept leases whose window is over; anyone may. Returns the refusals."""
        action = f"Accepting leases {list(lease_ids)} of job {job_id} late"
        return await self._batch(action, "accept_late", job_id, sorted(lease_ids))

    async def expire(self, job_id: int, lease_ids: Sequence[int]) -> list[ContractError]:
        """End claimed leases that timed out; anyone may. Returns the refusals."""
        action = f"Expiring leases {list(lease_ids)} of job {job_id}"
        return await self._batch(action, "expire", job_id, list(lease_ids))

    async def give_back(self, lease_id: int) -> None:
        """As the operator, return a lease before submitting."""
        await self._invoke(f"Giving back lease {lease_id}", "give_back", lease_id)

    async def withdraw(self, accounts: Sequence[int]) -> None:
        """Send accounts their whole balance on the board; anyone may."""
        named = ", ".join(f"{one:#x}" for one in accounts)
        await self._invoke(f"Withdrawing for {named}", "withdraw", list(accounts))

    async def balance_fri(self, account: int) -> int:
        """What the account may withdraw from the board."""
        return int(await _ask(self._board, "balance_of", account))

    async def tokens_fri(self, account: int) -> int:
        """STRK in the account itself."""
        return int(await _ask(self._token, "balance_of", account))

    async def job(self, job_id: int) -> JobInfo:
        """The job's state, also long after its end; raises UnknownJob."""
        raw = await _ask(self._board, "job", job_id)
        package, price, times = raw["package"], raw["price"], raw["times"]
        if not price["tasks"]:
            past = await past_job(self._account.client, self._stream, job_id)
            if past is None:
                raise contract_error(f"Reading job {job_id}", "RC: unknown job")
            return past
        progress = raw["progress"]
        return JobInfo(
            job_id=job_id,
            requester=int(raw["requester"]),
            family=raw["family"],
            scheduler=int(raw["scheduler"]),
            package_hi=price["package_hi"],
            package_lo=package["lo"],
            package_bytes=package["bytes"],
            package_files=package["files"],
            audit_tiles=package["audit_tiles"],
            audit_floor_exp=package["audit_floor_exp"],
            longest_lease=package["longest_lease"],
            tasks=price["tasks"],
            reward_fri=price["reward_fri"],
            **times,
            tiles=package["tiles"],
            audit_fee_fri=raw["audit_price"]["fee_fri"],
            audit_tile_fri=raw["audit_price"]["tile_fri"],
            **{name: progress[name] for name in ("accepted", "refunded", "held", "stopped")},
        )

    async def lease(self, lease_id: int) -> LeaseInfo:
        """The lease's state; NONE once its slot was used again."""
        raw = await _ask(self._board, "lease", lease_id)
        kept = {name: raw[name] for name in LeaseInfo.__dataclass_fields__ if name in raw}
        return LeaseInfo(
            lease_id=lease_id, **{**kept, "state": LeaseState(raw["state"]), "trial": Trial(raw["trial"])}
        )

    async def open_leases(self) -> list[int]:
        """The leases that this account's worker holds now, claimed or submitted."""
        return list(await _ask(self._board, "open_leases", await self.worker_id()))

    async def worker(self, worker_id: int) -> WorkerInfo:
        """A worker's addresses, stake and record; raises UnknownWorker."""
        raw = await _ask(self._registry, "worker", worker_id)
        if not int(raw["owner"]):
            raise contract_error(f"Reading worker {worker_id}", "RC: unknown worker")
        roles = {name: int(raw[name]) for name in ("owner", "operator", "payout")}
        unstaking_fri = raw["unstaking"]["unstaking_fri"]
        return WorkerInfo(worker_id, **roles, **raw["stake"], unstaking_fri=unstaking_fri, **raw["record"])

    async def burned_fri(self) -> int:
        """Stake that was burned since the network exists."""
        return int(await _ask(self._registry, "burned_fri"))

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._board.functions[name].prepare_invoke_v3(*arguments)

    def _approval(self, amount_fri: int) -> Any:
        return self._token.functions["approve"].prepare_invoke_v3(self._board.address, amount_fri)

    async def _invoke(self, action: str, name: str, *arguments: Any, first: Any = None) -> Any:
        before = [] if first is None else [first]
        return await self._sender.send(action, [*before, self._call(name, *arguments)])

    async def _batch(self, action: str, name: str, *arguments: Any) -> list[ContractError]:
        """Send a batch; returns the reasons of entries that were refused while others were done."""
        return self._refusals(action, await self._invoke(action, name, *arguments))

    def _refusals(self, action: str, receipt: Any) -> list[ContractError]:
        return [
            contract_error(f"{action}: {event.subject}", event.reason)
            for event in self._stream.refusals_in(receipt)
        ]

    def _key_of(self, receipt: Any, event: str, index: int) -> int:
        found = self._find_key(receipt, event, index)
        if found is None:
            raise ChainError(
                f"Transaction {receipt.transaction_hash:#x} has no {event} event; check the node."
            )
        return found

    def _find_key(self, receipt: Any, event: str, index: int) -> int | None:
        from starknet_py.hash.selector import get_selector_from_name

        selector = get_selector_from_name(event)
        for found in receipt.events:
            if found.from_address == self._board.address and found.keys[0] == selector:
                return int(found.keys[index])
        return None


async def _ask(contract: Any, name: str, *arguments: Any) -> Any:
    (value,) = await said(f"Reading {name}", contract.functions[name].call(*arguments))
    return value


async def _newest_board(directory: Any) -> int:
    for index in reversed(range(await _ask(directory, "board_count"))):
        board = int(await _ask(directory, "board_at", index))
        if await _ask(directory, "is_active_board", board):
            return board
    raise WrongNetwork("The network's directory lists no active board; check the settings.")


def _wanted(places: Sequence[tuple[int, int]]) -> list[dict[str, int]]:
    """Places as the board takes them: rising, so that it need not look for doubles."""
    return [{"worker_id": worker, "slot": slot} for worker, slot in sorted(places)]


def _plain(result: LeaseResult) -> dict[str, int]:
    return {name: getattr(result, name) for name in LeaseResult.__dataclass_fields__}
