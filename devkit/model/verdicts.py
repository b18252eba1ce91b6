"""The end of an audit once more: votes judged, its money shared out, and what becomes of the lease."""

from __future__ import annotations

from dataclasses import dataclass

from renderchain.core.audit.economics import BOND_FEES, MAX_NAMED
from renderchain.core.audit.events import AuditClosed, LeaseSlashed
from renderchain.core.audit.state import MEAN_BIT, WORDS, AuditKind, AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.board_events import LeaseEnded
from renderchain.core.job import Record
from renderchain.core.lifecycle import LeaseEvent, Twin
from renderchain.core.print_limits import LEAST, PrintLimits

from devkit.model.committees import CommitteesModel
from devkit.model.masks import run
from devkit.model.records import Audit, Job, Lease, Seat

DECLINED = (*WORDS, Vote.ABSENT)  # others are drawn in their place, for their fees
REWARD_SHARE = 10  # of what is left in the purse, for those who were right
APPEAL_PART = 20  # of the pay: an appellant's bond besides the fees
WHOLE_DELIVERY = 1  # all that an audit of a delivery sees


@dataclass(frozen=True)
class Judgement:
    """What counted votes are measured against."""

    verdict: Verdict
    decided: int
    decided_saw: int
    bad: int  # positions, and above them the mean

    def is_right(self, seat: Seat, round_: int, saw: int) -> bool:
        """Of a vote in a round that looked at these positions; the mean is the deciding round's alone."""
        is_own, of_mean = round_ == self.decided, bool(self.bad & MEAN_BIT)
        differs_there = bool(seat.differs & self.decided_saw)
        if self.verdict is Verdict.ACCEPTED:
            return not differs_there and not (is_own and seat.mean)
        if objects(seat, self.bad, is_own=is_own):
            return True
        saw_bad = bool(saw & self.bad) or (is_own and of_mean)
        return not saw_bad and not differs_there


def objects(seat: Seat, bad: int, *, is_own: bool) -> bool:
    """Whether the vote is for a rejection; the mean is the deciding round's alone."""
    return bool(seat.differs & bad) or (is_own and seat.mean and bool(bad & MEAN_BIT))


@dataclass
class Shares:
    """What an audit's money comes to as it is shared out; payouts of votes that were right."""

    right: list[int]
    paid: list[int]  # by round, out of what its own votes were funded with
    appellant: int = 0
    burned: int = 0


class VerdictsModel(CommitteesModel):
    """What a verdict brings about; none of it is a call."""

    def enter(self, audit: Audit, phase: AuditPhase) -> None:
        """From now on it waits for something else."""
        audit.phase, audit.since_s, audit.since_block = phase, self.now_s, self.block
        audit.draw_block = self.block

    def burn(self, amount: int) -> None:
        """It stays on the board for good."""
        self.board_burned_fri += amount

    def saw(self, job: Job, lease: Lease, audit: Audit, round_: int) -> int:
        """Positions of the leaves that a round looks at."""
        if audit.kind is AuditKind.DELIVERY:
            return WHOLE_DELIVERY
        if round_ in audit.saw:
            return audit.saw[round_]
        return run(0, audit.named) | self.fresh(job, lease, 0)

    @staticmethod
    def fresh(job: Job, lease: Lease, round_: int) -> int:
        """Positions of the leaves that a round draws."""
        drawn = job.first_leaves(lease.count)
        return run(MAX_NAMED + round_ * drawn, drawn)

    def judgement(self, job: Job, lease: Lease, audit: Audit) -> Judgement | None:
        """None where nobody is judged: votes were not counted, or nothing was decided."""
        verdict, decided = audit.verdict, audit.decided
        counted = any(seat.vote is Vote.COUNTED for seat in audit.seats_of(decided))
        if verdict is Verdict.UNDECIDED or not counted:
            return None
        saw = self.saw(job, lease, audit, decided)
        return Judgement(verdict, decided, saw, audit.bad if verdict is Verdict.REJECTED else 0)

    def close(self, job: Job, lease: Lease, audit: Audit) -> None:
        """End it by the verdict that stands."""
        if audit.verdict is Verdict.NONE:
            audit.verdict = Verdict.UNDECIDED
        judged = self.judgement(job, lease, audit)
        shares = self.settle_votes(job, lease, audit, judged)
        self.return_reserves(job, lease, audit, shares)
        audit.purse_fri += self.end_lease(job, lease, audit, shares)
        self.settle_bonds(job, lease, audit, shares)
        self.share_purse(job, lease, audit, shares, is_shown=judged is not None)
        self.over(lease, audit)

    def over(self, lease: Lease, audit: Audit) -> None:
        self.enter(audit, AuditPhase.OVER)
        self.emit(AuditClosed, lease.job, lease.number, audit.kind, audit.verdict)

    def settle_votes(self, job: Job, lease: Lease, audit: Audit, judged: Judgement | None) -> Shares:
        """Pay or fine all votes. What was moved for votes that nobody gets, returns to the purse.

        The fees of votes that declined return from it, as far as no others needed them.
        """
        shares = Shares([], [])
        for round_ in range(audit.round + 1):
            fee, seats = self.fee_of(job, lease, audit, round_), audit.seats_of(round_)
            saw, paid = self.saw(job, lease, audit, round_), 0
            for seat in seats:
                paid += self.settle_vote(audit, seat, judged, round_, saw, fee, shares.right)
            raiser, raise_fri = audit.raisers.get(round_, (0, 0))
            funded = self.own_fees_fri(job, lease, audit, round_) if audit.is_funded(round_) else 0
            own = funded + raise_fri if seats else 0
            held = fee * sum(seat.vote not in DECLINED for seat in seats)
            own_held = min(own, held)
            own_paid = min(paid, own_held)
            audit.purse_fri += held - own_held - (paid - own_paid)
            audit.moved_fri -= held - own
            back = min(own - own_held, audit.purse_fri)
            audit.purse_fri -= back
            used = own_paid + own - own_held - back
            left = (own - used) * raise_fri // own if own else raise_fri
            self.credit(raiser, left)
            audit.raisers.pop(round_, None)
            shares.paid.append(used - (raise_fri - left))
        assert audit.moved_fri == 0
        return shares

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
        is_counted = seat.vote is Vote.COUNTED
        is_right = judged is not None and is_counted and judged.is_right(seat, round_, saw)
        if judged and is_counted and not is_right:
            self.forfeit(audit, seat.worker, BOND_FEES * fee)
        if judged and seat.vote is Vote.NO_PACKAGE:
            self.forfeit(audit, seat.worker, fee)
        unjudged = is_counted and judged is None
        if not (is_right or unjudged or seat.vote in (Vote.SEALED, Vote.SPARE)):
            return 0
        payout = self.workers[seat.worker].payout
        self.credit(payout, fee)
        right += [payout] * is_right
        return fee

    def return_reserves(self, job: Job, lease: Lease, audit: Audit, shares: Shares) -> None:
        """What was reserved for votes that were not paid returns to the pool, or of the first ones burns."""
        if audit.reserved_fri:
            kept = audit.reserved_fri - shares.paid[0]
            if audit.is_second_look and len(shares.paid) > 1:
                kept -= shares.paid[1]
            if self.took_too_long(audit):
                burned = self.own_fees_fri(job, lease, audit, 0) - shares.paid[0]
                self.burn(burned)
                kept -= burned
            job.pool_fri += kept
            audit.reserved_fri = 0

    @staticmethod
    def took_too_long(audit: Audit) -> bool:
        """Whether that is why nothing was decided, by most of the first votes."""
        too_long = len(audit.with_vote(Vote.OVER_TIME))
        is_shared = audit.round == 0 and audit.verdict is Verdict.UNDECIDED
        return is_shared and 2 * too_long > len(audit.present)

    def settle_bonds(self, job: Job, lease: Lease, audit: Audit, shares: Shares) -> None:
        """In full for who was right, less the fees where nothing was decided; else burned.

        Of an appeal whose votes were not found, which undid a rejection, the part that is no fee burns.
        """
        for round_, (payer, bond) in sorted(audit.bonds.items()):
            fees, against = shares.paid[round_], audit.verdicts_against[round_]
            if round_ == 0:
                is_right, is_wrong = audit.verdict is Verdict.REJECTED, audit.verdict is Verdict.ACCEPTED
            else:
                is_wrong = audit.verdict is against
                is_right = not is_wrong and audit.verdict is not Verdict.UNDECIDED
            if is_right:
                helped = min(fees, audit.purse_fri)
                audit.purse_fri -= helped
                self.credit(payer, bond - fees + helped)
                shares.appellant = payer if round_ else shares.appellant
            elif is_wrong and audit.seats_of(round_):
                shares.burned += bond - fees
            else:
                pay, _ = job.stakes_of(lease)
                is_in_vain = round_ and not is_wrong and not audit.seats_of(round_)
                lost = pay // APPEAL_PART if is_in_vain else fees
                shares.burned += lost - fees
                self.credit(payer, bond - lost)
            audit.bonds[round_] = (payer, 0)

    def share_purse(self, job: Job, lease: Lease, audit: Audit, shares: Shares, *, is_shown: bool) -> None:
        """A fee for who showed the rejection; a tenth of the rest for who was right; the rest is burned."""
        left, audit.purse_fri = audit.purse_fri, 0
        if is_shown and audit.verdict is Verdict.REJECTED and audit.kind is AuditKind.PIXELS:
            fee = min(self.fee_of(job, lease, audit, audit.decided), left)
            self.credit(audit.shower, fee)
            left -= fee
        reward = left // REWARD_SHARE
        if shares.appellant:
            half = reward // 2
            self.credit(shares.appellant, half)
            left, reward = left - half, reward - half
        each = reward // len(shares.right) if shares.right else 0
        for payout in shares.right:
            self.credit(payout, each)
        self.burn(shares.burned + left - each * len(shares.right))

    @staticmethod
    def limits_of(job: Job) -> PrintLimits:
        """Of its prints."""
        return PrintLimits(job.terms.tile_limit_percent, job.terms.mean_limit_percent)

    def end_lease(self, job: Job, lease: Lease, audit: Audit, shares: Shares) -> int:
        """What becomes of the lease; returns a lost lock."""
        at = (lease.worker, job.terms.family)
        old, lost = self.record_of(*at), 0
        if audit.verdict is Verdict.UNDECIDED:
            self.share(job, lease)
            return 0
        if audit.verdict is Verdict.REJECTED:
            _, lost = job.stakes_of(lease)
            self.emit(LeaseSlashed, job.number, lease.number, lost, lost)
            self.reject(job, lease)
            self.slash(self.workers[lease.worker], lost, lost)
            self.records[at] = Record(0, old.losses + 1, 0)
            return lost
        self.go_on(job, lease, DrawOutcome.CLEARED)
        if audit.kind is AuditKind.PIXELS:
            fees_fri = sum(shares.paid) if self.limits_of(job) == LEAST else 0
            self.records[at] = Record(old.audited + 1, old.losses, old.fees_fri + fees_fri)
        return 0

    def go_on(self, job: Job, lease: Lease, outcome: DrawOutcome) -> None:
        """Nobody waits for a verdict: the window begins again, or the lease is over as it was paid."""
        lease.draw_outcome = outcome
        if lease.paid:
            self.end_paid(job, lease, LeaseEvent.ACCEPT)
        else:
            lease.since_s, lease.since_block = self.now_s, self.block

    def reject(self, job: Job, lease: Lease) -> None:
        """Its tasks are open again, unless they were paid."""
        if lease.paid:
            job.pending -= 1
            self.emit(LeaseEnded, job.number, lease.number, self.turn(lease, LeaseEvent.REJECT), False)
        else:
            lease.rejections += 1
            self.reopen(job, lease, LeaseEvent.REJECT)

    def share(self, job: Job, lease: Lease) -> None:
        """Nothing could be decided: half of the pay is the worker's, half is burned."""
        if lease.paid:
            self.end_paid(job, lease, LeaseEvent.REJECT)
            return
        worker = self.workers[lease.worker]
        pay, _ = job.stakes_of(lease)
        state = self.unlock(job, lease, LeaseEvent.REJECT)
        self.emit(LeaseEnded, job.number, lease.number, state, False)
        self.credit(worker.payout, pay // 2)
        self.burn(pay - pay // 2)
        if lease.twin is Twin.SPARE:
            self.spare_is_lost(lease)
            job.pending -= 1
            return
        job.held -= lease.count
        if lease.twin is Twin.SPARED:
            job.accepted += lease.count
            self.return_spare(job, lease, lease.count * job.rewards[-1] - pay)
        else:
            self.refund_tasks(job, lease.count, pay)
