"""The steps of an audit that anyone may take: have a lease drawn, have a step counted.

They follow from the chain's state alone, so it does not matter who took the last one, or when.
"""

from __future__ import annotations

from collections.abc import Callable

from ...core.audit.draw import DRAW_AFTER, READABLE_AFTER
from ...core.audit.state import AuditInfo, AuditPhase
from ...core.job import LeaseInfo
from ...ports.audit_chain import AuditChain

BLOCKS_S = 1.0  # how often the newest block is asked for while a draw waits
RETRY_S = 5.0
DRAW_AGE = DRAW_AFTER + READABLE_AFTER
AT_REST = (AuditPhase.DRAW, AuditPhase.OVER, AuditPhase.NONE)


class AuditSteps:
    """Each method returns the seconds until the lease should be looked at again. ``now`` is since 1970."""

    def __init__(self, chain: AuditChain, now: Callable[[], float]) -> None:
        self._chain = chain
        self._now = now

    async def draw(self, lease: LeaseInfo, since_block: int) -> float:
        """Have it drawn, if its block can be read."""
        if await self._chain.block_number() < since_block + DRAW_AGE:
            return BLOCKS_S
        await self._chain.draw(lease.job_id, [lease.lease_id])
        return 0.0

    async def advance(self, lease: LeaseInfo, audit: AuditInfo, patience_s: float, *, early: bool) -> float:
        """Have a step counted that is overdue for so long; ``early``: also one that is complete."""
        if audit.phase in AT_REST:
            return 0.0
        left_s = await self.due_s(audit) + patience_s - self._now()
        if left_s > 0 and not (audit.is_counted and early):
            return left_s
        refused = await self._chain.advance(lease.job_id, [lease.lease_id])
        return RETRY_S if refused else 0.0

    async def due_s(self, audit: AuditInfo) -> float:
        """When the present step is overdue; prints that were shown give the prover one of its own."""
        steps = 2 if audit.phase is AuditPhase.REVEAL and audit.shown else 1
        return audit.since_s + await self._chain.phase_s() * steps
