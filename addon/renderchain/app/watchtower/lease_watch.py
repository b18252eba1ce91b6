"""One lease of a worker that may be down: what is due for it, after the worker had time to do it itself.

Everything follows from the chain's state and the worker's evidence, so it does not matter when the last
look was, nor who acted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from ...core.audit.errors import DrawIsAhead, MustBeAudited, StillInAudit
from ...core.audit.state import AuditInfo, AuditPhase, DrawOutcome, Vote
from ...core.contract_errors import ContractError, DeadlineNotReached, LeaseIsPaid
from ...core.errors import JournalError
from ...core.ids import LeaseId
from ...core.job import LeaseInfo
from ...core.lifecycle import LeaseState
from ...core.notices.watching import AnswerDue, AnsweredAlready, EvidenceLost, OverdueAccepted
from ...ports.reporter import Reporter
from ...ports.watchtower_chain import WatchtowerChain
from ..audit.prover import ProverDuties
from ..audit.steps import AT_REST, DRAWS, RETRY_S, AuditSteps
from ..exchange.watchtower_key import KeysOfWorker

UNHURRIED = 3  # times the patience, where nobody loses stake by waiting
MOST_OF_STEP = 2  # a step is never waited for longer than this part of it
KEYS_OF_STEP = 8  # ... and a key not longer than this: verifiers need time for what it opens
LOOK_S = 600.0  # at least so often
LOCKED = (
    "The key of its private package was kept for another key than this watchtower's. Put what it says at its "
    "start into the worker's settings as watchtower_key."
)


class LeaseWatch:
    """``patience_s`` is how long the worker may take; ``now`` gives seconds since 1970."""

    def __init__(
        self,
        chain: WatchtowerChain,
        prover: ProverDuties,
        reporter: Reporter,
        now: Callable[[], float],
        patience_s: float,
        keys: KeysOfWorker,
    ) -> None:
        self._chain = chain
        self._keys = keys
        self._prover = prover
        self._steps = AuditSteps(chain, now)
        self._reporter = reporter
        self._now = now
        self._patience_s = patience_s
        self._lacking: dict[LeaseId, str] = {}  # what was said
        self._locked: set[LeaseId] = set()  # of which that was said
        self._answering: dict[LeaseId, tuple[AuditPhase, int]] = {}
        self._seen: dict[LeaseId, tuple[tuple[AuditPhase, int, int], float]] = {}  # steps, and when at first

    async def look(self, lease_id: LeaseId) -> float | None:
        """Do what is due; the seconds until the next look, None if the lease is not a submitted one.

        Raises RenderChainError.
        """
        lease = await self._chain.lease(lease_id)
        if lease.state is not LeaseState.SUBMITTED:
            self._lacking.pop(lease_id, None)
            self._locked.discard(lease_id)
            self._answering.pop(lease_id, None)
            self._seen.pop(lease_id, None)
            return None
        audit = await self._chain.audit(lease_id)
        await self._check_evidence(lease)
        try:
            return min(await self._do(lease, audit), LOOK_S)
        except ContractError:
            if (await self._chain.lease(lease_id), await self._chain.audit(lease_id)) == (lease, audit):
                raise
            self._reporter.tell(AnsweredAlready(lease.job_id, lease_id))
            return 0.0

    async def _do(self, lease: LeaseInfo, audit: AuditInfo) -> float:
        if lease.draw_outcome is DrawOutcome.NOT_DRAWN and not await self._steps.passes_draw(lease):
            return await self._draw(lease, lease.since_s, lease.since_block)
        if lease.draw_outcome is not DrawOutcome.IN_AUDIT:
            return await self._accept(lease)
        if audit.phase in DRAWS:
            return await self._draw(lease, audit.since_s, audit.draw_block)
        if self._prover.is_due(audit):
            return await self._answer(lease, audit)
        if audit.phase in AT_REST:
            return RETRY_S  # lease and audit were read in different blocks
        wait_s = await self._steps.advance(lease, audit, await self._patience(UNHURRIED), own=True)
        if audit.phase is not AuditPhase.COMMIT or not wait_s:
            return wait_s
        return min(wait_s, await self._give_keys(lease, audit))

    async def _give_keys(self, lease: LeaseInfo, audit: AuditInfo) -> float:
        """Give who is drawn the key of a private package: without it they would say that there is none."""
        try:
            package_key = (await self._prover.evidence(lease.lease_id)).package_key
        except JournalError:  # which was said
            return LOOK_S
        if package_key is None:
            return LOOK_S
        patience_s = min(self._patience_s, await self._chain.phase_s() / KEYS_OF_STEP)
        left_s = patience_s - (self._now() - self._began_s(lease.lease_id, audit))
        if left_s > 0:
            return left_s
        found = await self._chain.verifiers(lease.lease_id)
        drawn = [one.worker_id for one in found if one.vote is Vote.DRAWN]
        if await self._keys.give(lease, package_key, drawn):
            return patience_s  # some may publish later what it is wrapped for
        if lease.lease_id not in self._locked:
            self._locked.add(lease.lease_id)
            self._reporter.tell(EvidenceLost(lease.job_id, lease.lease_id, LOCKED))
        return LOOK_S

    async def _draw(self, lease: LeaseInfo, since_s: float, since_block: int) -> float:
        left_s = since_s + UNHURRIED * self._patience_s - self._now()
        return left_s if left_s > 0 else await self._steps.draw(lease, since_block)

    async def _answer(self, lease: LeaseInfo, audit: AuditInfo) -> float:
        """Open leaves, reveal the key; silence would lose the lease."""
        waited_s = self._now() - self._began_s(lease.lease_id, audit)
        left_s = await self._patience(1) - waited_s
        if left_s > 0:
            return left_s
        step = (audit.phase, audit.round)
        if self._answering.get(lease.lease_id) != step:
            self._answering[lease.lease_id] = step
            self._reporter.tell(AnswerDue(lease.job_id, lease.lease_id, waited_s))
        await self._prover.act(lease, audit)
        return 0.0

    def _began_s(self, lease_id: LeaseId, audit: AuditInfo) -> float:
        """When a step began, by the chain's clock or by ours: where ours is behind we would be too late."""
        step = (audit.phase, audit.round, audit.since_s)
        seen, at_s = self._seen.get(lease_id, (step, self._now()))
        if seen != step:
            at_s = self._now()
        self._seen[lease_id] = (step, at_s)
        return min(at_s, audit.since_s)

    async def _accept(self, lease: LeaseInfo) -> float:
        """Accept, as anyone may, what lay for the whole window: that pays the worker and frees its lock."""
        window_s = (await self._chain.job(lease.job_id)).window_s
        left_s = lease.since_s + window_s + UNHURRIED * self._patience_s - self._now()
        if left_s > 0:
            return left_s
        try:
            refused = await self._chain.accept_late(lease.job_id, [lease.lease_id])
        except (DeadlineNotReached, MustBeAudited, StillInAudit, DrawIsAhead, LeaseIsPaid):
            return LOOK_S
        if refused:
            return LOOK_S
        self._reporter.tell(OverdueAccepted(lease.job_id, lease.lease_id))
        return 0.0

    async def _patience(self, times: int) -> float:
        """So many times the worker's time, and never more than a part of a step."""
        return min(times * self._patience_s, await self._chain.phase_s() / MOST_OF_STEP)

    async def _check_evidence(self, lease: LeaseInfo) -> None:
        """Say at once, and once, what would lack in an audit."""
        try:
            await self._prover.evidence(lease.lease_id)
        except JournalError as error:
            if self._lacking.get(lease.lease_id) != str(error):
                self._lacking[lease.lease_id] = str(error)
                self._reporter.tell(EvidenceLost(lease.job_id, lease.lease_id, str(error)))
        else:
            self._lacking.pop(lease.lease_id, None)
