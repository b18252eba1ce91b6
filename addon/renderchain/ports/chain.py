"""The chain, as one account sees one board of a network."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from ..core.board_events import BoardEvent
from ..core.job import JobInfo, JobTerms, LeaseInfo, WorkerInfo


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

    def events(self, from_block: int) -> AsyncGenerator[BoardEvent, None]:
        """Every event of the board from that block on, in order, each once; endless, so close it."""
        ...

    async def block_number(self) -> int:
        """The newest block."""
        ...

    async def create_job(self, terms: JobTerms) -> int:
        """Pay the escrow and create the job in one transaction; returns its id."""
        ...

    async def claim_lease(self, job_id: int) -> int:
        """Take the range that the board chooses; returns the lease's id."""
        ...

    async def submit(self, lease_id: int, root: int, results: tuple[int, int], key_hash: int) -> None:
        """Post a lease's root, results digest (high and low half) and result key hash."""
        ...

    async def accept(self, lease_ids: Sequence[int]) -> None:
        """As the requester, accept submitted leases."""
        ...

    async def accept_late(self, lease_id: int) -> None:
        """Accept a lease whose window is over; anyone may."""
        ...

    async def expire(self, lease_id: int) -> None:
        """End a claimed lease that timed out; anyone may."""
        ...

    async def give_back(self, lease_id: int) -> None:
        """As the worker, return a lease before submitting."""
        ...

    async def cancel(self, job_id: int) -> None:
        """As the requester, take back what nobody holds."""
        ...

    async def withdraw(self, account: int) -> None:
        """Send an account its whole balance on the board."""
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

    async def worker(self, operator: int) -> WorkerInfo:
        """A worker's stake and addresses."""
        ...
