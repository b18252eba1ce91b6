"""What becomes of a lease that this worker claimed: it is submitted, or given back with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from ...core.contract_errors import LeaseInOtherState
from ...core.errors import ChainError, RenderChainError
from ...core.job import JobInfo, LeaseInfo
from ...core.lifecycle import LeaseState
from ...core.notices import leases
from ...ports.journal import Journal, LeaseEntry
from ...ports.reporter import Reporter
from ...ports.worker_chain import WorkerChain
from ..upkeep.keeping import reason_of
from .blame import REFUSED, Blame, Fault, blame_of
from .claims import Claims
from .failed_jobs import ALL_LANES, failed_state
from .in_hand import InHand
from .lane import SPARE, Turn, TurnMissed
from .render_lease import RenderLease

FREE_PART = 1 / 12  # of a lease's timeout: giving back is free before a tenth, and blocks are late
BUSY, STOPS, ENDED = "worker is busy", "worker stops", "worker ended each time"


class LeaseWork:
    """``hold`` is told of submitted leases, and when anyone may accept them.

    ``now`` gives seconds since 1970.
    """

    def __init__(
        self,
        chain: WorkerChain,
        lease: RenderLease,
        claims: Claims,
        journal: Journal,
        reporter: Reporter,
        in_hand: InHand,
        hold: Callable[[LeaseInfo, float], None],
        now: Callable[[], float],
    ) -> None:
        self._chain = chain
        self._lease = lease
        self._claims = claims
        self._journal = journal
        self._reporter = reporter
        self._in_hand = in_hand
        self._hold = hold
        self._now = now

    async def do(self, turn: Turn) -> None:
        """Render and submit a claimed lease; what fails is given back, so that others may try.

        A worker that must stop submits the frames that it has, and is then cancelled after all.
        """
        entry = turn.entry
        turn.waits = partial(self._note, turn)
        turn.waits(False)
        try:
            await self._try(turn)
        except LeaseInOtherState as error:
            self._in_hand.doubt()
            self._journal.save_lease(replace(entry, state="lost"))
            self._reporter.tell(leases.LeaseLost(entry.job_id, entry.lease_id, str(error)))
            self._lease.discard(entry.lease_id)
        except ChainError:
            raise  # what it was asked may have happened, or may yet; the lease stays as it is
        except TurnMissed as error:
            self._reporter.say(str(error))
            await self.give_back(entry, BUSY)
        except asyncio.CancelledError:
            with suppress(RenderChainError):  # then it expires, or the next start resumes it
                await asyncio.shield(self.give_back(entry, STOPS))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the next lease may go well
            await self._fail(turn, error)
        task = asyncio.current_task()
        if task and task.cancelling():
            raise asyncio.CancelledError

    def _note(self, turn: Turn, waits: bool) -> None:
        """What ends the agent is one of those that it works on, and none that waits for its turn."""
        if turn.resumed_state:
            state = turn.entry.state if waits else turn.resumed_state
            self._journal.save_lease(replace(turn.entry, state=state))

    async def _try(self, turn: Turn) -> None:
        entry = turn.entry
        lease, job = await self._chain.lease(entry.lease_id), await self._chain.job(entry.job_id)
        entry = turn.entry = replace(entry, package_cid=job.package_cid)
        if turn.is_new:
            ids = (entry.job_id, entry.lease_id)
            self._reporter.tell(leases.LeaseClaimed(*ids, self._chain.address, lease.count))
        if lease.state is not LeaseState.CLAIMED or lease.job_id != entry.job_id:
            raise LeaseInOtherState(f"Rendering lease {entry.lease_id}")
        if await self._claims.objection(entry.job_id):  # nobody asked before it was assigned
            await self.give_back(entry, REFUSED.reason)
            return
        left_s = self._left_s(lease, job)
        free_s = lease.since_s + FREE_PART * job.lease_timeout_s - self._now()
        turn.most_wait_s = free_s if turn.is_new and free_s > 0 else left_s / 2
        submitted = await self._lease.run(turn, lease, job, most_s=left_s)
        self._journal.save_lease(replace(entry, state="submitted"))
        self._hold(lease, self._now() + job.window_s)
        self._in_hand.went_well()
        if submitted.failure:
            self._blame(turn, submitted.failure)

    def _left_s(self, lease: LeaseInfo, job: JobInfo) -> float:
        """How long the lease may be rendered: after its timeout nobody wants it."""
        return max(lease.since_s + (1 - SPARE) * job.lease_timeout_s - self._now(), 0.0)

    async def _fail(self, turn: Turn, error: Exception) -> None:
        """Give back what can't be done; where it is not the job's doing, it rests before the next."""
        blame = self._blame(turn, error)
        if blame.fault is Fault.MACHINE:
            self._in_hand.rest()
            await self.give_back(turn.entry, blame.reason)
        else:
            state = failed_state(_counts_for(turn, blame))
            await self.give_back(turn.entry, blame.reason, state=state)

    def _blame(self, turn: Turn, error: Exception) -> Blame:
        """Say what failed, and count it against the job where that may be at fault."""
        entry, blame = turn.entry, blame_of(error)
        self._reporter.tell(leases.LeaseFailed(entry.job_id, entry.lease_id, reason_of(error)))
        if blame.fault is not Fault.MACHINE:
            self._claims.failed_jobs.note(entry.job_id, entry.package_cid, _counts_for(turn, blame))
        return blame

    async def give_back(self, entry: LeaseEntry, reason: str, state: str = "given_back") -> None:
        """Let others have a lease. Raises ChainError."""
        try:
            await self._chain.give_back(entry.lease_id, reason)
        except LeaseInOtherState as error:
            self._in_hand.doubt()  # it may have been submitted after all
            self._reporter.tell(leases.LeaseLost(entry.job_id, entry.lease_id, str(error)))
        else:
            self._reporter.tell(leases.LeaseGivenBack(entry.job_id, entry.lease_id, reason))
        self._journal.save_lease(replace(entry, state=state))
        self._lease.discard(entry.lease_id)


def _counts_for(turn: Turn, blame: Blame) -> int:
    """The lane that a failure tells something of."""
    return turn.lane.number if blame.fault is Fault.LANE else ALL_LANES
