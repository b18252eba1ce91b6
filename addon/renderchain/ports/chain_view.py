"""What any account may read of one board of a network."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from ..core.board_events import BoardEvent, JobCreated
from ..core.ids import NO_WORKER, JobId, LeaseId, WorkerId
from ..core.job import FamilyInfo, JobInfo, LeaseInfo, Record, WorkerInfo


class ChainView(Protocol):
    """All raise ContractError or ChainError."""

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

    def events(self, from_block: int, job_id: JobId | None = None) -> AsyncGenerator[BoardEvent, None]:
        """Every event of the board, or of one job, from that block on, in order, each once; endless, so
        close it.
        """
        ...

    async def block_number(self) -> int:
        """The newest block."""
        ...

    async def gas_price_fri(self) -> int:
        """What a unit of L2 gas costs, as the node says; raises ChainError if that is absurd."""
        ...

    async def balance_fri(self, account: int) -> int:
        """What an account may withdraw."""
        ...

    async def tokens_fri(self, account: int) -> int:
        """STRK in the account itself."""
        ...

    async def job(self, job_id: JobId) -> JobInfo:
        """A job's state."""
        ...

    async def created_in(self, block: int, job_id: JobId) -> JobCreated | None:
        """A job's beginning, if that was in that block."""
        ...

    async def lease(self, lease_id: LeaseId) -> LeaseInfo:
        """A lease's state."""
        ...

    async def passes_draw(self, lease: LeaseInfo) -> bool:
        """Whether chance has no audit of a submitted lease, by the hash of its draw's block, which is there.

        Drawn or not: anybody can reckon it.
        """
        ...

    async def worker(self, worker_id: WorkerId) -> WorkerInfo:
        """A worker's stake and addresses."""
        ...

    async def record(self, worker_id: WorkerId, family: int) -> Record:
        """What verifiers found of a worker's leases of a family."""
        ...

    async def family(self, family: int) -> FamilyInfo:
        """How a family's verifiers stand."""
        ...

    async def may_be_unjudged(self, family: int, worker_id: WorkerId = NO_WORKER) -> bool:
        """Whether nobody could judge its leases, willing or not: it is young, or fewer than four others
        hold seats.
        """
        ...

    async def leases_of(self, worker_id: WorkerId) -> list[LeaseId]:
        """The leases that a worker holds now, claimed or submitted."""
        ...

    async def worker_id(self) -> WorkerId:
        """The number of the worker whose operator this account is; 0 if there is none."""
        ...
