"""The registry's rules once more: workers, stake, seats."""

from __future__ import annotations

from .ledger import Ledger, Worker, need


class RegistryModel(Ledger):
    """Every method is a call; ``caller`` is a name."""

    def register(self, caller: str, operator: str, payout: str, stake: int) -> None:
        need(stake >= self.rules.minimum_stake_fri, "stake below the minimum")
        taken = operator in {worker.operator for worker in self.workers.values()}
        need(not taken, "operator already registered")
        self.workers[len(self.workers) + 1] = Worker(caller, operator, payout, stake)
        self.move(caller, -stake)

    def owned(self, caller: str, number: int) -> Worker:
        worker = self.workers.get(number)
        need(worker and worker.owner == caller, "not the worker owner")
        assert worker
        return worker

    def set_payout(self, caller: str, number: int, payout: str) -> None:
        self.owned(caller, number).payout = payout

    def set_supported(self, caller: str, number: int, supported: bool) -> None:
        self.owned(caller, number).supported = supported

    def set_offer(self, caller: str, number: int, offer: tuple[int, int, int, int, int]) -> None:
        worker = self.workers.get(number)
        need(worker and caller in (worker.owner, worker.operator), "neither owner nor operator")
        assert worker
        worker.offer = offer

    def add_stake(self, caller: str, number: int, amount: int) -> None:
        need(number in self.workers, "unknown worker")
        need(amount, "amount is zero")
        self.workers[number].stake_fri += amount
        self.move(caller, -amount)

    def request_unstake(self, caller: str, number: int, amount: int) -> None:
        worker = self.owned(caller, number)
        need(amount, "nothing to unstake")
        need(worker.free_fri >= amount, "stake is not free")
        worker.unstaking_fri += amount
        worker.since_s, worker.since_block = self.now, self.block

    def cancel_unstake(self, caller: str, number: int) -> None:
        worker = self.owned(caller, number)
        need(worker.unstaking_fri, "nothing to unstake")
        worker.unstaking_fri = 0

    def complete_unstake(self, caller: str, number: int) -> None:
        worker = self.owned(caller, number)
        need(worker.unstaking_fri, "nothing to unstake")
        cooled = self.passed(worker.since_s, worker.since_block, self.rules.cooldown_s)
        need(cooled, "stake is cooling down")
        self.move(caller, worker.unstaking_fri)
        worker.stake_fri -= worker.unstaking_fri
        worker.unstaking_fri = 0

    def set_seats(self, caller: str, number: int, units: int) -> None:
        worker = self.owned(caller, number)
        need(units != worker.seats, "no seats to change")
        need(self.epoch >= worker.seats_from, "seats changed this epoch")
        staying = worker.stake_fri - worker.unstaking_fri
        need(units * self.rules.seat_unit_fri <= staying, "stake below its seats")
        self.seat(worker, units)

    def drop_seats(self, caller: str, number: int) -> None:
        worker = self.workers.get(number)
        need(worker and worker.seats, "no seats to change")
        assert worker
        staying = worker.stake_fri - worker.unstaking_fri
        need(worker.seats * self.rules.seat_unit_fri > staying, "seats are covered")
        self.seat(worker, 0)

    def seat(self, worker: Worker, units: int) -> None:
        if worker.seats:
            worker.seated[-1][1] = self.epoch + 1
        if units:
            worker.seated.append([self.epoch + 1, 2**32])
        worker.seats, worker.seats_from = units, self.epoch + 1

    def set_paused(self, caller: str, paused: bool) -> None:
        need(caller == "admin", "not the directory owner")
        self.paused = paused
