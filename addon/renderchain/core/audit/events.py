"""What a board tells of audits and challenges; ``block`` is the block that holds the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..ids import JobId, LeaseId, WorkerId
from .state import AuditKind, Content, DrawOutcome, Verdict, Vote

Told = tuple[tuple[Content, ...], tuple[int, ...]]  # contents, and prints in a row


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
    """What up to twelve of the worker's drawn leaves hold, from index ``at`` on; 20 felts of print a leaf."""

    round: int
    at: int
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
    """What a verifier has who differs somewhere, with the prints of the leaves of other digests.

    Of up to twelve leaves, from index ``at`` on.
    """

    round: int
    seat: int
    differs: int  # positions of leaves, as bits
    mean: bool
    at: int
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
    """A round's votes that could not be found are looked for at this fee from the next draw on."""

    round: int
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
class VerifiersNamed(AuditEvent):
    """The requester named verifiers of a lease that nobody judged: it may be challenged from now on."""


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


def opened_of(events: Iterable[object], round_: int) -> Told | None:
    """All that was opened last in a round, out of the events that told it; None if nothing was."""
    found: Told | None = None
    for event in events:
        if isinstance(event, LeavesOpened) and event.round == round_:
            contents, prints = found if found and event.at else ((), ())
            found = (*contents, *event.contents), (*prints, *event.prints)
    return found


def shown_of(events: Iterable[object], round_: int) -> dict[int, Told]:
    """What each seat showed in a round, out of the events that told it."""
    found: dict[int, Told] = {}
    for event in events:
        if isinstance(event, PrintsShown) and event.round == round_:
            contents, prints = found.get(event.seat, ((), ())) if event.at else ((), ())
            found[event.seat] = (*contents, *event.contents), (*prints, *event.prints)
    return found
