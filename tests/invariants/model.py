"""The contracts' rules once more, in the plainest Python: what a call does, or why it is refused.

Amounts are in fri. ``now`` and ``block`` are those of the block that holds the call.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_ATTEMPTS, MAX_SLOTS, MAX_LEVEL, MAX_AUDIT_EXP = 3, 16, 15, 5
CLAIMED, SUBMITTED, ACCEPTED, EXPIRED, GIVEN_BACK = 1, 2, 3, 4, 6


class Refused(Exception):
    """The call reverts with this reason."""


def need(condition: object, reason: str) -> None:
    """Refuse unless it holds."""
    if not condition:
        raise Refused(f"RC: {reason}")


@dataclass
class Rules:
    """What the network was deployed with."""

    cooldown_s: int
    minimum_stake_fri: int
    slowest_block_s: int
    seat_unit_fri: int


@dataclass
class Lease:
    job: int
    worker: int
    slot: int
    generation: int
    first: int
    count: int
    attempt: int
    exp: int
    level: int
    since_s: int
    since_block: int
    state: int = CLAIMED

    @property
    def number(self) -> int:
        return (self.worker << 8 | self.slot) << 32 | self.generation


@dataclass
class Job:
    requester: str
    scheduler: str
    tasks: int
    prices: list[tuple[int, int]]  # reward and pool by level
    longest: int
    floor: int
    lease_timeout_s: int
    window_s: int
    grace_s: int
    expires_at_s: int
    expires_block: int
    heard_s: int
    heard_block: int
    bytes: int
    cursor: int = 0
    accepted: int = 0
    refunded: int = 0
    held: int = 0
    stopped: bool = False
    reopened: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        return self.accepted + self.refunded == self.tasks

    @property
    def escrow_fri(self) -> int:
        reward, pool = self.prices[-1]
        return reward * (self.tasks - self.accepted - self.refunded) + (0 if self.settled else pool)

    def price_of(self, level: int, count: int) -> tuple[int, int]:
        """Pay and least lock of a lease."""
        reward, pool = self.prices[level]
        pay = reward * count
        return pay, -(-pay * 3 // 10) + pool * count // self.tasks


@dataclass
class Worker:
    owner: str
    operator: str
    payout: str
    stake_fri: int
    supported: bool = True
    locked_fri: int = 0
    unstaking_fri: int = 0
    since_s: int = 0
    since_block: int = 0
    offer: tuple[int, int, int, int] = (0, 0, 0, 0)  # least reward, largest package, slots, until
    seats: int = 0

    @property
    def free_fri(self) -> int:
        return self.stake_fri - self.locked_fri - self.unstaking_fri


def lock_at(pay: int, least: int, exp: int) -> int:
    """max(L_min, 2R(1-p)/p)."""
    return max(least, 2 * pay * ((1 << exp) - 1))


class Model:
    """A network of one board. Every method is a call; ``caller`` is a name."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.now = self.block = 0
        self.jobs: dict[int, Job] = {}
        self.workers: dict[int, Worker] = {}
        self.slots: dict[tuple[int, int], Lease] = {}
        self.unpaid: dict[str, int] = {}
        self.tokens: dict[str, int] = {}
        self.paused = False

    # what must always add up
    @property
    def board_fri(self) -> int:
        """What the board must hold."""
        return sum(job.escrow_fri for job in self.jobs.values()) + sum(self.unpaid.values())

    @property
    def registry_fri(self) -> int:
        """What the registry must hold."""
        return sum(worker.stake_fri for worker in self.workers.values())

    def passed(self, since_s: int, since_block: int, seconds: int) -> bool:
        """In seconds and in blocks."""
        blocks = seconds // self.rules.slowest_block_s
        return self.now >= since_s + seconds and self.block >= since_block + blocks

    def credit(self, name: str, amount: int) -> None:
        """Owe somebody."""
        self.unpaid[name] = self.unpaid.get(name, 0) + amount

    def move(self, name: str, amount: int) -> None:
        """Tokens that an account gains (or pays, if negative)."""
        self.tokens[name] = self.tokens.get(name, 0) + amount

    # jobs
    def create_job(self, caller: str, terms: dict[str, int], scheduler: str) -> None:
        need(not self.paused, "network takes no new jobs")
        job = Job(
            caller,
            scheduler,
            terms["tasks"],
            [(terms["reward_fri"], terms["audit_pool_fri"])],
            terms["longest_lease"],
            terms["audit_floor_exp"],
            terms["lease_timeout_s"],
            terms["window_s"],
            terms["scheduler_grace_s"],
            self.now + terms["expires_in_s"],
            self.block + terms["expires_in_s"] // self.rules.slowest_block_s,
            self.now,
            self.block,
            terms["package_bytes"],
        )
        self.jobs[len(self.jobs) + 1] = job
        self.move(caller, -job.escrow_fri)

    def job(self, number: int) -> Job:
        need(number in self.jobs, "unknown job")
        return self.jobs[number]

    def requested(self, caller: str, number: int) -> Job:
        job = self.job(number)
        need(caller == job.requester, "not the requester")
        return job

    def takes_claims(self, job: Job) -> bool:
        return not job.stopped and self.now < job.expires_at_s

    def extend(self, caller: str, number: int, more_s: int) -> None:
        job = self.requested(caller, number)
        need(self.takes_claims(job), "job is over")
        need(more_s, "nothing is improved")
        job.expires_at_s += more_s
        job.expires_block += more_s // self.rules.slowest_block_s

    def top_up(self, caller: str, number: int, reward: int, pool: int) -> None:
        job = self.requested(caller, number)
        need(self.takes_claims(job) and not job.settled, "job is over")
        old_reward, old_pool = job.prices[-1]
        need(reward >= old_reward and (reward > old_reward or pool), "nothing is improved")
        need(len(job.prices) <= MAX_LEVEL, "price raised too often")
        before = job.escrow_fri
        job.prices.append((reward, old_pool + pool))
        self.move(caller, before - job.escrow_fri)

    def cancel(self, caller: str, number: int) -> None:
        self.stop(self.requested(caller, number))

    def refund(self, caller: str, number: int) -> None:
        job = self.job(number)
        over = self.now >= job.expires_at_s and self.block >= job.expires_block
        need(over, "job has not expired")
        self.stop(job)

    def stop(self, job: Job) -> None:
        need(not job.stopped and not job.settled, "job is over")
        job.stopped, job.reopened = True, []
        self.refund_tasks(job, job.tasks - job.accepted - job.refunded - job.held)
        self.close(job)

    def refund_tasks(self, job: Job, tasks: int) -> None:
        job.refunded += tasks
        self.credit(job.requester, tasks * job.prices[-1][0])

    def close(self, job: Job) -> None:
        if job.settled:
            self.credit(job.requester, job.prices[-1][1])

    # leases
    def claim_lease(self, caller: str, number: int, worker: int, slot: int) -> None:
        self.take(number, worker, slot, caller)

    def assign(self, caller: str, number: int, worker: int, slot: int) -> None:
        job = self.job(number)
        need(job.scheduler and caller == job.scheduler, "not the scheduler")
        heard = job.heard_s, job.heard_block
        try:
            job.heard_s, job.heard_block = self.now, self.block
            self.take(number, worker, slot, "")
        except Refused:
            job.heard_s, job.heard_block = heard
            raise

    def take(self, number: int, worker_id: int, slot: int, operator: str) -> None:
        job = self.job(number)
        need(self.takes_claims(job), "job is over")
        if operator:
            need(self.passed(job.heard_s, job.heard_block, job.grace_s), "scheduler has precedence")
        need(slot < MAX_SLOTS, "no such slot")
        last = self.slots.get((worker_id, slot))
        need(not last or last.state not in (CLAIMED, SUBMITTED), "slot holds a lease")
        if job.reopened:
            first, count, attempt = job.reopened[-1]
        else:
            first, count, attempt = job.cursor, min(job.longest, job.tasks - job.cursor), 0
        need(count, "nothing left to claim")
        pay, least = job.price_of(len(job.prices) - 1, count)
        need(worker_id in self.workers, "unknown worker")
        worker = self.workers[worker_id]
        if operator:
            need(operator == worker.operator, "not the worker operator")
        else:
            least_reward, largest, slots, until = worker.offer
            fits = slot < slots and self.now < until
            fits = fits and job.prices[-1][0] >= least_reward and job.bytes <= largest
            need(fits, "worker does not offer that")
        need(worker.supported, "family not supported")
        exp = 0  # nobody has a record yet
        lock = lock_at(pay, least, exp)
        need(lock <= worker.free_fri, "stake is not free")
        worker.locked_fri += lock
        if job.reopened:
            job.reopened.pop()
        else:
            job.cursor += count
        job.held += count
        generation = last.generation + 1 if last else 1
        level = len(job.prices) - 1
        where = (number, worker_id, slot, generation, first, count, attempt, exp, level)
        self.slots[worker_id, slot] = Lease(*where, self.now, self.block)

    def lease(self, number: int) -> Lease | None:
        found = self.slots.get((number >> 40, number >> 32 & 0xFF))
        return found if found and found.number == number else None

    def submit_signed(self, caller: str, number: int) -> None:
        self.put_result(number)

    def submit(self, caller: str, number: int) -> None:
        worker = self.workers.get(number >> 40)
        need(worker and caller == worker.operator, "not the lease operator")
        self.put_result(number)

    def put_result(self, number: int) -> None:
        lease = self.lease(number)
        need(lease and lease.state == CLAIMED, "lease in another state")
        assert lease
        lease.state, lease.since_s, lease.since_block = SUBMITTED, self.now, self.block

    def find_in(self, job: int, number: int, state: int) -> Lease:
        lease = self.lease(number)
        need(lease and lease.state == state, "lease in another state")
        assert lease
        need(lease.job == job, "lease of another job")
        return lease

    def accept(self, caller: str, job: int, leases: list[int]) -> None:
        self.settle_all(self.requested(caller, job), job, leases, False)

    def accept_late(self, caller: str, job: int, leases: list[int]) -> None:
        self.settle_all(self.job(job), job, leases, True)

    def settle_all(self, found: Job, job: int, leases: list[int], late: bool) -> None:
        self.batch(leases, lambda number: self.settle(found, job, number, late))
        self.close(found)

    def settle(self, job: Job, job_id: int, number: int, late: bool) -> None:
        lease = self.find_in(job_id, number, SUBMITTED)
        over = self.passed(lease.since_s, lease.since_block, job.window_s)
        need(not late or over, "deadline not reached")
        lease.state = ACCEPTED
        job.held -= lease.count
        job.accepted += lease.count
        pay, least = job.price_of(lease.level, lease.count)
        worker = self.workers[lease.worker]
        worker.locked_fri -= lock_at(pay, least, lease.exp)
        self.credit(worker.payout, pay)
        self.credit(job.requester, job.prices[-1][0] * lease.count - pay)

    def batch(self, entries: list[int], work: object) -> None:
        need(0 < len(entries) <= 100, "batch is empty or too long")
        reasons = []
        for entry in entries:
            try:
                work(entry)  # type: ignore[operator]
            except Refused as refused:
                reasons.append(refused)
        if len(reasons) == len(entries):
            raise reasons[0]

    def expire(self, caller: str, job: int, leases: list[int]) -> None:
        found = self.job(job)

        def one(number: int) -> None:
            lease = self.find_in(job, number, CLAIMED)
            over = self.passed(lease.since_s, lease.since_block, found.lease_timeout_s)
            need(over, "deadline not reached")
            self.end(found, lease, EXPIRED)

        self.batch(leases, one)
        self.close(found)

    def give_back(self, caller: str, number: int) -> None:
        worker = self.workers.get(number >> 40)
        need(worker and caller == worker.operator, "not the lease operator")
        lease = self.lease(number)
        need(lease and lease.state == CLAIMED, "lease in another state")
        assert lease
        job = self.jobs[lease.job]
        self.end(job, lease, GIVEN_BACK)
        self.close(job)

    def end(self, job: Job, lease: Lease, state: int) -> None:
        lease.state = state
        job.held -= lease.count
        pay, least = job.price_of(lease.level, lease.count)
        if job.stopped or lease.attempt + 1 >= MAX_ATTEMPTS:
            self.refund_tasks(job, lease.count)
        else:
            job.reopened.append((lease.first, lease.count, lease.attempt + 1))
        self.workers[lease.worker].locked_fri -= lock_at(pay, least, lease.exp)

    def withdraw(self, caller: str, names: list[str]) -> None:
        need(any(self.unpaid.get(name) for name in names), "nothing to withdraw")
        for name in names:
            self.move(name, self.unpaid.pop(name, 0))

    # workers
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

    def set_offer(self, caller: str, number: int, offer: tuple[int, int, int, int]) -> None:
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
        staying = worker.stake_fri - worker.unstaking_fri
        need(units * self.rules.seat_unit_fri <= staying, "stake below its seats")
        worker.seats = units

    def drop_seats(self, caller: str, number: int) -> None:
        worker = self.workers.get(number)
        need(worker and worker.seats, "no seats to change")
        assert worker
        staying = worker.stake_fri - worker.unstaking_fri
        need(worker.seats * self.rules.seat_unit_fri > staying, "seats are covered")
        worker.seats = 0

    def set_paused(self, caller: str, paused: bool) -> None:
        need(caller == "admin", "not the directory owner")
        self.paused = paused
