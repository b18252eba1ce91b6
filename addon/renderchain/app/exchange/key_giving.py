"""Answering who asks for a private job's key, while its artist is there, or a watchtower for it.

Whoever is given the key sees the scene. So workers must render the job's family and have the stake that a
lease locks, and there is a most of them. Verifiers that were drawn are always given it: without it they would
have to say that there is no package, which costs an honest worker its stake.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace

from ...core.audit.events import VotesDrawn
from ...core.board_events import BoardEvent, JobClosed, KeyAsked, Reorganised
from ...core.ids import WorkerId
from ...core.job import JobInfo
from ...core.lease_stake import stake_of
from ...core.notices.private import PackageKeyRefused
from ...ports.package_keys import KeyChain
from ...ports.reporter import Reporter
from ..upkeep.keeping import keep_at_work
from .key_giver import KeyGiver

REVIEW_S = 600.0  # events tell of everything; if one is lost, nobody waits for ever


class KeyGiving:
    """Gives one job's ``key`` to at most so many workers besides its verifiers.

    The job was created at ``from_block`` or later.
    """

    def __init__(
        self,
        chain: KeyChain,
        giver: KeyGiver,
        reporter: Reporter,
        job: JobInfo,
        key: bytes,
        *,
        most: int,
        from_block: int,
    ) -> None:
        self._chain = chain
        self._giver = giver
        self._reporter = reporter
        self._job = job
        self._key = key
        self._most = most
        self._from_block = from_block
        self._answered: Counter[WorkerId] = Counter()  # how often each had asked when it was answered
        self._workers: set[WorkerId] = set()  # that have the key to render
        self._said: set[tuple[WorkerId, str]] = set()
        self._wake = asyncio.Event()
        self._is_over = False

    def note(self, event: BoardEvent) -> None:
        """Hear that there may be somebody to answer."""
        if isinstance(event, Reorganised):
            self._answered.clear()
            self._is_over = False
        elif isinstance(event, JobClosed) and event.job_id == self._job.job_id:
            self._is_over = True
        elif not isinstance(event, KeyAsked | VotesDrawn) or event.job_id != self._job.job_id:
            return
        self._wake.set()

    async def run(self) -> None:
        """Answer until the job is closed, or it is cancelled."""
        await keep_at_work(f"Giving the key of job {self._job.job_id}", self._answer, self._reporter)

    async def _answer(self) -> None:
        while not self._is_over:
            self._wake.clear()
            await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(REVIEW_S):
                    await self._wake.wait()

    async def look(self) -> None:
        """Answer all who asked and have no answer, or no; raises ContractError or ChainError."""
        job_id = self._job.job_id
        asked = Counter(await self._chain.asked_keys(job_id, self._from_block))
        drawn = await self._chain.drawn_verifiers(job_id, self._from_block)
        done = {one for one in self._workers - drawn if self._answered[one] == asked[one]}
        wanted = [one for one in asked if one not in done and (one in drawn or await self._may_have(one))]
        await self._giver.give(job_id, self._key, wanted)
        self._answered = asked

    async def _may_have(self, worker_id: WorkerId) -> bool:
        """Whether a worker that would render is given the key; says why not, once."""
        objection = await self._objection(worker_id)
        if not objection:
            self._workers.add(worker_id)
        elif (worker_id, objection) not in self._said:
            self._said.add((worker_id, objection))
            self._reporter.tell(PackageKeyRefused(self._job.job_id, worker_id, objection))
        return not objection

    async def _objection(self, worker_id: WorkerId) -> str:
        if worker_id in self._workers:
            return ""
        if not await self._chain.supports(worker_id, self._job.family):
            return "It does not render the job's family."
        worker = await self._chain.worker(worker_id)
        record = await self._chain.record(worker_id, self._job.family)
        # A lease of this very job may hold its stake, and other workers the job's tasks.
        whole, fresh = replace(worker, locked_fri=0), replace(self._job, accepted=0, refunded=0, held=0)
        if not stake_of(fresh, whole, record).is_free:
            return "Its stake is less than a lease locks."
        if len(self._workers) >= self._most:
            return f"{self._most} workers have it already (most_private_workers)."
        return ""
