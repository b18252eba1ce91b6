"""The chain, as one account sees one board of a network."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from ..core.board_events import BoardEvent
from ..core.contract_errors import ContractError
from ..core.job import JobInfo, JobTerms, LeaseInfo, LeaseResult, WorkerInfo
from .court import Court


class Chain(Protocol):
    """Writes wait until they are in a block. All raise ContractError or ChainError."""

    @property
    def address(self) -> int:
        """The account that writes are signed by."""
        ...

    @property
    def chain_id(self) -> int:
        """The chain's identifier, as a felt."""
        ...

    @property
    def board(self) -> int:
        """The board's address."""
        ...

    @property
    def court(self) -> Court:
        """The board's audits and challenges."""
        ...

    def events(self, from_block: int) -> AsyncGenerator[BoardEvent, None]:
        """Every event of the board from that block on, in order, each once; endless, so close it."""
        ...

    async def block_number(self) -> int:
        """The newest block."""
        ...

    async def recover(self) -> dict[str, int]:
        """Finish what an earlier process left; returns the job ids of those that created jobs, by key."""
        ...

    async def create_job(self, terms: JobTerms, key: str = "") -> int:
        """Pay the escrow and create the job; returns its id. With the same key it happens once."""
        ...

    async def worker_id(self) -> int:
        """The number of the worker whose operator this account is; 0 if there is none."""
        ...

    async def claim_lease(self, job_id: int, slot: int) -> int:
        """Take the range that the board chooses into a free slot; returns the lease's id."""
        ...

    async def submit(self, lease_id: int, result: LeaseResult) -> None:
        """Post a lease's result."""
        ...

    async def accept(self, job_id: int, lease_ids: Sequence[int]) -> list[ContractError]:
        """As the requester, accept leases, which pays their workers; returns what was refused."""
        ...

    async def accept_late(self, job_id: int, lease_ids: Sequence[int]) -> list[ContractError]:
        """Accept leases whose window is over; anyone may. Returns what was refused."""
        ...

    async def give_back(self, lease_id: int) -> None:
        """As the worker, return a lease before submitting."""
        ...

    async def cancel(self, job_id: int) -> None:
        """As the requester, take back what nobody holds."""
        ...

    async def withdraw(self, accounts: Sequence[int]) -> None:
        """Send accounts their whole balance on the board."""
        ...

    async def balance_fri(self, account: int) -> int:
        """What an account may withdraw."""
        ...

    async def tokens_fri(self, account: int) -> int:
        """STRK in the account itself."""
        ...

    async def job(self, job_id: int) -> JobInfo:
        """A job's state."""
        ...

    async def lease(self, lease_id: int) -> LeaseInfo:
        """A lease's state."""
        ...

    async def open_leases(self) -> list[int]:
        """The leases that this account's worker holds now, claimed or submitted."""
        ...

    async def worker(self, worker_id: int) -> WorkerInfo:
        """A worker's stake and addresses."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...
