"""All jobs of an owner, each kept in a task of its own, until the process is told to end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from renderchain.app.requester.requester import Requester
from renderchain.core.artist_job import JobEntry
from renderchain.core.errors import AgentRunsAlready, RenderChainError
from renderchain.core.ids import BoardJob, JobId
from renderchain.core.metrics import Metric, single

from .keeper import Keeper, Tally
from .merges import Group, Merges, job_folder
from .orders import Orders

LOOK_S = 30.0
RETRY_S = 60.0
MERGE_RETRY_S = 600.0  # each try starts Blender several times
log = logging.getLogger(__name__)


@dataclass
class Service:
    """``wanted`` are the jobs to keep; none: all that are submitted by this account and go somewhere.

    With ``output`` they are somebody else's: each has a folder of its own there. ``merges`` says which are
    parts of one picture.
    """

    requester: Requester
    keeper: Keeper
    orders: Orders
    tally: Tally
    wanted: Collection[JobId] = ()
    output: Path | None = None
    merges: Merges | None = None
    looked_at_s: float = 0.0
    _others: dict[JobId, BoardJob] = field(default_factory=dict)  # those of ``wanted`` that were found
    _tasks: dict[BoardJob | Group, asyncio.Task[None]] = field(default_factory=dict)
    _rest_until_s: dict[BoardJob | Group, float] = field(default_factory=dict)

    async def run(self, *, once: bool = False) -> None:
        """Keep jobs until cancelled; with ``once`` until those that there are have ended."""
        try:
            while True:
                await self._begin()
                if once and not self._tasks:
                    break
                await self._wait()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _begin(self) -> None:
        try:
            due = await (self._others_due() if self.output else self._own_due())
        except RenderChainError as error:
            self.tally.failures += 1
            log.warning("the account's jobs can't be read now: %s", error)
            return
        self.looked_at_s = time.monotonic()
        for job in due:
            if self._is_free(job):
                self._tasks[job] = asyncio.create_task(self._keep(job))
        if self.merges:
            await self._begin_merging(self.merges)

    async def _begin_merging(self, merges: Merges) -> None:
        for group in [one for one in merges.waiting() if not self._is_busy(one)]:
            try:
                jobs = await merges.jobs_of(group)
            except RenderChainError as error:
                self._put_off(group, error)
                continue
            if all(map(self.orders.is_over, jobs)):
                self._tasks[group] = asyncio.create_task(self._merge(merges, group, jobs))

    async def _others_due(self) -> list[BoardJob]:
        for number in [one for one in self.wanted if one not in self._others]:
            try:
                self._others[number] = BoardJob(await self.requester.board_of(number), number)
            except RenderChainError as error:
                self.tally.failures += 1
                log.warning("job %d is not looked for now: %s", number, error)
        return list(self._others.values())

    async def _own_due(self) -> list[BoardJob]:
        if not self._tasks:
            await self.keeper.recover()
        again = {one.again for one in self.orders.all}
        if None in again:  # one of the account's new jobs may be that order's
            return []

        def is_due(entry: JobEntry) -> bool:
            job = entry.board_job
            return self._is_ours(entry) and self._is_free(job) and job not in again

        return [one.entry.board_job for one in await self.requester.overview(wanted=is_due)]

    def _is_ours(self, entry: JobEntry) -> bool:
        number = entry.job_id
        return bool(number and entry.output) and (not self.wanted or number in self.wanted)

    def _is_free(self, job: BoardJob) -> bool:
        return not (self._is_busy(job) or self.orders.is_over(job))

    def _is_busy(self, what: BoardJob | Group) -> bool:
        return what in self._tasks or time.monotonic() < self._rest_until_s.get(what, 0.0)

    async def _keep(self, job: BoardJob) -> None:
        try:
            await self.keeper.keep(job, job_folder(self.output, job) if self.output else None)
            self.orders.finish(job)
        except AgentRunsAlready as error:
            log.info("%s is left to who follows it: %s", job, error)
            self._rest_until_s[job] = time.monotonic() + RETRY_S
        except (RenderChainError, OSError) as error:
            self.tally.failures += 1
            log.warning("%s: %s It is tried again in %.0f s.", job, error, RETRY_S)
            self._rest_until_s[job] = time.monotonic() + RETRY_S

    async def _merge(self, merges: Merges, group: Group, jobs: Sequence[BoardJob]) -> None:
        try:
            merged = await merges.merge(group, jobs)
        except (RenderChainError, OSError) as error:
            self._put_off(group, error)
            return
        self.tally.merged += len(merged.frames)
        self.tally.failures += len(merged.why_not)
        await self.keeper.look(jobs[0], merged.frames)

    def _put_off(self, group: Group, error: Exception) -> None:
        self.tally.failures += 1
        log.warning("%s: %s It is tried again in %.0f s.", group, error, MERGE_RETRY_S)
        self._rest_until_s[group] = time.monotonic() + MERGE_RETRY_S

    async def _wait(self) -> None:
        """Until it is time to look again, or a job has ended."""
        if not self._tasks:
            await asyncio.sleep(LOOK_S)
            return
        await asyncio.wait(self._tasks.values(), timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        for job, task in [one for one in self._tasks.items() if one[1].done()]:
            del self._tasks[job]
            task.result()

    def not_ready(self) -> str:
        """Why nothing is kept now; "" if all is."""
        if not self.looked_at_s:
            return "the account's jobs were not read yet"
        silent_s = time.monotonic() - self.looked_at_s
        return f"the account's jobs were not read for {silent_s:.0f} s" if silent_s > 10 * LOOK_S else ""

    def metrics(self) -> Iterable[Metric]:
        """For Prometheus."""
        tally, name = self.tally, "renderchain_aggregator"
        return (
            single(f"{name}_running", "gauge", "Jobs that are followed now.", len(tally.running)),
            single(f"{name}_jobs_total", "counter", "Jobs seen to their end.", tally.jobs),
            single(f"{name}_frames_total", "counter", "Frames of these.", tally.frames),
            single(f"{name}_flags_total", "counter", "Flags of these.", tally.flags),
            single(f"{name}_ordered_total", "counter", "Frames ordered again.", tally.ordered),
            single(f"{name}_merged_total", "counter", "Frames merged of several jobs.", tally.merged),
            single(f"{name}_failures_total", "counter", "What went wrong.", tally.failures),
        )
