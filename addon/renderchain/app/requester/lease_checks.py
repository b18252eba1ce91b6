"""The own checks of one job's leases: in the background, one at a time, and what follows from each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.audit.economics import MAX_NAMED
from ...core.audit.events import AuditClosed, AuditEvent, LeaseDrawn, VerdictGiven
from ...core.audit.state import AuditInfo, AuditKind, AuditPhase, DrawOutcome, Verdict
from ...core.contract_errors import ContractError
from ...core.errors import ContentError, FeeTooHigh, InsufficientFunds, NoAllowance, StoreError
from ...core.ids import JobId, LeaseId
from ...core.job import JobInfo, LeaseInfo
from ...core.lifecycle import LeaseState
from ...core.manifest import Manifest
from ...core.notices.checks import LeaseUnchecked, Unappealed, Unchallenged
from ...core.result import Result
from ...ports.journal import AppealEntry, Journal
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..audit.appeals import appeal
from .acceptance import Acceptance
from .own_check import CheckOutcome, DrawnLeaf, Finding, OwnCheck

NEVER_LOOKED_AT = (DrawOutcome.PASSED, DrawOutcome.UNJUDGED)
COSTLY = (ContractError, InsufficientFunds, NoAllowance, FeeTooHigh)  # why a bond is not paid
RETRIES_S = (1.0, 2.0, 5.0, 10.0, 30.0)  # between tries to have the package
Doubted = tuple[LeaseId, AuditKind]  # what a bond was paid about
FetchPackage = Callable[[JobInfo], Awaitable[Path]]


@dataclass(frozen=True)
class Waiting:
    """A lease whose result is here; ``may_accept`` unless something else was found wrong with it."""

    job: JobInfo
    manifest: Manifest
    lease_id: LeaseId
    drawn: tuple[DrawnLeaf, ...]
    may_accept: bool


class LeaseChecks:
    """What is false is challenged, or its acceptance appealed; ``most_challenges`` of a job are open or lost.

    Each costs a bond until it is won; what was won costs nothing, and makes room for the next. The board
    tells who challenged; the appeals of ours are in the journal before they are paid for.
    """

    def __init__(
        self,
        chain: RequesterChain,
        own_check: OwnCheck,
        acceptance: Acceptance,
        reporter: Reporter,
        journal: Journal,
        job_id: JobId,
        *,
        fetch_package: FetchPackage,
        work: Path,
        most_challenges: int,
    ) -> None:
        self._chain = chain
        self._own_check = own_check
        self._acceptance = acceptance
        self._reporter = reporter
        self._journal = journal
        self._job_id = job_id
        self._fetch_package = fetch_package
        self._work = work
        self._most_challenges = most_challenges
        self._due: asyncio.Queue[LeaseId] = asyncio.Queue()
        self._waiting: dict[LeaseId, Waiting] = {}
        self._told: set[Unchallenged] = set()
        self._won: set[Doubted] = set()
        self.false: dict[LeaseId, tuple[int, ...]] = {}  # leaves that are, by lease

    def forget(self) -> None:
        """The chain took back what it said."""
        self._waiting.clear()
        self.false.clear()
        self._won.clear()

    async def add(
        self,
        job: JobInfo,
        manifest: Manifest,
        lease_id: LeaseId,
        opened: Path,
        result: Result,
        *,
        may_accept: bool,
    ) -> None:
        """Have a lease checked when its turn comes; the opened result is not needed after this."""
        if self._own_check.is_on:
            drawn = self._own_check.draw(manifest, opened, result)
            self._waiting[lease_id] = Waiting(job, manifest, lease_id, drawn, may_accept)
            self._due.put_nowait(lease_id)
        elif may_accept:
            await self._acceptance.found(lease_id, Finding.SKIPPED)

    def note(self, event: AuditEvent) -> None:
        """Hear of a step in an audit that may let a false lease be challenged, or its acceptance appealed."""
        if isinstance(event, AuditClosed) and event.verdict is Verdict.REJECTED:
            self._won.add((event.lease_id, event.kind))
            for lease_id in self.false:  # the limit may have kept any of them waiting
                self._due.put_nowait(lease_id)
        elif isinstance(event, LeaseDrawn | VerdictGiven | AuditClosed) and event.lease_id in self.false:
            self._due.put_nowait(event.lease_id)

    async def run(self, from_block: int) -> None:
        """Check what comes, until it is cancelled; the job was created at that block or later.

        Raises what hinders one; it is tried again after the others, by who calls this again.
        """
        while True:
            lease_id = await self._due.get()
            try:
                if one := self._waiting.get(lease_id):
                    await self._check(one)
                if lease_id in self.false:
                    await self._doubt(lease_id, from_block)
            except Exception:
                self._due.put_nowait(lease_id)
                raise

    async def _check(self, one: Waiting) -> None:
        lease_id = one.lease_id
        is_submitted = (await self._chain.lease(lease_id)).state is LeaseState.SUBMITTED
        found = await self._look(one) if is_submitted else None
        if self._waiting.get(lease_id) is not one:
            return  # the chain took it back meanwhile
        del self._waiting[lease_id]
        if found is None:
            return  # it ended while it waited
        if found.finding is Finding.FALSE:
            self.false[lease_id] = found.leaves
        if one.may_accept:
            await self._acceptance.found(lease_id, found.finding)

    async def _look(self, one: Waiting) -> CheckOutcome:
        try:
            package = await self._package(one.job)
        except (StoreError, ContentError) as error:
            reason, looked = str(error), one.job.second_look
            self._reporter.tell(LeaseUnchecked(self._job_id, one.lease_id, reason, looked))
            return CheckOutcome(Finding.SKIPPED)
        place = (package, one.manifest, one.drawn, self._work)
        return await self._own_check.look(one.job, one.lease_id, *place)

    async def _package(self, job: JobInfo) -> Path:
        """The job's package; a store that is away for a moment leaves no lease unchecked."""
        for wait_s in RETRIES_S:
            try:
                return await self._fetch_package(job)
            except StoreError:
                await asyncio.sleep(wait_s)
        return await self._fetch_package(job)

    async def _doubt(self, lease_id: LeaseId, from_block: int) -> None:
        """Do what may be done against a false lease now; ``note`` comes back to it later."""
        leaves = self.false[lease_id][
            :MAX_NAMED
        ]  # now: the chain may take it back in any of the awaits below
        lease = await self._chain.lease(lease_id)
        if lease.state is not LeaseState.SUBMITTED:
            return
        if lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            self._acceptance.want_draw(lease_id)
        elif lease.draw_outcome is DrawOutcome.IN_AUDIT:
            await self._appeal(lease, leaves, from_block)
        elif lease.draw_outcome in NEVER_LOOKED_AT or await self._was_only_delivered(lease):
            await self._challenge(lease, leaves, from_block)

    async def _was_only_delivered(self, lease: LeaseInfo) -> bool:
        """Whether verifiers cleared the lease of a doubt about its delivery, never of its pixels."""
        if lease.draw_outcome is not DrawOutcome.CLEARED:
            return False
        return (await self._chain.audit(lease.lease_id)).kind is AuditKind.DELIVERY

    async def _made(self, from_block: int, noted: Sequence[AppealEntry]) -> tuple[int, set[LeaseId]]:
        """How many bonds of this job are open or lost, with those appeals of ours, and which leases of it
        were ever challenged.
        """
        # The chain's own word, and the journal's: a restart must not begin to count anew.
        events = await self._chain.challenged(from_block)
        ours = [(event.lease_id, event.kind) for event in events if event.job_id == self._job_id]
        appealed = [(one.lease_id, one.kind) for one in noted]
        unwon = [one for one in (*ours, *appealed) if one not in self._won]
        return len(unwon), {lease_id for lease_id, _ in ours}

    def _over_limit(self, made: int) -> str:
        return (
            f"Of this job's challenges and appeals {made} are not won, and own_challenges allows "
            f"{self._most_challenges}."
        )

    async def _challenge(self, lease: LeaseInfo, leaves: tuple[int, ...], from_block: int) -> None:
        lease_id = lease.lease_id
        made, challenged = await self._made(from_block, self._noted())
        if lease_id in challenged:
            return  # no votes were found, or the artist was faster
        reason = self._over_limit(made)
        if made < self._most_challenges:
            try:
                if lease_id in self.false:
                    if lease.draw_outcome is DrawOutcome.UNJUDGED:
                        await self._chain.name_verifiers(lease_id)
                    await self._chain.challenge_pixels(lease_id, leaves)
                return
            except COSTLY as error:
                reason = str(error)
        told = Unchallenged(self._job_id, lease_id, reason, leaves)
        if told not in self._told:  # it is tried again, for the money may have come
            self._told.add(told)
            self._reporter.tell(told)

    async def _appeal(self, lease: LeaseInfo, leaves: tuple[int, ...], from_block: int) -> None:
        """Against an acceptance: what was found here, was found twice."""
        audit = await self._chain.audit(lease.lease_id)
        if audit.phase is not AuditPhase.APPEAL or audit.verdict is not Verdict.ACCEPTED:
            return
        entry = AppealEntry(self._chain.board, self._job_id, lease.lease_id, audit.kind, audit.round)
        noted = self._noted()
        # A watch that ended may have noted it and got no further; what it sent makes this one fail.
        made, _ = await self._made(from_block, [one for one in noted if one != entry])
        reason = self._over_limit(made)
        if made < self._most_challenges and lease.lease_id in self.false:
            self._journal.save_appeal(entry)
            reason = await self._pay_appeal(lease, audit, leaves, entry, is_new=entry not in noted)
        if reason:
            self._reporter.tell(Unappealed(self._job_id, lease.lease_id, reason, leaves))

    def _noted(self) -> Sequence[AppealEntry]:
        return self._journal.appeals(self._chain.board, self._job_id)

    async def _pay_appeal(
        self, lease: LeaseInfo, audit: AuditInfo, leaves: tuple[int, ...], entry: AppealEntry, *, is_new: bool
    ) -> str:
        """Why it can't be paid; "" if it was, or others were faster. After any other error it may be paid."""
        reason = ""
        try:
            if await appeal(self._chain, self._reporter, lease, audit, leaves):
                return ""
        except COSTLY as error:
            reason = str(error)
        if is_new:
            self._journal.forget_appeal(entry)
        return reason
