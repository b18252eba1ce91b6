"""Verifying for others: look for oneself, seal what one found, show it when the worker has opened."""

from __future__ import annotations

from collections.abc import Callable

from ...core.audit.state import (
    NO,
    AuditInfo,
    AuditKind,
    AuditPhase,
    Vote,
    answer_of,
    content_of,
    differing,
    mark_of,
)
from ...core.errors import ContentError
from ...core.ids import JobId, WorkerId
from ...core.job import JobInfo, LeaseInfo
from ...core.merkle import HashMany, LeaseIdentity
from ...core.notices.audits import LeavesDiffer, Verifying, VoteRevealed
from ...ports.audit_chain import AuditChain, Reveal
from ...ports.reporter import Reporter
from .proof_store import ProofStore, SealedVote
from .rerender import Rerender


class VerifierDuties:
    """``new_nonce`` gives 248 random bits; what the board said is looked for from ``from_block`` on."""

    def __init__(
        self,
        chain: AuditChain,
        rerender: Rerender,
        proof_store: ProofStore,
        reporter: Reporter,
        hash_many: HashMany,
        new_nonce: Callable[[], int],
        from_block: int = 0,
    ) -> None:
        self._chain = chain
        self._rerender = rerender
        self._proof_store = proof_store
        self._reporter = reporter
        self._hash_many = hash_many
        self._new_nonce = new_nonce
        self._from_block = from_block

    async def has_scene(self, job_id: JobId) -> bool:
        """Whether that job's package is here already."""
        return self._rerender.has_package(await self._chain.job(job_id))

    async def act(self, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId) -> None:
        """Do what our seat has to do now, if we have one in this round."""
        for verifier in await self._chain.verifiers(lease.lease_id, audit.round):
            if verifier.worker_id != worker_id:
                continue
            if audit.phase is AuditPhase.COMMIT and verifier.vote is Vote.DRAWN:
                await self._commit(lease, audit, verifier.seat, worker_id)
            elif audit.phase is AuditPhase.REVEAL and verifier.vote is Vote.COMMITTED:
                await self._reveal(lease, audit, verifier.seat)

    async def _commit(self, lease: LeaseInfo, audit: AuditInfo, seat: int, worker_id: WorkerId) -> None:
        lease_id = lease.lease_id
        seed = await self._chain.seed(lease_id, audit.round)
        sealed = self._proof_store.vote(lease_id, audit.round, seed)
        if sealed is None:
            self._reporter.tell(Verifying(lease.job_id, lease_id, audit.round))
            sealed = await self._find(lease, audit, seed)
            self._proof_store.save_vote(lease_id, audit.round, sealed)
        mark = mark_of(
            self._hash_many,
            self._chain.board,
            lease_id,
            audit.round,
            seed=seed,
            worker_id=worker_id,
            nonce=sealed.nonce,
            vote=sealed.vote,
        )
        await self._chain.commit([(lease_id, seat, mark)])

    async def _find(self, lease: LeaseInfo, audit: AuditInfo, seed: int) -> SealedVote:
        job, nonce = await self._chain.job(lease.job_id), self._new_nonce()
        if audit.kind is AuditKind.DELIVERY:
            return SealedVote(seed, nonce, await self._delivery(job, lease))
        drawn = await self._chain.drawn_leaves(lease.lease_id)
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

    async def _reveal(self, lease: LeaseInfo, audit: AuditInfo, seat: int) -> None:
        lease_id = lease.lease_id
        seed = await self._chain.seed(lease_id, audit.round)
        sealed = self._proof_store.vote(lease_id, audit.round, seed)
        if sealed is None:
            raise ContentError(
                f"The vote on lease {lease_id} was sealed by another machine; its bond is lost."
            )
        ids = (lease.job_id, lease_id, audit.round)
        reveal = Reveal(lease_id, seat, sealed.nonce, sealed.vote)
        if audit.kind is AuditKind.PIXELS:
            answer = await self._chain.opened(lease_id, audit.round, audit.since_block)
            contents = [content_of(self._hash_many, one) for one in sealed.prints]
            if answer_of(self._hash_many, answer) != sealed.vote:
                prints = [sealed.prints[index].felts() for index in differing(contents, answer)]
                await self._chain.reveal_prints(reveal, contents, answer, prints)
                self._reporter.tell(LeavesDiffer(*ids, len(prints), len(answer)))
                return
        await self._chain.reveal([reveal])
        self._reporter.tell(VoteRevealed(*ids))
