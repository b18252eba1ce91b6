"""Plain LPT: whoever is free gets the costliest task that is open, one at a time, whenever it would end."""

from __future__ import annotations

import heapq

from renderchain.core.board_events import LeaseClaimed
from renderchain.core.ids import WorkerId
from renderchain.core.job import Place
from renderchain.core.lease_id import split_lease_id

from devkit.model.ledger import MAX_BATCH

from .world import Machine, MadeUpJob, World

EVERY_S = 1.0


class LongestFirst:
    """A scheduler without anything but the order; it knows the costs as well as ours does."""

    def begin(self, world: World) -> None:
        self._world = world
        self._open: list[tuple[float, int, MadeUpJob]] = []
        self._idle: dict[WorkerId, Machine] = {one.worker_id: one for one in world.machines}
        self._tick()

    def came(self, job: MadeUpJob) -> None:
        for task in range(len(job.costs_s)):
            self._put(job, task)

    def frame_done(self, lease: LeaseClaimed, done: int) -> None:
        pass

    def submitted(self, lease: LeaseClaimed) -> None:
        pass

    def expired(self, lease: LeaseClaimed) -> None:
        self._put(self._world.jobs[lease.job_id], lease.first)

    def idle(self, machine: Machine) -> None:
        self._idle[machine.worker_id] = machine

    def _put(self, job: MadeUpJob, task: int) -> None:
        heapq.heappush(self._open, (-job.known_s.get(task, job.usual_s), task, job))

    def _tick(self) -> None:
        world = self._world
        idle = sorted(number for number, one in self._idle.items() if world.lives(one))
        while idle and self._open:
            job = self._open[0][2]
            places = []
            for number in idle[:MAX_BATCH]:
                if not self._open or self._open[0][2] is not job:
                    break
                _, task, _ = heapq.heappop(self._open)
                places.append(Place(world.by_worker[number].worker_id, 0, task, 1))
            idle = idle[len(places) :]
            for lease in world.board.assign(world.now_s, job.job_id, places):
                self._idle.pop(split_lease_id(lease.lease_id)[0], None)
                world.hand_over(lease)
        world.at(world.now_s + EVERY_S, self._tick)
