"""What a board tells the world, as typed values; ``block`` is the block that holds the event."""

from __future__ import annotations

from dataclasses import dataclass

from .audit.events import AuditEvent
from .ids import JobId, LeaseId, WorkerId
from .job import JobTerms, LeaseResult
from .lifecycle import LeaseState
from .private_package import WrappedKey


@dataclass(frozen=True)
class JobCreated:
    """A job is open for claims, its pay in escrow."""

    block: int
    job_id: JobId
    family: int
    requester: int
    terms: JobTerms


@dataclass(frozen=True)
class JobImproved:
    """The requester raised the reward of new leases or the audit pool (now so much), or the end."""

    block: int
    job_id: JobId
    reward_fri: int
    audit_pool_fri: int
    expires_at_s: int


@dataclass(frozen=True)
class LeaseClaimed:
    """A worker took ``count`` tasks from ``first``; ``assigned`` is 1 if a scheduler gave them.

    ``unjudged`` is 1 where no verifiers were named: nobody judges the lease.
    """

    block: int
    job_id: JobId
    lease_id: LeaseId
    operator: int
    first: int
    count: int
    attempt: int
    audit_exp: int
    assigned: int
    unjudged: int = 0


@dataclass(frozen=True)
class ResultSubmitted:
    """A worker posted root and results of a lease's first ``count`` tasks; the others were given back."""

    block: int
    job_id: JobId
    lease_id: LeaseId
    count: int
    result: LeaseResult


@dataclass(frozen=True)
class TasksGivenBack:
    """A worker gave tasks of its claimed lease back, all or the last.

    ``reason`` is its own word, empty where it submitted the others; ``burned_fri`` was burned of its stake;
    ``reopened``: the tasks can be claimed again.
    """

    block: int
    job_id: JobId
    lease_id: LeaseId
    first: int
    count: int
    reason: str
    burned_fri: int
    reopened: bool


@dataclass(frozen=True)
class LeasePaid:
    """Its requester paid a lease before its end, which LeaseAccepted or LeaseEnded tells."""

    block: int
    job_id: JobId
    lease_id: LeaseId
    payout: int
    paid_fri: int


@dataclass(frozen=True)
class LeaseAccepted:
    """A lease was accepted; ``paid_fri`` is 0 where it was paid before."""

    block: int
    job_id: JobId
    lease_id: LeaseId
    payout: int
    paid_fri: int


@dataclass(frozen=True)
class SpareGiven:
    """A scheduler gave the tasks of the lease ``held_id`` a second time."""

    block: int
    job_id: JobId
    lease_id: LeaseId
    held_id: LeaseId


@dataclass(frozen=True)
class SpareRefunded:
    """Of tasks that were given twice this lease ended without pay, or was submitted in part: money for them
    went back.
    """

    block: int
    job_id: JobId
    lease_id: LeaseId
    refunded_fri: int


@dataclass(frozen=True)
class LeaseEnded:
    """A lease ended without being accepted; ``reopened``: its tasks can be claimed again."""

    block: int
    job_id: JobId
    lease_id: LeaseId
    state: LeaseState
    reopened: bool


@dataclass(frozen=True)
class EntryRefused:
    """One entry of a batch was refused; ``subject`` is its lease or worker, ``reason`` the code."""

    block: int
    job_id: JobId
    subject: int
    reason: str


@dataclass(frozen=True)
class TasksRefunded:
    """Tasks that nobody will render were refunded."""

    block: int
    job_id: JobId
    tasks: int
    refunded_fri: int


@dataclass(frozen=True)
class JobClosed:
    """Every task is paid or refunded; what was left of the audit pool went back."""

    block: int
    job_id: JobId
    refunded_fri: int


@dataclass(frozen=True)
class Withdrawn:
    """An account took out its balance."""

    block: int
    account: int
    amount_fri: int


@dataclass(frozen=True)
class KeyAsked:
    """A worker wants the key of a private job's package."""

    block: int
    job_id: JobId
    worker_id: WorkerId


@dataclass(frozen=True)
class KeyGiven:
    """Somebody wrapped what may be that key for a worker."""

    block: int
    job_id: JobId
    worker_id: WorkerId
    wrapped: WrappedKey


@dataclass(frozen=True)
class Reorganised:
    """The chain dropped blocks from ``block`` on: forget everything, all events come again."""

    block: int


@dataclass(frozen=True)
class CaughtUp:
    """Nothing of the past is left to tell: what happens after that block is told as it happens."""

    block: int


BoardEvent = (
    Reorganised
    | CaughtUp
    | JobCreated
    | JobImproved
    | LeaseClaimed
    | ResultSubmitted
    | TasksGivenBack
    | LeasePaid
    | SpareGiven
    | SpareRefunded
    | LeaseAccepted
    | LeaseEnded
    | EntryRefused
    | TasksRefunded
    | JobClosed
    | Withdrawn
    | KeyAsked
    | KeyGiven
    | AuditEvent
)
