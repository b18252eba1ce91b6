"""The worker's side: leases claimed, submitted, given back, settled."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing

from ...core.board_events import BoardEvent, JobClosed, JobCreated
from ...core.contract_errors import ContractError
from ...core.ids import JobId, LeaseId
from ...core.interest import Interest
from ...core.job import LeaseInfo, LeaseResult
from ...core.merkle import short_string
from .news import NewsStream
from .node import nodes_of
from .submission import typed_result
from .view import NAMED, StarknetView


class StarknetWorker(StarknetView):
    """The part of StarknetChain that an operator calls, and what anyone may do about leases that are late."""

    async def news(
        self,
        from_block: int,
        families: Collection[int],
        votes_since_s: float,
        jobs_from_block: int | None = None,
    ) -> AsyncGenerator[BoardEvent, None]:
        """What concerns this account's worker from now on; before that, what may still matter of the past."""
        knows_jobs = jobs_from_block is None
        jobs_from = from_block if jobs_from_block is None else jobs_from_block
        interest = Interest(families, self.address, await self.worker_id(), knows_jobs=knows_jobs)
        parts = (nodes_of(self._account), self.board, interest, self._own_leases, votes_since_s)
        async with aclosing(NewsStream(*parts, jobs_from).follow(from_block)) as events:
            async for event in events:
                yield event

    async def open_jobs(self, from_block: int, families: Collection[int]) -> list[JobCreated]:
        """The beginnings of the families' jobs since a block that have not closed, the oldest first."""
        created = await self._stream.past_with("JobCreated", from_block, (), sorted(families))
        closed = await self._stream.past_of("JobClosed", from_block)
        over = {one.job_id for one in closed if isinstance(one, JobClosed)}
        return [one for one in created if isinstance(one, JobCreated) and one.job_id not in over]

    async def _own_leases(self) -> list[tuple[LeaseId, JobId]]:
        return [(one, (await self.lease(one)).job_id) for one in await self.open_leases()]

    async def claim_lease(self, job_id: JobId, slot: int, most: int = 0) -> LeaseId:
        """As the operator, take the range that the board chooses, or at most so many tasks of it.

        Names willing verifiers. Where there are too few, and the job takes that, nobody judges the lease.
        """
        worker_id = await self.worker_id()
        named = await self._name_verifiers(await self.job(job_id), worker_id, NAMED)
        call = self._call("claim_lease", job_id, worker_id, slot, most, named)
        receipt = await self._sender.send(f"Claiming a lease of job {job_id}", [call])
        return LeaseId(self._of_event(receipt, "LeaseClaimed", 2))

    async def submit(self, lease_id: LeaseId, count: int, result: LeaseResult) -> None:
        """As the operator, post the result of a lease's first ``count`` tasks; the others are given back."""
        await self._invoke(f"Submitting lease {lease_id}", "submit", lease_id, count, vars(result))

    def sign_result(self, lease: LeaseInfo, result: LeaseResult) -> list[int]:
        """As the operator, sign the result of a lease's tasks for ``submit_signed``."""
        return list(self._account.sign_message(typed_result(self.chain_id, self.board, lease, result)))

    async def submit_signed(
        self, results: Sequence[tuple[int, int, LeaseResult, list[int]]]
    ) -> list[ContractError]:
        """Post (lease, tasks, result, signature) for their operators; returns the refusals."""
        signed = [
            {"lease_id": lease_id, "count": count, "result": vars(result), "signature": signature}
            for lease_id, count, result, signature in results
        ]
        return await self._batch("Posting signed results", "submit_signed", signed)

    async def accept_late(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Accept leases whose window is over; anyone may. Returns the refusals."""
        action = f"Accepting leases {list(lease_ids)} of job {job_id} late"
        return await self._batch(action, "accept_late", job_id, sorted(lease_ids))

    async def expire(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """End claimed leases that timed out; anyone may. Returns the refusals."""
        action = f"Expiring leases {list(lease_ids)} of job {job_id}"
        return await self._batch(action, "expire", job_id, list(lease_ids))

    async def give_back(self, lease_id: LeaseId, reason: str) -> None:
        """As the operator, return a lease before submitting."""
        await self._invoke(f"Giving back lease {lease_id}", "give_back", lease_id, short_string(reason[:31]))

    async def open_leases(self) -> list[LeaseId]:
        """The leases that this account's worker holds now, claimed or submitted."""
        return await self.leases_of(await self.worker_id())
