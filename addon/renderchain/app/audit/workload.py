"""How much a verifier can still do: measured, so that it says in time that it is busy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ...core.audit.phases import steps_of
from ...core.audit.state import AuditInfo, AuditPhase
from ...core.gate import declared_frame_s
from ...core.job import JobInfo

OVER_TIME = 4  # so often what is declared is over time
# A seat that has not answered so long before its step ends, says that it is busy; at most such a part of it.
LAST_CALL_S, LAST_PART = 600, 8
NEWEST = 2  # how much the newest look weighs against all before it


class Workload:
    """Of one machine, which looks at one lease at a time, of whatever board.

    ``now`` gives seconds since 1970, ``steady_now`` seconds that nobody sets: a clock that was set during a
    look would have it take years.
    """

    def __init__(self, now: Callable[[], float], steady_now: Callable[[], float] | None = None) -> None:
        self._now = now
        self._steady_now = steady_now or now
        self._look_s = 0.0  # a look, as they were of late; 0 where none was measured
        self._begun_s: float | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0  # for their turn

    @asynccontextmanager
    async def look(self) -> AsyncIterator[None]:
        """Look at a lease when it is its turn; how long that took counts if it came to its end."""
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        self._begun_s = begun_s = self._steady_now()
        try:
            yield
            spent_s = self._steady_now() - begun_s
            self._look_s = (self._look_s + spent_s) / NEWEST if self._look_s else spent_s
        finally:
            self._begun_s = None
            self._turn.release()

    def is_too_much(self, before: int, deadline_s: float) -> bool:
        """Whether another look, with so many waiting before it, would end after the deadline."""
        spent_s = self._look_s if self._begun_s is None else self._steady_now() - self._begun_s
        rest_s = max(0.0, self._look_s - spent_s)
        return self._now() + rest_s + (before + 1 + self._waiting) * self._look_s > deadline_s


def end_of_commit_s(audit: AuditInfo, phase_s: int) -> float:
    """When the seats of the present draw must have answered."""
    return audit.since_s + phase_s * steps_of(AuditPhase.COMMIT, audit.batches)


def last_call_s(audit: AuditInfo, phase_s: int) -> float:
    """When a seat that has nothing to seal yet should say a word."""
    return last_call_before(audit.since_s, end_of_commit_s(audit, phase_s))


def last_call_before(since_s: float, end_s: float) -> float:
    """When what has to be sent in a step is sent, at the latest."""
    return end_s - min(LAST_CALL_S, (end_s - since_s) / LAST_PART)


def half_of_commit_s(audit: AuditInfo, phase_s: int) -> float:
    """When a package that is not here by then counts as not to be had."""
    return (audit.since_s + end_of_commit_s(audit, phase_s)) / 2


def most_seconds(job: JobInfo, frames: int) -> float:
    """How long looking at leaves of so many frames may take: OVER_TIME times what the job declares.

    A job declares its frames' seconds by the timeout of its leases, which is TIMEOUT_LEASES times a lease.
    """
    return OVER_TIME * declared_frame_s(job) * frames
