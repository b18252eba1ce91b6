"""Rules that would close what is open, each with the coalitions that it stops and those whom it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from renderchain.core.audit.economics import BOND_FEES, BUSY_FEES, LATER_FEES, MAX_NAMED, SEATS
from renderchain.core.audit.state import AuditKind, Vote

from devkit.model.masks import run
from devkit.model.records import LEAST_VOTES, Audit, Job, Lease, Seat
from devkit.model.verdicts import Judgement
from devkit.strategies.coalition import Coalition
from devkit.strategies.coalitions import COALITIONS, HONEST
from devkit.strategies.figures import Figures, figures_of
from devkit.strategies.stage import PAY_FRI, VOTE_FRI, Stage

HALF_PERCENT = 50  # of what is given back late, instead of 2


class NoPackagePays(Stage):
    """A vote without the package loses 2 f where too few answered, as one over time does: that draws anew."""

    def reach_limit(self, job: Job, lease: Lease, audit: Audit) -> None:
        said = {word: len(audit.with_vote(word)) for word in (Vote.NO_PACKAGE, Vote.OVER_TIME)}
        if 2 * max(said.values()) <= len(audit.present):
            fee = self.fee_of(job, lease, audit, audit.round)
            for seat in audit.with_vote(Vote.NO_PACKAGE):
                self.forfeit(audit, seat.worker, BUSY_FEES * fee)
        super().reach_limit(job, lease, audit)


class NoPackageIsWrong(Stage):
    """A vote without the package loses 20 f, as every wrong one, where a later round had it and decides."""

    def settle_vote(
        self,
        audit: Audit,
        seat: Seat,
        judged: Judgement | None,
        round_: int,
        saw: int,
        fee: int,
        right: list[int],
    ) -> int:
        if judged and seat.vote is Vote.NO_PACKAGE and round_ < judged.decided:
            self.forfeit(audit, seat.worker, (BOND_FEES - 1) * fee)
        return super().settle_vote(audit, seat, judged, round_, saw, fee, right)


class NoPackageIsFree(Stage):
    """A vote without the package loses nothing, whatever is decided."""

    def settle_vote(
        self,
        audit: Audit,
        seat: Seat,
        judged: Judgement | None,
        round_: int,
        saw: int,
        fee: int,
        right: list[int],
    ) -> int:
        by = None if seat.vote is Vote.NO_PACKAGE else judged
        return super().settle_vote(audit, seat, by, round_, saw, fee, right)


class VotedAgain(Stage):
    """Where nobody voted, the next round looks at other leaves."""

    def begin_round(self, job: Job, lease: Lease, audit: Audit, named: Sequence[int] = ()) -> None:
        is_voted = any(seat.vote is Vote.COUNTED for seat in audit.seats)
        super().begin_round(job, lease, audit, named)
        if audit.kind is AuditKind.PIXELS and not is_voted:
            audit.saw[audit.round] &= run(0, MAX_NAMED) | ~audit.saw[audit.round - 1]


class NoPackageAppeals(Stage):
    """Whoever could not have the package appeals an acceptance by those who say that they had it."""

    appellants = (Vote.COUNTED, Vote.NO_PACKAGE)


class MajorityAudit(Audit):
    """Two thirds of all votes have to be sealed."""

    @property
    def has_enough(self) -> bool:
        return self.sealed >= LEAST_VOTES and 3 * self.sealed > 2 * len(self.present)


class MajoritySealed(Stage):
    """Votes are opened only where over two thirds of all were sealed, instead of over half."""

    def begin_audit(self, lease: Lease, audit: Audit) -> None:
        audit.__class__ = MajorityAudit
        super().begin_audit(lease, audit)


class NoPackageShares(Stage):
    """Votes without the package never reject: where too few answer, the lease is shared."""

    def reach_limit(self, job: Job, lease: Lease, audit: Audit) -> None:
        if 2 * len(audit.with_vote(Vote.NO_PACKAGE)) > len(audit.present):
            self.close(job, lease, audit)
        else:
            super().reach_limit(job, lease, audit)


class GiveBackForfeits(Stage):
    """Half of the pay of what comes back late burns, of free stake where what the lock gives back is less."""

    def release(self, lease: Lease, amount: int, burned: int) -> None:
        half = burned * HALF_PERCENT // 2
        super().release(lease, amount, min(amount, half))
        worker, more = self.workers[lease.worker], max(half - amount, 0)
        worker.locked_fri += more
        self.slash(worker, more, 0)


@dataclass(frozen=True)
class Mend:
    """``closes`` and ``costs`` name coalitions; ``second_look``: of every job."""

    rule: str
    closes: str
    costs: str
    kind: type[Stage] = Stage
    second_look: bool = False
    instead: str = ""  # a coalition that is the first one where the rule holds
    cost: str = ""  # what the bench does not see
    share: float = 0.2
    exp: int = 0


LOOK_COST = SEATS[1] * LATER_FEES * VOTE_FRI / PAY_FRI / 2  # of half of the leases, in R
MENDS = [
    Mend("no package costs 2 f where too few answered", "friends say 'no package' where they decide",
         "fakes all, stops serving the package", NoPackagePays,
         cost="an honest verifier who could not have the package loses 2 f where too few answer"),
    Mend("no package costs 20 f where a later round had it and decides",
         "friends say 'no package' where they decide", "serves the package only after its appeal",
         NoPackageIsWrong),
    Mend("no package costs nothing", "serves the package only after its appeal",
         "friends say 'no package' where they decide", NoPackageIsFree),
    Mend("drawn leaves on which nobody voted are not looked at again",
         "serves the package only after its appeal", "stops serving the package, friends agree",
         VotedAgain),
    Mend("over two thirds of all votes must be sealed", "stops serving the package, friends agree",
         "friends say 'no package'", MajoritySealed, share=0.33),
    Mend("the client of a verifier without the package appeals an acceptance",
         "stops serving the package, friends agree", HONEST.name, NoPackageAppeals, share=0.33,
         cost="no rule of the board; whoever appeals by its own fault, or as the one whom a worker of true "
         "frames does not serve, loses its bond of 7 f' + R / 20"),
    Mend("no package never rejects", "the package can't be had by verifiers",
         "fakes all, stops serving the package", NoPackageShares),
    Mend("half of the pay of what is given back late burns", "renders the cheap half", "gives back late",
         GiveBackForfeits),
    Mend("every job has second looks", "fakes all, first round's votes are bought", HONEST.name,
         second_look=True, cost="a requester pays 7 f' more for half of all acceptances: "
         f"{LOOK_COST:.3f} R a lease at p = 1, {LOOK_COST / 32:.3f} R at 1/32 (smallest lease)"),
    Mend("the artist checks", "fakes all, first round's votes are bought", HONEST.name,
         instead="first round's votes are bought, the artist checks",
         cost="its client renders two leaves of every lease, as it does unless it is told not to"),
    Mend("a watchtower answers within two steps",
         "the requester doubts the delivery in an outage of the worker", HONEST.name,
         instead="the requester doubts a good delivery", cost="the watchtower's gas"),
]  # fmt: skip


def named(name: str) -> Coalition:
    """The coalition."""
    (found,) = [one for one in (HONEST, *COALITIONS) if one.name == name]
    return found


def tried(mend: Mend) -> list[Figures]:
    """Of ``closes``, then of ``costs``: as it is, and by the mend's rule."""
    found = []
    for name, instead in ((mend.closes, mend.instead), (mend.costs, "")):
        coalition = named(name)
        mended = replace(named(instead or name), second_look=coalition.second_look or mend.second_look)
        share = (mend.share,)
        found += [*figures_of(coalition, mend.exp, share), *figures_of(mended, mend.exp, share, mend.kind)]
    return found
