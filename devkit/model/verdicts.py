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

    def forfeit(self, job: Job, lease: Lease, audit: Audit, round_: int, seat: Seat) -> None:
        bond = BOND_FEES * self.fee_of(job, lease, audit, round_)
        self.slash(self.workers[seat.worker], bond, bond // REWARD_SHARE)
        job.pool_fri += bond // REWARD_SHARE

    def dismiss(self, job: Job, lease: Lease, audit: Audit, vote: Vote) -> list[int]:
        """Who did not come loses the bond; returns their seats."""
        places = audit.seats_with(vote)
        for place in places:
            seat = audit.seats[place]
            seat.vote = Vote.ABSENT
            self.forfeit(job, lease, audit, audit.round, seat)
        return places

    def close(self, job: Job, lease: Lease, audit: Audit) -> None:
        right: list[int] = []
        by_chance = 0 not in audit.bonds
        for round_, seats in enumerate(audit.rounds):
            self.settle_round(job, lease, audit, round_, seats, right)
        assert audit.reserved_fri == 0 and not audit.bonds
        self.end_audit(job, lease, audit, right, by_chance)
        self.enter(audit, AuditPhase.OVER)
        self.emit(AuditClosed, job.number, lease.number, audit.kind, audit.verdict)

    def settle_round(
        self, job: Job, lease: Lease, audit: Audit, round_: int, seats: list[Seat], right: list[int]
    ) -> None:
        fee = self.fee_of(job, lease, audit, round_)
        wrong = {Verdict.ACCEPTED: Vote.OBJECTS, Verdict.REJECTED: Vote.AGREES}.get(audit.verdict)
        paid = 0
        for seat in seats:
            worker = self.workers[seat.worker]
            if seat.vote is wrong:
                self.forfeit(job, lease, audit, round_, seat)
            elif seat.vote is not Vote.ABSENT:
                worker.locked_fri -= BOND_FEES * fee
                self.credit(worker.payout, fee)
                right.append(worker.payout)
                paid += fee
        if round_ in audit.bonds:
            self.settle_bond(job, lease, audit, round_, paid)
        else:
            job.pool_fri += audit.reserved_fri - paid  # only a first round is paid by the pool
            audit.reserved_fri = 0

    def settle_bond(self, job: Job, lease: Lease, audit: Audit, round_: int, paid: int) -> None:
        payer, bond = audit.bonds.pop(round_)
        lost = Verdict.ACCEPTED if payer == job.requester else Verdict.REJECTED
        if audit.verdict is not lost or not audit.rounds[round_]:
            self.credit(payer, bond + job.take_from_pool(paid) - paid)
        elif round_ == 0:
            self.credit(self.workers[lease.worker].payout, bond - paid)
        else:
            job.pool_fri += bond - paid

    def end_audit(self, job: Job, lease: Lease, audit: Audit, right: list[int], by_chance: bool) -> None:
        worker = self.workers[lease.worker]
        pay, _ = job.stakes_of(lease)
        if audit.verdict is Verdict.REJECTED:
            self.lose(job, lease, worker, right)
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

    def lose(self, job: Job, lease: Lease, worker: Worker, right: list[int]) -> None:
        """The lock is burned but for a reward; what of it can't be divided goes to the pool."""
        _, lock = job.stakes_of(lease)
        reward = lock // REWARD_SHARE
        self.emit(LeaseSlashed, job.number, lease.number, lock, reward)
        lease.rejections += 1
        self.reopen(job, lease, LeaseEvent.REJECT)
        self.slash(worker, lock, reward)
        each = reward // len(right) if right else 0
        for payout in right:
            self.credit(payout, each)
        job.pool_fri += reward - each * len(right)

    def share(self, job: Job, lease: Lease, share: int) -> None:
        """Ends a lease for good: a share of its pay to the worker, the rest back."""
        worker = self.workers[lease.worker]
        state = self.turn(lease, LeaseEvent.REJECT)
        job.held -= lease.count
        worker.locked_fri -= job.stakes_of(lease)[1]
        self.emit(LeaseEnded, job.number, lease.number, state, False)
        self.credit(worker.payout, share)
        self.refund_tasks(job, lease.count, share)
