"""The prover's side of audits: open what was drawn, answer prints, reveal keys, appeal.

All that it needs is in the evidence, so that a worker and a watchtower that has a copy do the same.
"""

from __future__ import annotations

import asyncio

from ...core.audit.economics import SEATS
from ...core.audit.state import (
    AuditInfo,
    AuditPhase,
    Verdict,
    Vote,
    content_of,
    differing,
)
from ...core.ids import LeaseId
from ...core.job import LeaseInfo
from ...core.merkle import HashMany, proofs_of, salt_of
from ...core.notices.audits import AppealUnaffordable, LeavesOpened, PrintsCompared, ResultsRevealed
from ...ports.audit_chain import AuditChain
from ...ports.reporter import Reporter
from .proof_store import Evidence, ProofStore


class ProverDuties:
    """Everything it shows was committed to under the lease's root before anybody was drawn."""

    def __init__(
        self,
        chain: AuditChain,
        proof_store: ProofStore,
        reporter: Reporter,
        hash_many: HashMany,
        *,
        appeals: bool,
    ) -> None:
        self._appeals = appeals
        self._chain = chain
        self._proof_store = proof_store
        self._reporter = reporter
        self._hash_many = hash_many

    def hold(self, lease_id: LeaseId) -> None:
        """Keep what we have of a lease that is not settled."""
        self._proof_store.hold(lease_id)

    def forget(self, lease_id: LeaseId, now_s: float) -> None:
        """The lease is settled."""
        self._proof_store.settle(lease_id, now_s)

    async def evidence(self, lease_id: LeaseId) -> Evidence:
        """Of the results that the chain has of a submitted lease; raises JournalError if it is not here."""
        posted = await self._chain.result_hash(lease_id)
        return await asyncio.to_thread(self._proof_store.posted, lease_id, posted, self._hash_many)

    @staticmethod
    def is_due(audit: AuditInfo) -> bool:
        """Whether an audit waits for the prover's side."""
        answers = audit.phase is AuditPhase.REVEAL and audit.shown > 0
        return answers or audit.phase in (AuditPhase.KEY, AuditPhase.OPEN)

    async def act(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Do what the audit waits for, if it is ours to do."""
        if audit.phase is AuditPhase.KEY:
            evidence = await self.evidence(lease.lease_id)
            await self._chain.reveal_key(lease.lease_id, evidence.result, evidence.result_key)
            self._reporter.tell(ResultsRevealed(lease.job_id, lease.lease_id))
        elif audit.phase is AuditPhase.OPEN:
            await self._open(lease, audit)
        elif audit.phase is AuditPhase.REVEAL and audit.shown:
            await self._compare(lease, audit)
        elif audit.phase is AuditPhase.APPEAL and audit.verdict is not Verdict.ACCEPTED:
            await self._appeal(lease, audit)

    async def _open(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        lease_id, evidence = lease.lease_id, await self.evidence(lease.lease_id)
        seed = await self._chain.seed(lease_id, audit.round)
        drawn = await self._chain.drawn_leaves(lease_id)
        tiles = (await self._chain.job(lease.job_id)).tiles
        openings, places = [], []
        for leaf, shown in zip(drawn, evidence.prints(drawn), strict=True):
            task, tile = divmod(leaf, tiles)
            salt = salt_of(self._hash_many, evidence.salt_key, lease.first + task, tile)
            openings.append((salt, content_of(self._hash_many, shown)))
            places.append(task * (tiles + 1) + tile)  # each frame's last leaf is its final image
        proofs = await asyncio.to_thread(proofs_of, self._hash_many, list(evidence.leaves), places)
        siblings = [sibling for proof in proofs for sibling in proof]
        await self._chain.open_leaves(lease_id, seed, evidence.result, openings, siblings)
        self._reporter.tell(LeavesOpened(lease.job_id, lease_id, len(drawn), audit.committed))

    async def _compare(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        lease_id = lease.lease_id
        answer = await self._chain.opened(lease_id, audit.round, audit.since_block)
        drawn = await self._chain.drawn_leaves(lease_id)
        mine = (await self.evidence(lease_id)).prints(drawn)
        for verifier in await self._chain.verifiers(lease_id, audit.round):
            if verifier.vote is Vote.SHOWN:
                contents, prints = await self._chain.shown(
                    lease_id, audit.round, verifier.seat, audit.since_block
                )
                leaves = differing(contents, answer)
                theirs = [prints[index] for index in leaves]
                ours = [mine[index].felts() for index in leaves]
                await self._chain.compare(lease_id, verifier.seat, contents, answer, theirs, ours)
                self._reporter.tell(PrintsCompared(lease.job_id, lease_id, len(leaves)))

    async def _appeal(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        if not self._appeals or audit.round + 1 >= len(SEATS):
            return
        bond_fri = await self._chain.appeal_bond_fri(lease.lease_id)
        have_fri = await self._chain.tokens_fri(self._chain.address)
        if have_fri < bond_fri:
            self._reporter.tell(AppealUnaffordable(lease.job_id, lease.lease_id, bond_fri, have_fri))
            return
        await self._chain.appeal(lease.lease_id)
