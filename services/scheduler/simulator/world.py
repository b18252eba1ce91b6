"""Made-up machines and jobs, and everything that happens to them, in order."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from renderchain.core.board_events import LeaseClaimed
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.lease_id import split_lease_id

from .board import REWARD_FRI, SimulatedBoard

START_S = 1_000_000.0


@dataclass
class Machine:
    """A worker's machine. It claims to be ``claims`` times as fast as it is, and dies for good at a time."""

    speed: float
    dies_s: float = np.inf
    claims: float = 1.0
    load_s: float = 10.0
    asks_fri: int = 1
    worker_id: WorkerId = WorkerId(0)
    leases: deque[LeaseClaimed] = field(default_factory=deque)
    is_rendering: bool = False
    cached: set[JobId] = field(default_factory=set)
    busy_s: float = 0.0


@dataclass
class MadeUpJob:
    """A job to come at a time, with what its tasks cost and what is known of that before."""

    costs_s: NDArray[np.float64]
    known_s: dict[int, float]
    comes_s: float = 0.0
    usual_s: float = 60.0
    deadline_s: float | None = None
    longest: int = 64
    timeout_s: int = 3600
    spares: int = 0
    grace_s: int = 0
    reward_fri: int = REWARD_FRI
    job_id: JobId = JobId(0)
    done_s: float = np.inf
    twice: int = 0  # tasks that two leases brought
    leases: int = 0

    def __post_init__(self) -> None:
        self.is_done = np.zeros(len(self.costs_s), bool)
        self.left = len(self.costs_s)


class Policy(Protocol):
    """Who gives machines their leases. Each method is told of what happened now."""

    def begin(self, world: World) -> None: ...
    def came(self, job: MadeUpJob) -> None: ...
    def frame_done(self, lease: LeaseClaimed, done: int) -> None: ...
    def submitted(self, lease: LeaseClaimed) -> None: ...
    def expired(self, lease: LeaseClaimed) -> None: ...
    def idle(self, machine: Machine) -> None: ...


class World:
    """Until all jobs are done. ``lead_s`` is from a lease's block until its worker has heard of it."""

    def __init__(
        self,
        machines: Sequence[Machine],
        jobs: Sequence[MadeUpJob],
        policy: Policy,
        lead_s: float = 4.0,
    ) -> None:
        self.board = SimulatedBoard()
        self.machines, self.coming, self.policy, self.lead_s = list(machines), list(jobs), policy, lead_s
        self.now_s = START_S
        self.jobs: dict[JobId, MadeUpJob] = {}
        self.by_worker = dict[WorkerId, Machine]()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        for one in self.machines:
            one.worker_id = self.board.register(one.asks_fri)
            self.by_worker[one.worker_id] = one

    def at(self, time_s: float, what: Callable[[], None]) -> None:
        """Something happens then."""
        self._count += 1
        heapq.heappush(self._events, (max(time_s, self.now_s), self._count, what))

    def run(self, longest_s: float = 10**6) -> None:
        """Let it all happen."""
        for job in self.coming:
            self.at(START_S + job.comes_s, partial(self._come, job))
        self.policy.begin(self)
        while self._events and not self.is_over and self.now_s < START_S + longest_s:
            self.now_s, _, what = heapq.heappop(self._events)
            what()

    @property
    def is_over(self) -> bool:
        """Whether every job came and is done."""
        return len(self.jobs) == len(self.coming) and all(not job.left for job in self.jobs.values())

    def lives(self, machine: Machine) -> bool:
        """Whether it has not died."""
        return self.now_s < START_S + machine.dies_s

    def _come(self, job: MadeUpJob) -> None:
        job.job_id = self.board.create(
            self.now_s,
            len(job.costs_s),
            job.longest,
            job.timeout_s,
            spares=job.spares,
            grace_s=job.grace_s,
            reward_fri=job.reward_fri,
        )
        self.jobs[job.job_id] = job
        self.policy.came(job)

    def hand_over(self, lease: LeaseClaimed) -> None:
        """A worker has a lease from this block on; it hears of it later."""
        machine = self.by_worker[split_lease_id(lease.lease_id)[0]]
        job = self.jobs[lease.job_id]
        job.leases += 1
        self.at(self.now_s + job.timeout_s, lambda: self._expire(lease))
        machine.leases.append(lease)
        load_s = 0.0 if lease.job_id in machine.cached else machine.load_s
        machine.cached.add(lease.job_id)
        if not machine.is_rendering:
            machine.is_rendering = True
            self.at(self.now_s + self.lead_s + load_s, lambda: self._render(machine, 0))

    def _render(self, machine: Machine, done: int) -> None:
        """A machine has rendered so many tasks of its first lease, and goes on."""
        if not self.lives(machine):
            return
        lease = machine.leases[0]
        job = self.jobs[lease.job_id]
        if done:
            self.policy.frame_done(lease, done)
        if done < lease.count:
            took_s = float(job.costs_s[lease.first + done]) / machine.speed
            machine.busy_s += took_s
            self.at(self.now_s + took_s, lambda: self._render(machine, done + 1))
            return
        machine.leases.popleft()
        machine.is_rendering = bool(machine.leases)
        if self.board.submit(self.now_s, lease.job_id, lease.lease_id, lease.count):
            self._note_done(job, lease)
            self.policy.submitted(lease)
        if machine.is_rendering:
            self._render(machine, 0)
        else:
            self.policy.idle(machine)

    def _note_done(self, job: MadeUpJob, lease: LeaseClaimed) -> None:
        tasks = slice(lease.first, lease.first + lease.count)
        again = int(job.is_done[tasks].sum())
        job.twice += again
        job.left -= lease.count - again
        job.is_done[tasks] = True
        if not job.left:
            job.done_s = self.now_s - START_S

    def _expire(self, lease: LeaseClaimed) -> None:
        if self.board.expire(self.now_s, lease.job_id, lease.lease_id):
            self.policy.expired(lease)
