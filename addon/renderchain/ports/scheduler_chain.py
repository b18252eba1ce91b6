"""The chain as a scheduler needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.board_events import BoardEvent
from ..core.contract_errors import ContractError
from ..core.ids import JobId, LeaseId, WorkerId
from ..core.job import Place, StandingOffer
from .chain_view import ChainView


class SchedulerChain(ChainView, Protocol):
    """Writes wait until they are in a block. All raise ContractError or ChainError."""

    async def assign(self, job_id: JobId, places: Sequence[Place]) -> list[ContractError]:
        """As the job's scheduler, give each place its tasks; returns the refusals."""
        ...

    async def expire(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """End claimed leases that timed out; anyone may. Returns what was refused."""
        ...

    async def told_of(self, job_id: JobId, from_block: int, kinds: Sequence[type] = ()) -> list[BoardEvent]:
        """What the board told of a job since a block, in order: of these kinds of events, or of all."""
        ...

    async def worker_count(self) -> int:
        """How many workers are registered; they are numbered from 1 on."""
        ...

    async def offer(self, worker_id: WorkerId) -> StandingOffer:
        """On what terms a worker takes what schedulers assign."""
        ...

    async def supports(self, worker_id: WorkerId, family: int) -> bool:
        """Whether a worker renders a family."""
        ...

    async def operator_key(self, worker_id: WorkerId) -> int:
        """The public Stark key by which what a worker's operator signs is checked; 0 where nobody says it."""
        ...
