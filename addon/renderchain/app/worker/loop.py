"""The worker: hear of jobs by events, claim, render, submit, get paid.

Its parts go on by themselves: whatever one of them meets, the others do their duty, those of audits above
all, and it begins again with what the chain knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace

from ...core.board_events import BoardEvent, CaughtUp, JobClosed, Reorganised
from ...core.contract_errors import LeaseInOtherState, UnknownWorker
from ...core.errors import ChainError
from ...core.job import JobInfo, LeaseInfo
from ...core.lifecycle import LeaseState
from ...core.notices import leases
from ...core.notices.process import Stopped
from ...ports.journal import Journal, LeaseEntry
from ...ports.reporter import Reporter
from ...ports.worker_chain import WorkerChain
from ..audit.duties import AuditDuties
from ..upkeep.keeping import keep_at_work, reason_of
from .blame import REFUSED, blame_of
from .claims import Claims, WorkerRules
from .held import HeldLeases
from .readiness import Readiness
from .render_lease import SPARE, RenderLease

FIRST_RETRY_S = 5.0
LONGEST_RETRY_S = 600.0
TAKING = "Taking leases"
LOOK_AGAIN_S = 600.0  # for what no event tells: stake, gas, caps, verifiers
# Three rounds of two days, a lease's and a window's time, twice over: older votes are settled.
LONGEST_AUDIT_S = 20 * 86400.0
PAUSE_S = 10.0  # so often it is looked whether a pause is over


class Worker:
    """One machine's worker. ``new_secret`` gives 248 random bits, ``now`` seconds since 1970."""

    def __init__(
        self,
        chain: WorkerChain,
        lease: RenderLease,
        claims: Claims,
        audits: AuditDuties,
        journal: Journal,
        reporter: Reporter,
        rules: WorkerRules,
        readiness: Readiness,
        *,
        new_secret: Callable[[], int],
        now: Callable[[], float],
    ) -> None:
        self._chain = chain
        self._lease = lease
        self._claims = claims
        self._audits = audits
        self._journal = journal
        self._reporter = reporter
        self._rules = rules
        self._readiness = readiness
        self._new_secret = new_secret
        self._now = now
        self._wake = asyncio.Event()
        self._caught_up = asyncio.Event()  # what the chain says of our leases now, will be followed by news
        self._held = HeldLeases(chain, reporter, now, self._wake.set)
        self._knows_leases = False  # not at the start, nor when the chain took back what it said
        self._retry_s = FIRST_RETRY_S

    async def run(self, stop: asyncio.Event, on_ready: Callable[[], None] = lambda: None) -> None:
        """Work until ``stop`` is set, when a lease in hand is given back, or until it is drained.

        ``on_ready`` is called once all that it needs was seen to be there. Raises UnknownWorker or ChainError
        at the start; later nothing ends it.
        """
        if not await self._chain.worker_id():
            raise UnknownWorker(f"Working as {self._chain.address:#x}")
        for entry in self._journal.leases(self._chain.board):
            if entry.state == "failed":
                self._claims.count_failure(entry.job_id)
        await self._audits.begin()
        on_ready()
        works: dict[str, Callable[[], Awaitable[None]]] = {
            "Listening to the chain": self._follow,
            TAKING: self._work,
            "Settling leases": self._held.run,
            "Duties in audits": self._audits.run,
            "Verifying": self._audits.verify,
        }
        parts = [asyncio.create_task(keep_at_work(name, one, self._reporter)) for name, one in works.items()]
        ends = [asyncio.create_task(stop.wait()), parts[list(works).index(TAKING)]]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in (*parts, *ends):
                part.cancel()
            await asyncio.gather(*parts, *ends, return_exceptions=True)
        self._reporter.tell(Stopped())

    async def _follow(self) -> None:
        self._forget()  # the same events may have been told before
        votes_since_s = self._now() - LONGEST_AUDIT_S
        async with aclosing(
            self._chain.news(self._rules.from_block, self._rules.families, votes_since_s)
        ) as events:
            async for event in events:
                self._note(event)
                self._wake.set()

    def _forget(self) -> None:
        self._claims.clear()
        self._caught_up.clear()
        self._knows_leases = False

    def _note(self, event: BoardEvent) -> None:
        self._audits.note(event)
        self._held.note(event)
        self._claims.note(event)
        if isinstance(event, Reorganised):
            self._forget()
        elif isinstance(event, CaughtUp):
            self._caught_up.set()
        elif isinstance(event, JobClosed):
            self._lease.forget(event.job_id)

    async def _work(self) -> None:
        try:
            await self._work_on()
        except Exception:
            self._knows_leases = False  # what became of the last one is on the chain
            raise

    async def _work_on(self) -> None:
        """Take leases, one after the other, until it is drained."""
        while True:
            self._wake.clear()
            await self._caught_up.wait()
            if not self._knows_leases:
                await self._resume()
            allowed = await self._readiness.allows()
            if self._readiness.is_draining and not self._held.lease_ids and not self._audits.has_duties:
                return
            claimed = await self._claims.claim_one(self._held.lease_ids) if allowed else None
            if claimed:
                self._readiness.claimed()
                job_id, lease_id = claimed
                entry = LeaseEntry(self._chain.board, lease_id, job_id, self._new_secret(), "claimed")
                self._journal.save_lease(entry)
                await self._do(entry, is_new=True)
                continue
            longest_s = LOOK_AGAIN_S if allowed else PAUSE_S
            wait_s = min(max(self._claims.next_try_s - self._now(), 0.0), longest_s)
            with suppress(TimeoutError):
                # wait_for may swallow a cancellation in Python 3.11.
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()

    async def _do(self, entry: LeaseEntry, *, is_new: bool) -> None:
        """Render and submit a claimed lease; what fails is given back, so that others may try.

        A worker that must stop submits the frames that it has, and is then cancelled after all.
        """
        try:
            await self._try(entry, is_new=is_new)
        except LeaseInOtherState as error:
            self._knows_leases = False
            self._journal.save_lease(replace(entry, state="lost"))
            self._reporter.tell(leases.LeaseLost(entry.job_id, entry.lease_id, str(error)))
            self._lease.discard(entry.lease_id)
        except ChainError:
            raise  # what it was asked may have happened, or may yet; the lease stays as it is
        except asyncio.CancelledError:
            with suppress(ChainError):  # then it expires, or the next start resumes it
                await asyncio.shield(self._give_back(entry, "worker stops"))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the next lease may go well
            await self._fail(entry, error)
        task = asyncio.current_task()
        if task and task.cancelling():
            raise asyncio.CancelledError

    async def _try(self, entry: LeaseEntry, *, is_new: bool) -> None:
        lease, job = await self._chain.lease(entry.lease_id), await self._chain.job(entry.job_id)
        if is_new:
            ids = (entry.job_id, entry.lease_id)
            self._reporter.tell(leases.LeaseClaimed(*ids, self._chain.address, lease.count))
        if await self._claims.objection(entry.job_id):  # nobody asked before it was assigned
            await self._give_back(entry, REFUSED.reason)
            return
        submitted = await self._lease.run(entry, lease, job, most_s=self._left_s(lease, job))
        self._journal.save_lease(replace(entry, state="submitted"))
        self._hold(lease, self._now() + job.window_s)
        self._retry_s = FIRST_RETRY_S
        if submitted.failure:
            self._blame(entry, submitted.failure)

    def _left_s(self, lease: LeaseInfo, job: JobInfo) -> float:
        """How long the lease may be rendered: after its timeout nobody wants it."""
        return max(lease.since_s + (1 - SPARE) * job.lease_timeout_s - self._now(), 0.0)

    async def _fail(self, entry: LeaseEntry, error: Exception) -> None:
        """Give back what can't be done; where it is not the job's doing, have a rest before the next."""
        blame = blame_of(error)
        if not blame.is_jobs:
            self._reporter.tell(leases.LeaseFailed(entry.job_id, entry.lease_id, reason_of(error)))
            await self._give_back(entry, blame.reason)
            await asyncio.sleep(self._retry_s)
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)
            return
        self._blame(entry, error)
        await self._give_back(entry, blame.reason, state="failed")

    def _blame(self, entry: LeaseEntry, error: Exception) -> None:
        """It is the job's doing."""
        self._reporter.tell(leases.LeaseFailed(entry.job_id, entry.lease_id, reason_of(error)))
        self._claims.count_failure(entry.job_id)

    def _hold(self, lease: LeaseInfo, due_s: float) -> None:
        self._held.hold(lease.lease_id, lease.job_id, due_s)
        self._audits.own(lease.lease_id)

    async def _give_back(self, entry: LeaseEntry, reason: str, state: str = "given_back") -> None:
        try:
            await self._chain.give_back(entry.lease_id, reason)
        except LeaseInOtherState as error:
            self._knows_leases = False  # it may have been submitted after all
            self._reporter.tell(leases.LeaseLost(entry.job_id, entry.lease_id, str(error)))
        else:
            self._reporter.tell(leases.LeaseGivenBack(entry.job_id, entry.lease_id, reason))
        self._journal.save_lease(replace(entry, state=state))
        self._lease.discard(entry.lease_id)

    async def _resume(self) -> None:
        """Go on with what this worker holds, as the chain knows it: after a restart or a reorganisation."""
        self._knows_leases = True
        self._held.clear()
        # A reorganisation may have given a lease's id to another job's lease.
        entries = self._journal.leases(self._chain.board)
        known = {(entry.lease_id, entry.job_id): entry for entry in entries}
        claimed = []
        for lease_id in await self._chain.open_leases():
            lease = await self._chain.lease(lease_id)
            if lease.state is LeaseState.CLAIMED:
                claimed.append(lease)
            elif lease.state is LeaseState.SUBMITTED:
                self._hold(lease, await self._held.due_s(lease))
        self._lease.tidy([lease.lease_id for lease in claimed])
        for lease in claimed:  # only now: it takes long, and the others have duties
            self._readiness.claimed()  # an earlier process did; where it takes one, this is the one
            fresh = LeaseEntry(self._chain.board, lease.lease_id, lease.job_id, self._new_secret(), "claimed")
            self._reporter.tell(leases.LeaseResumed(lease.job_id, lease.lease_id))
            entry = known.get((lease.lease_id, lease.job_id), fresh)
            self._journal.save_lease(entry)
            await self._do(entry, is_new=False)
