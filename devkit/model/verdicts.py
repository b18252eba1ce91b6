"""The end of an audit once more: what its verdict does to fees, bonds, the lease and the worker's record."""

from __future__ import annotations

from renderchain.core.audit.economics import BOND_FEES, SEATS
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.lifecycle import LeaseState

from .jobs import JobsModel
from .ledger import Audit, Job, Lease, Seat, Worker


class VerdictsModel(JobsModel):
    """What a verdict brings about; none of it is a call."""

    @staticmethod
    def fee_of(job: Job, lease: Lease, audit: Audit, round_: int) -> int:
        return job.fee_fri(lease.count, audit.named, round_)

    @staticmethod
    def losers(job: Job, worker: Worker, verdict: Verdict) -> set[str]:
        """Who may appeal."""
        requester = {job.requester} if verdict is not Verdict.REJECTED else set()
        return requester | ({worker.owner, worker.operator} if verdict is not Verdict.ACCEPTED else set())

    def forfeit(self, job: Job, lease: Lease, audit: Audit, round_: int, seat: Seat) -> None:
        bond = BOND_FEES * self.fee_of(job, lease, audit, round_)
        self.slash(self.workers[seat.worker], bond, bond // 10)
        job.pool_fri += bond // 10

    def dismiss(self, job: Job, lease: Lease, audit: Audit, vote: Vote) -> None:
        """Who did not come loses the bond."""
        for seat in audit.seats:
            if seat.vote is vote:
                seat.vote = Vote.ABSENT
                self.forfeit(job, lease, audit, audit.round, seat)

    def lose_by_silence(self, job: Job, lease: Lease, audit: Audit) -> None:
        for seats in audit.rounds[: audit.round]:
            for seat in seats:
                if seat.vote is Vote.AGREES:
                    seat.vote = Vote.COMMITTED  # judged by nothing
        audit.verdict = Verdict.REJECTED
        self.close(job, lease, audit)

    def count_votes(self, job: Job, lease: Lease, audit: Audit) -> bool:
        """Whether that was the end."""
        self.dismiss(job, lease, audit, Vote.COMMITTED)
        for seat in audit.seats:
            if seat.vote is Vote.SHOWN:
                seat.vote = Vote.OBJECTS
        verdict = self.verdict_of(audit)
        if verdict is not Verdict.UNDECIDED or audit.verdict is Verdict.NONE:
            audit.verdict = verdict
        if audit.round == len(SEATS) - 1 or audit.kind is AuditKind.FAILURE:
            self.close(job, lease, audit)
            return True
        return False

    @staticmethod
    def verdict_of(audit: Audit) -> Verdict:
        agreeing, objecting = audit.count(Vote.AGREES), audit.count(Vote.OBJECTS)
        is_failure = audit.kind is AuditKind.FAILURE
        if agreeing + objecting < (2 if is_failure else 3) or agreeing == objecting:
            return Verdict.UNDECIDED
        if is_failure and agreeing and objecting:
            return Verdict.UNDECIDED
        return Verdict.ACCEPTED if agreeing > objecting else Verdict.REJECTED

    def close(self, job: Job, lease: Lease, audit: Audit) -> None:
        right: list[str] = []
        by_chance = 0 not in audit.bonds
        for round_, seats in enumerate(audit.rounds):
            self.settle_round(job, lease, audit, round_, seats, right)
        assert audit.reserved_fri == 0 and not audit.bonds
        if audit.kind is AuditKind.FAILURE:
            self.end_failure(job, lease, audit, right)
        else:
            self.end_audit(job, lease, audit, right)
            if by_chance and lease.state is LeaseState.SUBMITTED:
                lease.since_s, lease.since_block = self.now, self.block
        audit.phase, audit.since_s, audit.since_block = AuditPhase.OVER, self.now, self.block

    def settle_round(
        self, job: Job, lease: Lease, audit: Audit, round_: int, seats: list[Seat], right: list[str]
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

    def end_audit(self, job: Job, lease: Lease, audit: Audit, right: list[str]) -> None:
        worker = self.workers[lease.worker]
        pay, lock = job.stakes_of(lease)
        if audit.verdict is Verdict.REJECTED:
            reward = lock // 10
            self.reopen(job, lease, LeaseState.REJECTED)
            self.slash(worker, lock, reward)
            each = reward // len(right) if right else 0
            for payout in right:
                self.credit(payout, each)
            job.pool_fri += reward - each * len(right)
            worker.audited = worker.audited_fri = 0
            worker.losses += 1
        elif audit.verdict is Verdict.UNDECIDED:
            self.divide(job, lease, LeaseState.REJECTED, pay // 2, [])
        elif audit.verdict is Verdict.ACCEPTED:
            lease.draw_outcome = DrawOutcome.CLEARED
            if audit.kind is AuditKind.PIXELS:
                worker.audited += 1
                worker.audited_fri += pay
        else:
            lease.draw_outcome = DrawOutcome.UNSEATED

    def end_failure(self, job: Job, lease: Lease, audit: Audit, right: list[str]) -> None:
        pay, _ = job.stakes_of(lease)
        if audit.verdict is Verdict.ACCEPTED:
            self.divide(job, lease, LeaseState.UNRENDERABLE, pay // 10, right)
        else:
            refuted = audit.verdict is Verdict.REJECTED
            charge = 2 * self.fee_of(job, lease, audit, 0) if refuted else 0
            self.end(job, lease, LeaseState.GIVEN_BACK, charge)

    def divide(self, job: Job, lease: Lease, state: LeaseState, share: int, others: list[str]) -> None:
        """Ends a lease for good: a share of its pay to each, the rest back."""
        worker = self.workers[lease.worker]
        lease.state = state
        job.held -= lease.count
        worker.locked_fri -= job.stakes_of(lease)[1]
        for payout in (worker.payout, *others):
            self.credit(payout, share)
        self.refund_tasks(job, lease.count, share * (1 + len(others)))
