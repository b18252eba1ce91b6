"""What happens in audits, as the prover, the verifiers and the requester see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..audit import events
from ..audit.state import Verdict, Vote
from ..ids import JobId, LeaseId
from ..money import format_strk
from . import LeaseNotice, Level, Notice, counted

FOUND = {
    Verdict.ACCEPTED: "the verifiers accepted it",
    Verdict.REJECTED: "the verifiers rejected it",
    Verdict.UNDECIDED: "the verifiers came to no verdict",
}
WHY_NOT = {
    Vote.BUSY: "this machine can't look at it in time",
    Vote.OVER_TIME: "it takes over four times as long as the job declares",
    Vote.NO_PACKAGE: "the job's package can't be had",
}
LOST = {
    Vote.ABSENT: "came too late",
    Vote.SILENT: "was sealed and not shown in time",
    Vote.STRUCK: "was struck by its own prints",
}


@dataclass(frozen=True)
class DrawRefused(Notice):
    """The requester would have drawn so many leases of a job; somebody else did, or it is too early."""

    job_id: JobId
    lease_count: int
    reason: str

    @property
    def sentence(self) -> str:
        return f"No draw was due: {self.reason}"


@dataclass(frozen=True)
class DrawnForAudit(LeaseNotice):
    """A round of a lease's audit has votes, or more of them."""

    round: int
    verifier_count: int

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id} is being audited by {counted(self.verifier_count, 'vote')}"


@dataclass(frozen=True)
class Verifying(LeaseNotice):
    """This worker has a seat and begins to find its vote."""

    round: int

    @property
    def sentence(self) -> str:
        return f"Verifying lease {self.lease_id}, round {self.round}"


@dataclass(frozen=True)
class LeavesRenderedAgain(LeaseNotice):
    """This verifier has rendered the drawn leaves, in so many seconds."""

    leaf_count: int
    render_s: float

    @property
    def sentence(self) -> str:
        leaves = counted(self.leaf_count, "leaf", "leaves")
        return f"Lease {self.lease_id}: {leaves} rendered again in {self.render_s:.1f} s"


@dataclass(frozen=True)
class NotDelivered(LeaseNotice):
    """This verifier can't get a lease's results, or they are not what was submitted."""

    reason: str

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id} was not delivered: {self.reason}"


@dataclass(frozen=True)
class LeavesOpened(LeaseNotice):
    """The prover has shown the drawn leaves of its lease."""

    leaf_count: int
    verifier_count: int

    @property
    def sentence(self) -> str:
        leaves = counted(self.leaf_count, "leaf", "leaves")
        return f"Lease {self.lease_id}: {leaves} opened to {counted(self.verifier_count, 'vote')}"


@dataclass(frozen=True)
class ResultsRevealed(LeaseNotice):
    """The prover has revealed the key of its lease's results, as a challenge of their delivery asks."""

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: the key of its results revealed"


@dataclass(frozen=True)
class PrintsCompared(LeaseNotice):
    """The prover has had the prints of a verifier that differs compared with its own."""

    leaf_count: int

    @property
    def sentence(self) -> str:
        leaves = counted(self.leaf_count, "leaf", "leaves")
        return f"Lease {self.lease_id}: prints of {leaves} compared with a verifier's"


@dataclass(frozen=True)
class VoteRevealed(LeaseNotice):
    """This verifier has shown its vote."""

    round: int

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: vote revealed"


@dataclass(frozen=True)
class LeavesDiffer(LeaseNotice):
    """This verifier has shown its vote, with prints of the leaves that have other digests here.

    ``far_count`` of them are too far from the prover's; ``mean``: so is the mean over all.
    """

    round: int
    differing_count: int
    leaf_count: int
    far_count: int
    mean: bool

    @property
    def sentence(self) -> str:
        count = f"{self.differing_count} of {self.leaf_count}"
        far = f"{self.far_count or 'none'} too far{', and the mean' if self.mean else ''}"
        return f"Lease {self.lease_id}: {count} drawn leaves have other bits than ours, {far}"


@dataclass(frozen=True)
class LooksFailed(LeaseNotice):
    """This verifier looked at a lease that often without an end, or it ended in it, and does so no more."""

    level: ClassVar[Level] = Level.WARNING
    round: int
    look_count: int

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: no more looks after {self.look_count} that failed or ended the worker"


@dataclass(frozen=True)
class VoteDeclined(LeaseNotice):
    """This verifier said why it has no vote, which costs a part of what silence does."""

    level: ClassVar[Level] = Level.WARNING
    round: int
    word: Vote

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: no vote, because {WHY_NOT[self.word]}"


@dataclass(frozen=True)
class VoteLost(LeaseNotice):
    """A seat of this worker has no vote that counts, which costs seat stake."""

    level: ClassVar[Level] = Level.WARNING
    round: int
    seat: int
    word: Vote

    @property
    def sentence(self) -> str:
        how = LOST[self.word]
        return f"Lease {self.lease_id}: our vote of seat {self.seat} {how}, which costs seat stake"


@dataclass(frozen=True)
class StakeLost(LeaseNotice):
    """A lease's worker lost so much of its work stake, for good."""

    level: ClassVar[Level] = Level.WARNING
    lost_fri: int

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: its worker lost {format_strk(self.lost_fri)} STRK of stake"


@dataclass(frozen=True)
class VoteStruck(LeaseNotice):
    """This process had a vote struck that its own prints contradict."""

    round: int
    seat: int

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: the vote of seat {self.seat} was struck; its prints contradict it"


@dataclass(frozen=True)
class RejectionShown(LeaseNotice):
    """This process has shown that verifiers who differ from the prover agree with each other."""

    round: int
    vote_count: int

    @property
    def sentence(self) -> str:
        votes = counted(self.vote_count, "vote")
        return f"Lease {self.lease_id}: {votes} against it were shown to agree with each other"


@dataclass(frozen=True)
class ShowingTooDear(LeaseNotice):
    """More strikes or showings would take more than the settings allow."""

    level: ClassVar[Level] = Level.WARNING
    gas: int
    fee_fri: int

    @property
    def sentence(self) -> str:
        cost = f"{self.gas:,} of gas, {format_strk(self.fee_fri)} STRK"
        return (
            f"Lease {self.lease_id}: not all was shown that prints say; it would take {cost}, more than "
            "show_gas or show_fee_fri allow"
        )


@dataclass(frozen=True)
class VerdictGiven(LeaseNotice):
    """What a round found; final unless somebody appeals in time."""

    round: int
    verdict: Verdict
    agreeing_count: int
    objecting_count: int

    @property
    def sentence(self) -> str:
        found = FOUND.get(self.verdict, "there is no verdict")
        counts = f"{self.agreeing_count} for, {self.objecting_count} against"
        return f"Lease {self.lease_id}: {found}, {counts}"


@dataclass(frozen=True)
class Appealed(LeaseNotice):
    """Somebody paid a bond; more votes are drawn."""

    bond_fri: int

    @property
    def sentence(self) -> str:
        bond = format_strk(self.bond_fri)
        return f"Lease {self.lease_id}: the verdict was appealed with a bond of {bond} STRK"


@dataclass(frozen=True)
class FeeRaised(LeaseNotice):
    """Somebody pays more for votes that could not be found."""

    fee_fri: int

    @property
    def sentence(self) -> str:
        fee = format_strk(self.fee_fri)
        return f"Lease {self.lease_id}: too few wanted to vote; votes are looked for at {fee} STRK each"


@dataclass(frozen=True)
class RaiseTooDear(LeaseNotice):
    """This process would raise the fee of votes, but it takes too much."""

    level: ClassVar[Level] = Level.WARNING
    price_fri: int
    most_fri: int

    @property
    def sentence(self) -> str:
        price, most = format_strk(self.price_fri), format_strk(self.most_fri)
        return (
            f"Lease {self.lease_id}: too few want to vote; a fee that finds some takes {price} STRK, more "
            f"than a fifth of the pay or the account's balance, {most}"
        )


@dataclass(frozen=True)
class Challenged(Notice):
    """The requester has these leaves of a lease audited, or without any its delivery."""

    lease_id: LeaseId
    leaves: tuple[int, ...]

    @property
    def sentence(self) -> str:
        what = f"leaves {', '.join(map(str, self.leaves))} were" if self.leaves else "its delivery was"
        return f"Lease {self.lease_id}: {what} challenged; verifiers will look at it"


@dataclass(frozen=True)
class AuditHindered(Notice):
    """A step of an audit went wrong; it is tried again."""

    level: ClassVar[Level] = Level.WARNING
    lease_id: LeaseId
    reason: str

    @property
    def sentence(self) -> str:
        return f"Audit of lease {self.lease_id}: {self.reason}"


def notice_of(event: events.AuditEvent) -> Notice | None:
    """What an event of an audit tells a lease's requester and its worker; None for a step between."""
    ids = (event.job_id, event.lease_id)
    if isinstance(event, events.LeaseChallenged):
        return Challenged(event.lease_id, event.leaves)
    if isinstance(event, events.VotesDrawn):
        return DrawnForAudit(*ids, event.round, len(event.verifiers))
    if isinstance(event, events.VerdictGiven):
        # Where there is no package nobody is counted, and all who say so object.
        agreeing = max(0, event.counted - event.objecting)
        return VerdictGiven(*ids, event.round, event.verdict, agreeing, event.objecting)
    if isinstance(event, events.FeeRaised):
        return FeeRaised(*ids, event.fee_fri)
    if isinstance(event, events.Appealed):
        return Appealed(*ids, event.bond_fri)
    if isinstance(event, events.LeaseSlashed):
        return StakeLost(*ids, event.slashed_fri)
    return None


def lost_vote_of(event: events.AuditEvent, worker_id: int) -> VoteLost | None:
    """What an event tells the holder of a seat, if it is that its vote does not count; else None."""
    if isinstance(event, events.Voted) and event.worker_id == worker_id and event.vote in LOST:
        return VoteLost(event.job_id, event.lease_id, event.round, event.seat, event.vote)
    return None
