"""A worker's own leases in court: it opens what was drawn, answers prints, reveals keys, appeals."""

from __future__ import annotations

import asyncio

from ..core.case import CaseInfo, CaseKind, CasePhase, Content, Verdict, Vote, differing
from ..core.cid import split_digest
from ..core.errors import JournalError
from ..core.job import LeaseInfo
from ..core.lease_id import split_lease_id
from ..core.merkle import HashMany, proofs_of, salt_of
from ..core.money import format_strk
from ..core.prints import TilePrint
from ..core.sealed import result_key_of, salts_secret_of
from ..core.stakes import SEATS
from ..ports.chain import Chain
from ..ports.journal import Journal
from ..ports.reporter import Reporter
from .evidence import Evidence


class Defence:
    """Everything it shows was committed to under the lease's root before anybody was drawn."""

    def __init__(
        self,
        chain: Chain,
        journal: Journal,
        evidence: Evidence,
        reporter: Reporter,
        hash_many: HashMany,
        *,
        appeals: bool,
    ) -> None:
        self._appeals = appeals
        self._chain = chain
        self._journal = journal
        self._evidence = evidence
        self._reporter = reporter
        self._hash_many = hash_many

    def forget(self, lease_id: int) -> None:
        """The lease is settled."""
        self._evidence.drop(lease_id)

    async def act(self, lease: LeaseInfo, case: CaseInfo) -> None:
        """Do what the case waits for, if it is ours to do."""
        if case.phase is CasePhase.KEY:
            key = result_key_of(self._secret(lease.lease_id))
            await self._chain.court.reveal_key(lease.lease_id, self._evidence.result(lease.lease_id), key)
        elif case.phase is CasePhase.OPEN:
            await self._open(lease, case)
        elif case.phase is CasePhase.REVEAL and case.shown:
            await self._compare(lease, case)
        elif case.phase is CasePhase.APPEAL and case.verdict is not Verdict.ACCEPTED:
            await self._appeal(lease, case)

    async def _open(self, lease: LeaseInfo, case: CaseInfo) -> None:
        lease_id, court = lease.lease_id, self._chain.court
        seed = await court.seed(lease_id, case.round)
        drawn = await court.leaves(lease_id)
        tiles = (await self._chain.job(lease.job_id)).tiles
        secret = salts_secret_of(self._secret(lease_id))
        openings, places = [], []
        for leaf, shown in zip(drawn, self._evidence.prints(lease_id, drawn), strict=True):
            task, tile = divmod(leaf, tiles)
            salt = salt_of(self._hash_many, secret, lease.first + task, tile)
            openings.append((salt, content_of(self._hash_many, shown)))
            places.append(task * (tiles + 1) + tile)  # each frame's last leaf is its final image
        leaves = self._evidence.leaves(lease_id)
        proofs = await asyncio.to_thread(proofs_of, self._hash_many, leaves, places)
        siblings = [sibling for proof in proofs for sibling in proof]
        await court.open(lease_id, seed, self._evidence.result(lease_id), openings, siblings)
        self._reporter.say(f"Lease {lease_id}: {len(drawn)} leaves opened to {case.committed} verifiers")

    async def _compare(self, lease: LeaseInfo, case: CaseInfo) -> None:
        lease_id, court = lease.lease_id, self._chain.court
        answer = await court.opened(lease_id, case.round, case.since_block)
        drawn = await court.leaves(lease_id)
        mine = self._evidence.prints(lease_id, drawn)
        for member in await court.members(lease_id, case.round):
            if member.vote is Vote.SHOWN:
                contents, prints = await court.shown(lease_id, case.round, member.seat, case.since_block)
                leaves = differing(contents, answer)
                theirs = [prints[index] for index in leaves]
                ours = [mine[index].felts() for index in leaves]
                await court.compare(lease_id, member.seat, contents, answer, theirs, ours)

    async def _appeal(self, lease: LeaseInfo, case: CaseInfo) -> None:
        if not self._appeals or case.kind is CaseKind.FAILURE or case.round + 1 >= len(SEATS):
            return
        bond_fri = await self._chain.court.appeal_bond_fri(lease.lease_id)
        have_fri = await self._chain.tokens_fri(self._chain.address)
        if have_fri < bond_fri:
            self._reporter.say(
                f"Lease {lease.lease_id} was rejected; an appeal costs {format_strk(bond_fri)} STRK, the "
                f"account holds {format_strk(have_fri)}"
            )
            return
        await self._chain.court.appeal(lease.lease_id)
        self._reporter.say(f"Lease {lease.lease_id} was rejected: appealed with {format_strk(bond_fri)} STRK")

    def _secret(self, lease_id: int) -> int:
        for entry in self._journal.leases(self._chain.board):
            if entry.lease_id == lease_id:
                return entry.secret
        worker_id = split_lease_id(lease_id)[0]
        raise JournalError(
            f"Lease {lease_id} of worker {worker_id} is not in the journal; restore it, or its stake is lost."
        )


def content_of(hash_many: HashMany, shown: TilePrint) -> Content:
    """What a leaf says of a tile with that print."""
    return Content(*split_digest(shown.digest), hash_many(shown.felts()))
