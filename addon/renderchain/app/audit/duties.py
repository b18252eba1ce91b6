"""A worker's duties in audits: open its own leaves in time, and verify the leases it was drawn for.

Each step reads the audit from the chain and does what is due, so it does not matter when the last run
ended. Nothing is polled but block numbers, and only while a draw waits for its block. Each lease has a task
of its own, so that whatever goes wrong with one never stops another's duty. To look for oneself takes long
and fills the machine, so it is done beside, one lease at a time.

Nobody relies on others. Who loses by it if a step is left out takes it at once; whoever else may take it
waits a quarter of a step.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress

from ...core.audit.events import AuditEvent, VotesDrawn
from ...core.audit.state import AuditInfo, AuditPhase, DrawOutcome
from ...core.board_events import BoardEvent, CaughtUp, LeaseAccepted, LeaseEnded, Reorganised
from ...core.ids import NO_WORKER, JobId, LeaseId
from ...core.job import LeaseInfo
from ...core.lifecycle import LeaseState
from ...core.notices.audits import AuditHindered, lost_vote_of, notice_of
from ...ports.audit_chain import AuditChain
from ...ports.reporter import Reporter
from ..upkeep.keeping import LONGEST_RETRY_S, Tending, raise_if_ending, reason_of
from .key_duty import KeyDuty
from .prover import ProverDuties
from .steps import DRAWS, FOREVER_S, RETRY_S, AuditSteps
from .verifier import VerifierDuties
from .workload import last_call_before

PATIENCE_BLOCKS = 3  # a draw is left to who waits for its pay
PATIENCE = 4  # other steps are, for such a part of a step


class AuditDuties:
    """Own leases by ``prover``, others' by ``verifier``; ``key_duty`` gives the keys of private packages.

    ``now`` gives seconds since 1970.
    """

    def __init__(
        self,
        chain: AuditChain,
        prover: ProverDuties,
        verifier_duties: VerifierDuties,
        reporter: Reporter,
        now: Callable[[], float],
        key_duty: KeyDuty | None = None,
    ) -> None:
        self._chain = chain
        self._key_duty = key_duty
        self._steps = AuditSteps(chain, now)
        self._prover = prover
        self._verifier = verifier_duties
        self._reporter = reporter
        self._now = now
        self._own: set[LeaseId] = set()
        self._seats: set[LeaseId] = set()
        self._voted: set[LeaseId] = set()  # their audits are over; our votes are kept until they settle
        self._worker_id = NO_WORKER
        self._tending = Tending[LeaseId](self._look, self._hindered)
        self._is_running = False
        self._unseen: dict[LeaseId, JobId] = {}  # leases to look at for oneself, and their jobs
        self._disputed: set[LeaseId] = set()  # own ones to look at once more before an appeal
        self._looked_at: LeaseId | None = None
        self._failures: Counter[LeaseId] = Counter()
        self._rests_until_s: dict[LeaseId, float] = {}  # by the loop's clock: those that failed
        self._more = asyncio.Event()

    def own(self, lease_id: LeaseId) -> None:
        """Stand by a lease that was submitted."""
        self._own.add(lease_id)
        self._prover.hold(lease_id)
        if self._key_duty:
            self._key_duty.own(lease_id)
        self._look_now(lease_id)

    def note(self, event: BoardEvent) -> None:
        """Hear what the board says."""
        if self._key_duty:
            self._key_duty.note(event)
        if isinstance(event, Reorganised | CaughtUp):
            if isinstance(event, Reorganised):
                self._prover.forget_looks()
            self._tending.wake_all()
        elif isinstance(event, VotesDrawn) and self._worker_id in event.verifiers:
            self._seats.add(event.lease_id)
            self._look_now(event.lease_id)
        elif isinstance(event, LeaseEnded | LeaseAccepted) and event.lease_id in self._voted:
            self._look_now(event.lease_id)
        elif isinstance(event, AuditEvent | LeaseEnded | LeaseAccepted) and self._cares_for(event.lease_id):
            self._look_now(event.lease_id)
            notice = notice_of(event) if isinstance(event, AuditEvent) else None
            if notice and event.lease_id in self._own:
                self._reporter.tell(notice)
            if isinstance(event, AuditEvent) and (lost := lost_vote_of(event, self._worker_id)):
                self._reporter.tell(lost)

    @property
    def has_duties(self) -> bool:
        """Whether there are leases, own or others', that it has to stand by."""
        return bool(self._own or self._seats)

    @property
    def waiting_looks(self) -> int:
        """How many leases of others wait to be looked at."""
        return len(self._unseen)

    def _cares_for(self, lease_id: LeaseId) -> bool:
        return lease_id in self._own or lease_id in self._seats

    async def begin(self) -> None:
        """Know who we are, before anything is heard: a seat that is not recognised loses its bond."""
        self._worker_id = await self._chain.worker_id()

    async def run(self) -> None:
        """All that is quick, until it is cancelled; ``verify`` has to run beside it."""
        self._is_running = True
        for lease_id in sorted(self._own | self._seats):
            self._tending.tend(lease_id)
        if self._key_duty:
            self._key_duty.begin()
        try:
            await asyncio.Event().wait()
        finally:
            self._is_running = False
            if self._key_duty:
                await self._key_duty.end()
            await self._tending.end()

    def _look_now(self, lease_id: LeaseId) -> None:
        if self._is_running:
            self._tending.tend(lease_id)

    def _hindered(self, lease_id: LeaseId, reason: str) -> None:
        self._reporter.tell(AuditHindered(lease_id, reason))

    async def verify(self) -> None:
        """Look at drawn leases for oneself, one at a time: each fills the machine. Until cancelled."""
        while True:
            self._more.clear()
            while self._disputed or self._due:
                await (self._look_again() if self._disputed else self._sit_next())
            next_s = min((self._rests_until_s.get(one, 0.0) for one in self._unseen), default=None)
            with suppress(TimeoutError):
                # wait_for may swallow a cancellation in Python 3.11.
                async with asyncio.timeout_at(next_s):
                    await self._more.wait()

    @property
    def _due(self) -> dict[LeaseId, JobId]:
        """Those to look at, but for what failed just now."""
        now_s = asyncio.get_running_loop().time()
        return {
            one: job_id for one, job_id in self._unseen.items() if self._rests_until_s.get(one, 0.0) <= now_s
        }

    async def _look_again(self) -> None:
        lease_id = min(self._disputed)
        try:
            lease, audit = await self._chain.lease(lease_id), await self._chain.audit(lease_id)
            async with asyncio.timeout(await self._left_to_look_s(lease_id, audit)):
                if self._prover.wants_look(lease_id, audit):
                    await self._prover.look_again(lease, audit)
        except Exception as error:  # noqa: BLE001 - whatever it is, others' votes go on
            self._hindered(lease_id, reason_of(error))
            await asyncio.sleep(RETRY_S)
        finally:
            self._disputed.discard(lease_id)
            self._look_now(lease_id)

    async def _sit_next(self) -> None:
        waiting = self._due  # others may come and go while we ask
        lease_id = min(waiting)
        try:
            lease_id = await self._next_of(waiting)
            self._unseen.pop(lease_id, None)  # before we look: it may be drawn again meanwhile
            self._looked_at = lease_id
            await self._sit(await self._chain.lease(lease_id))
        except Exception as error:  # noqa: BLE001 - whatever it is, others' votes go on
            self._unseen.setdefault(lease_id, waiting[lease_id])
            self._failures[lease_id] += 1
            rest_s = min(RETRY_S * self._failures[lease_id] ** 2, LONGEST_RETRY_S)
            self._rests_until_s[lease_id] = asyncio.get_running_loop().time() + rest_s
            self._hindered(lease_id, reason_of(error))
            raise_if_ending(error)
        finally:
            self._looked_at = None

    async def _next_of(self, waiting: Mapping[LeaseId, JobId]) -> LeaseId:
        """Those that did not fail come first, then those whose scene is here already, then the oldest."""
        if len(waiting) == 1:
            return next(iter(waiting))
        ready = {job_id: await self._has_scene(job_id) for job_id in set(waiting.values())}

        def place(one: LeaseId) -> tuple[int, bool, LeaseId]:
            failed = max(self._failures[one], self._verifier.looks_in_vain(one))
            return failed, not ready[waiting[one]], one

        return min(waiting, key=place)

    async def _has_scene(self, job_id: JobId) -> bool:
        try:
            return await self._verifier.has_scene(job_id)
        except Exception as error:  # noqa: BLE001 - then it is not that job's turn, and others have theirs
            raise_if_ending(error)
            return False

    async def _sit(self, lease: LeaseInfo) -> None:
        audit = await self._chain.audit(lease.lease_id)
        if audit.phase is AuditPhase.COMMIT and await self._verifier.look(lease, audit, self._worker_id):
            self._look_now(lease.lease_id)

    async def _look(self, lease_id: LeaseId) -> float | None:
        """Do what is due for a lease; returns the seconds until it should be looked at again."""
        lease = await self._chain.lease(lease_id)
        if lease.state is LeaseState.CLAIMED and lease_id in self._own:
            return RETRY_S  # the node is behind, or the chain dropped the submission
        if lease.state is not LeaseState.SUBMITTED:
            self._leave(lease_id)
            return None
        if lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            return await self._steps.draw_first(lease, self._patience_blocks(lease_id))
        audit = await self._chain.audit(lease_id)
        if audit.phase in DRAWS:
            wait_s = await self._steps.draw(lease, audit.draw_block, self._patience_blocks(lease_id))
            if lease_id in self._own and audit.may_be_raised:
                await self._prover.act(lease, audit)
        elif audit.phase in (AuditPhase.NONE, AuditPhase.OVER):
            if lease_id in self._seats:
                self._seats.discard(lease_id)
                self._voted.add(lease_id)
            return FOREVER_S if lease_id in self._own else None
        else:
            wait_s = await self._act(lease, audit)
        now = await self._chain.audit(lease_id)
        return min(wait_s, await self._advance(lease, now)) if _same_step(audit, now) else 0.0

    def _leave(self, lease_id: LeaseId) -> None:
        self._own.discard(lease_id)
        if self._key_duty:
            self._key_duty.forget(lease_id)
        self._seats.discard(lease_id)
        self._voted.discard(lease_id)
        self._failures.pop(lease_id, None)
        self._rests_until_s.pop(lease_id, None)
        self._unseen.pop(lease_id, None)
        self._disputed.discard(lease_id)
        self._prover.forget(lease_id, self._now())

    def _patience_blocks(self, lease_id: LeaseId) -> int:
        return 0 if lease_id in self._own else PATIENCE_BLOCKS

    async def _act(self, lease: LeaseInfo, audit: AuditInfo) -> float:
        """What is ours to do in this step; returns the seconds until there may be more."""
        if lease.lease_id in self._own:
            if left_s := await self._left_to_look_s(lease.lease_id, audit):
                self._disputed.add(lease.lease_id)
                self._more.set()
                return left_s
            await self._prover.act(lease, audit)
        if lease.lease_id not in self._seats:
            return FOREVER_S
        if audit.phase is AuditPhase.COMMIT:
            return await self._commit(lease, audit)
        patient_s = audit.since_s + await self._chain.phase_s() / PATIENCE - self._now()
        await self._verifier.act(lease, audit, self._worker_id, for_others=patient_s <= 0)
        return patient_s if patient_s > 0 else FOREVER_S

    async def _left_to_look_s(self, lease_id: LeaseId, audit: AuditInfo) -> float:
        """How long a look at disputed leaves may take before the appeal has to be sent; 0: there is none."""
        if not self._prover.wants_look(lease_id, audit):
            return 0.0
        end_s = await self._steps.due_s(audit)
        return max(0.0, last_call_before(audit.since_s, end_s) - self._now())

    async def _commit(self, lease: LeaseInfo, audit: AuditInfo) -> float:
        """Seal what we found; have it looked at beside, and say in time if there will be no vote."""
        if await self._verifier.seal(lease, audit, self._worker_id):
            return FOREVER_S
        lease_id, before = lease.lease_id, -1
        if self._looked_at != lease_id:
            self._unseen[lease_id] = lease.job_id
            self._more.set()
            before = sum(other < lease_id for other in self._unseen)
        return await self._verifier.look_at_clock(lease, audit, self._worker_id, before)

    async def _advance(self, lease: LeaseInfo, audit: AuditInfo) -> float:
        """Go on where a step is overdue; anyone may, and who waits for pay comes first."""
        is_own = lease.lease_id in self._own
        patience_s = 0.0 if is_own else await self._chain.phase_s() / PATIENCE
        return await self._steps.advance(lease, audit, patience_s, own=is_own)


def _same_step(before: AuditInfo, now: AuditInfo) -> bool:
    return (before.phase, before.round, before.since_s) == (now.phase, now.round, now.since_s)
