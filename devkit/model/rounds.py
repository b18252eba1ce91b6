"""The rounds of an audit once more: what follows when all answered or a step is over, and what counts."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.core.audit.economics import BOND_FEES, BUSY_FEES, SEATS
from renderchain.core.audit.events import VerdictGiven, Voted, VotesSealed
from renderchain.core.audit.phases import DRAW_STEPS, steps_of
from renderchain.core.audit.state import MEAN_BIT, YES, AuditKind, AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import LeaseEvent

from devkit.model.draws import DrawsModel
from devkit.model.ledger import need
from devkit.model.masks import in_more_than
from devkit.model.records import Audit, Job, Lease, Seat

MAX_BATCHES, MAX_REDRAWS = 3, 2
LAST_ROUND = len(SEATS) - 1


class RoundsModel(DrawsModel):
    """``advance`` is a call."""

    def is_late(self, audit: Audit) -> bool:
        """Whether the present step took longer than it may."""
        if audit.phase is AuditPhase.DRAW:
            return self.now_s >= audit.since_s + DRAW_STEPS * self.rules.phase_s
        steps = steps_of(audit.phase, audit.batches)
        return self.passed(audit.since_s, audit.since_block, steps * self.rules.phase_s)

    def advance_one(self, job: Job, number: LeaseId) -> None:
        lease = self.lease_in(job, number)
        audit = lease.audit
        waits = audit and audit.phase not in (AuditPhase.LOOK, AuditPhase.OVER)
        need(waits, "case in another phase")
        assert audit
        need(self.is_late(audit), "step is not overdue")
        if audit.phase is AuditPhase.DRAW:
            self.give_up_draw(job, lease, audit)
        elif audit.phase is AuditPhase.COMMIT:
            self.end_commit(job, lease, audit)
        elif audit.phase is AuditPhase.APPEAL:
            self.end_appeals(job, lease, audit)
        elif audit.phase in (AuditPhase.KEY, AuditPhase.OPEN):
            audit.verdict, audit.decided = Verdict.REJECTED, audit.round
            self.close(job, lease, audit)
        elif audit.phase is AuditPhase.REVEAL and audit.prints:
            self.enter(audit, AuditPhase.SHOW)
        else:
            self.count(job, lease, audit)

    def give_up_draw(self, job: Job, lease: Lease, audit: Audit) -> None:
        """No block found the votes that are due."""
        if audit.present or audit.redraws:
            self.reach_limit(job, lease, audit)
        elif audit.round == 0 and audit.bonds:
            payer, bond = audit.bonds[0]
            self.credit(payer, bond)
            audit.bonds[0] = (payer, 0)
            cleared = audit.verdicts_against[0] is Verdict.ACCEPTED
            lease.draw_outcome = DrawOutcome.CLEARED if cleared else DrawOutcome.PASSED
            self.credit(*audit.raisers.pop(0, (0, 0)))
            if lease.paid:
                self.end_paid(job, lease, LeaseEvent.ACCEPT)
            self.over(lease, audit)
        else:
            audit.end_in_vain()
            self.close(job, lease, audit)

    def end_appeals(self, job: Job, lease: Lease, audit: Audit) -> None:
        by_chance = 0 not in audit.bonds
        accepted = audit.round == 0 and audit.verdict is Verdict.ACCEPTED
        if accepted and by_chance and job.terms.second_look:
            self.enter(audit, AuditPhase.LOOK)
        else:
            self.close(job, lease, audit)

    def turn_vote(self, lease: Lease, audit: Audit, seat: Seat, vote: Vote) -> None:
        seat.vote = vote
        place = next(at for at, one in enumerate(audit.seats) if one is seat)
        self.emit(Voted, lease.job, lease.number, audit.round, place, seat.worker, vote)

    def end_commit(self, job: Job, lease: Lease, audit: Audit) -> None:
        """All have answered, or the step is over: it goes on, or there are more votes."""
        fee = self.fee_of(job, lease, audit, audit.round)
        for seat in audit.with_vote(Vote.DRAWN):
            self.forfeit(audit, seat.worker, BOND_FEES * fee)
            audit.free_fee(fee)
            self.turn_vote(lease, audit, seat, Vote.ABSENT)
            audit.said += 1
        if audit.has_enough:
            self.fine_over_time(audit, fee)
            if audit.sealed % 2 == 0:
                self.turn_vote(lease, audit, audit.with_vote(Vote.SEALED)[-1], Vote.SPARE)
                audit.sealed -= 1
            self.close_ballot(lease, audit)
        elif audit.batches < MAX_BATCHES and audit.purse_fri >= fee:
            audit.batches += 1
            self.enter(audit, AuditPhase.DRAW)
        else:
            self.reach_limit(job, lease, audit)

    def fine_over_time(self, audit: Audit, fee: int) -> None:
        for seat in audit.with_vote(Vote.OVER_TIME):
            self.forfeit(audit, seat.worker, BUSY_FEES * fee)

    def close_ballot(self, lease: Lease, audit: Audit) -> None:
        """All who will vote are bound."""
        if audit.kind is AuditKind.PIXELS:
            self.enter(audit, AuditPhase.OPEN)
        else:
            self.enter(audit, AuditPhase.REVEAL)
            audit.answer = YES
        self.emit(VotesSealed, lease.job, lease.number, audit.round)

    def reach_limit(self, job: Job, lease: Lease, audit: Audit) -> None:
        """No more votes are added to the present draw."""
        fee, votes = self.fee_of(job, lease, audit, audit.round), len(audit.present)
        if 2 * len(audit.with_vote(Vote.OVER_TIME)) > votes:
            audit.end_in_vain()
            self.close(job, lease, audit)
            return
        self.fine_over_time(audit, fee)
        without = len(audit.with_vote(Vote.NO_PACKAGE))
        if 2 * without > votes:
            audit.bad = 0
            self.give_verdict(job, lease, audit, Verdict.REJECTED, 0, without)
        elif audit.redraws < MAX_REDRAWS and audit.purse_fri >= SEATS[audit.round] * fee:
            for seat in audit.with_vote(Vote.SEALED):
                self.turn_vote(lease, audit, seat, Vote.SPARE)
            audit.redraws += 1
            self.begin_draw(audit)
        else:
            audit.end_in_vain()
            self.close(job, lease, audit)

    def count(self, job: Job, lease: Lease, audit: Audit) -> None:
        """The present draw's votes, once they are revealed and, with prints, shown."""
        for seat in audit.with_vote(Vote.SEALED):
            self.forfeit(audit, seat.worker, BOND_FEES * self.fee_of(job, lease, audit, audit.round))
            self.turn_vote(lease, audit, seat, Vote.SILENT)
        counted = audit.with_vote(Vote.COUNTED)
        if 2 * len(counted) <= audit.sealed:
            self.go_higher(job, lease, audit)
            return
        half = len(counted) / 2
        audit.proved = audit.proved and in_more_than([seat.near for seat in counted], half) != 0
        bad = in_more_than([seat.differs for seat in counted], half)
        bad |= MEAN_BIT if sum(seat.mean for seat in counted) > half else 0
        verdict = Verdict.ACCEPTED
        if bad:
            decided = audit.kind is AuditKind.DELIVERY or audit.proved
            verdict = Verdict.REJECTED if decided else Verdict.UNDECIDED
        if verdict is Verdict.REJECTED:
            audit.bad = bad
        objecting = sum(1 for seat in counted if seat.differs or seat.mean)
        self.give_verdict(job, lease, audit, verdict, len(counted), objecting)

    def go_higher(self, job: Job, lease: Lease, audit: Audit) -> None:
        """No majority of the sealed votes: the next size, if the purse can pay it."""
        next_ = audit.round + 1
        if next_ <= LAST_ROUND and audit.purse_fri >= SEATS[next_] * self.fee_of(job, lease, audit, next_):
            self.begin_round(job, lease, audit)
        elif audit.verdict is Verdict.NONE:
            self.give_verdict(job, lease, audit, Verdict.UNDECIDED, 0, 0)
        else:
            audit.end_in_vain()
            self.close(job, lease, audit)

    def give_verdict(
        self, job: Job, lease: Lease, audit: Audit, verdict: Verdict, counted: int, objecting: int
    ) -> None:
        """Of a round; it may be appealed but for the last one's."""
        audit.verdict, audit.decided = verdict, audit.round
        self.enter(audit, AuditPhase.APPEAL)
        told = (audit.round, verdict, counted, objecting)
        self.emit(VerdictGiven, job.number, lease.number, *told)
        if audit.round == LAST_ROUND:
            self.close(job, lease, audit)

    def advance(self, caller: int, job_id: JobId, leases: Sequence[LeaseId]) -> None:
        job = self.job(job_id)
        self.lease_batch(job_id, leases, lambda number: self.advance_one(job, number))
        self.finish(job)
