"""What happens in audits, as the prover, the verifiers and the requester see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..audit import events
from ..audit.state import Verdict
from ..ids import JobId, LeaseId
from ..money import format_strk
from . import LeaseNotice, Level, Notice, counted

FOUND = {
    Verdict.ACCEPTED: "the verifiers accepted it",
    Verdict.REJECTED: "the verifiers rejected it",
    Verdict.UNDECIDED: "the verifiers came to no verdict",
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
    """A round of a lease's audit has its verifiers."""

    round: int
    verifier_count: int

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id} is being audited by {counted(self.verifier_count, 'verifier')}"


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
        return f"Lease {self.lease_id}: {leaves} opened to {counted(self.verifier_count, 'verifier')}"


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
    """This verifier has shown its vote, and prints of the leaves in which it differs from the prover."""

    round: int
    differing_count: int
    leaf_count: int

    @property
    def sentence(self) -> str:
        count = f"{self.differing_count} of {self.leaf_count}"
        return f"Lease {self.lease_id}: {count} drawn leaves differ from ours"


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
    """Somebody paid a bond; a larger committee looks at the lease."""

    bond_fri: int

    @property
    def sentence(self) -> str:
        bond = format_strk(self.bond_fri)
        return f"Lease {self.lease_id}: the verdict was appealed with a bond of {bond} STRK"


@dataclass(frozen=True)
class AppealUnaffordable(LeaseNotice):
    """The prover would appeal, but its account holds less than the bond."""

    level: ClassVar[Level] = Level.WARNING
    bond_fri: int
    balance_fri: int

    @property
    def sentence(self) -> str:
        bond, balance = format_strk(self.bond_fri), format_strk(self.balance_fri)
        return f"Lease {self.lease_id} was rejected; an appeal costs {bond} STRK, the account holds {balance}"


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
    if isinstance(event, events.CommitteeDrawn):
        return DrawnForAudit(*ids, event.round, len(event.verifiers))
    if isinstance(event, events.VerdictGiven):
        return VerdictGiven(*ids, event.round, event.verdict, event.agreeing, event.objecting)
    if isinstance(event, events.Appealed):
        return Appealed(*ids, event.bond_fri)
    return None
