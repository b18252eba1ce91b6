"""A running job's audit pool: the artist hears when it can pay for no other lease, and may add to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ...core.audit.events import AuditClosed
from ...core.board_events import BoardEvent, LeaseEnded
from ...core.ids import JobId
from ...core.notices.jobs import AuditPoolEmpty, JobImproved
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain


async def top_up(
    chain: RequesterChain,
    reporter: Reporter,
    job_id: JobId,
    *,
    more_pool_fri: int = 0,
    reward_fri: int | None = None,
) -> None:
    """Add to a job's audit pool, or raise what its next leases pay for a frame, or both."""
    job = await chain.job(job_id)
    reward_fri = job.reward_fri if reward_fri is None else reward_fri
    await chain.top_up(job_id, reward_fri, more_pool_fri)
    reporter.tell(JobImproved(job_id, reward_fri, job.audit_pool_fri + more_pool_fri))


class PoolWatch:
    """Says once, until that changes, that a job's frames can't be claimed for want of money for audits.

    ``on_empty`` is called each time that is seen: what else holds money for audits may give it back.
    """

    def __init__(
        self,
        chain: RequesterChain,
        reporter: Reporter,
        job_id: JobId,
        on_empty: Callable[[], None] = lambda: None,
    ) -> None:
        self._chain = chain
        self._reporter = reporter
        self._job_id = job_id
        self._on_empty = on_empty
        self._is_empty = False
        self._wake = asyncio.Event()

    def note(self, event: BoardEvent) -> None:
        """Look where frames came back, or an audit ended: its later rounds may have taken from the pool."""
        if isinstance(event, AuditClosed) or (isinstance(event, LeaseEnded) and event.reopened):
            self._wake.set()

    async def run(self) -> None:
        """Look whenever there is something, until cancelled; the next call looks again at what failed."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.look()
            except Exception:
                self._wake.set()
                raise

    async def look(self) -> None:
        """Can somebody claim the frames that are open?"""
        job = await self._chain.job(self._job_id)
        was_empty, self._is_empty = self._is_empty, job.waits_for_pool
        if self._is_empty:
            self._on_empty()
        if self._is_empty and not was_empty:
            self._reporter.tell(AuditPoolEmpty(self._job_id, job.audit_pool_fri, job.next_audit_fri))
