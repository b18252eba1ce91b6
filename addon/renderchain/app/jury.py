"""Verifying for others: look for oneself, seal what one found, show it when the worker has opened."""

from __future__ import annotations

from collections.abc import Callable

from ..core.case import NO, CaseInfo, CaseKind, CasePhase, Vote, answer_of, differing, mark_of
from ..core.errors import ContentError
from ..core.job import JobInfo, LeaseInfo
from ..core.lease_id import split_lease_id
from ..core.merkle import HashMany, LeaseKey
from ..ports.chain import Chain
from ..ports.court import Reveal
from ..ports.reporter import Reporter
from .defence import content_of
from .evidence import Evidence, SealedVote
from .verify import Verifier


class Jury:
    """``new_nonce`` gives 248 random bits; what the board said is looked for from ``from_block`` on."""

    def __init__(
        self,
        chain: Chain,
        verifier: Verifier,
        evidence: Evidence,
        reporter: Reporter,
        hash_many: HashMany,
        new_nonce: Callable[[], int],
        from_block: int = 0,
    ) -> None:
        self._chain = chain
        self._verifier = verifier
        self._evidence = evidence
        self._reporter = reporter
        self._hash_many = hash_many
        self._new_nonce = new_nonce
        self._from_block = from_block

    async def has_scene(self, job_id: int) -> bool:
        """Whether that job's package is here already."""
        return self._verifier.has_package(await self._chain.job(job_id))

    async def act(self, lease: LeaseInfo, case: CaseInfo, worker_id: int) -> None:
        """Do what our seat has to do now, if we have one in this round."""
        for member in await self._chain.court.members(lease.lease_id, case.round):
            if member.worker_id != worker_id:
                continue
            if case.phase is CasePhase.COMMIT and member.vote is Vote.DRAWN:
                await self._commit(lease, case, member.seat, worker_id)
            elif case.phase is CasePhase.REVEAL and member.vote is Vote.COMMITTED:
                await self._reveal(lease, case, member.seat)

    async def _commit(self, lease: LeaseInfo, case: CaseInfo, seat: int, worker_id: int) -> None:
        lease_id = lease.lease_id
        seed = await self._chain.court.seed(lease_id, case.round)
        sealed = self._evidence.vote(lease_id, case.round, seed)
        if sealed is None:
            self._reporter.say(f"Verifying lease {lease_id}, round {case.round}")
            sealed = await self._find(lease, case, seed)
            self._evidence.save_vote(lease_id, case.round, sealed)
        vote = {"seed": seed, "worker_id": worker_id, "nonce": sealed.nonce, "vote": sealed.vote}
        mark = mark_of(self._hash_many, self._chain.board, lease_id, case.round, **vote)
        await self._chain.court.commit([(lease_id, seat, mark)])

    async def _find(self, lease: LeaseInfo, case: CaseInfo, seed: int) -> SealedVote:
        job, nonce = await self._chain.job(lease.job_id), self._new_nonce()
        if case.kind is CaseKind.FAILURE:
            return SealedVote(seed, nonce, await self._verifier.is_unrenderable(job, lease))
        if case.kind is CaseKind.DELIVERY:
            return SealedVote(seed, nonce, await self._delivery(job, lease))
        drawn = await self._chain.court.leaves(lease.lease_id)
        prints = await self._verifier.render(job, lease, drawn)
        contents = [content_of(self._hash_many, one) for one in prints]
        return SealedVote(seed, nonce, answer_of(self._hash_many, contents), tuple(prints))

    async def _delivery(self, job: JobInfo, lease: LeaseInfo) -> int:
        court, lease_id = self._chain.court, lease.lease_id
        secret = await court.revealed_key(lease_id, lease.since_block)
        # An audit since then has begun the window anew, and with it ``since_block``.
        result = await court.submitted(lease_id, self._from_block)
        if secret is None or result is None:
            return NO
        where = (job.job_id, lease_id, lease.attempt, split_lease_id(lease_id)[0])
        key = LeaseKey(self._chain.chain_id, self._chain.board, *where)
        return await self._verifier.is_delivered(key, lease, job, result, secret)

    async def _reveal(self, lease: LeaseInfo, case: CaseInfo, seat: int) -> None:
        lease_id, court = lease.lease_id, self._chain.court
        seed = await court.seed(lease_id, case.round)
        sealed = self._evidence.vote(lease_id, case.round, seed)
        if sealed is None:
            raise ContentError(
                f"The vote on lease {lease_id} was sealed by another machine; its bond is lost."
            )
        reveal = Reveal(lease_id, seat, sealed.nonce, sealed.vote)
        if case.kind is CaseKind.PIXELS:
            answer = await court.opened(lease_id, case.round, case.since_block)
            contents = [content_of(self._hash_many, one) for one in sealed.prints]
            if answer_of(self._hash_many, answer) != sealed.vote:
                prints = [sealed.prints[index].felts() for index in differing(contents, answer)]
                await court.reveal_prints(reveal, contents, answer, prints)
                self._reporter.say(
                    f"Lease {lease_id}: {len(prints)} of {len(answer)} leaves differ from ours"
                )
                return
        await court.reveal([reveal])
        self._reporter.say(f"Lease {lease_id}: vote revealed")
