"""The worker's loop: hear of jobs by events, claim, render, submit, get paid."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from ...core.audit.errors import DrawIsAhead, FamilyAtCap, MustBeAudited, StillInAudit
from ...core.board_events import (
    BoardEvent,
    JobClosed,
    JobCreated,
    LeaseAccepted,
    LeaseEnded,
    LeasePaid,
    Reorganised,
    TasksGivenBack,
)
from ...core.contract_errors import (
    AuditPoolTooSmall,
    ContractError,
    DeadlineNotReached,
    JobIsOver,
    LeaseInOtherState,
    LeaseIsPaid,
    NothingToClaim,
    NothingToWithdraw,
    SplitNotFunded,
    StakeNotFree,
    UnknownJob,
    UnknownWorker,
)
from ...core.errors import ContentError, RenderFailed, StoreError
from ...core.ids import JobId, LeaseId
from ...core.job import LeaseInfo
from ...core.lease_id import MAX_SLOTS, split_lease_id
from ...core.lifecycle import LeaseState
from ...core.notices import leases
from ...core.notices.process import Stopped, Withdrawn
from ...ports.journal import Journal, LeaseEntry
from ...ports.reporter import Reporter
from ...ports.worker_chain import WorkerChain
from ..audit.duties import AuditDuties
from .job_probe import JobProbe
from .render_lease import RenderLease
from .stake_notice import StakeNotice

RETRY_S = 5.0
MAX_FAILURES = 2  # of one job on this machine, before it is left to others
WHY: dict[type[Exception], str] = {  # a lease is given back
    RenderFailed: "can't render",
    ContentError: "package refused",
    StoreError: "no access to files",
    SplitNotFunded: "not all rendered",
}


@dataclass(frozen=True)
class WorkerRules:
    """What this worker takes: families (felts), least reward per task, least profit per lease after gas.

    Events are read from that block on.
    """

    families: frozenset[int]
    least_reward_fri: int
    from_block: int
    least_profit_fri: int = 0
    most_frames: int = 0  # of a lease; 0: as many as the board gives


@dataclass(frozen=True)
class Held:
    """A submitted lease: its job, and when anyone may accept it."""

    job_id: JobId
    due_s: float


class Worker:
    """One machine's worker. ``new_secret`` gives 248 random bits, ``now`` seconds since 1970."""

    def __init__(
        self,
        chain: WorkerChain,
        lease: RenderLease,
        probe: JobProbe,
        audits: AuditDuties,
        journal: Journal,
        reporter: Reporter,
        rules: WorkerRules,
        *,
        new_secret: Callable[[], int],
        now: Callable[[], float],
    ) -> None:
        self._chain = chain
        self._lease = lease
        self._probe = probe
        self._audits = audits
        self._journal = journal
        self._reporter = reporter
        self._rules = rules
        self._new_secret = new_secret
        self._now = now
        self._stakes = StakeNotice(chain, reporter, rules.least_profit_fri, rules.most_frames)
        self._jobs: dict[JobId, JobCreated] = {}
        self._claimable: dict[JobId, None] = {}  # an ordered set: the oldest job first
        self._failures: dict[JobId, int] = {}
        self._held: dict[LeaseId, Held] = {}  # submitted, and not settled yet
        self._knows_leases = False  # not at the start, nor when the chain took back what it said
        self._wake = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; a lease in hand is then given back."""
        await self._audits.begin()
        jobs = (self._follow(), self._work(), self._audits.run(), self._audits.verify(), stop.wait())
        parts = [asyncio.create_task(part) for part in jobs]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            ended = await asyncio.gather(*parts, return_exceptions=True)
        errors = [one for one in ended if isinstance(one, Exception)]
        if errors:
            raise errors[0]
        self._reporter.tell(Stopped())

    async def _follow(self) -> None:
        async with aclosing(self._chain.events(self._rules.from_block)) as events:
            async for event in events:
                self._note(event)
                self._wake.set()

    def _note(self, event: BoardEvent) -> None:
        self._audits.note(event)
        if isinstance(event, Reorganised):
            self._jobs.clear()
            self._claimable.clear()
            self._knows_leases = False
        elif isinstance(event, JobCreated):
            wanted = event.family in self._rules.families
            if wanted and event.terms.reward_fri >= self._rules.least_reward_fri:
                self._jobs[event.job_id] = event
                self._claimable[event.job_id] = None
        elif isinstance(event, JobClosed):
            self._jobs.pop(event.job_id, None)
            self._claimable.pop(event.job_id, None)
            self._lease.forget(event.job_id)
            self._probe.forget(event.job_id)
            self._stakes.forget(event.job_id)
        elif isinstance(event, TasksGivenBack):
            self._reopen(event)
        elif isinstance(event, LeaseEnded):
            self._reopen(event)
            if self._held.pop(event.lease_id, None):
                self._reporter.tell(leases.LeaseNotAccepted(event.job_id, event.lease_id, event.state))
        elif isinstance(event, LeasePaid) and event.lease_id in self._held:
            self._reporter.tell(leases.LeasePaid(event.job_id, event.lease_id, event.paid_fri))
        elif isinstance(event, LeaseAccepted) and event.lease_id in self._held:
            del self._held[event.lease_id]
            self._reporter.tell(leases.LeaseAccepted(event.job_id, event.lease_id, event.paid_fri))

    def _reopen(self, event: TasksGivenBack | LeaseEnded) -> None:
        if event.reopened and event.job_id in self._jobs:
            self._claimable[event.job_id] = None

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            if not self._knows_leases:
                await self._resume()
            if await self._claim_one():
                continue
            await self._collect()
            due_s = min([self._probe.next_try_s, *(one.due_s for one in self._held.values())])
            wait_s = max(due_s - self._now(), 0.0)
            try:
                async with asyncio.timeout(wait_s):  # wait_for may swallow a cancellation in Python 3.11
                    await self._wake.wait()
            except TimeoutError:
                await self._settle_due()

    async def _claim_one(self) -> bool:
        """Claim and do one lease; False if there is none to be had now."""
        taken = {split_lease_id(lease_id)[1] for lease_id in self._held}
        free = [slot for slot in range(MAX_SLOTS) if slot not in taken]
        if not free:
            return False
        for job_id in list(self._claimable):
            if self._failures.get(job_id, 0) >= MAX_FAILURES:
                continue
            try:
                if not (await self._stakes.tell(job_id) and await self._probe.allows(job_id)):
                    continue
                lease_id = await self._chain.claim_lease(job_id, free[0], self._rules.most_frames)
            except (NothingToClaim, JobIsOver):
                self._claimable.pop(job_id, None)
                continue
            except (StakeNotFree, AuditPoolTooSmall, SplitNotFunded, FamilyAtCap):
                continue  # another job may ask for less, and this one's audits may turn out not to be needed
            except ContractError as error:
                self._claimable.pop(job_id, None)
                self._reporter.tell(leases.JobSkipped(job_id, str(error)))
                continue
            entry = LeaseEntry(self._chain.board, lease_id, job_id, self._new_secret(), "claimed")
            self._journal.save_lease(entry)
            await self._do(entry, is_new=True)
            return True
        return False

    async def _do(self, entry: LeaseEntry, *, is_new: bool) -> None:
        """Render and submit a claimed lease; what fails is given back, so that others may try.

        A worker that must stop submits the frames that it has, and is then cancelled after all.
        """
        try:
            lease, job = await self._chain.lease(entry.lease_id), await self._chain.job(entry.job_id)
            if is_new:
                ids = (entry.job_id, entry.lease_id)
                self._reporter.tell(leases.LeaseClaimed(*ids, self._chain.address, lease.count))
            if await self._probe.objection(entry.job_id):  # nobody asked before it was assigned
                await self._give_back(entry, WHY[ContentError])
                return
            submitted = await self._lease.run(entry, lease, job)
        except (RenderFailed, ContentError, StoreError, SplitNotFunded) as error:
            self._count_failure(entry, error)
            await self._give_back(entry, WHY[type(error)])
            await asyncio.sleep(RETRY_S if isinstance(error, StoreError) else 0)
        except LeaseInOtherState as error:
            self._journal.save_lease(replace(entry, state="lost"))
            self._reporter.tell(leases.LeaseLost(entry.job_id, entry.lease_id, str(error)))
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(entry, "worker stops"))
            raise
        else:
            self._journal.save_lease(replace(entry, state="submitted"))
            self._hold(entry.lease_id, job.job_id, self._now() + job.window_s)
            if submitted.failure:
                self._count_failure(entry, submitted.failure)
        finally:
            shutil.rmtree(self._lease.output(entry.lease_id), ignore_errors=True)
        task = asyncio.current_task()
        if task and task.cancelling():
            raise asyncio.CancelledError

    def _count_failure(self, entry: LeaseEntry, error: Exception) -> None:
        self._reporter.tell(leases.LeaseFailed(entry.job_id, entry.lease_id, str(error)))
        self._failures[entry.job_id] = self._failures.get(entry.job_id, 0) + 1

    def _hold(self, lease_id: LeaseId, job_id: JobId, due_s: float) -> None:
        self._held[lease_id] = Held(job_id, due_s)
        self._audits.own(lease_id)

    async def _give_back(self, entry: LeaseEntry, reason: str) -> None:
        try:
            await self._chain.give_back(entry.lease_id, reason)
        except LeaseInOtherState as error:
            self._reporter.tell(leases.LeaseLost(entry.job_id, entry.lease_id, str(error)))
        else:
            self._reporter.tell(leases.LeaseGivenBack(entry.job_id, entry.lease_id, reason))
        self._journal.save_lease(replace(entry, state="given_back"))

    async def _resume(self) -> None:
        """Go on with what this worker holds, as the chain knows it: after a restart or a reorganisation."""
        self._knows_leases = True
        self._held.clear()
        if not await self._chain.worker_id():
            raise UnknownWorker(f"Working as {self._chain.address:#x}")
        # A reorganisation may have given a lease's id to another job's lease.
        entries = self._journal.leases(self._chain.board)
        known = {(entry.lease_id, entry.job_id): entry for entry in entries}
        for lease_id in await self._chain.open_leases():
            lease = await self._chain.lease(lease_id)
            fresh = LeaseEntry(self._chain.board, lease_id, lease.job_id, self._new_secret(), "claimed")
            if lease.state is LeaseState.CLAIMED:
                self._reporter.tell(leases.LeaseResumed(lease.job_id, lease_id))
                entry = known.get((lease_id, lease.job_id), fresh)
                self._journal.save_lease(entry)
                await self._do(entry, is_new=False)
            elif lease.state is LeaseState.SUBMITTED:
                self._hold(lease_id, lease.job_id, await self._due_s(lease))

    async def _due_s(self, lease: LeaseInfo) -> float:
        return lease.since_s + (await self._chain.job(lease.job_id)).window_s

    async def _settle_due(self) -> None:
        """Accept, as anyone may, what the requester let lie for the whole window."""
        for lease_id, held in list(self._held.items()):
            if held.due_s > self._now():
                continue
            try:
                await self._chain.accept_late(held.job_id, [lease_id])
            except DeadlineNotReached:  # an audit began the window anew
                due_s = await self._due_s(await self._chain.lease(lease_id))
                self._held[lease_id] = replace(held, due_s=max(due_s, self._now() + RETRY_S))
            except (StillInAudit, MustBeAudited, DrawIsAhead, LeaseIsPaid):
                self._held[lease_id] = replace(held, due_s=self._now() + RETRY_S)
            except (LeaseInOtherState, UnknownJob):  # settled, maybe long ago
                self._held.pop(lease_id, None)

    async def _collect(self) -> None:
        """Have the board pay out what the payout address earned."""
        payout = (await self._chain.worker(await self._chain.worker_id())).payout
        amount_fri = await self._chain.balance_fri(payout)
        if not amount_fri:
            return
        try:
            await self._chain.withdraw([payout])
        except NothingToWithdraw:
            return  # another worker of the same owner was faster
        self._reporter.tell(Withdrawn(payout, amount_fri))
