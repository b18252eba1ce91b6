"""Jobs' packages are fetched and probed beside everything else: one that trickles in is in nobody's way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from ...core.ids import JobId

AT_ONCE = 4  # they wait for the network most of the time; probes have turns


class Preparing:
    """``prepare`` looks at a job and raises nothing; ``changed`` is called when it has."""

    def __init__(self, prepare: Callable[[JobId], Awaitable[None]], changed: Callable[[], None]) -> None:
        self._prepare = prepare
        self._changed = changed
        self._tasks: dict[JobId, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._tries: Counter[JobId] = Counter()

    def __contains__(self, job_id: JobId) -> bool:
        """Whether it is looked at now."""
        return job_id in self._tasks

    def __len__(self) -> int:
        """How many are looked at now."""
        return len(self._tasks)

    def begin(self, job_ids: Iterable[JobId]) -> None:
        """Look at as many of these as there is room for, those first that were looked at least often."""
        for job_id in sorted(job_ids, key=lambda one: self._tries[one]):
            if job_id in self._tasks:
                continue
            if len(self._tasks) >= AT_ONCE and not self._make_room(job_id):
                return
            self._tries[job_id] += 1
            self._tasks[job_id] = asyncio.create_task(self._run(job_id))

    def forget(self, job_id: JobId) -> None:
        """The job is over: what is under way is broken off."""
        self._break_off(job_id)
        self._tries.pop(job_id, None)

    def forget_all(self) -> None:
        """The chain took back what it said: other jobs may have these numbers now."""
        for job_id in list(self._tasks):
            self._break_off(job_id)
        self._tries.clear()

    async def end(self) -> None:
        """Break everything off."""
        self.forget_all()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _make_room(self, job_id: JobId) -> bool:
        """Break off a later try for a job with fewer: nobody's package can keep the others out for long."""
        most = max(self._tasks, key=lambda one: self._tries[one])
        if self._tries[most] <= self._tries[job_id] + 1:
            return False
        self._break_off(most)
        return True

    def _break_off(self, job_id: JobId) -> None:
        task = self._tasks.pop(job_id, None)
        if task:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _run(self, job_id: JobId) -> None:
        try:
            await self._prepare(job_id)
        finally:
            if self._tasks.get(job_id) is asyncio.current_task():
                del self._tasks[job_id]
                self._changed()
