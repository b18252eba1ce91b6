"""Verifying for others: look for oneself, seal what one found or say why not, show it, stand by it.

A worker has as many seats of a lease as it was drawn; it looks once for all of them, and they have one vote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ...core.audit.phases import steps_of
from ...core.audit.state import (
    NO,
    AuditInfo,
    AuditKind,
    AuditPhase,
    Verdict,
    Verifier,
    Vote,
    answer_of,
    content_of,
    mark_of,
)
from ...core.errors import ContentError, DeviceBroken, PackageTooMuch, PackageUnfit, StoreError
from ...core.ids import JobId, LeaseId, WorkerId
from ...core.job import JobInfo, LeaseInfo
from ...core.merkle import HashMany, LeaseIdentity
from ...core.notices.audits import LeavesDiffer, LooksFailed, Verifying, VoteDeclined, VoteRevealed
from ...core.notices.leases import PackageRefused
from ...ports.audit_chain import AuditChain, Reveal
from ...ports.reporter import Reporter
from .appeals import NO_LIMITS, AppealLimits, appeal
from .comparing import masks_of
from .looks import MOST_LOOKS, Looks
from .proof_store import ProofStore, SealedVote
from .rerender import Rerender
from .showing import Showing
from .steps import company_until_s
from .workload import Workload, end_of_commit_s, half_of_commit_s, last_call_s, most_seconds


class VerifierDuties:
    """``new_nonce`` gives 248 random bits; what the board said is looked for from ``from_block`` on.

    ``now`` gives seconds since 1970.
    """

    def __init__(
        self,
        chain: AuditChain,
        rerender: Rerender,
        proof_store: ProofStore,
        reporter: Reporter,
        hash_many: HashMany,
        showing: Showing,
        new_nonce: Callable[[], int],
        now: Callable[[], float],
        *,
        from_block: int = 0,
        appeals: bool,
        appeal_limits: AppealLimits = NO_LIMITS,
        workload: Workload | None = None,
    ) -> None:
        self._chain = chain
        self._rerender = rerender
        self._proof_store = proof_store
        self._looks = Looks(proof_store)
        self._reporter = reporter
        self._hash_many = hash_many
        self._showing = showing
        self._new_nonce = new_nonce
        self._now = now
        self._from_block = from_block
        self._appeals = appeals
        self._limits = appeal_limits
        self._workload = workload or Workload(now)

    async def has_scene(self, job_id: JobId) -> bool:
        """Whether that job's package is here already."""
        return self._rerender.has_package(await self._chain.job(job_id))

    def looks_in_vain(self, lease_id: LeaseId) -> int:
        """How often it was looked at a lease in vain, by this process or an earlier one."""
        return self._looks.in_vain(lease_id)

    async def _seats(
        self, lease_id: LeaseId, audit: AuditInfo, worker_id: WorkerId, vote: Vote
    ) -> list[Verifier]:
        """Ours of the present draw whose vote came so far."""
        found = await self._chain.verifiers(lease_id)
        mine = [one for one in found if one.worker_id == worker_id and one.seat in audit.seats]
        return [one for one in mine if one.vote is vote]

    # Sealing, or a word why not

    async def look(self, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId) -> bool:
        """Look for ourselves, unless we have; whether there is a vote to be sealed."""
        seats = await self._seats(lease.lease_id, audit, worker_id, Vote.DRAWN)
        if not seats:
            return False
        seed = await self._chain.seed(lease.lease_id, audit.round)
        if self._proof_store.vote(lease.lease_id, audit.round, seed):
            return True
        if self._looks.are_enough(lease.lease_id, seed):
            await self._give_up(lease, audit, seats)
            return False
        with self._looks.begun(lease.lease_id, seed):
            found = await self._find_in_time(lease, audit, seats, seed)
        if found is not None:
            self._proof_store.save_vote(lease.lease_id, audit.round, found)
        return found is not None

    async def _find_in_time(
        self, lease: LeaseInfo, audit: AuditInfo, seats: Sequence[Verifier], seed: int
    ) -> SealedVote | None:
        """What we found; None where a word was said instead."""
        job = await self._chain.job(lease.job_id)
        if not await self._has_package(lease, audit, job, seats):
            return None
        self._reporter.tell(Verifying(lease.job_id, lease.lease_id, audit.round))
        try:
            async with asyncio.timeout(await self._useful_s(audit)) as step:
                async with self._workload.look():
                    return await self._find(lease, audit, job, seed)
        except TimeoutError:
            if not step.expired():  # else the last call has answered, and others wait for the machine
                await self._decline(lease, audit, seats, Vote.OVER_TIME)
        # The Blender or the device is another one than when it took seats, or out of order.
        except (PackageTooMuch, DeviceBroken) as error:
            self._reporter.tell(PackageRefused(lease.job_id, job.package_cid, str(error)))
            await self._decline(lease, audit, seats, Vote.BUSY)
        return None

    async def _give_up(self, lease: LeaseInfo, audit: AuditInfo, seats: Sequence[Verifier]) -> None:
        """Say that we are busy: a look more would fail as those before, or end the agent again."""
        self._reporter.tell(LooksFailed(lease.job_id, lease.lease_id, audit.round, MOST_LOOKS))
        await self._decline(lease, audit, seats, Vote.BUSY)

    async def _useful_s(self, audit: AuditInfo) -> float:
        """For how long what we find may be wanted: a step that is over may wait for who goes on."""
        phase_s = await self._chain.phase_s()
        return max(end_of_commit_s(audit, phase_s) - self._now(), 0.0) + phase_s

    async def seal(self, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId) -> bool:
        """Seal what we found, for all our seats that have not answered; whether we have found anything.

        It is kept, so that it may wait for company.
        """
        seed = await self._chain.seed(lease.lease_id, audit.round)
        sealed = self._proof_store.vote(lease.lease_id, audit.round, seed)
        if sealed is None:
            return False
        place = (self._hash_many, self._chain.board, lease.lease_id, audit.round)
        mark = mark_of(*place, seed=seed, worker_id=worker_id, nonce=sealed.nonce, vote=sealed.vote)
        # Anew: while we looked, others may have been drawn besides, or a word was said for these.
        seats = await self._seats(lease.lease_id, audit, worker_id, Vote.DRAWN)
        marks = [(lease.lease_id, one.seat, mark) for one in seats]
        until_s = await self._company_until_s(audit)
        if marks and (refused := await self._chain.commit(marks, until_s)):
            raise refused[0]
        return True

    async def _company_until_s(self, audit: AuditInfo) -> float:
        """Until when a vote may wait for another transaction of ours."""
        steps = steps_of(audit.phase, audit.batches)
        return company_until_s(audit.since_s, await self._chain.phase_s(), self._now(), steps)

    async def _has_package(
        self, lease: LeaseInfo, audit: AuditInfo, job: JobInfo, seats: Sequence[Verifier]
    ) -> bool:
        """Fetch the package; what is not here within half of the step, is not to be had.

        Nor is one that contradicts its job, and that is said at once: nobody's copy would do. One that is
        only too much for this machine is no fault of the worker's: we say that we are busy.
        """
        phase_s, now_s = await self._chain.phase_s(), self._now()
        half_s = half_of_commit_s(audit, phase_s)
        # Where half is over already, as after a restart, it gets a try all the same.
        until_s = half_s if now_s < half_s else last_call_s(audit, phase_s)
        try:
            async with asyncio.timeout(until_s - now_s):
                await self._rerender.fetch(job)
        except (PackageUnfit, PackageTooMuch) as error:
            self._reporter.tell(PackageRefused(lease.job_id, job.package_cid, str(error)))
            word = Vote.NO_PACKAGE if isinstance(error, PackageUnfit) else Vote.BUSY
            await self._decline(lease, audit, seats, word)
            return False
        except (StoreError, ContentError, TimeoutError) as error:
            if isinstance(error, TimeoutError) and self._rerender.has_package(job):
                return True  # late, but it is here: it is hashed again when it is rendered
            if self._now() < half_s and not isinstance(error, TimeoutError):
                raise
            await self._decline(lease, audit, seats, Vote.NO_PACKAGE)
            return False
        return True

    async def look_at_clock(
        self, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId, before: int
    ) -> float:
        """Say that we are busy where we can't be done in time; returns the seconds until it is asked again.

        So many leases wait before this one; -1 if it is being looked at.
        """
        phase_s = await self._chain.phase_s()
        last_s, now_s = last_call_s(audit, phase_s), self._now()
        if now_s < last_s and not self._workload.is_too_much(before, end_of_commit_s(audit, phase_s)):
            return last_s - now_s
        seed = await self._chain.seed(lease.lease_id, audit.round)
        if self._proof_store.vote(lease.lease_id, audit.round, seed) is None:
            seats = await self._seats(lease.lease_id, audit, worker_id, Vote.DRAWN)
            await self._decline(lease, audit, seats, Vote.BUSY)
        return phase_s

    async def _decline(
        self, lease: LeaseInfo, audit: AuditInfo, seats: Sequence[Verifier], word: Vote
    ) -> None:
        for one in seats:
            await self._chain.decline(lease.lease_id, one.seat, word)
            self._reporter.tell(VoteDeclined(lease.job_id, lease.lease_id, audit.round, word))

    async def _find(self, lease: LeaseInfo, audit: AuditInfo, job: JobInfo, seed: int) -> SealedVote:
        """What we found; raises TimeoutError where it takes too long for what the job declares."""
        nonce = self._new_nonce()
        if audit.kind is AuditKind.DELIVERY:
            return SealedVote(seed, nonce, await self._delivery(job, lease))
        drawn = [one.leaf for one in await self._chain.drawn_leaves(lease.lease_id)]
        frames = len({leaf // job.tiles for leaf in drawn})
        async with asyncio.timeout(most_seconds(job, frames)):
            prints = await self._rerender.render(job, lease, drawn)
        contents = [content_of(self._hash_many, one) for one in prints]
        return SealedVote(seed, nonce, answer_of(self._hash_many, contents), tuple(prints))

    async def _delivery(self, job: JobInfo, lease: LeaseInfo) -> int:
        lease_id = lease.lease_id
        result_key = await self._chain.revealed_key(lease_id, lease.since_block)
        # An audit since then has begun the window anew, and with it ``since_block``.
        result = await self._chain.submitted(lease_id, self._from_block)
        if result_key is None or result is None:
            return NO
        identity = LeaseIdentity.of(self._chain.chain_id, self._chain.board, lease)
        return await self._rerender.is_delivered(identity, lease, job, result, result_key)

    # Showing it, and standing by it

    async def act(
        self, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId, *, for_others: bool = False
    ) -> None:
        """Do what our seats have to do after the sealing; ``for_others``: also what others might do first."""
        if audit.phase is AuditPhase.REVEAL:
            await self._reveal(lease, audit, worker_id)
        elif audit.phase is AuditPhase.SHOW:
            await self._show(lease, audit, worker_id, for_others)
        elif audit.phase is AuditPhase.APPEAL:
            await self._appeal(lease, audit, worker_id, for_others)

    async def _reveal(self, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId) -> None:
        lease_id = lease.lease_id
        seats = await self._seats(lease_id, audit, worker_id, Vote.SEALED)
        if not seats:
            return
        seed = await self._chain.seed(lease_id, audit.round)
        sealed = self._proof_store.vote(lease_id, audit.round, seed)
        if sealed is None:
            raise ContentError(
                f"The vote on lease {lease_id} was sealed by another machine; its stake is lost."
            )
        reveals = [Reveal(lease_id, one.seat, sealed.nonce, sealed.vote) for one in seats]
        if audit.kind is AuditKind.PIXELS and not await self._is_answer(lease_id, audit, sealed):
            for one in reveals:
                await self._reveal_prints(lease, audit, one, sealed)
            return
        refused = await self._chain.reveal(reveals, await self._company_until_s(audit))
        if refused:
            raise refused[0]
        self._reporter.tell(VoteRevealed(lease.job_id, lease_id, audit.round))

    async def _is_answer(self, lease_id: LeaseId, audit: AuditInfo, sealed: SealedVote) -> bool:
        answer = await self._chain.opened(lease_id, audit.round, audit.since_block)
        return answer is not None and answer_of(self._hash_many, list(answer.contents)) == sealed.vote

    async def _reveal_prints(
        self, lease: LeaseInfo, audit: AuditInfo, reveal: Reveal, sealed: SealedVote
    ) -> None:
        answer = await self._chain.opened(lease.lease_id, audit.round, audit.since_block)
        if answer is None:
            raise ContentError(
                f"The opened leaves of lease {lease.lease_id} can't be found; it is tried again."
            )
        drawn = await self._chain.drawn_leaves(lease.lease_id)
        limits = (await self._chain.job(lease.job_id)).limits
        prints = [one.felts() for one in sealed.prints]
        contents = [content_of(self._hash_many, one) for one in sealed.prints]
        masks = masks_of(drawn, contents, prints, answer, limits)
        shown = [prints[at] for at in masks.leaves]
        until_s = await self._company_until_s(audit)
        await self._chain.reveal_prints(
            *(reveal, contents, answer.contents, shown),
            differs=masks.differs,
            mean=masks.mean,
            company_until_s=until_s,
        )
        counts = (len(shown), len(drawn), masks.differs.bit_count(), masks.mean)
        self._reporter.tell(LeavesDiffer(lease.job_id, lease.lease_id, audit.round, *counts))

    async def _show(self, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId, for_others: bool) -> None:
        """Strike what stands against our own vote, and show a rejection that we voted for; then the rest."""
        mine = await self._seats(lease.lease_id, audit, worker_id, Vote.COUNTED)
        ballot = await self._showing.ballot(lease, audit, lease.since_block) if mine else None
        if ballot is None:
            return
        objecting, own = bool(mine[0].differs or mine[0].mean), {one.seat for one in mine}
        false = [one for one in ballot.contradictions() if one.vote.seat not in own]
        ours = [one for one in false if for_others or one.objects != objecting]
        await self._showing.strike(lease, audit, ballot, ours)
        if audit.proved or not objecting:
            return
        ballot = await self._showing.ballot(lease, audit, lease.since_block)  # without those that were struck
        if ballot and (found := ballot.agreement([one.vote.seat for one in false])):
            await self._showing.show(lease, audit, ballot, found)

    async def _appeal(
        self, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId, for_others: bool
    ) -> None:
        """Where we were outvoted and are sure: what we found is here. The worker may be first."""
        is_accepted = audit.verdict is Verdict.ACCEPTED
        if not self._appeals or not (is_accepted or (audit.verdict is Verdict.REJECTED and for_others)):
            return
        seats = await self._seats(lease.lease_id, audit, worker_id, Vote.COUNTED)
        outvoted = [one for one in seats if bool(one.differs or one.mean) == is_accepted]
        seed = await self._chain.seed(lease.lease_id, audit.round)
        if outvoted and self._proof_store.vote(lease.lease_id, audit.round, seed):
            await appeal(self._chain, self._reporter, lease, audit, limits=self._limits)
