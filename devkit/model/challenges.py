"""What has a lease audited besides chance: doubts of its requester, and appeals."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.economics import SEATS, challenge_bond
from renderchain.core.audit.events import Appealed, KeyRevealed, LeaseChallenged, VerifiersNamed
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome, Verdict
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import LeaseEvent
from renderchain.core.sealed import key_hash_of

from devkit.model.ledger import need
from devkit.model.records import Audit, Job, Lease
from devkit.model.shows import ShowsModel
from devkit.model.verdicts import APPEAL_PART, objects


class ChallengesModel(ShowsModel):
    """Every method with a ``caller`` is a call."""

    def doubted(self, caller: int, number: LeaseId) -> tuple[Job, Lease]:
        """A lease that its requester may doubt now."""
        job, lease = self.in_window(caller, number)
        need(lease.draw_outcome is not DrawOutcome.NOT_DRAWN, "the draw comes first")
        need(lease.draw_outcome is not DrawOutcome.IN_AUDIT, "lease is in court")
        need(lease.draw_outcome is not DrawOutcome.UNJUDGED, "nobody judges this lease")
        return job, lease

    def in_window(self, caller: int, number: LeaseId) -> tuple[Job, Lease]:
        """An unpaid lease of the caller's whose window is not over."""
        lease = self.ready(number, LeaseEvent.REJECT)
        job = self.job(lease.job)
        need(caller == job.requester, "only requesters may doubt")
        need(not lease.paid, "lease is paid already")
        over = self.passed(lease.since_s, lease.since_block, job.terms.window_s)
        need(not over, "challenge window is over")
        return job, lease

    @staticmethod
    def challenge_bond_fri(job: Job, lease: Lease, pixels: bool) -> int:
        """What a challenge costs unless it is right."""
        pay, _ = job.stakes_of(lease)
        return challenge_bond(pay, SEATS[0] * job.fee_fri(lease.count, named=pixels))

    def name_verifiers(self, caller: int, number: LeaseId, verifiers: Sequence[WorkerId]) -> None:
        """Of a lease that was taken unjudged though four can be named; it may be challenged then."""
        job, lease = self.in_window(caller, number)
        need(lease.draw_outcome is DrawOutcome.UNJUDGED, "lease is judged as it is")
        asked = self.asked(job, lease.count, job.requester)
        self.need_verifiers(self.workers[lease.worker], verifiers, asked)
        pay, _ = job.stakes_of(lease)
        self.need_room(job.terms.family, pay)
        lease.draw_outcome = DrawOutcome.PASSED
        self.emit(VerifiersNamed, job.number, number)

    def challenge_pixels(self, caller: int, number: LeaseId, leaves: Sequence[int]) -> None:
        job, lease = self.doubted(caller, number)
        last = lease.audit
        doubted = last and (last.kind is AuditKind.PIXELS or was_cleared_before(last))
        need(not doubted, "lease is in court")
        need(leaves, "name 1 to 8 of its leaves")
        self.challenge(job, lease, AuditKind.PIXELS, AuditPhase.DRAW, list(leaves))

    def challenge_delivery(self, caller: int, number: LeaseId) -> None:
        """The worker's side has to reveal the key, then verifiers fetch the results; once a lease."""
        job, lease = self.doubted(caller, number)
        last = lease.audit
        doubted = last and (last.kind is AuditKind.DELIVERY or was_cleared_before(last))
        need(not doubted, "lease is in court")
        self.challenge(job, lease, AuditKind.DELIVERY, AuditPhase.KEY, [])

    def challenge(
        self, job: Job, lease: Lease, kind: AuditKind, phase: AuditPhase, leaves: list[int]
    ) -> None:
        audit = Audit(lease.number, kind, phase, self.now_s, self.block, self.block)
        self.name_leaves(job, lease, audit, leaves)
        bond = self.challenge_bond_fri(job, lease, kind is AuditKind.PIXELS)
        self.collect(job.requester, bond)
        cleared = lease.draw_outcome is DrawOutcome.CLEARED
        audit.verdicts_against[0] = Verdict.ACCEPTED if cleared else Verdict.NONE
        audit.bonds[0] = (job.requester, bond)
        lease.draw_outcome = DrawOutcome.IN_AUDIT
        self.begin_audit(lease, audit)
        self.emit(LeaseChallenged, job.number, lease.number, kind, tuple(leaves), bond)

    def appeal(self, caller: int, number: LeaseId, leaves: Sequence[int] = ()) -> None:
        lease, audit = self.in_phase(number, AuditPhase.APPEAL)
        need(not self.is_late(audit), "step is over")
        need(self.may_appeal(lease, audit, caller), "seat may not appeal")
        job, verdict = self.job(lease.job), audit.verdict
        bond = self.appeal_bond_fri(number)
        self.begin_round(job, lease, audit, leaves)
        self.collect(caller, bond)
        audit.bonds[audit.round] = (caller, bond)
        audit.verdicts_against[audit.round] = verdict
        self.emit(Appealed, job.number, number, audit.round, bond, tuple(leaves))

    def may_appeal(self, lease: Lease, audit: Audit, caller: int) -> bool:
        """Anyone may doubt what is no rejection; that may its worker, and who did not vote for it."""
        if audit.verdict is not Verdict.REJECTED:
            return True
        worker = self.workers[lease.worker]
        if caller in (worker.owner, worker.operator):
            return True
        number, own = self.worker_id_of(caller), audit.start_of(audit.decided)
        return bool(number) and any(
            seat.worker == number and not objects(seat, audit.bad, is_own=at >= own)
            for at, seat in enumerate(audit.seats)
        )

    def appeal_bond_fri(self, number: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        lease, audit = self.lease(number), self.audit_of(number)
        need(lease, "unknown job")
        assert lease
        job, round_ = self.job(lease.job), audit.round + 1 if audit else 1
        pay, _ = job.stakes_of(lease)
        named = bool(audit and audit.kind is AuditKind.PIXELS and 0 in audit.bonds)
        fee = job.fee_fri(lease.count, round_, named=named)
        return SEATS[min(round_, len(SEATS) - 1)] * fee + pay // APPEAL_PART

    def reveal_key(self, caller: int, number: LeaseId, result: LeaseResult, key_hi: int, key_lo: int) -> None:
        self.need_result(number, result)
        lease, audit = self.in_phase(number, AuditPhase.KEY)
        key = key_hi.to_bytes(16, "big") + key_lo.to_bytes(16, "big")
        need(key_hash_of(hash_many, key) == result.key_hash, "not the key of the results")
        self.enter(audit, AuditPhase.DRAW)
        self.emit(KeyRevealed, lease.job, number, key_hi, key_lo)


def was_cleared_before(last: Audit) -> bool:
    """Whether a challenge was of a lease that another audit had cleared."""
    return last.verdicts_against.get(0) is Verdict.ACCEPTED


class Model(ChallengesModel):
    """A whole network."""
