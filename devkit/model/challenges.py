"""What brings a lease into an audit besides chance: doubts of its requester."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.economics import SEATS, least_lock
from renderchain.core.audit.events import KeyRevealed, LeaseChallenged
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import LeaseEvent
from renderchain.core.sealed import key_hash_of

from devkit.model.ledger import need
from devkit.model.records import Audit, Job, Lease
from devkit.model.votes import VotesModel

MAX_NAMED = 8


class ChallengesModel(VotesModel):
    """Every method with a ``caller`` is a call."""

    def doubted(self, caller: int, number: LeaseId) -> tuple[Job, Lease]:
        """A lease that its requester may doubt now."""
        lease = self.ready(number, LeaseEvent.REJECT)
        job = self.job(lease.job)
        need(caller == job.requester, "only requesters may doubt")
        need(lease.draw_outcome is not DrawOutcome.NOT_DRAWN, "the draw comes first")
        need(lease.draw_outcome is not DrawOutcome.IN_AUDIT, "lease is in court")
        over = self.passed(lease.since_s, lease.since_block, job.terms.window_s)
        need(not over, "challenge window is over")
        return job, lease

    @staticmethod
    def challenge_bond_fri(job: Job, lease: Lease, named: int) -> int:
        """What a challenge costs unless it is right."""
        pay, _ = job.stakes_of(lease)
        return least_lock(pay, SEATS[0] * job.fee_fri(lease.count, named))

    def challenge_pixels(self, caller: int, number: LeaseId, leaves: Sequence[int]) -> None:
        job, lease = self.doubted(caller, number)
        need(lease.draw_outcome is not DrawOutcome.CLEARED, "lease is in court")
        known = max(leaves, default=0) < lease.count * job.terms.tiles
        need(0 < len(leaves) <= MAX_NAMED and known, "name 1 to 8 of its leaves")
        self.challenge(job, lease, AuditKind.PIXELS, AuditPhase.DRAW, tuple(leaves))

    def challenge_delivery(self, caller: int, number: LeaseId) -> None:
        """The worker has to reveal the key, then a committee fetches the results."""
        job, lease = self.doubted(caller, number)
        self.challenge(job, lease, AuditKind.DELIVERY, AuditPhase.KEY)

    def challenge(
        self, job: Job, lease: Lease, kind: AuditKind, phase: AuditPhase, leaves: tuple[int, ...] = ()
    ) -> None:
        bond = self.challenge_bond_fri(job, lease, len(leaves))
        self.collect(job.requester, bond)
        lease.draw_outcome = DrawOutcome.IN_AUDIT
        audit = Audit(lease.number, kind, phase, self.now_s, self.block, leaves, draw_block=self.block)
        audit.bonds[0] = (job.requester, bond)
        self.begin_audit(lease, audit)
        self.emit(LeaseChallenged, job.number, lease.number, kind, leaves, bond)

    def reveal_key(self, caller: int, number: LeaseId, result: LeaseResult, key_hi: int, key_lo: int) -> None:
        self.need_result(number, result)
        lease, audit = self.in_phase(number, AuditPhase.KEY)
        key = key_hi.to_bytes(16, "big") + key_lo.to_bytes(16, "big")
        need(key_hash_of(hash_many, key) == result.key_hash, "not the key of the results")
        self.call(audit)
        self.emit(KeyRevealed, lease.job, number, key_hi, key_lo)


class Model(ChallengesModel):
    """A whole network."""
