"""What ends only when somebody asks for it: leases whose workers are gone, steps of their audits, and a job
past its end.

A worker that is gone may have submitted: where its lease was not paid early, nobody else need ever ask for
the pay, and the job stays open with the rest of its pool. When the window is over to pay waives nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from ...core.audit.state import DrawOutcome
from ...core.board_events import (
    BoardEvent,
    JobClosed,
    JobImproved,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    ResultSubmitted,
)
from ...core.contract_errors import ContractError, JobNotExpired
from ...core.ids import LeaseId
from ...core.job import MOST_IN_BATCH, JobInfo, LeaseInfo
from ...core.lifecycle import LeaseState
from ...ports.requester_chain import RequesterChain
from ..upkeep.keeping import raise_if_ending
from .overdue_audits import OverdueAudits

LOOK_S = 30.0
AGAIN_S = 300.0  # a lease that is claimed no more by a node's word, and of whose end nothing is told
PATIENCE_S = 60.0  # after the end by this machine's clock: blocks are late, and it may be fast
LATE_S = 3600.0  # after a lease's window: a worker that is there asks for its pay at once
PAYABLE = (DrawOutcome.PASSED, DrawOutcome.CLEARED, DrawOutcome.UNJUDGED)


class Overdue:
    """Of one job of the account's own. The board does nothing by itself: without this the pay of a lease
    whose worker died, and with it the rest of the job's money, would stay in escrow for good.

    ``speaks_against`` says of a lease whose window is over whether to leave it to others to ask for its pay.
    """

    def __init__(
        self,
        chain: RequesterChain,
        job: JobInfo,
        now: Callable[[], float],
        speaks_against: Callable[[LeaseId], bool],
    ) -> None:
        self._chain = chain
        self._job = job
        self._now = now
        self._speaks_against = speaks_against
        self._audits = OverdueAudits(chain, job.job_id, now)
        self._ends_s: float | None = job.expires_at_s  # None once it has ended
        self._held: set[LeaseId] = set()
        self._due_s: dict[LeaseId, float] = {}  # of those that were looked at
        self._look_again_s: dict[LeaseId, float] = {}  # of those that were not claimed when looked at
        self._pay_s: dict[LeaseId, float] = {}  # when to look whether a submitted lease is to be paid

    def forget(self) -> None:
        """The chain took back what it said."""
        self._audits.forget()
        self._held.clear()
        self._due_s.clear()
        self._look_again_s.clear()
        self._pay_s.clear()
        self._ends_s = self._job.expires_at_s

    def note(self, event: BoardEvent) -> None:
        """Hear of claims, audits and their ends, and of the job's."""
        self._audits.note(event)
        if isinstance(event, LeaseClaimed):
            self._held.add(event.lease_id)
        elif isinstance(event, ResultSubmitted | LeaseEnded):
            self._held.discard(event.lease_id)
            self._due_s.pop(event.lease_id, None)
            self._look_again_s.pop(event.lease_id, None)
        if isinstance(event, ResultSubmitted):
            self._pay_s[event.lease_id] = self._now()
        elif isinstance(event, LeaseEnded | LeaseAccepted):
            self._pay_s.pop(event.lease_id, None)
        elif isinstance(event, JobImproved) and self._ends_s is not None:
            self._ends_s = event.expires_at_s
        elif isinstance(event, JobClosed):
            self._ends_s = None

    async def tend(self) -> None:
        """End what is overdue until this is cancelled; raises what hindered one thing, after the others."""
        while True:
            await asyncio.sleep(LOOK_S)
            hindered = list[Exception]()
            for end in (self._end_leases, self._audits.look, self._pay_leases, self._end_job):
                try:
                    await end()
                except Exception as error:  # noqa: BLE001 - whatever it is, the others are due all the same
                    raise_if_ending(error)
                    hindered.append(error)
            if hindered:
                raise hindered[0]

    async def _end_leases(self) -> None:
        for lease_id in self._held - self._due_s.keys():
            if self._now() < self._look_again_s.get(lease_id, 0.0):
                continue
            lease = await self._chain.lease(lease_id)
            if lease.state is LeaseState.CLAIMED and lease.job_id == self._job.job_id:
                self._due_s[lease_id] = lease.since_s + self._job.lease_timeout_s
            else:  # the event of its end is late, or its end never gets into a block, or the node is behind
                self._look_again_s[lease_id] = self._now() + AGAIN_S
        late_s = self._now() - PATIENCE_S
        late = sorted(one for one in self._held if self._due_s.get(one, late_s + 1) <= late_s)[:MOST_IN_BATCH]
        if not late:
            return
        try:
            await self._chain.expire(self._job.job_id, late)
        except ContractError:
            """Somebody was faster, or blocks are late: events tell, or it is tried again."""
        for lease_id in late:
            if lease_id in self._due_s:  # whose end was not told meanwhile
                self._due_s[lease_id] = self._now()

    async def _pay_leases(self) -> None:
        """What lay for its whole window, and longer, though nothing speaks against it."""
        late = list[LeaseId]()
        for lease_id in [one for one, due_s in self._pay_s.items() if due_s <= self._now()]:
            lease = await self._chain.lease(lease_id)
            due_s = lease.since_s + self._job.window_s + LATE_S
            is_payable = lease.state is LeaseState.SUBMITTED and lease.job_id == self._job.job_id
            is_payable = is_payable and due_s <= self._now() and not self._speaks_against(lease_id)
            if is_payable and await self._is_unaudited(lease):
                late.append(lease_id)
            if lease_id in self._pay_s:  # whose end was not told meanwhile
                self._pay_s[lease_id] = max(due_s, self._now() + AGAIN_S)
        for first in range(0, len(late), MOST_IN_BATCH):
            with contextlib.suppress(ContractError):  # somebody was faster: events tell, or it is tried again
                await self._chain.accept(self._job.job_id, late[first : first + MOST_IN_BATCH])

    async def _is_unaudited(self, lease: LeaseInfo) -> bool:
        """Whether no audit of it is due or goes on; one that chance spared may never have been drawn."""
        if lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            return await self._chain.passes_draw(lease)
        return lease.draw_outcome in PAYABLE

    async def _end_job(self) -> None:
        """What nobody holds of it comes back."""
        if self._ends_s is None or self._now() < self._ends_s + PATIENCE_S:
            return
        try:
            await self._chain.refund(self._job.job_id)
        except JobNotExpired:
            self._ends_s = self._now()  # blocks are late
            return
        except ContractError:
            """It was canceled, or somebody was faster."""
        self._ends_s = None
