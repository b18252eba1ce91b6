"""Whose votes an audit has: drawn by unit from the seats of the epoch before, so a holder may have many."""

from __future__ import annotations

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import unit_at
from renderchain.core.audit.state import AuditKind
from renderchain.core.ids import WorkerId

from devkit.model.leases import LeasesModel
from devkit.model.records import Audit, Job, Lease

TRIES = 12  # for each vote wanted; seats that were given up and unwilling holders are passed over


class CommitteesModel(LeasesModel):
    """What chance decides about an audit's votes, and what their holders lose; none of it is a call."""

    @staticmethod
    def fee_of(job: Job, lease: Lease, audit: Audit, round_: int) -> int:
        """What a vote of a round is paid."""
        named = audit.kind is AuditKind.PIXELS and 0 in audit.bonds
        return job.fee_fri(lease.count, round_, named=named)

    def draw_votes(self, job: Job, lease: Lease, audit: Audit, seed: int, wanted: int) -> list[WorkerId]:
        """Holders of drawn units; fewer than wanted where tries run out."""
        family, fee = self.seats_in(job.terms.family), self.fee_of(job, lease, audit, audit.round)
        epoch = lease.since_block // self.rules.epoch_blocks - 1
        units = family.units_until(epoch) if epoch >= 0 else 0
        partial = {job.requester, self.workers[lease.worker].owner}
        found: list[WorkerId] = []
        for attempt in range(TRIES * wanted if units else 0):
            number = family.holder_at(epoch, unit_at(hash_many, seed, attempt, units))
            if number and self.workers[number].owner not in partial:
                found += [number] * self.is_able(self.workers[number], job.vote_terms(fee))
            if len(found) == wanted:
                break
        return found

    def forfeit(self, audit: Audit, number: WorkerId, amount: int) -> None:
        """Into the audit's purse goes what is there of it."""
        worker = self.workers[number]
        taken = min(amount, worker.free_fri)
        worker.stake_fri -= taken
        audit.purse_fri += taken
        self.transfer(self.addresses.registry, self.addresses.board, taken)
