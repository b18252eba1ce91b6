"""The chain as a worker's loop needs it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Protocol

from ..core.board_events import BoardEvent, JobCreated
from ..core.contract_errors import ContractError
from ..core.ids import JobId, LeaseId
from ..core.job import LeaseResult
from .chain_view import ChainView


class WorkerChain(ChainView, Protocol):
    """Writes wait until they are in a block. All raise ContractError or ChainError."""

    def news(
        self,
        from_block: int,
        families: Collection[int],
        votes_since_s: float,
        jobs_from_block: int | None = None,
    ) -> AsyncGenerator[BoardEvent, None]:
        """What of the board concerns this account's worker from now on (core/interest.py).

        Before that, of the past, what may still matter: which jobs of the families began since that block, or
        since ``jobs_from_block``, where others are known already, and which jobs closed, and the votes that
        were drawn since that time (seconds since 1970); then comes
        ``CaughtUp``. In order, each once; endless, so close it. After ``Reorganised`` all of it comes again.
        """
        ...

    async def open_jobs(self, from_block: int, families: Collection[int]) -> list[JobCreated]:
        """The beginnings of the families' jobs since a block that have not closed, the oldest first."""
        ...

    async def claim_lease(self, job_id: JobId, slot: int, most: int = 0) -> LeaseId:
        """Take the range that the board chooses into a free slot, or at most so many tasks of it.

        Names willing verifiers. Where there are too few, and the job takes that, nobody judges the lease.
        """
        ...

    async def submit(self, lease_id: LeaseId, count: int, result: LeaseResult) -> None:
        """Post the result of a lease's first ``count`` tasks; the others are given back."""
        ...

    async def accept_late(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Accept leases whose window is over; anyone may. Returns what was refused."""
        ...

    async def give_back(self, lease_id: LeaseId, reason: str) -> None:
        """As the worker, return a lease before submitting (reason: up to 31 letters)."""
        ...

    async def open_leases(self) -> list[LeaseId]:
        """The leases that this account's worker holds now, claimed or submitted."""
        ...

    async def withdraw(self, accounts: Sequence[int]) -> None:
        """Send accounts their whole balance on the board."""
        ...
