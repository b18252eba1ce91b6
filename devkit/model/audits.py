"""The rules of audits once more, without chance: what was drawn is taken from the chain, if allowed."""

from __future__ import annotations

from renderchain.core.audit.economics import BOND_FEES, SEATS, least_lock
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome, Vote
from renderchain.core.lifecycle import LeaseState

from .ledger import Audit, Job, Lease, Seat, need
from .verdicts import VerdictsModel

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
        if lease.state is LeaseState.SUBMITTED and lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            self.need_block(lease.since_block)
            lease.draw_outcome = DrawOutcome(self.facts[number]["draw_outcome"])
            if lease.draw_outcome is DrawOutcome.PASSED:
                assert lease.exp, "a lease at rate 1 was spared"
            elif lease.draw_outcome is DrawOutcome.IN_AUDIT:
                lease.audit = Audit(AuditKind.PIXELS, AuditPhase.DRAW, 0, 0)
                self.draw_seats(job, lease, lease.audit, SEATS[0])
            return
        audit = lease.audit
        need(audit and audit.phase is AuditPhase.DRAW, "nothing to draw")
        assert audit
        self.need_block(audit.since_block)
        if self.facts[number]["phase"] == AuditPhase.OVER:
            self.close(job, lease, audit)
        else:
            self.draw_seats(job, lease, audit, 0 if audit.round in audit.bonds else 2)

    def draw_seats(self, job: Job, lease: Lease, audit: Audit, by_pool: int) -> None:
        """Who was drawn for a round; the pool pays so many of them."""
        verifiers = self.facts[lease.number]["verifiers"]
        if audit.kind is AuditKind.FAILURE:
            assert len(verifiers) == 2
        else:
            assert 3 <= len(verifiers) <= SEATS[audit.round] and len(verifiers) % 2
        cost = by_pool * self.fee_of(job, lease, audit, audit.round)
        self.seat_all(job, lease, audit, verifiers, [])
        assert job.pool_fri >= cost, "an audit that the pool can't pay"
        audit.reserved_fri += job.take_from_pool(cost)
        audit.rounds[audit.round] = [Seat(number) for number in verifiers]
        audit.redraws = 0
        self.enter(audit, AuditPhase.COMMIT)

    def seat_all(self, job: Job, lease: Lease, audit: Audit, verifiers: list[int], taken: list[int]) -> None:
        """Check that these may sit, and lock their bonds."""
        fee = self.fee_of(job, lease, audit, audit.round)
        owners = [job.requester, self.workers[lease.worker].owner]
        owners += [self.workers[number].owner for number in taken]
        epoch = lease.since_block // self.rules.epoch_blocks - 1
        for number in verifiers:
            worker = self.workers[number]
            assert worker.owner not in owners, f"worker {number} may not judge lease {lease.number}"
            owners.append(worker.owner)
            assert any(first <= epoch < end for first, end in worker.seated), "no seat in that epoch"
            _, largest, _, until, least_fee = worker.offer
            assert 0 < least_fee <= fee and job.bytes <= largest and self.now < until, "not willing"
            assert worker.free_fri >= BOND_FEES * fee, "bond is not free"
            worker.locked_fri += BOND_FEES * fee

    def enter(self, audit: Audit, phase: AuditPhase) -> None:
        audit.phase, audit.since_s, audit.since_block = phase, self.now, self.block

    def is_late(self, audit: Audit, steps: int = 1) -> bool:
        return self.passed(audit.since_s, audit.since_block, steps * self.rules.phase_s)

    def in_phase(self, number: int, phase: AuditPhase) -> tuple[Lease, Audit]:
        lease = self.lease(number)
        need(lease and lease.audit and lease.audit.phase is phase, "case in another phase")
        assert lease and lease.audit
        return lease, lease.audit

    def commit(self, caller: str, entries: list[tuple[int, int, str]]) -> None:
        def one(entry: tuple[int, int, str]) -> None:
            number, place, seen = entry
            _, audit = self.in_phase(number, AuditPhase.COMMIT)
            need(place < len(audit.seats), "no such seat in the round")
            seat = audit.seats[place]
            need(seat.vote is Vote.DRAWN, "seat has voted already")
            need(self.workers[seat.worker].operator == caller, "not that verifier")
            seat.vote, seat.sealed = Vote.COMMITTED, self.meant(audit, seen)
            if not audit.count(Vote.DRAWN, Vote.ABSENT):
                self.seal(audit)

        self.batch(entries, one)

    @staticmethod
    def meant(audit: Audit, seen: str) -> str:
        """Where votes are yes or no, there are but two."""
        is_pixels = audit.kind is AuditKind.PIXELS
        return seen if is_pixels or seen in (SAME, LOST) else "OTHER"

    def seal(self, audit: Audit) -> None:
        self.enter(audit, AuditPhase.OPEN if audit.kind is AuditKind.PIXELS else AuditPhase.REVEAL)

    def open(self, caller: str, number: int, wrong: str) -> None:
        """``wrong``: "" or "result", "seed", "count", "root"."""
        self.of_operator(caller, number)
        self.need_result(number, wrong != "result")
        _, audit = self.in_phase(number, AuditPhase.OPEN)
        need(wrong != "seed", "opened for another draw")
        need(wrong != "count", "wrong number of leaves")
        need(wrong != "root", "leaf is not under the root")
        self.enter(audit, AuditPhase.REVEAL)

    def need_result(self, number: int, right: bool) -> None:
        lease = self.lease(number)
        need(lease and lease.state >= LeaseState.SUBMITTED, "lease in another state")
        assert lease
        need(lease.submitted and right, "not the submitted result")

    def sealed(self, number: int, place: int, seen: str, *, plain: bool) -> tuple[Audit, Seat]:
        """The seat that sealed this and may show it now; ``plain``: if votes are yes or no."""
        _, audit = self.in_phase(number, AuditPhase.REVEAL)
        need(not self.is_late(audit), "step is over")
        need(place < len(audit.seats), "no such seat in the round")
        seat = audit.seats[place]
        need(seat.vote is Vote.COMMITTED, "seat has voted already")
        right = seat.sealed == self.meant(audit, seen) and (plain or audit.kind is AuditKind.PIXELS)
        need(right and seen != LOST, "vote is not the sealed one")
        return audit, seat

    def reveal(self, caller: str, entries: list[tuple[int, int, str]]) -> None:
        def one(entry: tuple[int, int, str]) -> None:
            audit, seat = self.sealed(*entry, plain=True)
            need(seat.sealed == SAME or audit.kind is not AuditKind.PIXELS, "another vote needs prints")
            seat.vote = Vote.AGREES if seat.sealed == SAME else Vote.OBJECTS

        self.batch(entries, one)

    def reveal_prints(self, caller: str, number: int, place: int, seen: str) -> None:
        _, seat = self.sealed(number, place, seen, plain=False)
        seat.vote = Vote.AGREES if seen == SAME else Vote.SHOWN

    def compare(self, caller: str, number: int, place: int, seen: str) -> None:
        _, audit = self.in_phase(number, AuditPhase.REVEAL)
        need(place < len(audit.seats), "no such seat in the round")
        seat = audit.seats[place]
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
        audit = lease.audit
        waits = audit and audit.phase not in (AuditPhase.DRAW, AuditPhase.OVER)
        need(waits, "case in another phase")
        assert audit
        if audit.phase is AuditPhase.REVEAL:
            shown = audit.count(Vote.SHOWN)
            counted = not shown and not audit.count(Vote.COMMITTED)
            need(counted or self.is_late(audit, 2 if shown else 1), "step is not overdue")
            if not self.count_votes(job, lease, audit):
                self.enter(audit, AuditPhase.APPEAL)
            return
        need(self.is_late(audit), "step is not overdue")
        if audit.phase is AuditPhase.COMMIT:
            self.replace_absent(job, lease, audit)
        elif audit.phase is AuditPhase.APPEAL:
            self.close(job, lease, audit)
        else:
            self.lose_by_silence(job, lease, audit)

    def replace_absent(self, job: Job, lease: Lease, audit: Audit) -> None:
        absent = [at for at, seat in enumerate(audit.seats) if seat.vote is Vote.DRAWN]
        taken = [seat.worker for seat in audit.seats]
        self.dismiss(job, lease, audit, Vote.DRAWN)
        fact = self.facts[lease.number]
        if fact["phase"] == AuditPhase.COMMIT:
            assert audit.redraws < LAST_REDRAW and absent
            fresh = [fact["verifiers"][at] for at in absent]
            self.seat_all(job, lease, audit, fresh, taken)
            for at, number in zip(absent, fresh, strict=True):
                audit.seats[at] = Seat(number)
            audit.redraws += 1
            self.enter(audit, AuditPhase.COMMIT)
        elif audit.count(Vote.COMMITTED) >= (2 if audit.kind is AuditKind.FAILURE else 3):
            self.seal(audit)
        else:
            self.close(job, lease, audit)

    def appeal(self, caller: str, number: int) -> None:
        lease, audit = self.in_phase(number, AuditPhase.APPEAL)
        need(not self.is_late(audit), "step is over")
        job, worker = self.jobs[lease.job], self.workers[lease.worker]
        need(caller in self.losers(job, worker, audit.verdict), "only who lost may appeal")
        audit.round += 1
        audit.rounds.append([])
        bond = self.appeal_bond_fri(lease)
        audit.bonds[audit.round] = (caller, bond)
        self.enter(audit, AuditPhase.DRAW)
        self.move(caller, -bond)

    def appeal_bond_fri(self, lease: Lease) -> int:
        """Of the round that an appeal has begun."""
        assert lease.audit
        return SEATS[lease.audit.round] * self.fee_of(self.jobs[lease.job], lease, lease.audit, 1)

    def doubted(self, caller: str, number: int) -> tuple[Job, Lease]:
        lease = self.lease(number)
        need(lease and lease.state is LeaseState.SUBMITTED, "lease in another state")
        assert lease
        job = self.jobs[lease.job]
        need(caller == job.requester, "only requesters may doubt")
        need(lease.draw_outcome is not DrawOutcome.NOT_DRAWN, "the draw comes first")
        need(lease.draw_outcome is not DrawOutcome.IN_AUDIT, "lease is in court")
        over = self.passed(lease.since_s, lease.since_block, job.window_s)
        need(not over, "challenge window is over")
        return job, lease

    def challenge(self, job: Job, lease: Lease, audit: Audit) -> None:
        lease.draw_outcome, lease.audit = DrawOutcome.IN_AUDIT, audit
        pay, _ = job.stakes_of(lease)
        bond = least_lock(pay, SEATS[0] * self.fee_of(job, lease, audit, 0))
        audit.bonds[0] = (job.requester, bond)
        self.move(job.requester, -bond)

    def challenge_pixels(self, caller: str, number: int, leaves: list[int]) -> None:
        job, lease = self.doubted(caller, number)
        need(lease.draw_outcome is not DrawOutcome.CLEARED, "lease is in court")
        known = max(leaves, default=0) < lease.count * job.audit[0]
        need(0 < len(leaves) <= MAX_NAMED and known, "name 1 to 8 of its leaves")
        audit = Audit(AuditKind.PIXELS, AuditPhase.DRAW, self.now, self.block, named=len(leaves))
        self.challenge(job, lease, audit)

    def challenge_delivery(self, caller: str, number: int) -> None:
        job, lease = self.doubted(caller, number)
        self.challenge(job, lease, Audit(AuditKind.DELIVERY, AuditPhase.KEY, self.now, self.block))

    def reveal_key(self, caller: str, number: int, right: bool) -> None:
        self.of_operator(caller, number)
        self.need_result(number, True)
        _, audit = self.in_phase(number, AuditPhase.KEY)
        need(right, "not the key of the results")
        self.enter(audit, AuditPhase.DRAW)

    def report_failure(self, caller: str, number: int, reason: int) -> None:
        self.of_operator(caller, number)
        lease = self.claimed(number)
        need(reason, "failure without a reason")
        lease.state, lease.since_s, lease.since_block = LeaseState.REPORTED, self.now, self.block
        lease.audit = Audit(AuditKind.FAILURE, AuditPhase.DRAW, self.now, self.block)
