"""The court's rules once more, without chance: what was drawn is taken from the chain, if it is allowed."""

from __future__ import annotations

from renderchain.core.case import CaseKind, CasePhase, Trial, Vote
from renderchain.core.lifecycle import LeaseState
from renderchain.core.stakes import BOND_FEES, SEATS, least_lock

from .ledger import Case, Job, Lease, Seat, need
from .model_verdicts import VerdictsModel

SAME, MACHINE, LOST = "SAME", "MACHINE", "LOST"
LAST_REDRAW, MAX_NAMED = 2, 8


class Model(VerdictsModel):
    """Every method is a call; ``caller`` is a name. A vote is what the verifier saw."""

    def draw(self, caller: str, job_id: int, leases: list[int]) -> None:
        job = self.job(job_id)
        self.batch(leases, lambda number: self.draw_one(job, job_id, number))
        self.finish(job)

    def draw_one(self, job: Job, job_id: int, number: int) -> None:
        lease = self.lease(number)
        need(lease and lease.job == job_id, "lease of another job")
        assert lease
        if lease.state is LeaseState.SUBMITTED and lease.trial is Trial.NOT_DRAWN:
            self.need_block(lease.since_block)
            lease.trial = Trial(self.facts[number]["trial"])
            if lease.trial is Trial.PASSED:
                assert lease.exp, "a lease at rate 1 was spared"
            elif lease.trial is Trial.IN_COURT:
                lease.case = Case(CaseKind.PIXELS, CasePhase.DRAW, 0, 0)
                self.draw_seats(job, lease, lease.case, SEATS[0])
            return
        case = lease.case
        need(case and case.phase is CasePhase.DRAW, "nothing to draw")
        assert case
        self.need_block(case.since_block)
        if self.facts[number]["phase"] == CasePhase.OVER:
            self.close(job, lease, case)
        else:
            self.draw_seats(job, lease, case, 0 if case.round in case.bonds else 2)

    def draw_seats(self, job: Job, lease: Lease, case: Case, by_pool: int) -> None:
        """Who was drawn for a round; the pool pays so many of them."""
        members = self.facts[lease.number]["members"]
        if case.kind is CaseKind.FAILURE:
            assert len(members) == 2
        else:
            assert 3 <= len(members) <= SEATS[case.round] and len(members) % 2
        cost = by_pool * self.fee_of(job, lease, case, case.round)
        self.seat_all(job, lease, case, members, [])
        assert job.pool_fri >= cost, "an audit that the pool can't pay"
        case.reserved_fri += job.take_from_pool(cost)
        case.rounds[case.round] = [Seat(number) for number in members]
        case.redraws = 0
        self.enter(case, CasePhase.COMMIT)

    def seat_all(self, job: Job, lease: Lease, case: Case, members: list[int], taken: list[int]) -> None:
        """Check that these may sit, and lock their bonds."""
        fee = self.fee_of(job, lease, case, case.round)
        owners = [job.requester, self.workers[lease.worker].owner]
        owners += [self.workers[number].owner for number in taken]
        epoch = lease.since_block // self.rules.epoch_blocks - 1
        for number in members:
            worker = self.workers[number]
            assert worker.owner not in owners, f"worker {number} may not judge lease {lease.number}"
            owners.append(worker.owner)
            assert any(first <= epoch < end for first, end in worker.seated), "no seat in that epoch"
            _, largest, _, until, least_fee = worker.offer
            assert 0 < least_fee <= fee and job.bytes <= largest and self.now < until, "not willing"
            assert worker.free_fri >= BOND_FEES * fee, "bond is not free"
            worker.locked_fri += BOND_FEES * fee

    def enter(self, case: Case, phase: CasePhase) -> None:
        case.phase, case.since_s, case.since_block = phase, self.now, self.block

    def is_late(self, case: Case, steps: int = 1) -> bool:
        return self.passed(case.since_s, case.since_block, steps * self.rules.phase_s)

    def in_phase(self, number: int, phase: CasePhase) -> tuple[Lease, Case]:
        lease = self.lease(number)
        need(lease and lease.case and lease.case.phase is phase, "case in another phase")
        assert lease and lease.case
        return lease, lease.case

    def commit(self, caller: str, entries: list[tuple[int, int, str]]) -> None:
        def one(entry: tuple[int, int, str]) -> None:
            number, place, seen = entry
            _, case = self.in_phase(number, CasePhase.COMMIT)
            need(place < len(case.seats), "no such seat in the round")
            seat = case.seats[place]
            need(seat.vote is Vote.DRAWN, "seat has voted already")
            need(self.workers[seat.worker].operator == caller, "not that verifier")
            seat.vote, seat.sealed = Vote.COMMITTED, self.meant(case, seen)
            if not case.count(Vote.DRAWN, Vote.ABSENT):
                self.seal(case)

        self.batch(entries, one)

    @staticmethod
    def meant(case: Case, seen: str) -> str:
        """Where votes are yes or no, there are but two."""
        is_pixels = case.kind is CaseKind.PIXELS
        return seen if is_pixels or seen in (SAME, LOST) else "OTHER"

    def seal(self, case: Case) -> None:
        self.enter(case, CasePhase.OPEN if case.kind is CaseKind.PIXELS else CasePhase.REVEAL)

    def open(self, caller: str, number: int, wrong: str) -> None:
        """``wrong``: "" or "result", "seed", "count", "root"."""
        self.of_operator(caller, number)
        self.need_result(number, wrong != "result")
        _, case = self.in_phase(number, CasePhase.OPEN)
        need(wrong != "seed", "opened for another draw")
        need(wrong != "count", "wrong number of leaves")
        need(wrong != "root", "leaf is not under the root")
        self.enter(case, CasePhase.REVEAL)

    def need_result(self, number: int, right: bool) -> None:
        lease = self.lease(number)
        need(lease and lease.state >= LeaseState.SUBMITTED, "lease in another state")
        assert lease
        need(lease.submitted and right, "not the submitted result")

    def sealed(self, number: int, place: int, seen: str, *, plain: bool) -> tuple[Case, Seat]:
        """The seat that sealed this and may show it now; ``plain``: if the case is of yes and no."""
        _, case = self.in_phase(number, CasePhase.REVEAL)
        need(not self.is_late(case), "step is over")
        need(place < len(case.seats), "no such seat in the round")
        seat = case.seats[place]
        need(seat.vote is Vote.COMMITTED, "seat has voted already")
        right = seat.sealed == self.meant(case, seen) and (plain or case.kind is CaseKind.PIXELS)
        need(right and seen != LOST, "vote is not the sealed one")
        return case, seat

    def reveal(self, caller: str, entries: list[tuple[int, int, str]]) -> None:
        def one(entry: tuple[int, int, str]) -> None:
            case, seat = self.sealed(*entry, plain=True)
            need(seat.sealed == SAME or case.kind is not CaseKind.PIXELS, "another vote needs prints")
            seat.vote = Vote.AGREES if seat.sealed == SAME else Vote.OBJECTS

        self.batch(entries, one)

    def reveal_prints(self, caller: str, number: int, place: int, seen: str) -> None:
        _, seat = self.sealed(number, place, seen, plain=False)
        seat.vote = Vote.AGREES if seen == SAME else Vote.SHOWN

    def compare(self, caller: str, number: int, place: int, seen: str) -> None:
        _, case = self.in_phase(number, CasePhase.REVEAL)
        need(place < len(case.seats), "no such seat in the round")
        seat = case.seats[place]
        need(seat.vote is Vote.SHOWN, "seat has voted already")
        need(seat.sealed == seen, "vote is not the sealed one")
        seat.vote = Vote.AGREES if seen == MACHINE else Vote.OBJECTS

    def advance(self, caller: str, job_id: int, leases: list[int]) -> None:
        job = self.job(job_id)
        self.batch(leases, lambda number: self.advance_one(job, job_id, number))
        self.finish(job)

    def advance_one(self, job: Job, job_id: int, number: int) -> None:
        lease = self.lease(number)
        need(lease and lease.job == job_id, "lease of another job")
        assert lease
        case = lease.case
        waits = case and case.phase not in (CasePhase.DRAW, CasePhase.OVER)
        need(waits, "case in another phase")
        assert case
        if case.phase is CasePhase.REVEAL:
            shown = case.count(Vote.SHOWN)
            counted = not shown and not case.count(Vote.COMMITTED)
            need(counted or self.is_late(case, 2 if shown else 1), "step is not overdue")
            if not self.count_votes(job, lease, case):
                self.enter(case, CasePhase.APPEAL)
            return
        need(self.is_late(case), "step is not overdue")
        if case.phase is CasePhase.COMMIT:
            self.replace_absent(job, lease, case)
        elif case.phase is CasePhase.APPEAL:
            self.close(job, lease, case)
        else:
            self.lose_by_silence(job, lease, case)

    def replace_absent(self, job: Job, lease: Lease, case: Case) -> None:
        absent = [at for at, seat in enumerate(case.seats) if seat.vote is Vote.DRAWN]
        taken = [seat.worker for seat in case.seats]
        self.dismiss(job, lease, case, Vote.DRAWN)
        fact = self.facts[lease.number]
        if fact["phase"] == CasePhase.COMMIT:
            assert case.redraws < LAST_REDRAW and absent
            fresh = [fact["members"][at] for at in absent]
            self.seat_all(job, lease, case, fresh, taken)
            for at, number in zip(absent, fresh, strict=True):
                case.seats[at] = Seat(number)
            case.redraws += 1
            self.enter(case, CasePhase.COMMIT)
        elif case.count(Vote.COMMITTED) >= (2 if case.kind is CaseKind.FAILURE else 3):
            self.seal(case)
        else:
            self.close(job, lease, case)

    def appeal(self, caller: str, number: int) -> None:
        lease, case = self.in_phase(number, CasePhase.APPEAL)
        need(not self.is_late(case), "step is over")
        job, worker = self.jobs[lease.job], self.workers[lease.worker]
        need(caller in self.losers(job, worker, case.verdict), "only who lost may appeal")
        case.round += 1
        case.rounds.append([])
        bond = self.appeal_bond_fri(lease)
        case.bonds[case.round] = (caller, bond)
        self.enter(case, CasePhase.DRAW)
        self.move(caller, -bond)

    def appeal_bond_fri(self, lease: Lease) -> int:
        """Of the round that an appeal has begun."""
        assert lease.case
        return SEATS[lease.case.round] * self.fee_of(self.jobs[lease.job], lease, lease.case, 1)

    def doubted(self, caller: str, number: int) -> tuple[Job, Lease]:
        lease = self.lease(number)
        need(lease and lease.state is LeaseState.SUBMITTED, "lease in another state")
        assert lease
        job = self.jobs[lease.job]
        need(caller == job.requester, "only requesters may doubt")
        need(lease.trial is not Trial.NOT_DRAWN, "the draw comes first")
        need(lease.trial is not Trial.IN_COURT, "lease is in court")
        over = self.passed(lease.since_s, lease.since_block, job.window_s)
        need(not over, "challenge window is over")
        return job, lease

    def challenge(self, job: Job, lease: Lease, case: Case) -> None:
        lease.trial, lease.case = Trial.IN_COURT, case
        pay, _ = job.stakes_of(lease)
        bond = least_lock(pay, SEATS[0] * self.fee_of(job, lease, case, 0))
        case.bonds[0] = (job.requester, bond)
        self.move(job.requester, -bond)

    def challenge_pixels(self, caller: str, number: int, leaves: list[int]) -> None:
        job, lease = self.doubted(caller, number)
        need(lease.trial is not Trial.CLEARED, "lease is in court")
        known = max(leaves, default=0) < lease.count * job.audit[0]
        need(0 < len(leaves) <= MAX_NAMED and known, "name 1 to 8 of its leaves")
        case = Case(CaseKind.PIXELS, CasePhase.DRAW, self.now, self.block, named=len(leaves))
        self.challenge(job, lease, case)

    def challenge_delivery(self, caller: str, number: int) -> None:
        job, lease = self.doubted(caller, number)
        self.challenge(job, lease, Case(CaseKind.DELIVERY, CasePhase.KEY, self.now, self.block))

    def reveal_key(self, caller: str, number: int, right: bool) -> None:
        self.of_operator(caller, number)
        self.need_result(number, True)
        _, case = self.in_phase(number, CasePhase.KEY)
        need(right, "not the key of the results")
        self.enter(case, CasePhase.DRAW)

    def report_failure(self, caller: str, number: int, reason: int) -> None:
        self.of_operator(caller, number)
        lease = self.claimed(number)
        need(reason, "failure without a reason")
        lease.state, lease.since_s, lease.since_block = LeaseState.REPORTED, self.now, self.block
        lease.case = Case(CaseKind.FAILURE, CasePhase.DRAW, self.now, self.block)
