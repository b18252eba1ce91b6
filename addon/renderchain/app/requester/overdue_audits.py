"""Audits of one job whose steps nobody else ends: its worker is silent, and verifiers are away or not drawn.

The board does nothing by itself. Without this a doubt's bond, the lease's pay and with it the job would stay
on the board for good, as soon as a worker that is asked for its key does not answer.
"""

from __future__ import annotations

from collections.abc import Callable

from ...core.audit.events import AuditClosed, AuditEvent, LeaseDrawn
from ...core.audit.state import AuditPhase, DrawOutcome
from ...core.board_events import BoardEvent, LeaseAccepted, LeaseEnded
from ...core.contract_errors import ContractError
from ...core.ids import JobId, LeaseId
from ...core.lifecycle import LeaseState
from ...ports.requester_chain import RequesterChain
from ..audit.steps import DRAWS, RETRY_S, AuditSteps
from ..upkeep.keeping import raise_if_ending

AGAIN_S = 300.0  # not every step is told: an audit that draws more votes says nothing
PATIENCE_S = 60.0  # blocks are late, and this machine's clock may be fast
PATIENCE = 2  # verifiers wait for a quarter of a step, we for such a part
PATIENCE_BLOCKS = 15  # a draw is left to worker and verifiers
AT_REST = (AuditPhase.LOOK, AuditPhase.OVER, AuditPhase.NONE)


class OverdueAudits:
    """``now`` gives seconds since 1970."""

    def __init__(self, chain: RequesterChain, job_id: JobId, now: Callable[[], float]) -> None:
        self._chain = chain
        self._job_id = job_id
        self._now = now
        self._steps = AuditSteps(chain, now)
        self._look_s: dict[LeaseId, float] = {}  # leases under audit, and when to look at them

    def forget(self) -> None:
        """The chain took back what it said."""
        self._look_s.clear()

    def note(self, event: BoardEvent) -> None:
        """Hear of audits and their ends."""
        if isinstance(event, AuditClosed | LeaseEnded | LeaseAccepted):
            self._look_s.pop(event.lease_id, None)
        elif isinstance(event, LeaseDrawn) and event.draw_outcome is not DrawOutcome.IN_AUDIT:
            pass  # chance spared it
        elif isinstance(event, AuditEvent):
            self._look_s[event.lease_id] = self._now()

    async def look(self) -> None:
        """Do what is due; raises what hindered one lease, after the others."""
        hindered = list[Exception]()
        for lease_id in [one for one, at_s in self._look_s.items() if at_s <= self._now()]:
            wait_s = RETRY_S
            try:
                wait_s = await self._look(lease_id)
            except ContractError:
                """Somebody was faster, or blocks are late: it is looked at again."""
            except Exception as error:  # noqa: BLE001 - whatever it is, other leases are due all the same
                raise_if_ending(error)
                hindered.append(error)
            if lease_id in self._look_s:  # whose end was not told meanwhile
                self._look_s[lease_id] = self._now() + wait_s
        if hindered:
            raise hindered[0]

    async def _look(self, lease_id: LeaseId) -> float:
        """Returns the seconds until the lease should be looked at again."""
        lease = await self._chain.lease(lease_id)
        is_audited = lease.state is LeaseState.SUBMITTED and lease.draw_outcome is DrawOutcome.IN_AUDIT
        if lease.job_id != self._job_id or not is_audited:
            return AGAIN_S  # the event of its end is late, or the node is behind
        audit, wait_s = await self._chain.audit(lease_id), AGAIN_S
        if audit.phase in DRAWS:
            wait_s = min(wait_s, await self._steps.draw(lease, audit.draw_block, PATIENCE_BLOCKS))
            audit = await self._chain.audit(lease_id)
        if audit.phase in AT_REST:
            return wait_s
        is_ours = audit.phase is AuditPhase.KEY  # nobody is drawn yet, and the worker may like it so
        patience_s = PATIENCE_S if is_ours else await self._chain.phase_s() / PATIENCE
        return min(wait_s, await self._steps.advance(lease, audit, patience_s, own=False))
