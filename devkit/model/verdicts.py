"""The end of an audit once more: what its verdict does to fees, bonds, the lease and the worker's record."""

from __future__ import annotations

from renderchain.core.audit.economics import BOND_FEES
from renderchain.core.audit.events import AuditClosed, LeaseSlashed
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.board_events import LeaseEnded
from renderchain.core.lifecycle import LeaseEvent

from devkit.model.committees import CommitteesModel
from devkit.model.records import Audit, Job, Lease, Seat, Worker

REWARD_SHARE = 10  # of what is lost, for those who were right


class VerdictsModel(CommitteesModel):
    """What a verdict brings about; none of it is a call."""

    @staticmethod
    def losers(job: Job, worker: Worker, verdict: Verdict) -> set[int]:
        """Who may appeal."""
        requester = {job.requester} if verdict is not Verdict.REJECTED else set()
        return requester | ({worker.owner, worker.operator} if verdict is not Verdict.ACCEPTED else set())

    def enter(self, audit: Audit, phase: AuditPhase) -> None:
        """From now on it waits for something else."""
        audit.phase, audit.since_s, audit.since_block = phase, self.now_s, self.block

    def call(self, audit: Audit) -> None:
        """A round is called, and waits for its draw."""
        self.enter(audit, AuditPhase.DRAW)
        audit.draw_block = self.block

    def punish(self, job: Job, lease: Lease, audit: Audit, round_: int, seat: Seat) -> None:
        """What is there of its seat stake goes into the audit's purse."""
        bond = BOND_FEES * self.fee_of(job, lease, audit, round_)
        audit.purse_fri += self.forfeit(seat.worker, bond)

    def dismiss(self, job: Job, lease: Lease, audit: Audit, vote: Vote) -> list[int]:
        """Who did not come loses the bond; returns their seats."""
        places = audit.seats_with(vote)
        for place in places:
            seat = audit.seats[place]
            seat.vote = Vote.ABSENT
            self.punish(job, lease, audit, audit.round, seat)
        return places

    def close(self, job: Job, lease: Lease, audit: Audit) -> None:
        wrong = {Verdict.ACCEPTED: Vote.OBJECTS, Verdict.REJECTED: Vote.AGREES}.get(audit.verdict)
        by_chance = 0 not in audit.bonds
        for round_, seats in enumerate(audit.rounds):
            for seat in seats:
                if seat.vote is wrong:
                    self.punish(job, lease, audit, round_, seat)
        if audit.verdict is Verdict.REJECTED:
            audit.purse_fri += job.stakes_of(lease)[1]
        right: list[int] = []
        for round_, seats in enumerate(audit.rounds):
            came = [seat for seat in seats if seat.vote not in (wrong, Vote.ABSENT)]
            payouts = [self.workers[seat.worker].payout for seat in came]
            self.pay_round(job, lease, audit, round_, payouts)
            right += payouts if wrong else []
        assert audit.reserved_fri == 0 and not audit.bonds
        self.end_audit(job, lease, audit, by_chance)
        self.divide(right, audit.purse_fri)
        audit.purse_fri = 0
        self.enter(audit, AuditPhase.OVER)
        self.emit(AuditClosed, job.number, lease.number, audit.kind, audit.verdict)

    def divide(self, right: list[int], left: int) -> None:
        """A tenth of what is left of forfeits and a lost lock to who was right; all else is burned."""
        each = left // REWARD_SHARE // len(right) if right else 0
        for payout in right:
            self.credit(payout, each)
        self.board_burned_fri += left - each * len(right)

    def pay_round(self, job: Job, lease: Lease, audit: Audit, round_: int, payouts: list[int]) -> None:
        fee = self.fee_of(job, lease, audit, round_)
        for payout in payouts:
            self.credit(payout, fee)
        paid = fee * len(payouts)
        if round_ in audit.bonds:
            self.settle_bond(job, audit, round_, paid)
        else:
            job.pool_fri += audit.reserved_fri - paid  # only a first round is paid by the pool
            audit.reserved_fri = 0

    def settle_bond(self, job: Job, audit: Audit, round_: int, paid: int) -> None:
        """Back where it was right, as far as the purse pays the fees; if wrong, burned but for these."""
        payer, bond = audit.bonds.pop(round_)
        left = bond - paid
        hoped, feared = Verdict.ACCEPTED, Verdict.REJECTED
        if payer == job.requester:
            hoped, feared = feared, hoped
        if audit.verdict is hoped:
            helped = min(paid, audit.purse_fri)
            audit.purse_fri -= helped
            self.credit(payer, left + helped)
        elif audit.verdict is feared and audit.rounds[round_]:
            self.board_burned_fri += left
        else:
            self.credit(payer, left)

    def end_audit(self, job: Job, lease: Lease, audit: Audit, by_chance: bool) -> None:
        worker = self.workers[lease.worker]
        pay, _ = job.stakes_of(lease)
        if audit.verdict is Verdict.REJECTED:
            self.lose(job, lease, worker)
            worker.audited = worker.audited_fri = 0
            worker.losses += 1
        elif audit.verdict is Verdict.UNDECIDED:
            self.share(job, lease, pay // 2)
        else:
            cleared = audit.verdict is Verdict.ACCEPTED
            lease.draw_outcome = DrawOutcome.CLEARED if cleared else DrawOutcome.UNSEATED
            if by_chance:
                # The audit may have outlasted the window, which begins again.
                lease.since_s, lease.since_block = self.now_s, self.block
            if cleared and audit.kind is AuditKind.PIXELS:
                worker.audited += 1
                worker.audited_fri += pay

    def lose(self, job: Job, lease: Lease, worker: Worker) -> None:
        """The lock is the audit's."""
        _, lock = job.stakes_of(lease)
        self.emit(LeaseSlashed, job.number, lease.number, lock, lock)
        lease.rejections += 1
        self.reopen(job, lease, LeaseEvent.REJECT)
        self.slash(worker, lock, lock)

    def share(self, job: Job, lease: Lease, share: int) -> None:
        """Ends a lease for good: a share of its pay to the worker, the rest back."""
        worker = self.workers[lease.worker]
        state = self.turn(lease, LeaseEvent.REJECT)
        job.held -= lease.count
        worker.locked_fri -= job.stakes_of(lease)[1]
        self.emit(LeaseEnded, job.number, lease.number, state, False)
        self.credit(worker.payout, share)
        self.refund_tasks(job, lease.count, share)
