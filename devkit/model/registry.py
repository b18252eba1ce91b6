"""The registry's rules once more: workers, their stake and what they offer."""

from __future__ import annotations

from collections.abc import Iterable

from renderchain.core.ids import NO_WORKER, WorkerId
from renderchain.core.job import StandingOffer

from devkit.model.ledger import Ledger, need
from devkit.model.records import Job, Worker
from devkit.model.seats import FamilySeats


class RegistryModel(Ledger):
    """Every method with a ``caller`` is a call."""

    def register(
        self, caller: int, operator: int, payout: int, families: Iterable[int], stake_fri: int
    ) -> WorkerId:
        need(payout, "zero address in registry")
        need(stake_fri >= self.rules.minimum_stake_fri, "stake below the minimum")
        self.need_new(operator)
        need(stake_fri, "amount is zero")
        self.transfer(caller, self.addresses.registry, stake_fri)
        number = WorkerId(len(self.workers) + 1)
        self.operators[operator] = number
        self.workers[number] = Worker(caller, operator, payout, set(families), stake_fri)
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
        worker = self.owned(caller, number)
        if operator != worker.operator:
            self.need_new(operator)
        del self.operators[worker.operator]
        self.operators[operator] = number
        worker.operator, worker.signer = operator, 0

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
        self.run_by(caller, number).offer = offer

    def set_key(self, caller: int, number: WorkerId, key: int) -> None:
        worker = self.run_by(caller, number)
        need(key, "key is zero")
        worker.key = key

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

    def cancel_unstake(self, caller: int, number: WorkerId) -> None:
        worker = self.owned(caller, number)
        need(worker.unstaking_fri, "nothing to unstake")
        worker.unstaking_fri = 0

    def complete_unstake(self, caller: int, number: WorkerId) -> None:
        worker = self.owned(caller, number)
        need(worker.unstaking_fri, "nothing to unstake")
        cooled = self.passed(worker.since_s, worker.since_block, self.rules.cooldown_s)
        need(cooled, "stake is cooling down")
        self.transfer(self.addresses.registry, caller, worker.unstaking_fri)
        worker.stake_fri -= worker.unstaking_fri
        worker.unstaking_fri = 0

    @property
    def epoch(self) -> int:
        return self.block // self.rules.epoch_blocks

    def seats_in(self, family: int) -> FamilySeats:
        return self.families.get(family, FamilySeats())

    def change_seats(self, number: WorkerId, family: int, units: int) -> None:
        self.families.setdefault(family, FamilySeats()).change(number, units, self.epoch)

    def set_seats(self, caller: int, number: WorkerId, family: int, units: int) -> None:
        worker = self.owned(caller, number)
        holding = self.seats_in(family).held_by(number)
        need(units != holding.units, "no seats to change")
        need(self.epoch >= holding.next_epoch, "seats changed this epoch")
        need(units * self.rules.seat_unit_fri <= worker.staying_fri, "stake below its seats")
        self.change_seats(number, family, units)

    def drop_seats(self, caller: int, number: WorkerId, family: int) -> None:
        units = self.seats_in(family).held_by(number).units
        need(units, "no seats to change")
        staying_fri = self.workers[number].staying_fri
        need(units * self.rules.seat_unit_fri > staying_fri, "seats are covered")
        self.change_seats(number, family, 0)

    def set_paused(self, caller: int, paused: bool) -> None:
        need(caller == self.addresses.admin, "not the directory owner")
        self.paused = paused

    def is_offered(self, offer: StandingOffer, job: Job, slot: int) -> bool:
        """Whether a scheduler may assign this without asking."""
        in_time = slot < offer.slots and self.now_s < offer.until_s
        is_paid = job.rewards[-1] >= offer.least_reward_fri
        return in_time and is_paid and job.terms.package_bytes <= offer.largest_package_bytes
