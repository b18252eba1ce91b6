"""Tells the provider what a job asks, before anything is claimed: its money is at stake."""

from __future__ import annotations

from ...core.contract_errors import NothingToClaim
from ...core.ids import JobId
from ...core.lease_stake import stake_of
from ...core.notices.leases import LeaseOffered
from ...ports.chain_view import ChainView
from ...ports.reporter import Reporter


class StakeNotice:
    """Says of each job what a lease pays and locks; again only when the lock or its being free changes."""

    def __init__(self, chain: ChainView, reporter: Reporter) -> None:
        self._chain = chain
        self._reporter = reporter
        self._told: dict[JobId, tuple[int, bool]] = {}

    async def tell(self, job_id: JobId) -> bool:
        """Read the job and the worker's stake and record, and say it; returns whether the stake suffices.

        Raises UnknownJob or NothingToClaim.
        """
        job = await self._chain.job(job_id)
        if not job.open_tasks:
            raise NothingToClaim(f"Claiming of job {job_id}")
        worker = await self._chain.worker(await self._chain.worker_id())
        stake = stake_of(job, worker)
        if self._told.get(job_id) != (stake.lock_fri, stake.is_free):
            self._told[job_id] = (stake.lock_fri, stake.is_free)
            free_fri = max(worker.free_fri, 0)
            amounts = (stake.pay_fri, stake.lock_fri, free_fri, stake.audit_exp)
            self._reporter.tell(LeaseOffered(job_id, stake.tasks, *amounts, stake.is_free))
        return stake.is_free

    def forget(self, job_id: JobId) -> None:
        """The job is over."""
        self._told.pop(job_id, None)
