"""What a board tells the world, as typed values; ``block`` is the block that holds the event."""

from __future__ import annotations

from dataclasses import dataclass

from .cid import cid_of, join_digest
from .job import JobTerms
from .lifecycle import LeaseState


@dataclass(frozen=True)
class JobCreated:
    """A job is open for claims, its pay in escrow."""

    block: int
    job_id: int
    family: int
    requester: int
    terms: JobTerms


@dataclass(frozen=True)
class LeaseClaimed:
    """A worker took ``count`` tasks from ``first``."""

    block: int
    job_id: int
    lease_id: int
    operator: int
    first: int
    count: int
    attempt: int


@dataclass(frozen=True)
class ResultSubmitted:
    """A worker posted a lease's root and results."""

    block: int
    job_id: int
    lease_id: int
    operator: int
    root: int
    results_hi: int
    results_lo: int
    key_hash: int

    @property
    def results_cid(self) -> str:
        """Where the results are."""
        return cid_of(join_digest(self.results_hi, self.results_lo))


@dataclass(frozen=True)
class LeaseAccepted:
    """A lease was accepted, its pay credited."""

    block: int
    job_id: int
    lease_id: int
    operator: int
    paid_fri: int


@dataclass(frozen=True)
class LeaseEnded:
    """A lease ended without a result; ``reopened`` tells whether its tasks can be claimed again."""

    block: int
    job_id: int
    lease_id: int
    operator: int
    state: LeaseState
    reopened: bool


@dataclass(frozen=True)
class TasksRefunded:
    """Tasks that nobody will render were refunded."""

    block: int
    job_id: int
    tasks: int
    refunded_fri: int


@dataclass(frozen=True)
class JobClosed:
    """Every task is paid or refunded; what was left of the audit pool went back."""

    block: int
    job_id: int
    refunded_fri: int


@dataclass(frozen=True)
class Withdrawn:
    """An account took out its balance."""

    block: int
    account: int
    amount_fri: int


BoardEvent = (
    JobCreated
    | LeaseClaimed
    | ResultSubmitted
    | LeaseAccepted
    | LeaseEnded
    | TasksRefunded
    | JobClosed
    | Withdrawn
)
