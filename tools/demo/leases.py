"""What became of every lease, and of votes that were missed, as the board told it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from renderchain.core.audit.events import (
    LeaseChallenged,
    LeaseDrawn,
    LeaseSlashed,
    VerdictGiven,
    Voted,
)
from renderchain.core.audit.state import DrawOutcome, Verdict, Vote
from renderchain.core.board_events import BoardEvent, LeaseAccepted, LeaseClaimed, LeaseEnded, LeasePaid
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.money import format_strk
from renderchain.core.notices import Notice
from renderchain.core.notices.checks import CheckUnsure, LeaseChecked, LeaseUnchecked, LeavesFalse

from .ledger import Transaction

OWN_CHECKS: dict[type[Notice], str] = {
    LeaseChecked: "right",
    LeavesFalse: "false",
    CheckUnsure: "unsure",
    LeaseUnchecked: "none",
}
MISSED = (Vote.BUSY, Vote.OVER_TIME, Vote.NO_PACKAGE, Vote.ABSENT, Vote.SILENT, Vote.STRUCK)


@dataclass
class LeaseStory:
    """A lease from its claim to its end; amounts in fri."""

    claim: LeaseClaimed
    draw_outcome: DrawOutcome = DrawOutcome.NOT_DRAWN
    is_challenged: bool = False
    verdict: Verdict = Verdict.NONE
    agreeing: int = 0
    objecting: int = 0
    missed: Counter[Vote] = field(default_factory=Counter)
    end: str = "open"
    paid_fri: int = 0
    slashed_fri: int = 0

    @property
    def was_spared(self) -> bool:
        """Whether chance let it pass."""
        return self.draw_outcome is DrawOutcome.PASSED

    @property
    def is_rejected(self) -> bool:
        """Whether verifiers found it false."""
        return self.verdict is Verdict.REJECTED

    def note(self, event: BoardEvent) -> None:
        """Go on by what the board told of it."""
        if isinstance(event, LeaseDrawn):
            self.draw_outcome = event.draw_outcome
        elif isinstance(event, LeaseChallenged):
            self.is_challenged = True
        elif isinstance(event, Voted) and event.vote in MISSED:
            self.missed[event.vote] += 1
        elif isinstance(event, VerdictGiven):
            self.verdict = event.verdict
            self.agreeing, self.objecting = max(0, event.counted - event.objecting), event.objecting
        elif isinstance(event, LeaseSlashed):
            self.slashed_fri += event.slashed_fri
        elif isinstance(event, LeasePaid | LeaseAccepted):
            self.paid_fri += event.paid_fri
            self.end = "accepted" if isinstance(event, LeaseAccepted) else self.end
        elif isinstance(event, LeaseEnded):
            self.end = event.state.name.lower().replace("_", " ")

    def row(self, role: str, checked: str) -> str:
        """A line of the table."""
        claim = self.claim
        tasks = f"{claim.first + 1}-{claim.first + claim.count}"
        rate = f"1 in {1 << claim.audit_exp}"
        drawn = {DrawOutcome.PASSED: "spared", DrawOutcome.IN_AUDIT: "drawn"}.get(self.draw_outcome, "-")
        doubt = "challenged" if self.is_challenged else "-"
        votes = f"{self.agreeing}:{self.objecting}" if self.verdict else "-"
        missed = ", ".join(f"{count} {vote.name.lower()}" for vote, count in sorted(self.missed.items()))
        gain_fri = self.paid_fri - self.slashed_fri
        money = f"{'+' if gain_fri > 0 else ''}{format_strk(gain_fri)}"
        return (
            f"  job {claim.job_id:<9} tasks {tasks:6} {role:9} {rate:8} {drawn:7} {checked:7} {doubt:11}"
            f"{votes:6} {self.end:9} {money:>24}  {missed}".rstrip()
        )


HEADING = (
    "leases                       who       audited  chance  checked doubt      votes  end       "
    "                   STRK  votes missed"
)


def stories(sent: Iterable[Transaction]) -> dict[LeaseId, LeaseStory]:
    """All leases, in the order of their claims."""
    found: dict[LeaseId, LeaseStory] = {}
    for one in sent:
        for event in one.told:
            lease_id = getattr(event, "lease_id", None)
            if isinstance(event, LeaseClaimed):
                found[event.lease_id] = LeaseStory(event)
            elif lease_id in found:
                found[lease_id].note(event)
    return found


def checks_of(told: Iterable[Notice]) -> dict[LeaseId, str]:
    """What artists' own checks came to, by lease."""
    return {one.lease_id: OWN_CHECKS[type(one)] for one in told if type(one) in OWN_CHECKS}  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Miss:
    """Votes of a worker that were missed in one transaction, and what that took of its seat stake (fri)."""

    job_id: JobId
    lease_id: LeaseId
    role: str
    vote: Vote
    count: int
    taken_fri: int

    @property
    def row(self) -> str:
        """A line of the table."""
        vote = self.vote.name.lower()
        where = f"{self.count} of job {self.job_id}, lease {self.lease_id}"
        return f"  {self.role:9} {vote:8} {where}: -{format_strk(self.taken_fri)}"


def misses(sent: Iterable[Transaction], roles: Mapping[int, str]) -> list[Miss]:
    """Every vote that was missed, with its price; ``roles`` by the numbers of workers."""
    found = []
    for one in sent:
        missed = Counter(
            (event.job_id, event.lease_id, event.worker_id, event.vote)
            for event in one.told
            if isinstance(event, Voted) and event.vote in MISSED
        )
        for (job_id, lease_id, worker_id, vote), count in missed.items():
            taken_fri = sum(amount for worker, amount in one.forfeits if worker == worker_id)
            found.append(Miss(job_id, lease_id, roles.get(worker_id, "?"), vote, count, taken_fri))
    return found
