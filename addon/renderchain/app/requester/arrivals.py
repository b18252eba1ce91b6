"""Results on their way to the artist: fetched as they are posted; who withholds its own holds up nobody."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from ...core.ids import JobId, LeaseId
from ...core.notices.jobs import ResultsMissing
from ...ports.reporter import Reporter

# So long what comes next waits for results, unless their fetching fails before: of all leases together, and
# so much more for each.
PATIENCE_S, MORE_PATIENCE_S = 120.0, 10.0
AT_ONCE = 4  # of one worker
FIRST_PAUSE_S, LONGEST_PAUSE_S = 10.0, 300.0  # between tries to have them
DOUBT_S = 600.0  # after which the artist is told that they are missing
LAST_S = 3600.0  # so long they are waited for when the job is over
SLOW = "They are slow to come."
Take = Callable[[], Awaitable[str]]  # "" once a lease's results are here, else why not yet


@dataclass(eq=False)
class _Arrival:
    lease_id: LeaseId
    operator: int
    take: Take
    reason: str = SLOW
    is_told: bool = False
    late: asyncio.Event = field(default_factory=asyncio.Event)


class Arrivals:
    """The results of one job's leases. Who was late with one is not waited for with the next.

    Each is tried again until it is here, its lease is lost, or the job is over; of each worker few at a time.
    """

    def __init__(self, reporter: Reporter, job_id: JobId) -> None:
        self._reporter = reporter
        self._job_id = job_id
        self._under_way: dict[LeaseId, _Arrival] = {}
        self._tasks: dict[_Arrival, asyncio.Task[None]] = {}
        self._turns = defaultdict[int, asyncio.Semaphore](partial(asyncio.Semaphore, AT_ONCE))  # of operators
        self._patience_s = PATIENCE_S
        self._is_over = asyncio.Event()
        self._has_failed = asyncio.Event()
        self._failure: BaseException | None = None

    async def begin(self, lease_id: LeaseId, operator: int, take: Take) -> None:
        """Have a lease's results fetched, and wait for them a while; raises what ``take`` does by then."""
        self.drop(lease_id)
        await self._gone(lease_id)
        is_waited_for = all(one.operator != operator for one in self._under_way.values())
        arrival = self._under_way[lease_id] = _Arrival(lease_id, operator, take)
        task = self._tasks[arrival] = asyncio.create_task(self._arrive(arrival))
        self._patience_s = min(self._patience_s + MORE_PATIENCE_S, PATIENCE_S)
        if is_waited_for:
            await self._wait(task, arrival)
        if task.done():
            self._forget(arrival)
            task.result()
        else:
            task.add_done_callback(lambda _: self._ended(arrival, task))
            asyncio.get_running_loop().call_later(DOUBT_S, self._doubt, arrival)

    async def _wait(self, task: asyncio.Task[None], arrival: _Arrival) -> None:
        """Who always comes just in time takes all the patience, and is not waited for any more."""
        clock, late = asyncio.get_running_loop(), asyncio.create_task(arrival.late.wait())
        began_s = clock.time()
        try:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait((task, late), timeout=max(self._patience_s, 0), return_when=first)
        finally:
            late.cancel()
            self._patience_s -= clock.time() - began_s

    async def run(self) -> None:
        """Until it is cancelled; raises what goes wrong with those that nobody waits for."""
        await self._has_failed.wait()
        self._raise_failure()

    def drop(self, lease_id: LeaseId) -> None:
        """The lease is lost, or the chain took it back: its results are wanted no more."""
        arrival = self._under_way.pop(lease_id, None)
        if arrival and (task := self._tasks.get(arrival)):
            task.cancel()

    def forget(self) -> None:
        """The chain took back what it said."""
        for lease_id in list(self._under_way):
            self.drop(lease_id)

    async def finish(self) -> dict[LeaseId, str]:
        """Try all once more that are not here yet, for the job is over; those that did not come, and why."""
        self._is_over.set()
        if tasks := [task for one, task in self._tasks.items() if one in self._under_way.values()]:
            await asyncio.wait(tasks, timeout=LAST_S)
        self._raise_failure()
        for arrival in self._under_way.values():
            self._doubt(arrival)
        return {lease_id: arrival.reason for lease_id, arrival in self._under_way.items()}

    async def end(self) -> None:
        """Leave nothing behind, whatever is under way."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._under_way.clear()

    async def _arrive(self, arrival: _Arrival) -> None:
        """Returns when the results are here, or were tried for the last time."""
        pause_s = FIRST_PAUSE_S
        while True:
            async with self._turns[arrival.operator]:
                is_last = self._is_over.is_set()
                reason = await arrival.take()
            if not reason:
                self._under_way.pop(arrival.lease_id, None)
                return
            arrival.reason = reason
            arrival.late.set()
            if is_last:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._is_over.wait()
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _ended(self, arrival: _Arrival, task: asyncio.Task[None]) -> None:
        self._tasks.pop(arrival, None)
        if not task.cancelled() and (failure := task.exception()):
            self._failure = self._failure or failure
            self._has_failed.set()

    def _forget(self, arrival: _Arrival) -> None:
        self._tasks.pop(arrival, None)
        if self._under_way.get(arrival.lease_id) is arrival:
            del self._under_way[arrival.lease_id]

    async def _gone(self, lease_id: LeaseId) -> None:
        """Wait until nobody is at that lease's folder any more."""
        ending = [task for one, task in self._tasks.items() if one.lease_id == lease_id]
        if ending:
            await asyncio.wait(ending)

    def _doubt(self, arrival: _Arrival) -> None:
        lease_id = arrival.lease_id
        if self._under_way.get(lease_id) is arrival and not arrival.is_told:
            arrival.is_told = True
            self._reporter.tell(ResultsMissing(self._job_id, lease_id, arrival.reason))

    def _raise_failure(self) -> None:
        if self._failure:
            raise self._failure
