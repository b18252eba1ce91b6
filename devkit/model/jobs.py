"""The board's rules once more: jobs, and money that is owed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from renderchain.core.board_events import (
    JobCreated,
    JobImproved,
    KeyAsked,
    KeyGiven,
    TasksRefunded,
    Withdrawn,
)
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.job import JobTerms
from renderchain.core.private_package import WrappedKey

from devkit.model.families import FamiliesModel
from devkit.model.ledger import MAX_BATCH, PLACES, need
from devkit.model.records import Job
from devkit.model.terms import check_terms

MAX_LEVEL = 15


class JobsModel(FamiliesModel):
    """Every method with a ``caller`` is a call."""

    def create_job(self, caller: int, terms: JobTerms) -> JobId:
        need(not self.paused and not self.retired, "network takes no new jobs")
        check_terms(terms, self.rules)
        self.collect(caller, terms.escrow_fri)
        number = self.newest = self.next_job()
        self.jobs[number] = Job(
            number,
            caller,
            terms,
            [terms.reward_fri],
            terms.audit_pool_fri,
            self.now_s + terms.expires_in_s,
            self.block + terms.expires_in_s // self.rules.slowest_block_s,
            self.now_s,
            self.block,
            spares=terms.spare_tasks,
        )
        self.emit(JobCreated, number, terms.family, caller, terms)
        return number

    def next_job(self) -> JobId:
        """The number of a new job, in a place that was left last or a new one."""
        if self.left:
            left = self.left.pop()
            self.replaced.add(left)
            return JobId(left + PLACES)
        self.places += 1
        return JobId(self.places)

    def takes_claims(self, job: Job) -> bool:
        return not job.stopped and self.now_s < job.expires_at_s

    def extend(self, caller: int, number: JobId, more_s: int) -> None:
        job = self.requested(caller, number)
        need(self.takes_claims(job), "job is over")
        need(more_s, "nothing is improved")
        job.expires_at_s += more_s
        job.expires_block += more_s // self.rules.slowest_block_s
        self.announce(job)

    def top_up(self, caller: int, number: JobId, reward: int, pool: int) -> None:
        job = self.requested(caller, number)
        need(self.takes_claims(job) and not job.settled, "job is over")
        old = job.rewards[-1]
        need(reward >= old and (reward > old or pool), "nothing is improved")
        need(reward == old or len(job.rewards) <= MAX_LEVEL, "price raised too often")
        self.collect(caller, (reward - old) * (job.free + job.held + job.spares) + pool)
        if reward > old:
            job.rewards.append(reward)
        job.pool_fri += pool
        self.announce(job)

    def announce(self, job: Job) -> None:
        """The requester offers more."""
        self.emit(JobImproved, job.number, job.rewards[-1], job.pool_fri, job.expires_at_s)

    def cancel(self, caller: int, number: JobId) -> None:
        self.stop(self.requested(caller, number))

    def refund(self, caller: int, number: JobId) -> None:
        job = self.job(number)
        over = self.now_s >= job.expires_at_s and self.block >= job.expires_block
        need(over, "job has not expired")
        self.stop(job)

    def stop(self, job: Job) -> None:
        need(not job.stopped and not job.settled, "job is over")
        job.stopped, job.reopened = True, []
        self.refund_tasks(job, job.free)
        self.finish(job)

    def refund_tasks(self, job: Job, tasks: int, spent_fri: int = 0) -> None:
        """For tasks that nobody will render, what was not spent on them."""
        if tasks:
            job.refunded += tasks
            refunded_fri = tasks * job.rewards[-1] - spent_fri
            self.credit(job.requester, refunded_fri)
            self.emit(TasksRefunded, job.number, tasks, refunded_fri)

    def withdraw(self, caller: int, accounts: Iterable[int]) -> None:
        wanted = list(accounts)
        need(any(self.unpaid.get(account) for account in wanted), "nothing to withdraw")
        for account in wanted:
            amount = self.unpaid.pop(account, 0)
            if amount:
                self.emit(Withdrawn, account, amount)
                self.pay(account, amount)

    def ask_key(self, caller: int, number: JobId, worker: WorkerId) -> None:
        self.job(number)
        known = self.workers.get(worker)
        need(known and caller and caller == known.operator, "not the worker operator")
        self.emit(KeyAsked, number, worker)

    def give_keys(self, caller: int, number: JobId, keys: Sequence[tuple[WorkerId, WrappedKey]]) -> None:
        need(0 < len(keys) <= MAX_BATCH, "batch is empty or too long")
        self.job(number)
        for worker, wrapped in keys:
            self.emit(KeyGiven, number, worker, wrapped)
