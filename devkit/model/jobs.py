"""The board's rules once more: jobs, claims, submissions, acceptance."""

from __future__ import annotations

from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER
from renderchain.core.audit.economics import audit_pool, audit_rate, lock_at
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.lifecycle import MAX_ATTEMPTS, LeaseState

from .ledger import HELD, Job, Lease, Refused, need
from .registry import RegistryModel

MAX_SLOTS, MAX_LEVEL, LEAST_OWNERS = 16, 15, 4


class JobsModel(RegistryModel):
    """Every method is a call; ``caller`` is a name."""

    def create_job(self, caller: str, terms: dict[str, int], scheduler: str) -> None:
        need(not self.paused, "network takes no new jobs")
        audit = tuple(terms[name] for name in ("tiles", "audit_tiles", "audit_fee_fri", "audit_tile_fri"))
        least = audit_pool(terms["tasks"], terms["longest_lease"], *audit)
        need(terms["audit_pool_fri"] >= least, "pool below its audits")
        job = Job(
            caller,
            scheduler,
            terms["tasks"],
            [terms["reward_fri"]],
            terms["audit_pool_fri"],
            (audit[0], audit[1], audit[2], audit[3]),
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
        job.number = self.next_job()
        self.jobs[job.number] = job
        self.move(caller, -job.escrow_fri)

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
        old = job.rewards[-1]
        need(reward >= old and (reward > old or pool), "nothing is improved")
        before = job.escrow_fri
        if reward > old:
            need(len(job.rewards) <= MAX_LEVEL, "price raised too often")
            job.rewards.append(reward)
        job.pool_fri += pool
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
        self.finish(job)

    def refund_tasks(self, job: Job, tasks: int, spent_fri: int = 0) -> None:
        job.refunded += tasks
        self.credit(job.requester, tasks * job.rewards[-1] - spent_fri)

    def finish(self, job: Job) -> None:
        if job.settled:
            self.credit(job.requester, job.pool_fri)
            self.left.append(job.number)

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
        need(not last or last.state not in HELD, "slot holds a lease")
        if job.reopened:
            first, count, attempt = job.reopened[-1]
        else:
            first, count, attempt = job.cursor, min(job.longest, job.tasks - job.cursor), 0
        need(count, "nothing left to claim")
        exp = self.lock(job, worker_id, slot, count, operator)
        if job.reopened:
            job.reopened.pop()
        else:
            job.cursor += count
        job.held += count
        generation = last.generation + 1 if last else 1
        level = len(job.rewards) - 1
        where = (number, worker_id, slot, generation, first, count, attempt, exp, level)
        self.slots[worker_id, slot] = Lease(*where, self.now, self.block)

    def lock(self, job: Job, worker_id: int, slot: int, count: int, operator: str) -> int:
        """Lock for a lease; its rate as an exponent."""
        pay, least = job.price_of(len(job.rewards) - 1, count)
        need(worker_id in self.workers, "unknown worker")
        worker = self.workers[worker_id]
        if operator:
            need(operator == worker.operator, "not the worker operator")
        else:
            least_reward, largest, slots, until, _ = worker.offer
            fits = slot < slots and self.now < until
            fits = fits and job.rewards[-1] >= least_reward and job.bytes <= largest
            need(fits, "worker does not offer that")
        need(worker.supported, "family not supported")
        exp = audit_rate(pay, least, job.floor, worker.audited, worker.free_fri)
        need(exp is not None, "stake is not free")
        assert exp is not None
        locked_fri = worker.locked_fri + lock_at(pay, least, exp)
        owners = {one.owner for one in self.workers.values() if one.seats}
        judged = len(owners) >= LEAST_OWNERS or locked_fri <= self.rules.unjudged_cap_fri
        need(judged, "too much without a jury")
        worker.locked_fri = locked_fri
        return exp

    def submit_signed(self, caller: str, number: int) -> None:
        self.put_result(number)

    def submit(self, caller: str, number: int) -> None:
        self.of_operator(caller, number)
        self.put_result(number)

    def put_result(self, number: int) -> None:
        lease = self.claimed(number)
        lease.state, lease.submitted = LeaseState.SUBMITTED, True
        lease.since_s, lease.since_block = self.now, self.block

    def find_in(self, job: int, number: int, state: LeaseState) -> Lease:
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
        self.finish(found)

    def settle(self, job: Job, job_id: int, number: int, late: bool) -> None:
        lease = self.find_in(job_id, number, LeaseState.SUBMITTED)
        over = self.passed(lease.since_s, lease.since_block, job.window_s)
        need(not late or over, "deadline not reached")
        need(lease.draw_outcome is not DrawOutcome.IN_AUDIT, "not before the court ends")
        spared = lease.draw_outcome is DrawOutcome.PASSED
        if lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            self.need_block(lease.since_block)
            # Only chance knows; a lease at rate 1 is never spared.
            spared = self.facts[number]["state"] == LeaseState.ACCEPTED
            assert lease.exp or not spared
            need(spared, "lease has to be audited")
        lease.state = LeaseState.ACCEPTED
        job.held -= lease.count
        job.accepted += lease.count
        pay, lock = job.stakes_of(lease)
        worker = self.workers[lease.worker]
        worker.locked_fri -= lock
        bonus = job.take_from_pool(job.audit_fri(lease.count) // 2) if spared and lease.exp else 0
        self.move(worker.payout, pay + bonus)
        self.credit(job.requester, job.rewards[-1] * lease.count - pay)

    def need_block(self, since_block: int) -> None:
        need(self.block >= since_block + DRAW_AFTER + READABLE_AFTER, "block of the draw is ahead")

    def expire(self, caller: str, job: int, leases: list[int]) -> None:
        found = self.job(job)

        def one(number: int) -> None:
            lease = self.find_in(job, number, LeaseState.CLAIMED)
            over = self.passed(lease.since_s, lease.since_block, found.lease_timeout_s)
            need(over, "deadline not reached")
            self.end(found, lease, LeaseState.EXPIRED)

        self.batch(leases, one)
        self.finish(found)

    def give_back(self, caller: str, number: int) -> None:
        self.of_operator(caller, number)
        lease = self.claimed(number)
        job = self.jobs[lease.job]
        self.end(job, lease, LeaseState.GIVEN_BACK)
        self.finish(job)

    def end(self, job: Job, lease: Lease, state: LeaseState, charge_fri: int = 0) -> None:
        """Without a result; so much of the lock is burned."""
        self.reopen(job, lease, state)
        worker = self.workers[lease.worker]
        self.slash(worker, charge_fri, 0)
        worker.locked_fri -= job.stakes_of(lease)[1] - charge_fri

    def reopen(self, job: Job, lease: Lease, state: LeaseState) -> None:
        lease.state = state
        job.held -= lease.count
        if job.stopped or lease.attempt + 1 >= MAX_ATTEMPTS:
            self.refund_tasks(job, lease.count)
        else:
            job.reopened.append((lease.first, lease.count, lease.attempt + 1))

    def withdraw(self, caller: str, names: list[str]) -> None:
        need(any(self.unpaid.get(name) for name in names), "nothing to withdraw")
        for name in names:
            self.move(name, self.unpaid.pop(name, 0))
