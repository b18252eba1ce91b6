"""Numbers of jobs, leases and workers: plain integers on-chain, types of their own here."""

from __future__ import annotations

from typing import NamedTuple, NewType

JobId = NewType("JobId", int)
LeaseId = NewType("LeaseId", int)
WorkerId = NewType("WorkerId", int)
NO_JOB = JobId(0)  # a job that the chain has not numbered yet
NO_WORKER = WorkerId(0)  # an account that operates none


class BoardLease(NamedTuple):
    """One lease of a network; of the Directory's first board, or where there is no other, ``board`` is 0."""

    board: int
    lease_id: LeaseId

    def __str__(self) -> str:
        return f"{self.lease_id} on board {self.board:#x}" if self.board else str(self.lease_id)


class BoardJob(NamedTuple):
    """One job of a network, of which each board numbers its own."""

    board: int
    job_id: JobId

    def __str__(self) -> str:
        return f"job {self.job_id} on board {self.board:#x}"
