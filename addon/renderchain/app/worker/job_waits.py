"""Jobs that are nothing for this machine as things stand: they are looked at again, ever more seldom.

Each look asks the chain several things, and no event tells when it would come out otherwise: of a thousand
jobs that pay too little none must keep a worker from those that it wants.
"""

from __future__ import annotations

from ...core.ids import JobId

FIRST_LOOK_S, LONGEST_LOOK_S = 60.0, 600.0


class JobWaits:
    """How long each waits until the next one."""

    def __init__(self) -> None:
        self._waits_s: dict[JobId, float] = {}

    def next_in_s(self, job_id: JobId) -> float:
        """A job was looked at in vain: until it is looked at again, each time for twice as long."""
        before_s = self._waits_s.get(job_id)
        wait_s = FIRST_LOOK_S if before_s is None else min(2 * before_s, LONGEST_LOOK_S)
        self._waits_s[job_id] = wait_s
        return wait_s

    def forget(self, job_id: JobId) -> None:
        """The job is over, or another one now: its next look is a first one."""
        self._waits_s.pop(job_id, None)

    def forget_all(self) -> None:
        """The chain took back what it said."""
        self._waits_s.clear()
