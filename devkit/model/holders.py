"""Whose votes are drawn, once more: holders of drawn units, as all stood in the epoch before."""

from __future__ import annotations

from dataclasses import dataclass

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import unit_at
from renderchain.core.ids import WorkerId
from renderchain.core.job import StandingOffer
from renderchain.core.merkle import short_string

from devkit.model.ledger import Ledger
from devkit.model.records import Worker
from devkit.model.seats import FamilySeats

TRIES = 12  # for each vote wanted; seats that were given up and unwilling holders are passed over
VERIFIERS_DOMAIN = short_string("renderchain/verifiers/1")
LEAST_OWNERS = 4  # besides the worker's own


@dataclass(frozen=True)
class VoteRequest:
    """What a holder must take: nobody of ``owners`` is drawn."""

    family: int
    fee_fri: int
    package_bytes: int
    memory_mib: int
    owners: frozenset[int]


class HoldersModel(Ledger):
    """None of it is a call."""

    @property
    def epoch(self) -> int:
        return self.block // self.rules.epoch_blocks

    def seats_in(self, family: int) -> FamilySeats:
        return self.families.get(family, FamilySeats())

    def has_verifiers(self, request: VoteRequest) -> bool:
        """Whether votes drawn now could go to enough owners."""
        seed = hash_many([VERIFIERS_DOMAIN, request.family, self.epoch])
        return len(self.draw_holders(request, self.block, seed, LEAST_OWNERS, apart=True)) == LEAST_OWNERS

    def draw_holders(
        self, request: VoteRequest, block: int, seed: int, wanted: int, *, apart: bool = False
    ) -> list[WorkerId]:
        """Holders of units as the seed draws them; ``apart`` takes one of each owner only."""
        family, epoch = self.seats_in(request.family), block // self.rules.epoch_blocks - 1
        units = family.units_until(epoch) if epoch >= 0 else 0
        owners, found = set(request.owners), list[WorkerId]()
        for attempt in range(TRIES * wanted if units else 0):
            if len(found) == wanted:
                break
            number, place = family.holder_at(epoch, unit_at(hash_many, seed, attempt, units))
            if not number:
                continue
            worker = self.workers[number]
            may_vote = worker.owner not in owners and worker.purse.covered_in(epoch) > place
            if may_vote and self.is_willing(worker, epoch, request):
                found.append(number)
                if apart:
                    owners.add(worker.owner)
        return found

    def is_willing(self, worker: Worker, epoch: int, request: VoteRequest) -> bool:
        """Whether its offer of that epoch takes such a vote; not if none is known of it."""
        offer = offer_in(worker, epoch)
        if not offer or self.now_s >= offer.until_s:
            return False
        fits = request.package_bytes <= offer.largest_package_bytes and request.memory_mib <= offer.memory_mib
        return 0 < offer.audit_fee_fri <= request.fee_fri and fits


def offer_in(worker: Worker, epoch: int) -> StandingOffer | None:
    """On what terms it audited in that epoch, None if that is not known any more."""
    if worker.offered_from <= epoch:
        return worker.offer
    return worker.old_offer if worker.old_offered_from <= epoch else None
