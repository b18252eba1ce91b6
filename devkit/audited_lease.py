"""Leases in audits on any network: one worker, verifiers with owners of their own, made-up pixels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.economics import PHASES
from renderchain.core.audit.state import Verifier, answer_of, mark_of
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import JobTerms, StandingOffer
from renderchain.core.merkle import LeaseIdentity
from renderchain.core.money import FRI_PER_STRK
from renderchain.ports.audit_chain import Reveal

from devkit.made_up_job import FAMILY, TERMS
from devkit.made_up_pixels import LeasePixels, Rendering, contents_of, prints_of
from devkit.parties import AnyNetwork, Board, Network, Networks, Registry
from devkit.rules import Rules

PHASE_S = 600  # far more than a test takes
RULES = Rules(
    cooldown_s=40_000,
    lease_timeout_s=3000,
    window_s=3000,
    audit_s=PHASES * PHASE_S,
    slowest_block_s=1000,
    epoch_blocks=10,
)
AUDIT_TERMS = JobTerms(**{**TERMS.as_dict(), "tasks": 2, "window_s": 3000})
NONCE = 77
WILLING = StandingOffer(0, 10**6, 0, 2**39, audit_fee_fri=1)


@dataclass
class AuditBench(Generic[AnyNetwork]):
    """Verifiers by their worker numbers; ``owners`` in the same order."""

    net: AnyNetwork
    verifiers: dict[WorkerId, Board]
    owners: dict[WorkerId, Registry]

    @classmethod
    async def open(
        cls, opened: Networks[AnyNetwork], accounts: Sequence[int] = range(3, 8)
    ) -> AuditBench[AnyNetwork]:
        """Make a network in which verifiers with these accounts have seats, of the epoch before."""
        net = await opened.network(RULES)
        bench = cls(net, {}, {})

        async def seat(index: int) -> None:
            chain, owner = await net.person(index)
            number = await owner.register(chain.address, chain.address, [FAMILY], 2 * FRI_PER_STRK)
            await owner.stake_seats(number, 2 * FRI_PER_STRK)
            await owner.set_seats(number, FAMILY, 2)
            await owner.set_offer(number, WILLING)
            bench.verifiers[number], bench.owners[number] = chain, owner

        await asyncio.gather(*(seat(index) for index in accounts))
        net.pass_time(1, 2 * RULES.epoch_blocks)
        return bench

    async def lease(
        self, requester: Board | None = None, slot: int = 0, terms: JobTerms = AUDIT_TERMS
    ) -> AuditedLease:
        """A job's one lease, claimed; the job is the artist's if nobody else is named."""
        job_id = await (requester or self.net.artist).create_job(terms)
        lease_id = await self.net.worker.claim_lease(job_id, slot)
        lease = await self.net.worker.lease(lease_id)
        identity = LeaseIdentity.of(self.net.worker.chain_id, self.net.worker.board, lease)
        pixels = LeasePixels(identity, lease.first, lease.count, terms.tiles)
        return AuditedLease(self.net, self.verifiers, self.owners, job_id, lease_id, pixels)


@dataclass
class AuditedLease:
    """One lease on its way through its audit; each step is taken by the party it belongs to."""

    net: Network
    benched: dict[WorkerId, Board]
    owners: dict[WorkerId, Registry]
    job_id: JobId
    lease_id: LeaseId
    pixels: LeasePixels
    round: int = 0

    async def submit(self) -> None:
        """Submit and draw."""
        await self.net.worker.submit(self.lease_id, self.pixels.count, self.pixels.result)
        await self.draw()

    async def draw(self) -> None:
        """Draw, now that chance has spoken."""
        self.net.pass_draw_block()
        assert await self.net.artist.draw(self.job_id, [self.lease_id]) == []

    async def advance(self) -> None:
        """Go on."""
        assert await self.net.artist.advance(self.job_id, [self.lease_id]) == []

    async def advance_late(self) -> None:
        """Go on after a step's time."""
        self.net.pass_time(PHASE_S)
        await self.advance()

    async def verifiers(self) -> list[Verifier]:
        """The seats of the present round."""
        return await self.net.artist.verifiers(self.lease_id, self.round)

    async def seal(self, votes: Sequence[int]) -> None:
        """Each verifier seals its vote."""
        seed = await self.net.artist.seed(self.lease_id, self.round)
        board = self.net.artist.board
        for verifier, vote in zip(await self.verifiers(), votes, strict=True):
            mark = mark_of(
                *(hash_many, board, self.lease_id, self.round),
                seed=seed,
                worker_id=verifier.worker_id,
                nonce=NONCE,
                vote=vote,
            )
            chain = self.benched[verifier.worker_id]
            assert await chain.commit([(self.lease_id, verifier.seat, mark)]) == []

    async def open(self) -> None:
        """The worker shows the drawn leaves."""
        chain = self.net.worker
        seed = await chain.seed(self.lease_id, self.round)
        openings, siblings = self.pixels.opened(await chain.drawn_leaves(self.lease_id))
        await chain.open_leaves(self.lease_id, seed, self.pixels.result, openings, siblings)

    async def reveal(self, votes: Sequence[int]) -> None:
        """Each verifier shows a vote that is the answer, or yes or no."""
        for verifier, vote in zip(await self.verifiers(), votes, strict=True):
            chain = self.benched[verifier.worker_id]
            assert await chain.reveal([Reveal(self.lease_id, verifier.seat, NONCE, vote)]) == []

    async def show(self, seat: int, how: Rendering) -> None:
        """A verifier that differs shows what it has, and the worker has it compared."""
        worker, leaves = self.net.worker, await self.net.worker.drawn_leaves(self.lease_id)
        verifier = (await self.verifiers())[seat]
        chain = self.benched[verifier.worker_id]
        answer = await chain.opened(self.lease_id, self.round, 0)
        contents = contents_of(leaves, how)
        reveal = Reveal(self.lease_id, seat, NONCE, answer_of(hash_many, contents))
        await chain.reveal_prints(reveal, contents, answer, prints_of(leaves, how))
        shown, prints = await worker.shown(self.lease_id, self.round, seat, 0)
        theirs = [prints[index] for index in sorted(prints)]
        mine = prints_of(leaves, Rendering.SAME)
        await worker.compare(self.lease_id, seat, shown, answer, theirs, mine)

    async def vote(self, *views: Rendering) -> None:
        """A whole round about pixels, in which the verifiers saw this."""
        leaves = await self.net.artist.drawn_leaves(self.lease_id)
        await self.seal([answer_of(hash_many, contents_of(leaves, how)) for how in views])
        await self.open()
        answer = answer_of(hash_many, contents_of(leaves))
        for verifier, how in zip(await self.verifiers(), views, strict=True):
            chain = self.benched[verifier.worker_id]
            if how is Rendering.SAME:
                assert await chain.reveal([Reveal(self.lease_id, verifier.seat, NONCE, answer)]) == []
            else:
                await self.show(verifier.seat, how)
        await self.advance()

    async def appeal(self, loser: Board) -> None:
        """Who lost asks for more verifiers; the next round is drawn."""
        await loser.appeal(self.lease_id)
        self.round += 1
        await self.draw()

    async def let_audit(self, willing: bool) -> None:
        """All verifiers take audits, or none, in what is called from now on."""
        offer = WILLING if willing else replace(WILLING, audit_fee_fri=0)
        numbers = self.owners.items()
        await asyncio.gather(*(owner.set_offer(number, offer) for number, owner in numbers))
        self.net.pass_time(1, 2 * RULES.epoch_blocks)
