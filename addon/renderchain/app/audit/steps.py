"""The steps of an audit that anyone may take: have votes drawn, go on where a step is over.

They follow from the chain's state alone, so it does not matter who took the last one, or when.
"""

from __future__ import annotations

from collections.abc import Callable

from ...core.audit.draw import DRAW_AGE
from ...core.audit.phases import steps_of
from ...core.audit.state import AuditInfo, AuditPhase
from ...core.job import LeaseInfo
from ...ports.step_chain import StepChain

BLOCKS_S = 1.0  # for each block that a draw waits for, until the newest one is asked for again
RETRY_S = 5.0
FOREVER_S = 2.0**20  # until something is heard
PASSING_S = 600.0  # so often a lease that chance spared is looked at: others may need what it reserves
COMPANY = 5  # what can wait waits for company, for such a part of a step: others are more patient
DRAWS = (AuditPhase.DRAW, AuditPhase.LOOK)
AT_REST = (*DRAWS, AuditPhase.OVER, AuditPhase.NONE)
SILENCE_LOSES = (AuditPhase.KEY, AuditPhase.OPEN)  # nobody ends these steps of its own lease


class AuditSteps:
    """Each method returns the seconds until the lease should be looked at again. ``now`` is since 1970."""

    def __init__(self, chain: StepChain, now: Callable[[], float]) -> None:
        self._chain = chain
        self._now = now

    async def passes_draw(self, lease: LeaseInfo) -> bool:
        """Whether chance spares a submitted lease that was not drawn; False until its block can be read."""
        is_there = await self._chain.block_number() >= lease.since_block + DRAW_AGE
        return is_there and await self._chain.passes_draw(lease)

    async def draw_first(self, lease: LeaseInfo, patience_blocks: int = 0) -> float:
        """Have a submitted lease drawn if chance has it audited, or others wait for what it reserves.

        Nobody else needs the draw of one that is spared: who accepts it has the board read the same hash.
        """
        if await self.passes_draw(lease) and not (await self._chain.job(lease.job_id)).waits_for_pool:
            return PASSING_S
        return await self.draw(lease, lease.since_block, patience_blocks)

    async def draw(self, lease: LeaseInfo, since_block: int, patience_blocks: int = 0) -> float:
        """Have it drawn, if its block could be read for so many blocks."""
        left = since_block + DRAW_AGE + patience_blocks - await self._chain.block_number()
        if left > 0:
            return BLOCKS_S * left  # blocks do not come faster
        refused = await self._chain.draw(lease.job_id, [lease.lease_id])
        return RETRY_S if refused else BLOCKS_S  # it may have found too few, and waits for another block

    async def advance(self, lease: LeaseInfo, audit: AuditInfo, patience_s: float, *, own: bool) -> float:
        """Go on where a step has been overdue for so long; ``own``: the lease is ours."""
        if audit.phase is AuditPhase.LOOK or (own and audit.phase in SILENCE_LOSES):
            return FOREVER_S
        phase_s = await self._chain.phase_s()
        left_s = await self.due_s(audit) + patience_s - self._now()
        if left_s > 0:
            return left_s
        until_s = 0.0 if patience_s else company_until_s(self._now() + left_s, phase_s, self._now())
        refused = await self._chain.advance(lease.job_id, [lease.lease_id], until_s)
        return RETRY_S if refused else 0.0

    async def due_s(self, audit: AuditInfo) -> float:
        """When the present step is overdue."""
        return audit.since_s + await self._chain.phase_s() * steps_of(audit.phase, audit.batches)


def company_until_s(since_s: float, phase_s: int, now_s: float, steps: int = 1) -> float:
    """Until when a call that is due since then, for so many steps, may wait for company.

    Most of its time is left to it then, also where our clock is behind the chain's.
    """
    return min(since_s + steps * phase_s / COMPANY, now_s + phase_s / COMPANY)
