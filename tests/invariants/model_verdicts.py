"""The end of a case once more: what its verdict does to fees, bonds, the lease and the worker's record."""

from __future__ import annotations

from renderchain.core.case import CaseKind, CasePhase, Trial, Verdict, Vote
from renderchain.core.lifecycle import LeaseState
from renderchain.core.stakes import BOND_FEES, SEATS

from .ledger import Case, Job, Lease, Seat, Worker
from .model_jobs import JobsModel


class VerdictsModel(JobsModel):
    """What the court does in the end; none of it is a call."""

    @staticmethod
    def fee_of(job: Job, lease: Lease, case: Case, round_: int) -> int:
        return job.fee_fri(lease.count, case.named, round_)

    @staticmethod
    def losers(job: Job, worker: Worker, verdict: Verdict) -> set[str]:
        """Who may appeal."""
        requester = {job.requester} if verdict is not Verdict.REJECTED else set()
        return requester | ({worker.owner, worker.operator} if verdict is not Verdict.ACCEPTED else set())

    def forfeit(self, job: Job, lease: Lease, case: Case, round_: int, seat: Seat) -> None:
        bond = BOND_FEES * self.fee_of(job, lease, case, round_)
        self.slash(self.workers[seat.worker], bond, bond // 10)
        job.pool_fri += bond // 10

    def dismiss(self, job: Job, lease: Lease, case: Case, vote: Vote) -> None:
        """Who did not come loses the bond."""
        for seat in case.seats:
            if seat.vote is vote:
                seat.vote = Vote.ABSENT
                self.forfeit(job, lease, case, case.round, seat)

    def lose_by_silence(self, job: Job, lease: Lease, case: Case) -> None:
        for seats in case.rounds[: case.round]:
            for seat in seats:
                if seat.vote is Vote.AGREES:
                    seat.vote = Vote.COMMITTED  # judged by nothing
        case.verdict = Verdict.REJECTED
        self.close(job, lease, case)

    def count_votes(self, job: Job, lease: Lease, case: Case) -> bool:
        """Whether that was the end."""
        self.dismiss(job, lease, case, Vote.COMMITTED)
        for seat in case.seats:
            if seat.vote is Vote.SHOWN:
                seat.vote = Vote.OBJECTS
        verdict = self.verdict_of(case)
        if verdict is not Verdict.UNDECIDED or case.verdict is Verdict.NONE:
            case.verdict = verdict
        if case.round == len(SEATS) - 1 or case.kind is CaseKind.FAILURE:
            self.close(job, lease, case)
            return True
        return False

    @staticmethod
    def verdict_of(case: Case) -> Verdict:
        agreeing, objecting = case.count(Vote.AGREES), case.count(Vote.OBJECTS)
        is_failure = case.kind is CaseKind.FAILURE
        if agreeing + objecting < (2 if is_failure else 3) or agreeing == objecting:
            return Verdict.UNDECIDED
        if is_failure and agreeing and objecting:
            return Verdict.UNDECIDED
        return Verdict.ACCEPTED if agreeing > objecting else Verdict.REJECTED

    def close(self, job: Job, lease: Lease, case: Case) -> None:
        right: list[str] = []
        by_chance = 0 not in case.bonds
        for round_, seats in enumerate(case.rounds):
            self.settle_round(job, lease, case, round_, seats, right)
        assert case.reserved_fri == 0 and not case.bonds
        if case.kind is CaseKind.FAILURE:
            self.end_failure(job, lease, case, right)
        else:
            self.end_trial(job, lease, case, right)
            if by_chance and lease.state is LeaseState.SUBMITTED:
                lease.since_s, lease.since_block = self.now, self.block
        case.phase, case.since_s, case.since_block = CasePhase.OVER, self.now, self.block

    def settle_round(
        self, job: Job, lease: Lease, case: Case, round_: int, seats: list[Seat], right: list[str]
    ) -> None:
        fee = self.fee_of(job, lease, case, round_)
        wrong = {Verdict.ACCEPTED: Vote.OBJECTS, Verdict.REJECTED: Vote.AGREES}.get(case.verdict)
        paid = 0
        for seat in seats:
            worker = self.workers[seat.worker]
            if seat.vote is wrong:
                self.forfeit(job, lease, case, round_, seat)
            elif seat.vote is not Vote.ABSENT:
                worker.locked_fri -= BOND_FEES * fee
                self.credit(worker.payout, fee)
                right.append(worker.payout)
                paid += fee
        if round_ in case.bonds:
            self.settle_bond(job, lease, case, round_, paid)
        else:
            job.pool_fri += case.reserved_fri - paid  # only a first round is paid by the pool
            case.reserved_fri = 0

    def settle_bond(self, job: Job, lease: Lease, case: Case, round_: int, paid: int) -> None:
        payer, bond = case.bonds.pop(round_)
        lost = Verdict.ACCEPTED if payer == job.requester else Verdict.REJECTED
        if case.verdict is not lost or not case.rounds[round_]:
            self.credit(payer, bond + job.take_from_pool(paid) - paid)
        elif round_ == 0:
            self.credit(self.workers[lease.worker].payout, bond - paid)
        else:
            job.pool_fri += bond - paid

    def end_trial(self, job: Job, lease: Lease, case: Case, right: list[str]) -> None:
        worker = self.workers[lease.worker]
        pay, lock = job.stakes_of(lease)
        if case.verdict is Verdict.REJECTED:
            reward = lock // 10
            self.reopen(job, lease, LeaseState.REJECTED)
            self.slash(worker, lock, reward)
            each = reward // len(right) if right else 0
            for payout in right:
                self.credit(payout, each)
            job.pool_fri += reward - each * len(right)
            worker.audited = worker.audited_fri = 0
            worker.losses += 1
        elif case.verdict is Verdict.UNDECIDED:
            self.divide(job, lease, LeaseState.REJECTED, pay // 2, [])
        elif case.verdict is Verdict.ACCEPTED:
            lease.trial = Trial.CLEARED
            if case.kind is CaseKind.PIXELS:
                worker.audited += 1
                worker.audited_fri += pay
        else:
            lease.trial = Trial.UNSEATED

    def end_failure(self, job: Job, lease: Lease, case: Case, right: list[str]) -> None:
        pay, _ = job.stakes_of(lease)
        if case.verdict is Verdict.ACCEPTED:
            self.divide(job, lease, LeaseState.UNRENDERABLE, pay // 10, right)
        else:
            refuted = case.verdict is Verdict.REJECTED
            charge = 2 * self.fee_of(job, lease, case, 0) if refuted else 0
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
