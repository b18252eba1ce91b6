"""The prover's side of audits: open what was drawn, strike false votes, reveal keys, appeal.

All that it needs is in the evidence, so that a worker and a watchtower that has a copy do the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from ...core.again import REPEATING, repeats
from ...core.audit.economics import SEATS
from ...core.audit.state import AuditInfo, AuditKind, AuditPhase, Verdict, Vote
from ...core.errors import ContentError, JournalError, RenderFailed, StoreError
from ...core.ids import LeaseId
from ...core.job import JobInfo, LeaseInfo, needs_prints
from ...core.merkle import HashMany
from ...core.notices.appeals import AppealDropped, AppealUnchecked
from ...core.notices.audits import LeavesOpened, ResultsRevealed
from ...core.prints import TilePrint, bit_distance
from ...ports.audit_chain import AuditChain
from ...ports.reporter import Reporter
from .appeals import NO_LIMITS, AppealLimits, appeal
from .opening import openings
from .proof_store import Evidence, ProofStore
from .raises import raise_fee
from .showing import Showing

MOST_DISPUTED = 4  # leaves that are rendered again before an appeal
RenderFresh = Callable[[JobInfo, LeaseInfo, Sequence[int]], Awaitable[list[TilePrint]]]


class ProverDuties:
    """Everything it shows was committed to under the lease's root before anybody was drawn.

    With ``render_fresh`` a lost audit of pixels is appealed only after a look at the disputed leaves,
    rendered from a package that was fetched anew.
    """

    def __init__(
        self,
        chain: AuditChain,
        proof_store: ProofStore,
        reporter: Reporter,
        hash_many: HashMany,
        showing: Showing,
        *,
        appeals: bool,
        render_fresh: RenderFresh | None = None,
        appeal_limits: AppealLimits = NO_LIMITS,
    ) -> None:
        self._showing = showing
        self._appeals = appeals
        self._chain = chain
        self._proof_store = proof_store
        self._reporter = reporter
        self._hash_many = hash_many
        self._render_fresh = render_fresh
        self._limits = appeal_limits
        self._looked: dict[LeaseId, tuple[int, bool]] = {}  # a round, and whether to appeal its verdict

    def hold(self, lease_id: LeaseId) -> None:
        """Keep what we have of a lease that is not settled."""
        self._proof_store.hold(lease_id)

    def forget(self, lease_id: LeaseId, now_s: float) -> None:
        """The lease is settled."""
        self._proof_store.settle(lease_id, now_s)
        self._showing.forget(lease_id)
        self._looked.pop(lease_id, None)

    def forget_looks(self) -> None:
        """The chain took back what it said: other leaves may be drawn in a round of that number."""
        self._looked = {}

    async def evidence(self, lease_id: LeaseId) -> Evidence:
        """Of the results that the chain has of a submitted lease; raises JournalError if it is not here."""
        posted = await self._chain.result_hash(lease_id)
        return await asyncio.to_thread(self._proof_store.posted, lease_id, posted, self._hash_many)

    @staticmethod
    def is_due(audit: AuditInfo) -> bool:
        """Whether an audit waits for the prover's side, which loses by silence."""
        return audit.phase in (AuditPhase.KEY, AuditPhase.OPEN)

    async def act(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Do what the audit waits for, if it is ours to do."""
        if audit.phase is AuditPhase.KEY:
            evidence = await self.evidence(lease.lease_id)
            await self._chain.reveal_key(lease.lease_id, evidence.result, evidence.result_key)
            self._reporter.tell(ResultsRevealed(lease.job_id, lease.lease_id))
        elif audit.phase is AuditPhase.OPEN:
            await self._open(lease, audit)
        elif audit.phase is AuditPhase.DRAW and self._appeals and _wants_votes(audit):
            await raise_fee(self._chain, self._reporter, lease, audit)
        elif audit.phase is AuditPhase.SHOW:
            await self._strike(lease, audit)
        elif audit.phase is AuditPhase.APPEAL:
            await self._appeal(lease, audit)

    async def _open(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        lease_id, evidence = lease.lease_id, await self.evidence(lease.lease_id)
        seed = await self._chain.seed(lease_id, audit.round)
        drawn = [one.leaf for one in await self._chain.drawn_leaves(lease_id)]
        tiles = (await self._chain.job(lease.job_id)).tiles
        place = (evidence, lease.first, tiles, drawn)
        found = await asyncio.to_thread(openings, self._hash_many, *place)
        contents = [(one.salt, one.content) for one in found]
        siblings = [sibling for one in found for sibling in one.siblings]
        prints = [shown.felts() for shown in evidence.prints(drawn)]
        await self._chain.open_leaves(lease_id, seed, evidence.result, contents, siblings, prints)
        self._reporter.tell(LeavesOpened(lease.job_id, lease_id, len(drawn), audit.sealed))

    async def _strike(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Votes that claim differences which their prints don't have; the rest is for verifiers."""
        if ballot := await self._showing.ballot(lease, audit, lease.since_block):
            false = [one for one in ballot.contradictions() if one.objects]
            await self._showing.strike(lease, audit, ballot, false)

    async def _appeal(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Always a rejection, which takes the lock; no verdict takes half of the pay, so not for more."""
        if not self._may_appeal(audit):
            return
        if self.wants_look(lease.lease_id, audit):
            self._looked[lease.lease_id] = (audit.round, True)
            self._reporter.tell(AppealUnchecked(lease.job_id, lease.lease_id, "There was no time left."))
        if self._looked.get(lease.lease_id) == (audit.round, False):
            return
        most_fri = None
        if audit.verdict is not Verdict.REJECTED:
            most_fri = lease.count * (await self._chain.job(lease.job_id)).reward_fri // 2
        parts = (self._chain, self._reporter, lease, audit)
        await appeal(*parts, most_fri=most_fri, limits=self._limits)

    def _may_appeal(self, audit: AuditInfo) -> bool:
        return self._appeals and audit.verdict is not Verdict.ACCEPTED

    def wants_look(self, lease_id: LeaseId, audit: AuditInfo) -> bool:
        """Whether the disputed leaves should be rendered again before this verdict is appealed."""
        known = self._looked.get(lease_id, (-1, False))[0] == audit.round
        lost = audit.phase is AuditPhase.APPEAL and audit.kind is AuditKind.PIXELS and self._may_appeal(audit)
        return lost and audit.round + 1 < len(SEATS) and self._render_fresh is not None and not known

    async def look_again(self, lease: LeaseInfo, audit: AuditInfo) -> None:
        """Render the disputed leaves from a fresh package; where they are others than submitted, say so.

        No bond is paid for what verifiers found to be wrong, and is. What can't be looked at is appealed.
        """
        ids, render, looked = (lease.job_id, lease.lease_id), self._render_fresh, self._looked
        if render is None:
            return
        job, leaves = await self._chain.job(lease.job_id), await self._disputed(lease.lease_id)
        try:
            evidence = await self.evidence(lease.lease_id)
            fresh = await render(job, lease, leaves)
        except (StoreError, ContentError, RenderFailed, JournalError) as error:
            looked[lease.lease_id] = (audit.round, True)
            self._reporter.tell(AppealUnchecked(*ids, str(error)))
            return
        device = "" if needs_prints(job.family) else REPEATING
        for leaf, mine, again in zip(leaves, evidence.prints(leaves), fresh, strict=True):
            if not repeats(mine, again, device):
                looked[lease.lease_id] = (audit.round, False)
                self._reporter.tell(
                    AppealDropped(*ids, evidence.package_cid, leaf, bit_distance(mine, again))
                )
                return
        looked[lease.lease_id] = (audit.round, True)

    async def _disputed(self, lease_id: LeaseId) -> list[int]:
        """Drawn leaves that votes object to, those most of them object to first; any where it is the mean."""
        drawn = await self._chain.drawn_leaves(lease_id)
        votes = [one for one in await self._chain.verifiers(lease_id) if one.vote is Vote.COUNTED]
        against = {one.leaf: sum(vote.differs >> one.position & 1 for vote in votes) for one in drawn}
        found = [leaf for leaf in sorted(against, key=lambda leaf: -against[leaf]) if against[leaf]]
        return (found or [one.leaf for one in drawn])[:MOST_DISPUTED]


def _wants_votes(audit: AuditInfo) -> bool:
    """Whether the worker needs votes: without them a doubt is dropped, and an acceptance stands."""
    is_doubted_first = audit.is_doubt and audit.round == 0
    return not is_doubted_first and audit.verdict is not Verdict.ACCEPTED
