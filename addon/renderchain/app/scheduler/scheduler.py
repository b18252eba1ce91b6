"""The scheduler's loop: follow the board, hear workers, plan once a second, assign in one transaction a job.

It remembers nothing that the chain does not tell again: a new process reads all events and goes on. While
none runs, each job's grace passes, and workers claim by themselves.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing, suppress

from ...core.board_events import BoardEvent, JobCreated, Reorganised
from ...core.contract_errors import ContractError, UnknownJob
from ...core.errors import ChainError
from ...core.ids import JobId, WorkerId
from ...core.job import MOST_IN_BATCH, Place
from ...core.lease_id import split_lease_id
from ...core.notices.process import Stopped
from ...core.notices.scheduling import AssignRefused, JobNotScheduled, JobScheduled, LeasesAssigned
from ...core.scheduling.fit import SILENT_S, sentence_of
from ...core.scheduling.fleet import Terms
from ...core.scheduling.heartbeat import Heartbeat
from ...core.scheduling.plan import Given, PlanRules
from ...core.scheduling.serving import Serving
from ...ports.reporter import Reporter
from ...ports.scheduler_chain import SchedulerChain
from ..upkeep.keeping import keep_at_work
from .books import KINDS, Books

PLAN_S = 1.0
IDLE_S = 5.0  # without news: workers fall silent, and leases late
LOOK_S = 60.0  # so often a worker's stake and offer are read anew
MOST_TAKEN_ON = 10  # of the refused jobs in one turn
DIFFERS_S = 60.0  # a job of which the board says other things for so long is read anew
AGAIN_S = 30.0  # a job whose assignment was refused waits so long
log = logging.getLogger(__name__)


class Scheduler:
    """For the jobs that name the chain's account. ``now`` gives seconds since 1970."""

    def __init__(
        self,
        chain: SchedulerChain,
        reporter: Reporter,
        rules: PlanRules,
        from_block: int,
        now: Callable[[], float],
        serving: Serving | None = None,
    ) -> None:
        self._chain, self._reporter, self._rules = chain, reporter, rules
        self._from_block, self._now = from_block, now
        self._serving = serving or Serving()
        self.books = self._new_books(-1)
        self._heard: dict[WorkerId, tuple[Heartbeat, float]] = {}
        self._looked_s: dict[WorkerId, float] = {}
        self._families: dict[WorkerId, set[int]] = {}
        self._waits_until_s: dict[JobId, float] = {}
        self._differs_since_s: dict[JobId, float] = {}  # of what the board says
        self._cids: dict[JobId, str] = {}
        self._has_news = asyncio.Event()
        self._in_turn = asyncio.Lock()  # no event passes a job by that is being taken on
        self.planned_s = 0.0  # when a plan was made last, by ``now``

    async def run(self) -> None:
        """Schedule until cancelled. Raises ChainError at the start alone."""
        self.books = self._new_books(await self._chain.block_number())
        works = {"Listening to the chain": self._follow, "Assigning leases": self._assign_all}
        parts = [asyncio.create_task(keep_at_work(name, one, self._reporter)) for name, one in works.items()]
        try:
            await asyncio.gather(*parts)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            self._reporter.tell(Stopped())

    async def heard(self, heartbeat: Heartbeat) -> None:
        """A worker said what it has and does; the caller has seen that it did. Raises ChainError."""
        worker_id, now_s = heartbeat.worker_id, self._now()
        self._heard[worker_id] = (heartbeat, now_s)
        if now_s - self._looked_s.get(worker_id, -LOOK_S) >= LOOK_S:
            await self._look_at(worker_id)
        self._note(heartbeat, now_s)
        self._has_news.set()

    def _note(self, heartbeat: Heartbeat, heard_s: float) -> None:
        worker_id, cids = heartbeat.worker_id, set(heartbeat.packages)
        # Of others' leases it may say what it likes.
        mine = [(one, done) for one, done in heartbeat.done if split_lease_id(one)[0] == worker_id]
        for book in self.books.by_family.values():
            if worker_id not in book.fleet.rows:
                continue
            row = book.fleet.rows[worker_id]
            book.fleet.occupy(row, [split_lease_id(one)[1] for one, _ in mine])
            if heartbeat.takes:
                book.heard(worker_id, heard_s)
            for lease_id, done in mine:
                book.progress(lease_id, done, heard_s)
            for job_id, job in book.jobs.items():
                if self._cids.get(job_id) in cids:
                    job.known.cached.add(row)

    @property
    def worker_count(self) -> int:
        """How many workers were heard lately, by their numbers."""
        return sum(self._now() - heard_s <= SILENT_S for _, heard_s in self._heard.values())

    def waiting_jobs(self) -> list[JobId]:
        """Those with open tasks, and those that are not scheduled here, by their numbers."""
        waiting = [job_id for job_id, job in self.books.jobs() if job.open.count]
        return sorted([*waiting, *self.books.refused])

    def why_waits(self, job_id: JobId) -> str:
        """Who could take a job's open tasks, and why others can not; "" of a job that has none."""
        if why := self.books.refused.get(job_id):
            return f"not scheduled here, so workers claim it once its grace is over: {why}"
        book = self.books.book_of(job_id)
        job = book.jobs.get(job_id) if book else None
        if book is None or job is None or job.is_over or not job.open.count:
            return ""
        said = sentence_of(job.needs, book.fleet, job.known.failed, self._now())
        return f"{job.open.count} of {job.needs.tasks} tasks are open: {said}"

    async def _look_at(self, worker_id: WorkerId) -> None:
        """Read what the registry knows of a worker."""
        self._looked_s[worker_id] = self._now()
        worker, offer = await self._chain.worker(worker_id), await self._chain.offer(worker_id)
        heartbeat, heard_s = self._heard[worker_id]
        terms = Terms(offer, heartbeat.memory_mib, worker.free_fri)
        self._families[worker_id] = set(self.books.by_family)
        for family, book in list(self.books.by_family.items()):
            if await self._chain.supports(worker_id, family):
                book.put_worker(worker_id, terms)
                self._note(heartbeat, heard_s)

    async def _follow(self) -> None:
        head = await self._chain.block_number()
        self.books = self._new_books(head)
        self._families.clear()
        async with aclosing(self._chain.events(self._from_block)) as events:
            async for event in events:
                async with self._in_turn:
                    if isinstance(event, Reorganised):
                        head = await self._chain.block_number()  # all until then is told again
                        self.books = self._new_books(head)
                        self._families.clear()
                    else:
                        await self._hear(event, head)
                self._has_news.set()

    def _new_books(self, head: int) -> Books:
        return Books(self._chain.address, self._rules, head, self._serving)

    async def _hear(self, event: BoardEvent, head: int) -> None:
        if isinstance(event, JobCreated) and self.books.lacks_room(event):
            await self._look_for_room()
        self.books.note(event, self._now())
        if not isinstance(event, JobCreated) or event.block <= head:
            return  # of older ones it was told before
        if why := self.books.refused.get(event.job_id):
            self._reporter.tell(JobNotScheduled(event.job_id, why))

    async def _look_for_room(self) -> None:
        """Jobs that are over may stand in the way of a new one, above all while the past is read."""
        for job_id in self.books.unseen():
            with suppress(UnknownJob):  # the node has not come so far
                await self._ask(job_id)
        self.books.end_over(self._now())

    async def _ask(self, job_id: JobId) -> bool:
        """What the board says of a job; whether the books agree. Raises ChainError and UnknownJob."""
        info = await self._chain.job(job_id)
        self._cids[job_id] = info.package_cid
        return self.books.learn(info)

    async def _compare(self) -> None:
        """With the board, each job of which something was told; one that disagrees for long is begun anew."""
        self._differs_since_s = {
            key: since_s for key, since_s in self._differs_since_s.items() if key in self.books.stale
        }
        for job_id in self.books.stale - self._put_off_now():
            try:
                if await self._ask(job_id):
                    self.books.stale.discard(job_id)
                elif job_id in self.books.stale and self._differs_long(job_id):
                    await self._begin_anew(job_id)
            except (ChainError, UnknownJob) as error:
                self._put_off(job_id, str(error))

    def _differs_long(self, job_id: JobId) -> bool:
        """Before, what was told may only be on its way."""
        return self._now() - self._differs_since_s.setdefault(job_id, self._now()) >= DIFFERS_S

    async def _begin_anew(self, job_id: JobId) -> None:
        """Something never came, or came twice, as from nodes that were not at the same block."""
        async with self._in_turn:
            created = self.books.created_of(job_id)
            if created is None:
                return  # it was closed meanwhile
            told = await self._chain.told_of(job_id, created.block, KINDS)
            del self._differs_since_s[job_id]
            self.books.begin_anew(job_id, told, self._now())

    async def _take_on(self) -> None:
        """Jobs for which there was no room, once there is some."""
        for created in self.books.fitting(MOST_TAKEN_ON, without=self._put_off_now()):
            async with self._in_turn:
                if self.books.waiting.get(created.job_id) is not created:
                    continue  # it was closed meanwhile
                try:
                    await self._take_on_one(created)
                except ChainError as error:
                    self._put_off(created.job_id, str(error))

    async def _take_on_one(self, created: JobCreated) -> None:
        job_id = created.job_id
        try:
            info = await self._chain.job(job_id)
        except UnknownJob:
            info = None
        if info is None or info.stopped or info.expires_at_s <= self._now():
            self.books.give_up_on(job_id)
            return
        told = await self._chain.told_of(job_id, created.block, KINDS)
        if self.books.take_on(created, told, self._now()):
            self._reporter.tell(JobScheduled(job_id))

    async def _assign_all(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_S):
                    await self._has_news.wait()
            self._has_news.clear()
            await self._turn()
            await asyncio.sleep(PLAN_S)

    async def _turn(self) -> None:
        """One plan, and what becomes of it; one job's trouble is not another's."""
        self.books.give_up(self._now())
        self.books.end_over(self._now())
        for job_id, late in self.books.overdue(self._now()).items():
            for at in range(0, len(late), MOST_IN_BATCH):
                with suppress(
                    ContractError, ChainError
                ):  # somebody was faster, or blocks or answers are late
                    await self._chain.expire(job_id, late[at : at + MOST_IN_BATCH])
        await self._take_on()
        await self._compare()
        await self._look_at_new()
        now_s, waiting = self._now(), self._put_off_now()
        for book in list(self.books.by_family.values()):
            for job_id, leases in book.plan(now_s, without=waiting | self.books.stale).items():
                for given in leases:
                    self.books.expect(job_id, given, now_s)
                for at in range(0, len(leases), MOST_IN_BATCH):
                    await self._assign(job_id, leases[at : at + MOST_IN_BATCH])
        self.planned_s = self._now()

    async def _assign(self, job_id: JobId, leases: list[Given]) -> None:
        book = self.books.book_of(job_id)
        if book is None:
            return  # it closed meanwhile
        ids = book.fleet.ids
        places = [Place(ids[one.row], one.slot, one.first, one.count, one.spare_of) for one in leases]
        try:
            refused = await self._chain.assign(job_id, places)
        except ContractError as error:
            self._put_off(job_id, str(error))
            self.books.give_up(self._now(), job_id)
        except ChainError as error:
            self._put_off(job_id, str(error))  # it may have happened, or may yet: events tell
        else:
            spares = sum(bool(one.spare_of) for one in leases)
            self._reporter.tell(LeasesAssigned(job_id, len(leases) - len(refused), spares))

    def _put_off_now(self) -> set[JobId]:
        """Jobs that wait after something was refused."""
        now_s = self._now()
        self._waits_until_s = {
            key: until_s for key, until_s in self._waits_until_s.items() if until_s > now_s
        }
        return set(self._waits_until_s)

    def _put_off(self, job_id: JobId, reason: str) -> None:
        self._waits_until_s[job_id] = self._now() + AGAIN_S
        self._reporter.tell(AssignRefused(job_id, reason))

    async def _look_at_new(self) -> None:
        """Workers that were heard before there was a job of their family."""
        families = set(self.books.by_family)
        for worker_id, (_, heard_s) in list(self._heard.items()):
            if self._now() - heard_s > LOOK_S:
                del self._heard[worker_id]
                self._looked_s.pop(worker_id, None)
            elif not families <= self._families.get(worker_id, set()):
                await self._look_at(worker_id)
