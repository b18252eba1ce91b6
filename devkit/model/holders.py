"""Whose votes are drawn, once more: holders of drawn units, as all stood in the epoch before."""

from __future__ import annotations

from dataclasses import dataclass

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import unit_at
from renderchain.core.ids import WorkerId
from renderchain.core.job import StandingOffer

from devkit.model.ledger import Ledger
from devkit.model.records import Worker
from devkit.model.seats import FamilySeats

TRIES = 12  # for each vote wanted; seats that were given up and unwilling holders are passed over


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

    def draw_holders(self, request: VoteRequest, block: int, seed: int, wanted: int) -> list[WorkerId]:
        """Holders of units as the seed draws them."""
        family, epoch = self.seats_in(request.family), block // self.rules.epoch_blocks - 1
        units = family.units_until(epoch) if epoch >= 0 else 0
        found: list[WorkerId] = []
        for attempt in range(TRIES * wanted if units else 0):
            if len(found) == wanted:
                break
            number, place = family.holder_at(epoch, unit_at(hash_many, seed, attempt, units))
            if number and self.workers[number].owner not in request.owners:
                found += [number] * self.may_vote(self.workers[number], place, epoch, request)
        return found

    def may_vote(self, worker: Worker, place: int, epoch: int, request: VoteRequest) -> bool:
        """Whether it was willing in that epoch, and its purse covered that unit of an entry."""
        return worker.purse.covered_in(epoch) > place and self.is_willing(worker, epoch, request)

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
