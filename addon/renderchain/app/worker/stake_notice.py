"""Tells the provider what a job asks, before anything is claimed: its money is at stake."""

from __future__ import annotations

from ...core.ids import JobId
from ...core.job import WorkerInfo
from ...core.lease_stake import LeaseStake, stake_of
from ...core.money import format_strk
from ...ports.chain_view import ChainView
from ...ports.reporter import Reporter


class StakeNotice:
    """Says of each job what a lease pays and locks; again only when the lock or its being free changes."""

    def __init__(self, chain: ChainView, reporter: Reporter) -> None:
        self._chain = chain
        self._reporter = reporter
        self._told: dict[int, tuple[int, bool]] = {}

    async def tell(self, job_id: JobId) -> None:
        """Read the job and the worker's stake and record, and say it; raises UnknownJob."""
        job = await self._chain.job(job_id)
        if not job.open_tasks:
            return
        worker = await self._chain.worker(await self._chain.worker_id())
        stake = stake_of(job, worker)
        if self._told.get(job_id) != (stake.lock_fri, stake.is_free):
            self._told[job_id] = (stake.lock_fri, stake.is_free)
            self._reporter.say(f"Job {job_id}: {_sentence(stake, worker)}")

    def forget(self, job_id: JobId) -> None:
        """The job is over."""
        self._told.pop(job_id, None)


def _sentence(stake: LeaseStake, worker: WorkerInfo) -> str:
    pay, lock, free = map(format_strk, (stake.pay_fri, stake.lock_fri, max(worker.free_fri, 0)))
    frames = f"{stake.tasks} frame{'s' if stake.tasks > 1 else ''}"
    text = f"a lease of {frames} pays {pay} STRK and locks {lock} of the {free} STRK of stake that are free"
    if not stake.is_free:
        return f"{text}, which is too little: add stake, or wait until leases are settled"
    rate = f"with a chance of 1 in {1 << stake.audit_exp}" if stake.audit_exp else "always"
    return f"{text}; it is audited {rate}"
