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
# Votes that were not looked for before stand at once if all but so many of those met were willing ...
UNWILLING_AT_ONCE = 1
WILLING_PART = (
    2  # ... else such a part of all that are met in all tries must be, so that few do not decide alone
)


@dataclass(frozen=True)
class VoteRequest:
    """What a holder must take: nobody of ``owners`` is drawn."""

    family: int
    fee_fri: int
    package_bytes: int
    memory_mib: int
    owners: frozenset[int]
    again: bool = False  # whether votes of this draw were looked for before


class HoldersModel(Ledger):
    """None of it is a call."""

    @property
    def epoch(self) -> int:
        return self.block // self.rules.epoch_blocks

    def seats_in(self, family: int) -> FamilySeats:
        return self.families.get(family, FamilySeats())

    def verifiers_from(self, family: int) -> int:
        """The first epoch in which somebody may be drawn; 0 where fewer than four units are held."""
        since = self.seats_in(family).since_epoch
        return since + self.rules.family_age_epochs + 1 if since else 0

    def drawn_over(self, family: int, block: int) -> tuple[int, int] | None:
        """The epoch that a draw for that block goes over, and the one since which seats must have been there;
        None where the family had no verifiers then. Seats that are given up later do not make it younger.
        """
        now, entries = block // self.rules.epoch_blocks, self.seats_in(family).entries
        is_old = entries and now > entries[0].first_epoch + self.rules.family_age_epochs
        return (now - 1, now - 1 - self.rules.seat_age_epochs) if is_old else None

    def drawn_now(self, family: int) -> tuple[int, int] | None:
        """What a draw about what is submitted now would go over; None where nobody may be named."""
        first = self.verifiers_from(family)
        return self.drawn_over(family, self.block) if first and self.epoch >= first else None

    def draw_holders(self, request: VoteRequest, block: int, seed: int, wanted: int) -> list[WorkerId]:
        """Holders of units as the seed draws them; nobody where too few of those met were willing."""
        found: list[WorkerId] = []
        epochs = self.drawn_over(request.family, block)
        if not epochs:
            return found
        family, (epoch, mature), met, willing = self.seats_in(request.family), epochs, 0, 0
        units = family.units_until(mature)
        for attempt in range(TRIES * wanted if units else 0):
            number, place = family.holder_at(epoch, mature, unit_at(hash_many, seed, attempt, units))
            if not self.is_met(number, place, epoch, request):
                continue
            met += 1
            if self.is_willing(self.workers[number], epoch, request):
                willing += 1
                found += [number] * (len(found) < wanted)
            at_once = not request.again and met <= wanted + UNWILLING_AT_ONCE
            if len(found) == wanted and (at_once or WILLING_PART * willing >= TRIES * wanted):
                return found
        return found if len(found) == wanted and met <= WILLING_PART * willing else []

    def is_met(self, number: WorkerId, place: int, epoch: int, request: VoteRequest) -> bool:
        """Whether a unit of an entry has a holder without a stake in the outcome, whose purse covered it."""
        worker = self.workers.get(number)
        return bool(worker and worker.owner not in request.owners and worker.purse.covered_in(epoch) > place)

    def may_vote(self, worker: Worker, epoch: int, request: VoteRequest) -> bool:
        """Whether it was willing in that epoch, and its purse covered a unit then."""
        return worker.purse.covered_in(epoch) > 0 and self.is_willing(worker, epoch, request)

    def is_willing(self, worker: Worker, epoch: int, request: VoteRequest) -> bool:
        """Whether its offer of that epoch takes such a vote; not if none is known of it."""
        offer = offer_in(worker, epoch)
        if not offer or epoch >= offer.audits_until_epoch:
            return False
        fits = request.package_bytes <= offer.largest_package_bytes and request.memory_mib <= offer.memory_mib
        return 0 < offer.audit_fee_fri <= request.fee_fri and fits


def offer_in(worker: Worker, epoch: int) -> StandingOffer | None:
    """On what terms it audited in that epoch, None if that is not known any more."""
    if worker.offered_from <= epoch:
        return worker.offer
    return worker.old_offer if worker.old_offered_from <= epoch else None
