"""The registry's rules once more: workers, their stake and what they offer."""

from __future__ import annotations

from collections.abc import Iterable

from renderchain.core.ids import NO_WORKER, WorkerId
from renderchain.core.job import StandingOffer

from devkit.model.holders import HoldersModel, VoteRequest
from devkit.model.ledger import need
from devkit.model.records import Job, Worker
from devkit.model.seats import FamilySeats, Purse


class RegistryModel(HoldersModel):
    """Every method with a ``caller`` is a call."""

    def register(
        self, caller: int, operator: int, payout: int, families: Iterable[int], stake_fri: int
    ) -> WorkerId:
        need(stake_fri >= self.rules.minimum_stake_fri, "stake below the minimum")
        need(payout, "zero address in registry")
        self.need_new(operator)
        need(stake_fri, "amount is zero")
        self.transfer(caller, self.addresses.registry, stake_fri)
        number = WorkerId(len(self.workers) + 1)
        self.workers[number] = Worker(caller, 0, payout, set(families), stake_fri)
        self.name_operator(caller, number, operator)
        return number

    def worker_id_of(self, operator: int) -> WorkerId:
        """Nobody, if there is none."""
        return self.operators.get(operator, NO_WORKER)

    def need_new(self, operator: int) -> None:
        need(operator, "zero address in registry")
        need(not self.worker_id_of(operator), "operator already registered")

    def owned(self, caller: int, number: WorkerId) -> Worker:
        worker = self.workers.get(number)
        need(worker and worker.owner == caller, "not the worker owner")
        assert worker
        return worker

    def run_by(self, caller: int, number: WorkerId) -> Worker:
        worker = self.workers.get(number)
        need(worker and caller in (worker.owner, worker.operator), "neither owner nor operator")
        assert worker
        return worker

    def set_operator(self, caller: int, number: WorkerId, operator: int) -> None:
        self.owned(caller, number)
        self.need_new(operator)
        self.name_operator(caller, number, operator)

    def name_operator(self, caller: int, number: WorkerId, operator: int) -> None:
        """It has to accept, unless it is the owner."""
        if operator == caller:
            self.change_operator(number, operator)
        else:
            self.workers[number].named = operator

    def accept_operator(self, caller: int, number: WorkerId) -> None:
        worker = self.workers.get(number)
        need(worker and worker.named == caller, "not the named operator")
        self.need_new(caller)
        self.change_operator(number, caller)

    def change_operator(self, number: WorkerId, operator: int) -> None:
        worker = self.workers[number]
        self.operators.pop(worker.operator, None)
        self.operators[operator] = number
        worker.operator, worker.signer, worker.named = operator, 0, 0

    def set_payout(self, caller: int, number: WorkerId, payout: int) -> None:
        worker = self.owned(caller, number)
        need(payout, "zero address in registry")
        worker.payout = payout

    def set_families(self, caller: int, number: WorkerId, families: Iterable[int], supported: bool) -> None:
        worker = self.owned(caller, number)
        if supported:
            worker.families.update(families)
        else:
            worker.families.difference_update(families)

    def set_offer(self, caller: int, number: WorkerId, offer: StandingOffer) -> None:
        worker = self.run_by(caller, number)
        if worker.offered_from != self.epoch + 1:
            worker.old_offer, worker.old_offered_from = worker.offer, worker.offered_from
        worker.offer, worker.offered_from = offer, self.epoch + 1

    def set_key(self, caller: int, number: WorkerId, key: int) -> None:
        worker = self.run_by(caller, number)
        need(key, "key is zero")
        worker.key = key

    def key_of(self, number: WorkerId) -> int:
        """0 if none was published."""
        worker = self.workers.get(number)
        return worker.key if worker else 0

    def renders(self, number: WorkerId, family: int) -> bool:
        worker = self.workers.get(number)
        return worker is not None and family in worker.families

    def set_signer(self, caller: int, number: WorkerId, key: int) -> None:
        self.run_by(caller, number).signer = key

    def add_stake(self, caller: int, number: WorkerId, amount: int) -> None:
        need(number in self.workers, "unknown worker")
        need(amount, "amount is zero")
        self.transfer(caller, self.addresses.registry, amount)
        self.workers[number].stake_fri += amount

    def request_unstake(self, caller: int, number: WorkerId, amount: int) -> None:
        worker = self.owned(caller, number)
        need(amount, "nothing to unstake")
        need(worker.free_fri >= amount, "stake is not free")
        worker.unstaking_fri += amount
        worker.since_s, worker.since_block = self.now_s, self.block

    def fill_purse(self, worker: Worker, stake_fri: int) -> None:
        worker.purse.fill(stake_fri, self.rules.seat_unit_fri, self.epoch)

    def stake_seats(self, caller: int, number: WorkerId, amount: int) -> None:
        worker = self.owned(caller, number)
        need(worker.free_fri >= amount, "stake is not free")
        need(amount, "no seat stake to move")
        worker.stake_fri -= amount
        self.fill_purse(worker, worker.purse.stake_fri + amount)

    def unstake_seats(self, caller: int, number: WorkerId, amount: int) -> None:
        worker = self.owned(caller, number)
        need(amount, "no seat stake to move")
        purse = worker.purse
        needed = purse.seats * self.rules.seat_unit_fri
        need(needed + amount <= purse.stake_fri, "stake below its seats")
        purse.unstaking_fri += amount
        purse.since_s, purse.since_block = self.now_s, self.block
        self.fill_purse(worker, purse.stake_fri - amount)

    def take_out(self, number: WorkerId, amount: int) -> int:
        """So much of a seat stake as is there, at last of what is on its way out; it is the board's then."""
        worker = self.workers[number]
        first = min(amount, worker.purse.stake_fri)
        last = min(amount - first, worker.purse.unstaking_fri)
        worker.purse.unstaking_fri -= last
        if first + last:
            self.fill_purse(worker, worker.purse.stake_fri - first)
            self.transfer(self.addresses.registry, self.addresses.board, first + last)
        return first + last

    def cancel_unstake(self, caller: int, number: WorkerId) -> None:
        worker = self.owned(caller, number)
        purse = worker.purse
        need(worker.unstaking_fri or purse.unstaking_fri, "nothing to unstake")
        worker.unstaking_fri = 0
        if purse.unstaking_fri:
            self.fill_purse(worker, purse.stake_fri + purse.unstaking_fri)
            purse.unstaking_fri = 0

    def complete_unstake(self, caller: int, number: WorkerId) -> None:
        """What cooled down of both purses."""
        worker = self.owned(caller, number)
        purse = worker.purse
        need(worker.unstaking_fri or purse.unstaking_fri, "nothing to unstake")
        work = worker.unstaking_fri if self.has_cooled(worker) else 0
        seats = purse.unstaking_fri if self.has_cooled(purse) else 0
        need(work or seats, "stake is cooling down")
        self.transfer(self.addresses.registry, caller, work + seats)
        worker.stake_fri -= work
        worker.unstaking_fri -= work
        purse.unstaking_fri -= seats

    def has_cooled(self, leaving: Worker | Purse) -> bool:
        return self.passed(leaving.since_s, leaving.since_block, self.rules.cooldown_s)

    def change_seats(self, number: WorkerId, family: int, before: int, units: int) -> None:
        purse = self.workers[number].purse
        seats = purse.seats - before + units
        need(units < before or seats <= purse.units, "stake below its seats")
        self.families.setdefault(family, FamilySeats()).change(number, units, self.epoch)
        purse.seats = seats

    def set_seats(self, caller: int, number: WorkerId, family: int, units: int) -> None:
        self.owned(caller, number)
        holding = self.seats_in(family).held_by(number)
        need(units != holding.units, "no seats to change")
        need(self.epoch >= holding.next_epoch, "seats changed this epoch")
        self.change_seats(number, family, holding.units, units)

    def drop_seats(self, caller: int, number: WorkerId, family: int) -> None:
        """Those that the purse no longer covers."""
        units = self.seats_in(family).held_by(number).units
        need(units, "no seats to change")
        uncovered = self.workers[number].purse.uncovered
        need(uncovered, "seats are covered")
        self.change_seats(number, family, units, units - min(units, uncovered))

    def set_paused(self, caller: int, paused: bool) -> None:
        need(caller == self.addresses.admin, "not the directory owner")
        self.paused = paused

    def retire_board(self, caller: int) -> None:
        need(caller == self.addresses.admin, "not the directory owner")
        need(not self.retired, "board not there to retire")
        self.retired = True

    @staticmethod
    def asked(job: Job, count: int, *owners: int) -> VoteRequest:
        """What verifiers of a lease of so many tasks must take."""
        terms = job.terms
        needs = (terms.package_bytes, terms.memory_mib)
        return VoteRequest(terms.family, job.fee_fri(count), *needs, frozenset(owners))

    def is_offered(self, offer: StandingOffer, job: Job, slot: int) -> bool:
        """Whether a scheduler may assign this without asking."""
        in_time = slot < offer.slots and self.now_s < offer.until_s
        is_paid = job.rewards[-1] >= offer.least_reward_fri
        return in_time and is_paid and job.terms.package_bytes <= offer.largest_package_bytes
