"""The policy of core/scheduling on made-up machines."""

from __future__ import annotations

import numpy as np
from renderchain.core.board_events import LeaseClaimed
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import Place, StandingOffer
from renderchain.core.lease_id import MAX_SLOTS, split_lease_id
from renderchain.core.scheduling.book import Book
from renderchain.core.scheduling.fit import Needs
from renderchain.core.scheduling.fleet import Terms
from renderchain.core.scheduling.plan import Given, Job, PlanRules
from renderchain.core.scheduling.predict import Costs
from renderchain.core.scheduling.tasks import Held, OpenTasks

from devkit.model.ledger import MAX_BATCH

from .board import STAKE_FRI
from .world import START_S, Machine, MadeUpJob, World

CLAIMED = 4  # tasks that a worker takes at once by itself
ASK_AGAIN_S = 10.0


class Planned:
    """A scheduler that plans every ``every_s`` if something happened; it is down from ``dead`` to its end."""

    def __init__(
        self,
        rules: PlanRules | None = None,
        *,
        every_s: float = 1.0,
        spares: bool = True,
        dead: tuple[float, float] | None = None,
    ) -> None:
        self._rules, self._every_s, self._spares, self._dead = rules, every_s, spares, dead
        self._has_news = False

    def begin(self, world: World) -> None:
        self._world = world
        self._book = Book[JobId](self._rules or PlanRules(lead_s=world.lead_s))
        for one in world.machines:
            offer = StandingOffer(one.asks_fri, 2**40, MAX_SLOTS, 2**39)
            self._book.put_worker(one.worker_id, Terms(offer, 2**20, STAKE_FRI), one.speed * one.claims)
        self._lives = np.array([START_S + one.dies_s for one in world.machines])
        self._rows = [self._book.fleet.rows[one.worker_id] for one in world.machines]
        if self._dead:
            world.at(START_S + self._dead[0], self._die)
        self._tick()

    def _die(self) -> None:
        for machine in self._world.machines:
            self.idle(machine)

    def came(self, job: MadeUpJob) -> None:
        tasks = len(job.costs_s)
        deadline_s = None if job.deadline_s is None else START_S + job.deadline_s
        needs = Needs(
            family=0,
            tasks=tasks,
            reward_fri=job.reward_fri,
            package_bytes=1000,
            memory_mib=0,
            stake_fri=1,
            longest_lease=job.longest,
            lease_timeout_s=job.timeout_s,
            deadline_s=deadline_s,
        )
        costs = Costs(tasks, job.usual_s, job.known_s)
        self._book.jobs[job.job_id] = Job(needs, costs, OpenTasks(tasks), job.spares if self._spares else 0)
        self._has_news = True

    def frame_done(self, lease: LeaseClaimed, done: int) -> None:
        self._book.progress(lease.lease_id, done, self._world.now_s)

    def submitted(self, lease: LeaseClaimed) -> None:
        self._book.submitted(lease.lease_id, self._world.now_s)
        self._book.settled(lease.lease_id)
        job = self._world.jobs[lease.job_id]
        if not job.left:
            self._book.closed(lease.job_id)
        self._has_news = True

    def expired(self, lease: LeaseClaimed) -> None:
        job = self._book.jobs.get(lease.job_id)
        held = job.held.get(lease.lease_id) if job else None
        reopened = held is not None and not held.is_spared and not held.spare_of
        what = (lease.lease_id, lease.first, lease.count, self._world.now_s)
        self._book.lost(*what, reopened=reopened, failed=False)
        self._has_news = True

    def idle(self, machine: Machine) -> None:
        """Where the scheduler is silent for too long, it claims by itself."""
        if self._is_dead and self._world.lives(machine) and not machine.leases:
            self._claim(machine)

    def _claim(self, machine: Machine) -> None:
        world = self._world
        for job_id in world.jobs:
            if lease := world.board.claim(world.now_s, job_id, machine.worker_id, CLAIMED):
                self._hear(lease)
                return
        if self._is_dead:
            world.at(world.now_s + ASK_AGAIN_S, lambda: self.idle(machine))

    def _hear(self, lease: LeaseClaimed) -> None:
        """Of a lease that somebody claimed: a scheduler that comes back reads it on the chain."""
        world, book = self._world, self._book
        worker, slot, _ = split_lease_id(lease.lease_id)
        row = book.fleet.rows[worker]
        costs = book.jobs[lease.job_id].costs.predicted_s()[lease.first : lease.first + lease.count]
        begins_s = world.now_s + world.lead_s
        ends_s = begins_s + float(costs.sum()) / float(book.fleet.column("speed")[row])
        book.jobs[lease.job_id].open.take(lease.first, lease.count)
        book.fleet.give(row, slot, ends_s)
        tasks = (lease.first, lease.count)
        book.claimed(lease.job_id, Held(lease.lease_id, worker, slot, *tasks, world.now_s, begins_s, ends_s))
        world.hand_over(lease)

    def _tick(self) -> None:
        world = self._world
        if not self._is_dead:
            if self._has_news or self._book.jobs:
                self._plan()
            self._has_news = False
        world.at(world.now_s + self._every_s, self._tick)

    @property
    def _is_dead(self) -> bool:
        since_s = self._world.now_s - START_S
        return self._dead is not None and self._dead[0] <= since_s < self._dead[1]

    def _plan(self) -> None:
        world, book = self._world, self._book
        book.fleet.column("heard_s")[self._rows] = np.minimum(self._lives, world.now_s)
        for job_id, leases in book.plan(world.now_s).items():
            self._assign(job_id, leases)

    def _assign(self, job_id: JobId, leases: list[Given]) -> None:
        world, book = self._world, self._book
        wanted = {}
        for one in leases:
            worker = book.fleet.ids[one.row]
            wanted[worker, one.slot] = one
        places = [
            Place(worker, slot, one.first, one.count, one.spare_of) for (worker, slot), one in wanted.items()
        ]
        calls = [places[at : at + MAX_BATCH] for at in range(0, len(places), MAX_BATCH)]
        for lease in [one for call in calls for one in world.board.assign(world.now_s, job_id, call)]:
            worker, slot, _ = split_lease_id(lease.lease_id)
            given = wanted.pop((worker, slot))
            span_s = (world.now_s, given.begins_s, given.ends_s)
            tasks = (given.first, given.count)
            held = Held(lease.lease_id, worker, slot, *tasks, *span_s, spare_of=LeaseId(given.spare_of))
            book.claimed(job_id, held)
            world.hand_over(lease)
        for given in wanted.values():
            book.refused(job_id, given, world.now_s)
