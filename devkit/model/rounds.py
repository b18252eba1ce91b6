"""The rounds of an audit once more: their draws, and what goes on when a step is over."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.core.audit.draw import is_audited
from renderchain.core.audit.economics import SEATS
from renderchain.core.audit.events import CommitteeDrawn, LeaseDrawn, VerdictGiven, VotesSealed
from renderchain.core.audit.state import YES, AuditKind, AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.lifecycle import LeaseState

from devkit.model.ledger import need
from devkit.model.records import Audit, Job, Lease, Seat
from devkit.model.verdicts import VerdictsModel

LAST_REDRAW = 2
LEAST_VOTES = 3  # fewer decide nothing


class RoundsModel(VerdictsModel):
    """Every method with a ``caller`` is a call."""

    def draw(self, caller: int, job_id: JobId, leases: Sequence[LeaseId]) -> None:
        job = self.job(job_id)
        self.lease_batch(job_id, leases, lambda number: self.draw_one(job, number))
        self.finish(job)

    def draw_one(self, job: Job, number: LeaseId) -> None:
        lease = self.lease_in(job, number)
        if lease.state is LeaseState.SUBMITTED and lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            self.draw_first(job, lease, self.draw_seed(lease, lease.since_block))
            return
        audit = lease.audit
        need(audit and audit.phase is AuditPhase.DRAW, "nothing to draw")
        assert audit
        self.draw_again(job, lease, audit, self.draw_seed(lease, audit.since_block, audit.round))

    def draw_first(self, job: Job, lease: Lease, seed: int) -> None:
        """Whether a submitted lease is audited and, if so, by whom."""
        lease.draw_outcome = DrawOutcome.PASSED
        if is_audited(seed, lease.exp):
            lease.draw_outcome = DrawOutcome.UNSEATED
            where = (lease.number, AuditKind.PIXELS, AuditPhase.DRAW, self.now_s, self.block)
            audit = Audit(*where, draw_block=lease.since_block)
            if self.seat(job, lease, audit, seed):
                audit.reserved_fri = job.audit_fri(lease.count)
                lease.draw_outcome = DrawOutcome.IN_AUDIT
                self.begin_audit(lease, audit)
        if lease.draw_outcome is not DrawOutcome.IN_AUDIT:
            job.pool_fri += job.audit_fri(lease.count)  # reserved since the claim
        self.emit(LeaseDrawn, job.number, lease.number, lease.exp, lease.draw_outcome)

    def draw_again(self, job: Job, lease: Lease, audit: Audit, seed: int) -> None:
        """Of an appeal or a challenge, for which somebody paid a bond."""
        if not self.seat(job, lease, audit, seed):
            audit.rounds[audit.round] = []
            self.close(job, lease, audit)

    def seat(self, job: Job, lease: Lease, audit: Audit, seed: int) -> bool:
        """Draw the present round's committee; False if there are not enough."""
        found = self.committee(job, lease, audit, seed, audit.wanted)
        if not found:
            return False
        self.seeds[(lease.worker, lease.slot), audit.round] = seed
        audit.rounds[audit.round] = [Seat(number) for number in found]
        audit.committed = audit.agreeing = audit.objecting = audit.shown = audit.redraws = 0
        self.enter(audit, AuditPhase.COMMIT)
        self.announce_committee(job, audit, seed, found)
        return True

    def announce_committee(self, job: Job, audit: Audit, seed: int, found: list[WorkerId]) -> None:
        place = (job.number, audit.lease_id, audit.round)
        self.emit(CommitteeDrawn, *place, audit.kind, seed, tuple(found))

    def is_late(self, audit: Audit, steps: int = 1) -> bool:
        return self.passed(audit.since_s, audit.since_block, steps * self.rules.phase_s)

    def seal(self, lease: Lease, audit: Audit) -> None:
        """All who will vote are bound."""
        if audit.kind is AuditKind.PIXELS:
            self.enter(audit, AuditPhase.OPEN)
        else:
            self.enter(audit, AuditPhase.REVEAL)
            audit.answer = YES
        self.emit(VotesSealed, lease.job, lease.number, audit.round)

    def advance(self, caller: int, job_id: JobId, leases: Sequence[LeaseId]) -> None:
        job = self.job(job_id)
        self.lease_batch(job_id, leases, lambda number: self.advance_one(job, number))
        self.finish(job)

    def advance_one(self, job: Job, number: LeaseId) -> None:
        lease = self.lease_in(job, number)
        audit = lease.audit
        waits = audit and audit.phase not in (AuditPhase.DRAW, AuditPhase.OVER)
        need(waits, "case in another phase")
        assert audit
        if audit.phase is AuditPhase.REVEAL:
            counted = audit.agreeing + audit.objecting == audit.committed
            need(counted or self.is_late(audit, 2 if audit.shown else 1), "step is not overdue")
            self.count_votes(job, lease, audit)
            return
        need(self.is_late(audit), "step is not overdue")
        if audit.phase is AuditPhase.COMMIT:
            self.replace_absent(job, lease, audit)
        elif audit.phase is AuditPhase.APPEAL:
            self.close(job, lease, audit)
        else:
            self.lose_by_silence(job, lease, audit)

    def replace_absent(self, job: Job, lease: Lease, audit: Audit) -> None:
        absent = self.dismiss(job, lease, audit, Vote.DRAWN)
        seed = self.seeds[(lease.worker, lease.slot), audit.round]
        found: list[WorkerId] = []
        if audit.redraws < LAST_REDRAW and absent:
            found = self.committee(job, lease, audit, seed + 1 + audit.redraws, len(absent))
        if found:
            for place, number in zip(absent, found, strict=True):
                audit.seats[place] = Seat(number)
            audit.redraws += 1
            self.enter(audit, AuditPhase.COMMIT)
            self.announce_committee(job, audit, seed, found)
        elif audit.committed >= LEAST_VOTES:
            self.seal(lease, audit)
        else:
            self.close(job, lease, audit)

    def lose_by_silence(self, job: Job, lease: Lease, audit: Audit) -> None:
        for seats in audit.rounds[: audit.round]:
            for seat in seats:
                if seat.vote is Vote.AGREES:
                    seat.vote = Vote.COMMITTED  # judged by nothing
        audit.verdict = Verdict.REJECTED
        self.close(job, lease, audit)

    def count_votes(self, job: Job, lease: Lease, audit: Audit) -> None:
        self.dismiss(job, lease, audit, Vote.COMMITTED)
        for place in audit.seats_with(Vote.SHOWN):
            audit.seats[place].vote = Vote.OBJECTS
            audit.objecting += 1
        audit.shown = 0
        verdict = self.verdict_of(audit)
        if verdict is not Verdict.UNDECIDED or audit.verdict is Verdict.NONE:
            audit.verdict = verdict
        found = (audit.round, audit.verdict, audit.agreeing, audit.objecting)
        self.emit(VerdictGiven, job.number, lease.number, *found)
        if audit.round == len(SEATS) - 1:
            self.close(job, lease, audit)
        else:
            self.enter(audit, AuditPhase.APPEAL)

    @staticmethod
    def verdict_of(audit: Audit) -> Verdict:
        """The majority of at least three."""
        agreeing, objecting = audit.agreeing, audit.objecting
        if agreeing + objecting < LEAST_VOTES or agreeing == objecting:
            return Verdict.UNDECIDED
        return Verdict.ACCEPTED if agreeing > objecting else Verdict.REJECTED
