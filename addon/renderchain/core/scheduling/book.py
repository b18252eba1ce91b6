"""What a scheduler knows of one family's jobs, leases and workers by what it hears, and its plan of that."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Generic, TypeVar

from ..ids import LeaseId, WorkerId
from .deadlines import shared_s, standings
from .fair import Claim, Fairness
from .fleet import Fleet, Terms
from .plan import Given, Job, JobPlan, PlanRules
from .predict import TRUSTED_AFTER, Speeds
from .spares import lost_tasks, spares
from .tasks import Held, OpenTasks

MOST_LEASES = 1000  # of a job in one plan
Key = TypeVar("Key", bound=Hashable)


class Book(Generic[Key]):
    """Jobs have keys, which are whatever tells them apart for the caller. Times are in seconds since 1970."""

    def __init__(self, rules: PlanRules | None = None) -> None:
        self.rules = rules or PlanRules()
        self.fleet = Fleet()
        self.speeds = Speeds()
        self.jobs: dict[Key, Job] = {}
        self._fairness = Fairness[Key]()
        self._of_worker: dict[int, list[Held]] = {}  # what each row is to render, in order
        self._job_of: dict[LeaseId, Key] = {}
        self._slots: dict[LeaseId, tuple[int, int]] = {}  # of all leases that have not ended

    # What is heard

    def put_worker(self, worker_id: WorkerId, terms: Terms, claimed_speed: float | None = None) -> int:
        """What a worker takes now; its row."""
        row = self.fleet.put(worker_id, terms)
        self.speeds.claim(worker_id, claimed_speed)
        self._reckon_speed(row)
        return row

    def heard(self, worker_id: WorkerId, now_s: float) -> None:
        """A worker lives."""
        self.fleet.column("heard_s")[self.fleet.rows[worker_id]] = now_s

    def claimed(self, key: Key, held: Held) -> None:
        """A lease is in a block, of our own plan or of a claim; its tasks are open no more."""
        job, row = self.jobs[key], self.fleet.rows[held.worker_id]
        self._slots[held.lease_id] = (row, held.slot)
        self._job_of[held.lease_id] = key
        job.held[held.lease_id] = held
        self._of_worker.setdefault(row, []).append(held)
        if spared := job.held.get(held.spare_of):
            spared.is_spared = True

    def progress(self, lease_id: LeaseId, done: int, now_s: float) -> None:
        """A worker says how many of a lease's tasks are done: when it will end follows from that."""
        key = self._job_of.get(lease_id)
        held = self.jobs[key].held.get(lease_id) if key is not None and key in self.jobs else None
        if held is None or not 0 <= done <= held.count:
            return
        row = self.fleet.rows[held.worker_id]
        if done and not held.done and now_s < held.begins_s:
            held.begins_s = now_s
        held.done = done
        self._shift(row, now_s)

    def submitted(
        self, lease_id: LeaseId, now_s: float, count: int | None = None, *, tells: bool = True
    ) -> None:
        """Its first tasks are done, all where no number is given. What they took tells of them and of the
        worker, unless that is long ago.
        """
        found = self._leave(lease_id, now_s)
        if found is None:
            return
        job, held, row = found
        if count is not None and count < held.count:
            self._part(job, held)
        job.known.cached.add(row)
        end = held.first + (held.count if count is None else count)
        costs = job.costs.predicted_s()[held.first : end].copy()
        if not tells or not len(costs):
            return
        took_s, cost_s = max(now_s - held.begins_s, 0.1), float(costs.sum())
        speed = self.speeds.speed(held.worker_id)
        if self.speeds.leases(held.worker_id) >= TRUSTED_AFTER - 1:
            for task, cost in enumerate(costs, held.first):
                job.costs.note(task, float(cost) * took_s * speed / cost_s)
        self.speeds.note(held.worker_id, cost_s, took_s)
        self._reckon_speed(row)

    def lost(
        self, lease_id: LeaseId, first: int, count: int, now_s: float, *, reopened: bool, failed: bool
    ) -> None:
        """Tasks of a lease came back, all that it had; ``failed``: its worker is given no more of the job."""
        found = self._leave(lease_id, now_s)
        self.settled(lease_id)
        if found is None:
            return
        job, held, row = found
        self._part(job, held)
        if failed:
            job.known.failed.add(row)
        if reopened and not job.is_over:
            job.open.put_back(first, count)

    @staticmethod
    def _part(job: Job, held: Held) -> None:
        """Whoever has the same tasks has them alone from now on."""
        for other in job.held.values():
            if other.lease_id == held.spare_of:
                other.is_spared = False
            elif other.spare_of == held.lease_id:
                other.spare_of = LeaseId(0)

    def settled(self, lease_id: LeaseId) -> None:
        """The lease ended: its slot is free."""
        if slot := self._slots.pop(lease_id, None):
            self.fleet.leave_slot(*slot)

    def closed(self, key: Key) -> None:
        """Nothing more is given of a job; workers still have what they hold of it."""
        if job := self.jobs.get(key):
            job.is_over, job.open = True, OpenTasks(0)
            self._forget(key)

    def _forget(self, key: Key) -> None:
        if self.jobs[key].is_over and not self.jobs[key].held:
            del self.jobs[key]

    # What follows from it

    def plan(self, now_s: float, without: Collection[Key] = ()) -> dict[Key, list[Given]]:
        """Leases to assign now, of each job at most so many and of some none; each counts as given unless
        ``refused``.
        """
        found, taken = dict[Key, list[Given]](), set[int]()
        plans = {
            key: JobPlan(job, self.fleet, self.rules, now_s)
            for key, job in self.jobs.items()
            if key not in without and not job.is_over and (job.open.count or job.held)
        }
        claims = self._aim(plans, now_s)
        for key, plan in plans.items():
            found[key] = spares(self.jobs[key], plan, self.fleet, now_s, taken)[:MOST_LEASES]
            for given in found[key]:
                taken.add(given.row)
                self._give(key, given)
        self._fairness.attend(claims)
        while claims:
            key = min(claims, key=lambda one: self._fairness.rank(one, claims[one]))
            lease = plans[key].next_lease(taken) if len(found[key]) < MOST_LEASES else None
            if lease is None:
                del claims[key]
                continue
            taken.add(lease.row)
            found[key].append(lease)
            self._give(key, lease)
        return {key: leases for key, leases in found.items() if leases}

    def _aim(self, plans: Mapping[Key, JobPlan], now_s: float) -> dict[Key, Claim]:
        """By when each job is planned to be done beside the others; what those bring to their turns that have
        open tasks.
        """
        work_s = {key: one.work_s for key, one in plans.items() if one.work_s}
        deadlines = {key: self.jobs[key].needs.deadline_s for key in work_s}
        due = {key: plans[key].due(one) for key, one in deadlines.items() if one is not None}
        stand = standings(due, [one for key, one in work_s.items() if key not in due])
        for key, plan in plans.items():
            job = self.jobs[key]
            before_s = stand[key].before_s if key in stand else shared_s(plan.work_s, work_s.values())
            until_s = deadlines[key] if key in stand and not stand[key].is_lost else None
            plan.aim(before_s, lost_tasks(job, self.fleet, now_s), until_s)
        return {
            key: Claim(due[key].deadline_s, stand[key].is_urgent, stand[key].is_lost)
            if key in due
            else Claim()
            for key in work_s
        }

    def refused(self, key: Key, given: Given, now_s: float) -> None:
        """A lease of the plan was not assigned."""
        job = self.jobs.get(key)
        self.fleet.leave_slot(given.row, given.slot)
        self.fleet.rendered(given.row, self._free_at_s(given.row, now_s))
        if job is None:
            return
        job.most_leases += 1
        if given.spare_of:
            job.spares += given.count
            if held := job.held.get(LeaseId(given.spare_of)):
                held.is_spared = False
        elif not job.is_over:
            job.open.put_back(given.first, given.count)

    def _give(self, key: Key, given: Given) -> None:
        job = self.jobs[key]
        self.fleet.give(given.row, given.slot, given.ends_s)
        if given.spare_of:
            job.held[LeaseId(given.spare_of)].is_spared = True
        else:
            job.open.take(given.first, given.count)
            self._fairness.note(key, given.count * job.needs.reward_fri)

    def _reckon_speed(self, row: int) -> None:
        worker_id = self.fleet.ids[row]
        self.fleet.column("speed")[row] = self.speeds.speed(worker_id)
        self.fleet.column("hoped")[row] = self.speeds.hoped(worker_id)
        self.fleet.column("spread")[row] = self.speeds.spread(worker_id)
        self.fleet.column("leases")[row] = self.speeds.leases(worker_id)

    def _leave(self, lease_id: LeaseId, now_s: float) -> tuple[Job, Held, int] | None:
        """Its worker has it in hand no more."""
        key = self._job_of.get(lease_id)
        if key is None or key not in self.jobs or lease_id not in self.jobs[key].held:
            return None
        job = self.jobs[key]
        held = job.held[lease_id]
        row = self.fleet.rows[held.worker_id]
        self._drop(lease_id)
        del job.held[lease_id]
        self._shift(row, now_s)
        self.fleet.rendered(row, self._free_at_s(row, now_s))
        self._forget(key)
        return job, held, row

    def _drop(self, lease_id: LeaseId) -> None:
        self._job_of.pop(lease_id, None)
        row = self._slots[lease_id][0]
        self._of_worker[row] = [one for one in self._of_worker[row] if one.lease_id != lease_id]

    def _free_at_s(self, row: int, now_s: float) -> float:
        held = self._of_worker.get(row)
        return max(held[-1].ends_s, now_s) if held else now_s

    def _shift(self, row: int, now_s: float) -> None:
        """When all that a worker has will end, from what is done of it now."""
        free_s, speed = now_s, float(self.fleet.column("speed")[row])
        for held in self._of_worker.get(row, ()):
            costs = self.jobs[self._job_of[held.lease_id]].costs.predicted_s()
            done_s = float(costs[held.first : held.first + held.done].sum())
            left_s = float(costs[held.first + held.done : held.first + held.count].sum())
            if held.done:
                if self.speeds.leases(held.worker_id) < TRUSTED_AFTER and now_s > held.begins_s:
                    speed = done_s / (now_s - held.begins_s)
            elif held.begins_s > free_s or held is not self._of_worker[row][0]:
                held.begins_s = free_s = max(free_s, held.since_s + self.rules.lead_s)
            held.ends_s = free_s = free_s + left_s / max(speed, 1e-6)
        self.fleet.column("free_at_s")[row] = free_s
