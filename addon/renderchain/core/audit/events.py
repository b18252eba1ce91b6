"""What a board tells of audits and challenges; ``block`` is the block that holds the event."""

from __future__ import annotations

from dataclasses import dataclass

from ..ids import JobId, LeaseId, WorkerId
from .state import AuditKind, Content, DrawOutcome, Verdict, Vote


@dataclass(frozen=True)
class AuditEvent:
    """Any of them: it is about one lease of one job."""

    block: int
    job_id: JobId
    lease_id: LeaseId


@dataclass(frozen=True)
class LeaseDrawn(AuditEvent):
    """What chance said of a submitted lease."""

    audit_exp: int
    draw_outcome: DrawOutcome


@dataclass(frozen=True)
class VotesDrawn(AuditEvent):
    """These workers have seats in a round from ``first_seat`` on, one as often as it was drawn."""

    round: int
    kind: AuditKind
    seed: int
    first_seat: int
    verifiers: tuple[int, ...]


@dataclass(frozen=True)
class VotesSealed(AuditEvent):
    """All verifiers are bound; an audit of pixels waits for the worker's leaves."""

    round: int


@dataclass(frozen=True)
class LeavesOpened(AuditEvent):
    """What the worker's drawn leaves hold, and their prints, 20 felts a leaf."""

    round: int
    contents: tuple[Content, ...]
    prints: tuple[int, ...]


@dataclass(frozen=True)
class Voted(AuditEvent):
    """What became of a seat's vote."""

    round: int
    seat: int
    worker_id: WorkerId
    vote: Vote


@dataclass(frozen=True)
class PrintsShown(AuditEvent):
    """What a verifier has who differs somewhere, with the prints of the leaves of other digests."""

    round: int
    seat: int
    differs: int  # positions of leaves, as bits
    mean: bool
    contents: tuple[Content, ...]
    prints: tuple[int, ...]


@dataclass(frozen=True)
class RejectionShown(AuditEvent):
    """A majority of the counted votes agrees with ``reference``, and all are off from the worker."""

    round: int
    leaf: int
    reference: int


@dataclass(frozen=True)
class VerdictGiven(AuditEvent):
    """What a round found; final unless somebody appeals in time."""

    round: int
    verdict: Verdict
    counted: int
    objecting: int


@dataclass(frozen=True)
class FeeRaised(AuditEvent):
    """Votes that could not be found are looked for at this fee from the next draw on."""

    fee_fri: int
    payer: int


@dataclass(frozen=True)
class Appealed(AuditEvent):
    """More votes are drawn; these leaves are looked at besides."""

    round: int
    bond_fri: int
    leaves: tuple[int, ...]


@dataclass(frozen=True)
class AuditClosed(AuditEvent):
    """The audit is over and its money is where it belongs."""

    kind: AuditKind
    verdict: Verdict


@dataclass(frozen=True)
class LeaseChallenged(AuditEvent):
    """The requester doubts named leaves, or that the results can be had."""

    kind: AuditKind
    leaves: tuple[int, ...]
    bond_fri: int


@dataclass(frozen=True)
class KeyRevealed(AuditEvent):
    """With this key anybody can read the lease's results."""

    key_hi: int
    key_lo: int


@dataclass(frozen=True)
class LeaseSlashed(AuditEvent):
    """A lease was lost: so much of its worker's stake, of which the reward is not burned."""

    slashed_fri: int
    reward_fri: int
