"""A worker's own leases in audits: it opens what was drawn, answers prints, reveals keys, appeals."""

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
from ...core.errors import JournalError
from ...core.ids import LeaseId
from ...core.job import LeaseInfo
from ...core.lease_id import split_lease_id
from ...core.merkle import HashMany, proofs_of, salt_of
from ...core.notices.audits import AppealUnaffordable, LeavesOpened
from ...core.sealed import result_key_of, salt_key_of
from ...ports.audit_chain import AuditChain
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from .proof_store import ProofStore


class ProverDuties:
    """Everything it shows was committed to under the lease's root before anybody was drawn."""

    def __init__(
        self,
        chain: AuditChain,
        journal: Journal,
        proof_store: ProofStore,
        reporter: Reporter,
        hash_many: HashMany,
        *,
        appeals: bool,
    ) -> None:
        self._appeals = appeals
        self._chain = chain
        self._journal = journal
        self._proof_store = proof_store
        self._reporter = reporter
        self._hash_many = hash_many

    def forget(self, lease_id: LeaseId) -> None:
        """The lease is settled."""
        self._proof_store.drop(lease_id)

    async def act(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Do what the audit waits for, if it is ours to do."""
        if audit.phase is AuditPhase.KEY:
            key = result_key_of(self._secret(lease.lease_id))
            await self._chain.reveal_key(lease.lease_id, self._proof_store.result(lease.lease_id), key)
        elif audit.phase is AuditPhase.OPEN:
            await self._open(lease, audit)
        elif audit.phase is AuditPhase.REVEAL and audit.shown:
            await self._compare(lease, audit)
        elif audit.phase is AuditPhase.APPEAL and audit.verdict is not Verdict.ACCEPTED:
            await self._appeal(lease, audit)

    async def _open(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        lease_id = lease.lease_id
        seed = await self._chain.seed(lease_id, audit.round)
        drawn = await self._chain.drawn_leaves(lease_id)
        tiles = (await self._chain.job(lease.job_id)).tiles
        salt_key = salt_key_of(self._secret(lease_id))
        openings, places = [], []
        for leaf, shown in zip(drawn, self._proof_store.prints(lease_id, drawn), strict=True):
            task, tile = divmod(leaf, tiles)
            salt = salt_of(self._hash_many, salt_key, lease.first + task, tile)
            openings.append((salt, content_of(self._hash_many, shown)))
            places.append(task * (tiles + 1) + tile)  # each frame's last leaf is its final image
        leaves = self._proof_store.leaves(lease_id)
        proofs = await asyncio.to_thread(proofs_of, self._hash_many, leaves, places)
        siblings = [sibling for proof in proofs for sibling in proof]
        await self._chain.open_leaves(lease_id, seed, self._proof_store.result(lease_id), openings, siblings)
        self._reporter.tell(LeavesOpened(lease.job_id, lease_id, len(drawn), audit.committed))

    async def _compare(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        lease_id = lease.lease_id
        answer = await self._chain.opened(lease_id, audit.round, audit.since_block)
        drawn = await self._chain.drawn_leaves(lease_id)
        mine = self._proof_store.prints(lease_id, drawn)
        for verifier in await self._chain.verifiers(lease_id, audit.round):
            if verifier.vote is Vote.SHOWN:
                contents, prints = await self._chain.shown(
                    lease_id, audit.round, verifier.seat, audit.since_block
                )
                leaves = differing(contents, answer)
                theirs = [prints[index] for index in leaves]
                ours = [mine[index].felts() for index in leaves]
                await self._chain.compare(lease_id, verifier.seat, contents, answer, theirs, ours)

    async def _appeal(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        if not self._appeals or audit.round + 1 >= len(SEATS):
            return
        bond_fri = await self._chain.appeal_bond_fri(lease.lease_id)
        have_fri = await self._chain.tokens_fri(self._chain.address)
        if have_fri < bond_fri:
            self._reporter.tell(AppealUnaffordable(lease.job_id, lease.lease_id, bond_fri, have_fri))
            return
        await self._chain.appeal(lease.lease_id)

    def _secret(self, lease_id: LeaseId) -> int:
        for entry in self._journal.leases(self._chain.board):
            if entry.lease_id == lease_id:
                return entry.secret
        worker_id = split_lease_id(lease_id)[0]
        raise JournalError(
            f"Lease {lease_id} of worker {worker_id} is not in the journal; restore it, or its stake is lost."
        )
