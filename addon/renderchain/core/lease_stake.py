"""The stake that a job asks of a worker, as the registry will lock it at the claim."""

from __future__ import annotations

from dataclasses import dataclass

from .audit.economics import audit_rate, drawn_leaves, fee_of, least_lock, lock_at
from .job import JobInfo, Record, WorkerInfo


@dataclass(frozen=True)
class LeaseStake:
    """A lease's pay and lock in fri, its audit rate 2^-audit_exp, and whether the free stake is enough."""

    tasks: int
    pay_fri: int
    lock_fri: int
    audit_exp: int
    is_free: bool


def stake_of(job: JobInfo, worker: WorkerInfo, record: Record, most: int = 0) -> LeaseStake:
    """Of the longest lease that the job still has, or of so many tasks, as free stake and record are now; the
    record is that of the job's family.
    """
    tasks = min(most or job.longest_lease, job.longest_lease, job.open_tasks)
    pay_fri = tasks * job.reward_fri
    drawn = drawn_leaves(tasks * job.tiles, job.audit_tiles)
    least_fri = least_lock(pay_fri, fee_of(job.audit_fee_fri, job.audit_tile_fri, drawn))
    exp = audit_rate(pay_fri, least_fri, job.audit_floor_exp, record.fees_fri, worker.free_fri)
    return LeaseStake(tasks, pay_fri, lock_at(pay_fri, least_fri, exp or 0), exp or 0, exp is not None)
