"""Tells the provider what a job asks and leaves, before anything is claimed: its money is at stake."""

from __future__ import annotations

from enum import Enum

from ...core.audit.prices import profit_fri
from ...core.contract_errors import NothingToClaim
from ...core.ids import JobId
from ...core.job import JobInfo, WorkerInfo, family_name, needs_prints
from ...core.lease_stake import stake_of
from ...core.money import about_strk, format_strk
from ...core.notices.leases import JobSkipped, LeaseOffered, LeaseWaits, StakeSeen
from ...ports.chain_view import ChainView
from ...ports.reporter import Reporter


class Stand(Enum):
    """How a job stands with this worker: whether it would claim of it."""

    WANTED = "wanted"
    NOT_YET = "not yet"  # its stake is not free, or the family's cap leaves no room: events tell of both
    NOT_WANTED = "not wanted"  # it is not worth its gas, or locks too much


class StakeNotice:
    """Says of each job what a lease pays, locks and leaves after gas; again only when the lock, its being
    free, or its being worth it changes. Leases that lock over ``largest_lock_fri`` are left (0: none is).
    """

    def __init__(
        self,
        chain: ChainView,
        reporter: Reporter,
        least_profit_fri: int = 0,
        *,
        largest_lock_fri: int = 0,
    ) -> None:
        self._chain = chain
        self._reporter = reporter
        self._least_profit_fri = least_profit_fri
        self._largest_lock_fri = largest_lock_fri
        self._told: dict[JobId, tuple[int, int, bool, bool]] = {}
        self._stake: StakeSeen | None = None  # as was said
        self._waits: set[JobId] = set()  # as was said

    async def tell(self, job: JobInfo, most: int = 0) -> Stand:
        """Read the worker's stake and record, and the gas price, and say what follows.

        At most so many frames would be claimed at once (0: as many as there are).
        Raises NothingToClaim or ChainError.
        """
        job_id = job.job_id
        if not job.open_tasks:
            raise NothingToClaim(f"Claiming of job {job_id}")
        worker = await self._chain.worker(await self._chain.worker_id())
        self._tell_stake(worker)
        record = await self._chain.record(worker.worker_id, job.family)
        stake = stake_of(job, worker, record, most)
        price_fri, prints = await self._chain.gas_price_fri(), needs_prints(job.family)
        left_fri = profit_fri(stake.pay_fri, stake.audit_exp, price_fri, prints=prints)
        is_worth_it = left_fri >= self._least_profit_fri
        fits = not 0 < self._largest_lock_fri < stake.lock_fri
        said = (stake.tasks, stake.lock_fri, stake.is_free, is_worth_it)
        if self._told.get(job_id) != said:
            self._told[job_id] = said
            free_fri = max(worker.free_fri, 0)
            amounts = (stake.pay_fri, stake.lock_fri, free_fri, stake.audit_exp)
            self._reporter.tell(LeaseOffered(job_id, stake.tasks, *amounts, stake.is_free, left_fri))
            if not is_worth_it:
                self._reporter.tell(JobSkipped(job_id, self._too_little(stake.pay_fri, left_fri)))
            if not fits:
                lock, largest = format_strk(stake.lock_fri), format_strk(self._largest_lock_fri)
                reason = f"A lease locks {lock} STRK, and largest_lock_fri allows {largest}."
                self._reporter.tell(JobSkipped(job_id, reason))
        if not (is_worth_it and fits):
            return Stand.NOT_WANTED
        return Stand.WANTED if stake.is_free and await self._fits(job, stake.pay_fri) else Stand.NOT_YET

    def _tell_stake(self, worker: WorkerInfo) -> None:
        amounts = (worker.stake_fri, worker.locked_fri, max(worker.free_fri, 0), worker.seat_stake_fri)
        seen = StakeSeen(worker.worker_id, *amounts)
        if seen != self._stake:
            self._stake = seen
            self._reporter.tell(seen)

    async def _fits(self, job: JobInfo, pay_fri: int) -> bool:
        """Whether the board would give such a lease away; where it may be unjudged, only a claim shows it."""
        room_fri = pay_fri if job.takes_unjudged else (await self._chain.family(job.family)).room_fri
        if pay_fri <= room_fri:
            self._waits.discard(job.job_id)
            return True
        if job.job_id not in self._waits:
            self._waits.add(job.job_id)
            self._reporter.tell(LeaseWaits(job.job_id, family_name(job.family), pay_fri, room_fri))
        return False

    def _too_little(self, pay_fri: int, left_fri: int) -> str:
        gas, least = about_strk(pay_fri - left_fri), format_strk(self._least_profit_fri)
        return (
            f"A lease pays {format_strk(pay_fri)} STRK and takes about {gas} STRK of gas, which leaves "
            f"{about_strk(left_fri)} STRK, under the least profit of {least}. It is taken when gas is "
            "cheaper or the pay higher; or set least_profit_fri."
        )

    def forget(self, job_id: JobId) -> None:
        """The job is over."""
        self._told.pop(job_id, None)
        self._waits.discard(job_id)

    def forget_all(self) -> None:
        """The chain took back what it said: other jobs may have these numbers now."""
        self._told.clear()
        self._waits.clear()
