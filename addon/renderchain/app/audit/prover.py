"""A worker's own leases in audits: it opens what was drawn, strikes false votes, reveals keys, appeals."""

from __future__ import annotations

import asyncio

from ...core.audit.state import AuditInfo, AuditPhase, Verdict, content_of
from ...core.errors import JournalError
from ...core.ids import LeaseId
from ...core.job import LeaseInfo
from ...core.lease_id import split_lease_id
from ...core.merkle import HashMany, proofs_of, salt_of
from ...core.notices.audits import LeavesOpened
from ...core.sealed import result_key_of, salt_key_of
from ...ports.audit_chain import AuditChain
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from .appeals import appeal
from .proof_store import ProofStore
from .showing import Showing


class ProverDuties:
    """Everything it shows was committed to under the lease's root before anybody was drawn."""

    def __init__(
        self,
        chain: AuditChain,
        journal: Journal,
        proof_store: ProofStore,
        reporter: Reporter,
        hash_many: HashMany,
        showing: Showing,
        *,
        appeals: bool,
    ) -> None:
        self._showing = showing
        self._appeals = appeals
        self._chain = chain
        self._journal = journal
        self._proof_store = proof_store
        self._reporter = reporter
        self._hash_many = hash_many

    def forget(self, lease_id: LeaseId) -> None:
        """The lease is settled."""
        self._proof_store.drop(lease_id)
        self._showing.forget(lease_id)

    async def act(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Do what the audit waits for, if it is ours to do."""
        if audit.phase is AuditPhase.KEY:
            key = result_key_of(self._secret(lease.lease_id))
            await self._chain.reveal_key(lease.lease_id, self._proof_store.result(lease.lease_id), key)
        elif audit.phase is AuditPhase.OPEN:
            await self._open(lease, audit)
        elif audit.phase is AuditPhase.SHOW:
            await self._strike(lease, audit)
        elif audit.phase is AuditPhase.APPEAL:
            await self._appeal(lease, audit)

    async def _open(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        lease_id = lease.lease_id
        seed = await self._chain.seed(lease_id, audit.round)
        drawn = [one.leaf for one in await self._chain.drawn_leaves(lease_id)]
        tiles = (await self._chain.job(lease.job_id)).tiles
        salt_key = salt_key_of(self._secret(lease_id))
        mine = self._proof_store.prints(lease_id, drawn)
        openings, places = [], []
        for leaf, shown in zip(drawn, mine, strict=True):
            task, tile = divmod(leaf, tiles)
            salt = salt_of(self._hash_many, salt_key, lease.first + task, tile)
            openings.append((salt, content_of(self._hash_many, shown)))
            places.append(task * (tiles + 1) + tile)  # each frame's last leaf is its final image
        leaves = self._proof_store.leaves(lease_id)
        proofs = await asyncio.to_thread(proofs_of, self._hash_many, leaves, places)
        siblings = [sibling for proof in proofs for sibling in proof]
        result, prints = self._proof_store.result(lease_id), [shown.felts() for shown in mine]
        await self._chain.open_leaves(lease_id, seed, result, openings, siblings, prints)
        self._reporter.tell(LeavesOpened(lease.job_id, lease_id, len(drawn), audit.sealed))

    async def _strike(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Votes that claim differences which their prints don't have; the rest is for verifiers."""
        if ballot := await self._showing.ballot(lease, audit, lease.since_block):
            false = [one for one in ballot.contradictions() if one.objects]
            await self._showing.strike(lease, audit, ballot, false)

    async def _appeal(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Always a rejection, which takes the lock; no verdict takes half of the pay, so not for more."""
        if not self._appeals or audit.verdict is Verdict.ACCEPTED:
            return
        most_fri = None
        if audit.verdict is not Verdict.REJECTED:
            most_fri = lease.count * (await self._chain.job(lease.job_id)).reward_fri // 2
        await appeal(self._chain, self._reporter, lease, audit, most_fri=most_fri)

    def _secret(self, lease_id: LeaseId) -> int:
        for entry in self._journal.leases(self._chain.board):
            if entry.lease_id == lease_id:
                return entry.secret
        worker_id = split_lease_id(lease_id)[0]
        raise JournalError(
            f"Lease {lease_id} of worker {worker_id} is not in the journal; restore it, or its stake is lost."
        )
