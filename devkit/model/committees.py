"""Whose votes an audit has, and what their holders lose."""

from __future__ import annotations

from dataclasses import replace

from renderchain.core.audit.economics import SEATS
from renderchain.core.audit.state import AuditKind
from renderchain.core.ids import WorkerId

from devkit.model.leases import LeasesModel
from devkit.model.records import Audit, Job, Lease


class CommitteesModel(LeasesModel):
    """What chance decides about an audit's votes, and what their holders lose; none of it is a call."""

    @staticmethod
    def fee_of(job: Job, lease: Lease, audit: Audit, round_: int, notches: int | None = None) -> int:
        """What a vote of a round is paid, at its raised fee if nothing else is said."""
        named = audit.kind is AuditKind.PIXELS and 0 in audit.bonds
        notches = audit.raised[round_] if notches is None else notches
        return job.fee_fri(lease.count, round_, named=named, notches=notches)

    def own_fees_fri(self, job: Job, lease: Lease, audit: Audit, round_: int) -> int:
        """What a round's own votes are paid together if nobody raises their fee."""
        return SEATS[round_] * self.fee_of(job, lease, audit, round_, notches=0)

    def draw_votes(
        self, job: Job, lease: Lease, audit: Audit, block: int, seed: int, wanted: int
    ) -> list[WorkerId]:
        """Holders of drawn units who could vote before that block; fewer than wanted where tries run out."""
        owners = (job.requester, self.workers[lease.worker].owner)
        fee = self.fee_of(job, lease, audit, audit.round)
        request = replace(self.asked(job, lease.count, *owners), fee_fri=fee)
        request = replace(request, again=audit.draw_block != audit.since_block)
        return self.draw_holders(request, block, seed, wanted)

    def forfeit(self, audit: Audit, number: WorkerId, amount: int) -> None:
        """Into the audit's purse goes what is there of the seat stake."""
        audit.purse_fri += self.take_out(number, amount)
