"""Who sits in a committee: drawn from the seats of the epoch before, one of each owner, willing and able."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import leaf_at, unit_at
from renderchain.core.audit.economics import BOND_FEES
from renderchain.core.ids import WorkerId

from devkit.model.leases import LeasesModel
from devkit.model.records import Audit, Job, Lease, Worker

TRIES = 12  # for each seat wanted; seats that were given up and unwilling holders are passed over


class CommitteesModel(LeasesModel):
    """What chance decides about an audit; none of it is a call."""

    @staticmethod
    def fee_of(job: Job, lease: Lease, audit: Audit, round_: int) -> int:
        return job.fee_fri(lease.count, len(audit.named), round_)

    def committee(
        self,
        job: Job,
        lease: Lease,
        audit: Audit,
        seed: int,
        wanted: int,
        least: int,
        taken: Sequence[WorkerId] = (),
    ) -> list[WorkerId]:
        """Workers, whose bonds are locked; nobody if there are not enough. ``taken`` have seats already."""
        fee = self.fee_of(job, lease, audit, audit.round)
        found = self.candidates(job, lease, fee, seed, wanted, taken)
        if not taken and len(found) % 2 == 0:
            found = found[:-1]  # an even number would tie
        if len(found) < least:
            return []
        for number in found:
            self.workers[number].locked_fri += BOND_FEES * fee
        return found

    def candidates(
        self, job: Job, lease: Lease, fee: int, seed: int, wanted: int, taken: Sequence[WorkerId]
    ) -> list[WorkerId]:
        """Holders of drawn units."""
        family = self.seats_in(job.terms.family)
        epoch = lease.since_block // self.rules.epoch_blocks - 1
        units = family.units_until(epoch) if epoch >= 0 else 0
        owners = {job.requester, *(self.workers[one].owner for one in (lease.worker, *taken))}
        found: list[WorkerId] = []
        for attempt in range(TRIES * wanted if units else 0):
            if len(found) == wanted:
                break
            number = family.holder_at(epoch, unit_at(hash_many, seed, attempt, units))
            if not number:
                continue
            worker = self.workers[number]
            if worker.owner not in owners and self.is_able(worker, job, fee):
                owners.add(worker.owner)
                found.append(number)
        return found

    def is_able(self, worker: Worker, job: Job, fee: int) -> bool:
        """Whether it takes audits at that fee, and has the bond."""
        offer = worker.offer
        fits = job.terms.package_bytes <= offer.largest_package_bytes and self.now_s < offer.until_s
        return 0 < offer.audit_fee_fri <= fee and fits and worker.free_fri >= BOND_FEES * fee

    def leaves_in(self, job: Job, lease: Lease, audit: Audit | None) -> list[int]:
        """The leaves of the present round: the named, the first round's, and on appeal fresh ones."""
        named, round_ = (audit.named, audit.round) if audit else ((), 0)
        wanted, total = job.first_leaves(lease.count), lease.count * job.terms.tiles
        seeds = [self.seeds.get(((lease.worker, lease.slot), one), 0) for one in sorted({0, round_})]
        drawn = [leaf_at(hash_many, seed, index, wanted, total) for seed in seeds for index in range(wanted)]
        return [*reversed(named), *drawn]
