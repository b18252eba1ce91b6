"""The board's rules once more: claims, submissions, acceptance, and how else leases end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from renderchain.core.audit.draw import is_audited
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.board_events import (
    EntryRefused,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    LeasePaid,
    ResultSubmitted,
    TasksGivenBack,
)
from renderchain.core.ids import NO_JOB, NO_WORKER, JobId, LeaseId, WorkerId
from renderchain.core.job import LeaseResult, Place
from renderchain.core.lease_id import MAX_SLOTS
from renderchain.core.lifecycle import HELD, MAX_REJECTIONS, LeaseEvent, LeaseState, Twin

from devkit.model.ledger import MAX_BATCH, Refused, need, slot_of
from devkit.model.ranges import Ranges, SpareOf
from devkit.model.records import Job, Lease, Range, Slot
from devkit.model.twins import TwinsModel

MAX_ATTEMPT = 255  # counted no further: it fills its field
FREE_PART = 10  # giving back is free before this part of the timeout is over, where there is room
LATE_PERCENT, EXPIRED_PERCENT = 2, 5  # of the pay, burned


class LeasesModel(TwinsModel):
    """Every method with a ``caller`` is a call."""

    def claim_lease(
        self,
        caller: int,
        number: JobId,
        worker: WorkerId,
        slot: int,
        most: int,
        verifiers: Sequence[WorkerId],
    ) -> LeaseId:
        """Without verifiers nobody judges the lease."""
        job = self.job(number)
        need(self.takes_claims(job), "job is over")
        is_open = self.passed(job.heard_s, job.heard_block, job.terms.scheduler_grace_s)
        need(is_open, "scheduler has precedence")
        (answer,) = self.take(job, [Place(worker, slot, 0, most)], caller, verifiers)
        if isinstance(answer, Refused):
            raise answer
        return answer

    def assign(
        self, caller: int, number: JobId, places: Sequence[Place], verifiers: Sequence[WorkerId]
    ) -> None:
        """Job 0 is the newest one."""
        job = self.job(number or self.newest)
        need(job.terms.scheduler and caller == job.terms.scheduler, "not the scheduler")
        need(0 < len(places) <= MAX_BATCH, "batch is empty or too long")
        need(self.takes_claims(job), "job is over")
        answers = self.take(job, places, 0, verifiers)
        reasons = [one for one in answers if isinstance(one, Refused)]
        if len(reasons) == len(answers):
            raise reasons[0]
        for place, answer in zip(places, answers, strict=True):
            if isinstance(answer, Refused):
                self.emit(EntryRefused, job.number, place.worker_id, str(answer))
        job.heard_s, job.heard_block = self.now_s, self.block

    def take(
        self, job: Job, places: Sequence[Place], operator: int, verifiers: Sequence[WorkerId]
    ) -> list[LeaseId | Refused]:
        """Claims for an operator, or assigns if that is 0: the lease's number or why not, for each place.

        All are planned before the first is locked for, so a refused one leaves its range to later calls.
        """
        need(verifiers or job.terms.takes_unjudged, "job wants judged leases")
        need(not self.retired, "board is retired")
        ranges, plans = Ranges(job, judged=bool(verifiers)), list[Range | SpareOf | Refused]()
        next_place: Slot = (NO_WORKER, 0)
        for place in places:
            try:
                plans.append(self.plan(job, place, ranges, next_place, assigned=not operator))
                next_place = (place.worker_id, place.slot + 1)
            except Refused as refused:
                plans.append(refused)
        answers = list[LeaseId | Refused]()
        for place, plan in zip(places, plans, strict=True):
            try:
                answers.append(self.open_lease(job, place, plan, operator, verifiers))
            except Refused as refused:
                answers.append(refused)
                if not isinstance(plan, Refused):
                    ranges.put_back(plan)
        if not all(isinstance(answer, Refused) for answer in answers):
            job.cursor, job.reopened, job.pool_fri = ranges.cursor, ranges.reopened, ranges.pool_fri
            job.spares = ranges.spares
        return answers

    def plan(
        self, job: Job, place: Place, ranges: Ranges, next_place: Slot, *, assigned: bool
    ) -> Range | SpareOf:
        """A place's tasks; places must rise."""
        slot = (place.worker_id, place.slot)
        need(place.slot < MAX_SLOTS, "no such slot")
        last = self.slots.get(slot)
        need(not last or last.state not in HELD, "slot holds a lease")
        need(slot >= next_place, "places are not in order")
        if assigned and place.spare_of:
            ranges.need_pool()
            return ranges.take_again(self.to_spare(job, place))
        if assigned and place.count:
            return ranges.take_tasks(place.first, place.count)
        return ranges.take(place.count)

    def open_lease(
        self,
        job: Job,
        place: Place,
        plan: Range | SpareOf | Refused,
        operator: int,
        verifiers: Sequence[WorkerId],
    ) -> LeaseId:
        """Lock for it and write it down."""
        if isinstance(plan, Refused):
            raise plan
        worker, slot = place.worker_id, place.slot
        tasks = plan.tasks if isinstance(plan, SpareOf) else plan
        (first, count, attempt, rejections), last = tasks, self.slots.get((worker, slot))
        level = len(job.rewards) - 1
        exp = self.lock(job, place, count, operator, verifiers)
        if not isinstance(plan, SpareOf):
            job.held += count
        generation = last.generation + 1 if last else 1
        terms = (first, count, attempt, rejections, exp, level)
        lease = Lease(job.number, worker, slot, generation, *terms, self.now_s, self.block)
        if not verifiers:
            lease.draw_outcome = DrawOutcome.UNJUDGED
        self.slots[worker, slot] = lease
        holder = self.workers[worker].operator
        told = (first, count, attempt, exp, int(not operator), int(not verifiers))
        self.emit(LeaseClaimed, job.number, lease.number, holder, *told)
        if isinstance(plan, SpareOf):
            self.pair(job, plan.held, lease)
        return lease.number

    def submit(self, caller: int, number: LeaseId, count: int, result: LeaseResult) -> None:
        self.of_operator(caller, number)
        self.put_result(number, count, result)

    def submit_signed(self, caller: int, results: Sequence[tuple[LeaseId, int, LeaseResult]]) -> None:
        """Signatures are taken as right."""

        def one(entry: tuple[LeaseId, int, LeaseResult]) -> None:
            need(slot_of(entry[0])[0] in self.workers, "not the lease operator")
            self.put_result(*entry)

        self.batch(NO_JOB, results, one, lambda entry: entry[0])

    def put_result(self, number: LeaseId, count: int, result: LeaseResult) -> None:
        lease = self.ready(number, LeaseEvent.SUBMIT)
        need(0 < count <= lease.count, "not so many of its tasks")
        is_whole = count == lease.count or lease.twin is not Twin.NONE
        can_split = is_whole or self.jobs[lease.job].can_split(lease, count)
        need(can_split, "pool too small to split")
        need(result.root and (result.results_hi or result.results_lo), "empty result")
        self.results[slot_of(number)] = result
        self.emit(ResultSubmitted, lease.job, number, count, result)
        if count < lease.count:
            self.take_off(self.jobs[lease.job], lease, count, "")
        self.turn(lease, LeaseEvent.SUBMIT)
        lease.since_s, lease.since_block = self.now_s, self.block

    def accept(self, caller: int, job: JobId, leases: Sequence[LeaseId]) -> None:
        self.settle_all(self.requested(caller, job), leases, LeaseEvent.ACCEPT)

    def accept_late(self, caller: int, job: JobId, leases: Sequence[LeaseId]) -> None:
        self.settle_all(self.job(job), leases, LeaseEvent.ACCEPT_LATE)

    def settle_all(self, job: Job, leases: Sequence[LeaseId], event: LeaseEvent) -> None:
        paid: list[tuple[Lease, int]] = []
        self.lease_batch(job.number, leases, lambda number: paid.append(self.settle(job, number, event)))
        self.finish(job)
        for lease, amount in paid:
            payout = self.workers[lease.worker].payout
            kind = LeasePaid if lease.paid else LeaseAccepted
            self.emit(kind, job.number, lease.number, payout, amount)
            self.pay(payout, amount)

    def settle(self, job: Job, number: LeaseId, event: LeaseEvent) -> tuple[Lease, int]:
        """The lease, and what its worker gets."""
        lease = self.ready(number, event)
        need(lease.job == job.number, "lease of another job")
        need(not lease.paid, "lease is paid already")
        over = self.passed(lease.since_s, lease.since_block, job.terms.window_s)
        need(event is LeaseEvent.ACCEPT or over, "deadline not reached")
        is_audited = self.is_audited(lease)
        if event is LeaseEvent.ACCEPT_LATE:
            need(lease.draw_outcome is not DrawOutcome.IN_AUDIT, "not before the court ends")
            need(not is_audited, "lease has to be audited")
        price, is_spare = job.rewards[-1] * lease.count, lease.twin is Twin.SPARE
        pay, _ = job.stakes_of(lease)
        if is_spare:
            price = pay
            self.spare_is_paid(lease)
        else:
            job.held -= lease.count
            job.accepted += lease.count
        if is_audited:
            lease.paid = True
            job.pending += not is_spare
        else:
            job.pool_fri += job.reserved_fri(lease)  # since the claim
            job.pending -= is_spare
            self.unlock(job, lease, event)
        self.credit(job.requester, price - pay)
        return lease, pay

    def is_audited(self, lease: Lease) -> bool:
        """Whether an audit of a submitted lease goes on, or is still to be drawn."""
        if lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            return is_audited(self.draw_seed(lease, lease.since_block), lease.exp)
        return lease.draw_outcome is DrawOutcome.IN_AUDIT

    def unlock(self, job: Job, lease: Lease, event: LeaseEvent) -> LeaseState:
        """End a lease that lost nothing."""
        _, lock = job.stakes_of(lease)
        self.workers[lease.worker].locked_fri -= lock
        return self.turn(lease, event)

    def end_paid(self, job: Job, lease: Lease, event: LeaseEvent) -> None:
        """End a lease that was paid before."""
        job.pending -= 1
        state = self.unlock(job, lease, event)
        if event is LeaseEvent.ACCEPT:
            self.emit(LeaseAccepted, job.number, lease.number, self.workers[lease.worker].payout, 0)
        else:
            self.emit(LeaseEnded, job.number, lease.number, state, False)

    def expire(self, caller: int, job: JobId, leases: Sequence[LeaseId]) -> None:
        found = self.job(job)

        def one(number: LeaseId) -> None:
            lease = self.ready(number, LeaseEvent.EXPIRE)
            need(lease.job == job, "lease of another job")
            over = self.passed(lease.since_s, lease.since_block, found.terms.lease_timeout_s)
            need(over, "deadline not reached")
            pay, lock = found.stakes_of(lease)
            self.release(lease, lock, pay * EXPIRED_PERCENT // 100)
            found.pool_fri += found.reserved_fri(lease)
            self.reopen(found, lease, LeaseEvent.EXPIRE)

        self.lease_batch(job, leases, one)
        self.finish(found)

    def give_back(self, caller: int, number: LeaseId, reason: str) -> None:
        self.of_operator(caller, number)
        lease = self.ready(number, LeaseEvent.GIVE_BACK)
        need(reason, "given back without a reason")
        job = self.jobs[lease.job]
        self.take_off(job, lease, 0, reason)
        self.finish(job)

    def take_off(self, job: Job, lease: Lease, kept: int, reason: str) -> None:
        """All tasks but the first ``kept``, and with them their part of the lock."""
        pay, lock = job.stakes_of(lease)
        kept_pay, kept_lock = job.stakes_of_first(lease, kept)
        burned = 0 if self.is_free(job, lease) else (pay - kept_pay) * LATE_PERCENT // 100
        self.release(lease, lock - kept_lock, burned)
        kept_fri = job.reserved_fri(replace(lease, count=kept)) if kept else 0
        job.pool_fri += job.reserved_fri(lease) - kept_fri
        first, count = lease.first + kept, lease.count - kept
        reopened = self.may_reopen(job, lease)
        self.emit(TasksGivenBack, job.number, lease.number, first, count, reason, burned, reopened)
        if not kept:
            self.reopen(job, lease, LeaseEvent.GIVE_BACK)
            return
        whole, lease.count = lease.count, kept
        if lease.twin in (Twin.HELD, Twin.SPARE):
            self.part(job, lease, whole)
            return
        self.put_back(job, replace(lease, first=first, count=count))

    def is_free(self, job: Job, lease: Lease) -> bool:
        """Whether tasks may come back for nothing: early, and while half of the family's cap is free."""
        if self.passed(lease.since_s, lease.since_block, job.terms.lease_timeout_s // FREE_PART):
            return False
        family = job.terms.family
        is_judged = lease.draw_outcome is not DrawOutcome.UNJUDGED
        return not is_judged or 2 * self.open_pay_fri(family) <= self.most_pay_fri(family)

    def release(self, lease: Lease, amount: int, burned: int) -> None:
        """So much of a lease's lock, a part of which is burned."""
        worker = self.workers[lease.worker]
        self.slash(worker, burned, 0)
        worker.locked_fri -= amount - burned

    @staticmethod
    def may_reopen(job: Job, lease: Lease) -> bool:
        return lease.twin is Twin.NONE and not job.stopped and lease.rejections < MAX_REJECTIONS

    def reopen(self, job: Job, lease: Lease, event: LeaseEvent) -> None:
        """Give the tasks of an ended lease back, to others or to the requester."""
        state = self.turn(lease, event)
        self.emit(LeaseEnded, job.number, lease.number, state, self.may_reopen(job, lease))
        self.put_back(job, lease)

    def put_back(self, job: Job, lease: Lease) -> None:
        if lease.twin is not Twin.NONE:
            self.leave_closed(job, lease)
            return
        job.held -= lease.count
        if self.may_reopen(job, lease):
            attempt = min(lease.attempt + 1, MAX_ATTEMPT)
            job.reopened.append((lease.first, lease.count, attempt, lease.rejections))
        else:
            self.refund_tasks(job, lease.count)
