"""How others share out frames: every machine asks for the next when it has nothing, and nobody plans."""

from __future__ import annotations

from functools import partial

from renderchain.core.board_events import LeaseClaimed

from .world import Machine, MadeUpJob, World

POLL_S = 20.0  # as Flamenco's workers


class Pull:
    """Workers claim the range that the board chooses, of at most so many tasks; the oldest job comes first.

    With nothing to be had a worker asks again when something comes back, or every ``poll_s``.
    """

    def __init__(self, most: int, poll_s: float = 0.0) -> None:
        self._most, self._poll_s = most, poll_s
        self._idle: dict[int, Machine] = {}

    def begin(self, world: World) -> None:
        self._world = world
        self._idle = {one.worker_id: one for one in world.machines}

    def came(self, job: MadeUpJob) -> None:
        self._wake()

    def frame_done(self, lease: LeaseClaimed, done: int) -> None:
        pass

    def submitted(self, lease: LeaseClaimed) -> None:
        pass

    def expired(self, lease: LeaseClaimed) -> None:
        self._wake()

    def idle(self, machine: Machine) -> None:
        """It asks now."""
        self._idle[machine.worker_id] = machine
        self._ask(machine)

    def _wake(self) -> None:
        if self._poll_s:
            return
        for machine in list(self._idle.values()):
            self._ask(machine)

    def _ask(self, machine: Machine) -> None:
        world = self._world
        if not world.lives(machine):
            return
        for job_id in world.jobs:
            if not world.board.open_tasks(job_id):
                continue
            if lease := world.board.claim(world.now_s, job_id, machine.worker_id, self._most):
                self._idle.pop(machine.worker_id, None)
                world.hand_over(lease)
                return


class PollingPull(Pull):
    """A farm's manager as Flamenco's: one frame at a time, and who finds nothing asks again every 20 s."""

    def __init__(self) -> None:
        super().__init__(1, POLL_S)

    def begin(self, world: World) -> None:
        super().begin(world)
        for number, machine in enumerate(world.machines):
            first_s = POLL_S * number / len(world.machines)
            world.at(world.now_s + first_s, partial(self._poll, machine))

    def _poll(self, machine: Machine) -> None:
        if not self._world.lives(machine):
            return
        if machine.worker_id in self._idle:
            self._ask(machine)
        self._world.at(self._world.now_s + POLL_S, lambda: self._poll(machine))
