"""Who sits in a committee, and which leaves it looks at."""

from __future__ import annotations

from dataclasses import replace

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import leaf_at
from renderchain.core.ids import WorkerId

from devkit.model.leases import LeasesModel
from devkit.model.records import Audit, Job, Lease


class CommitteesModel(LeasesModel):
    """What chance decides about an audit; none of it is a call."""

    @staticmethod
    def fee_of(job: Job, lease: Lease, audit: Audit, round_: int) -> int:
        return job.fee_fri(lease.count, len(audit.named), round_)

    def committee(self, job: Job, lease: Lease, audit: Audit, seed: int, wanted: int) -> list[WorkerId]:
        """Holders of drawn units, one as often as it was drawn; nobody if not all votes are found."""
        owners = (job.requester, self.workers[lease.worker].owner)
        fee = self.fee_of(job, lease, audit, audit.round)
        request = replace(self.asked(job, lease.count, *owners), fee_fri=fee)
        found = self.draw_votes(request, audit.draw_block, seed, wanted)
        return found if len(found) == wanted else []

    def leaves_in(self, job: Job, lease: Lease, audit: Audit | None) -> list[int]:
        """The leaves of the present round: the named, the first round's, and on appeal fresh ones."""
        named, round_ = (audit.named, audit.round) if audit else ((), 0)
        wanted, total = job.first_leaves(lease.count), lease.count * job.terms.tiles
        seeds = [self.seeds.get(((lease.worker, lease.slot), one), 0) for one in sorted({0, round_})]
        drawn = [leaf_at(hash_many, seed, index, wanted, total) for seed in seeds for index in range(wanted)]
        return [*reversed(named), *drawn]
