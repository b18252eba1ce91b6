"""Leases in audits on any network: one worker, verifiers with owners of their own, made-up pixels."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.verifier import VerifierDuties
from renderchain.core.audit.economics import PHASES
from renderchain.core.audit.state import AuditInfo, AuditPhase, Verifier, Vote, answer_of, differing, mark_of
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import JobTerms, LeaseInfo, StandingOffer
from renderchain.core.merkle import LeaseIdentity
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.prints import MEAN_LEAVES
from renderchain.ports.audit_chain import Opened, Reveal, ShownVote

from devkit.made_up_job import FAMILY, TERMS
from devkit.made_up_pixels import FAR, RESULTS_KEY, LeasePixels, Rendering, contents_of, prints_of
from devkit.parties import AnyNetwork, Board, Network, Networks, Registry
from devkit.rules import AT_ONCE, Rules

PHASE_S = 600  # far more than a test takes
RULES = Rules(
    cooldown_s=50_000,
    lease_timeout_s=3000,
    window_s=3000,
    audit_s=PHASES * PHASE_S,
    slowest_block_s=1000,
    seat_unit_fri=FRI_PER_STRK,
    epoch_blocks=10,
    **AT_ONCE,
)
OFFER = StandingOffer(1, 10**6, 16, 2**39, audit_fee_fri=1, audits_until_epoch=2**31)  # takes what is given
AUDIT_TERMS = JobTerms(**{**TERMS.as_dict(), "tasks": 2, "window_s": 3000})
NONCE = 77
FAVOURED = 9  # seats: of four holders with one each, who has so many has three quarters of all
WILLING = StandingOffer(0, 10**6, 0, 2**39, audit_fee_fri=1, audits_until_epoch=2**31)


@dataclass
class AuditBench(Generic[AnyNetwork]):
    """Verifiers by their worker numbers; ``owners`` in the same order."""

    net: AnyNetwork
    verifiers: dict[WorkerId, Board]
    owners: dict[WorkerId, Registry]

    @classmethod
    async def open(
        cls,
        opened: Networks[AnyNetwork],
        accounts: Sequence[int] = range(4, 8),
        units: int = 2,
        rules: Rules = RULES,
    ) -> AuditBench[AnyNetwork]:
        """Make a network in which verifiers with these accounts have so many seats, of the epoch before."""
        net = await opened.network(rules)
        bench = cls(net, {}, {})

        async def seat(index: int) -> None:
            chain, owner = await net.person(index)
            number = await owner.register(chain.address, chain.address, [FAMILY], 2 * FRI_PER_STRK)
            await owner.stake_seats(number, units * FRI_PER_STRK)
            await owner.set_seats(number, FAMILY, units)
            await owner.set_offer(number, WILLING)
            bench.verifiers[number], bench.owners[number] = chain, owner

        await asyncio.gather(*(seat(index) for index in accounts))
        net.pass_time(1, 2 * RULES.epoch_blocks)
        return bench

    async def let_audit(self, willing: bool, fee_fri: int = 1) -> None:
        """All verifiers take audits from this fee on, or none, in what is called from now on."""
        await offer_audits(self.net, self.owners, willing, fee_fri)

    async def favour(self, holder: WorkerId) -> None:
        """Of four with a seat each this one has nine, most of all, in what is called from now on."""
        owner, more_fri = self.owners[holder], (FAVOURED - 1) * FRI_PER_STRK
        await owner.add_stake(holder, more_fri)
        await owner.stake_seats(holder, more_fri)
        await owner.set_seats(holder, FAMILY, FAVOURED)
        self.net.pass_time(1, 2 * RULES.epoch_blocks)

    async def leave_to(self, holder: WorkerId) -> None:
        """Nobody else takes audits, in what is called from now on."""
        others = {number: owner for number, owner in self.owners.items() if number != holder}
        await offer_audits(self.net, others, False)

    async def lease(
        self, requester: Board | None = None, slot: int = 0, terms: JobTerms = AUDIT_TERMS
    ) -> AuditedLease:
        """A job's one lease, claimed; the job is the artist's if nobody else is named."""
        return await self.claim(await (requester or self.net.artist).create_job(terms), slot)

    async def claim(self, job_id: JobId, slot: int = 0) -> AuditedLease:
        """A job's next lease, claimed."""
        tiles = (await self.net.worker.job(job_id)).tiles
        lease_id = await self.net.worker.claim_lease(job_id, slot)
        lease = await self.net.worker.lease(lease_id)
        identity = LeaseIdentity.of(self.net.worker.chain_id, self.net.worker.board, lease)
        pixels = LeasePixels(identity, lease.first, lease.count, tiles)
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
    results_key: bytes = RESULTS_KEY

    async def submit(self) -> None:
        """Submit and draw."""
        await self.net.worker.submit(self.lease_id, self.pixels.count, self.pixels.result)
        await self.draw()

    async def clear(self) -> None:
        """Submit; its verifiers find the same, and nobody appeals."""
        await self.submit()
        await self.vote(*[Rendering.SAME] * 3)
        await self.advance_late()

    async def draw(self) -> None:
        """Draw, now that chance has spoken."""
        self.net.pass_draw_block()
        assert await self.net.artist.draw(self.job_id, [self.lease_id]) == []

    async def advance(self) -> None:
        """Go on."""
        assert await self.net.artist.advance(self.job_id, [self.lease_id]) == []

    async def advance_late(self, steps: int = 1) -> None:
        """Go on after so many steps' time."""
        self.net.pass_time(steps * PHASE_S)
        await self.advance()

    async def audit(self) -> AuditInfo:
        """How far it is."""
        return await self.net.artist.audit(self.lease_id)

    async def verifiers(self) -> list[Verifier]:
        """The seats of the present draw."""
        seats = (await self.audit()).seats
        return [one for one in await self.net.artist.verifiers(self.lease_id) if one.seat in seats]

    async def leaves(self) -> list[int]:
        """The leaves of the present round."""
        return [one.leaf for one in await self.net.artist.drawn_leaves(self.lease_id)]

    async def seal_one(self, verifier: Verifier, vote: int) -> None:
        """A verifier seals a vote."""
        round_ = (await self.audit()).round
        mark = mark_of(
            *(hash_many, self.net.artist.board, self.lease_id, round_),
            seed=await self.net.artist.seed(self.lease_id, round_),
            worker_id=verifier.worker_id,
            nonce=NONCE,
            vote=vote,
        )
        chain = self.benched[verifier.worker_id]
        assert await chain.commit([(self.lease_id, verifier.seat, mark)]) == []

    async def seal(self, votes: Sequence[int]) -> None:
        """The verifiers of the present draw seal these votes."""
        for verifier, vote in zip(await self.verifiers(), votes, strict=True):
            await self.seal_one(verifier, vote)

    async def open(self) -> None:
        """The worker shows the drawn leaves."""
        chain, drawn = self.net.worker, await self.leaves()
        seed = await chain.seed(self.lease_id, (await self.audit()).round)
        openings, siblings = self.pixels.opened(drawn)
        prints = prints_of(drawn, Rendering.SAME)
        await chain.open_leaves(self.lease_id, seed, self.pixels.result, openings, siblings, prints)

    async def all_say(self, word: Vote) -> None:
        """All seats of the present draw say this, and all that are drawn in their place."""
        while (audit := await self.audit()).phase in (AuditPhase.COMMIT, AuditPhase.DRAW):
            if audit.phase is AuditPhase.DRAW:
                await self.draw()
            waiting = [one for one in await self.verifiers() if one.vote is Vote.DRAWN]
            for one in waiting:
                await self.benched[one.worker_id].decline(self.lease_id, one.seat, word)

    async def reveal_seat(self, verifier: Verifier, vote: int) -> None:
        """A verifier shows a vote that is the answer, or yes or no."""
        chain = self.benched[verifier.worker_id]
        assert await chain.reveal([Reveal(self.lease_id, verifier.seat, NONCE, vote)]) == []

    async def reveal(self, votes: Sequence[int]) -> None:
        """All of the present draw do."""
        for verifier, vote in zip(await self.verifiers(), votes, strict=True):
            await self.reveal_seat(verifier, vote)

    async def reveal_one(
        self, seat: int, how: Rendering, *, differs: int | None = None, mean: bool | None = None
    ) -> None:
        """A verifier shows a vote with other digests; unless said otherwise, where it is too far apart."""
        drawn = await self.net.artist.drawn_leaves(self.lease_id)
        leaves = [one.leaf for one in drawn]
        (verifier,) = [one for one in await self.net.artist.verifiers(self.lease_id) if one.seat == seat]
        answer, contents = contents_of(leaves), contents_of(leaves, how)
        others = differing(contents, answer)
        far = sum(1 << drawn[index].position for index in others) if how in FAR else 0
        off_on_mean = how in (*FAR, Rendering.UNEVEN) and len(leaves) >= MEAN_LEAVES
        found = (far if differs is None else differs, off_on_mean if mean is None else mean)
        prints = [prints_of(leaves, how)[index] for index in others]
        reveal = Reveal(self.lease_id, seat, NONCE, answer_of(hash_many, contents))
        chain = self.benched[verifier.worker_id]
        await chain.reveal_prints(reveal, contents, answer, prints, differs=found[0], mean=found[1])

    async def shown(self, seats: Sequence[int], how: Rendering, leaf: int) -> list[ShownVote]:
        """What these seats revealed, with their prints of a leaf."""
        leaves = await self.leaves()
        contents, prints = contents_of(leaves, how), prints_of(leaves, how)
        return [ShownVote(seat, contents, [prints[leaf]]) for seat in seats]

    async def opened(self, leaf: int | None = None) -> Opened:
        """What the worker opened, with the prints of one leaf, or of none."""
        leaves = await self.leaves()
        prints = prints_of(leaves, Rendering.SAME)
        return Opened(tuple(contents_of(leaves)), () if leaf is None else (tuple(prints[leaf]),))

    async def reveal_all(
        self,
        *views: Rendering,
        differs: int | None = None,
        mean: int | None = None,
        second: int = 0,
    ) -> None:
        """Seal what verifiers saw, open, and reveal it; the first one claims otherwise where that is said.

        ``second``: so does the second.
        """
        leaves = await self.leaves()
        await self.seal([answer_of(hash_many, contents_of(leaves, how)) for how in views])
        await self.open()
        answer = answer_of(hash_many, contents_of(leaves))
        for place, (verifier, how) in enumerate(zip(await self.verifiers(), views, strict=True)):
            if how is Rendering.SAME:
                await self.reveal_seat(verifier, answer)
            elif place <= second:
                claimed = None if mean is None else bool(mean)
                await self.reveal_one(verifier.seat, how, differs=differs, mean=claimed)
            else:
                await self.reveal_one(verifier.seat, how)

    async def vote(self, *views: Rendering) -> None:
        """A whole round about pixels, in which the verifiers saw this; a rejection is shown."""
        await self.reveal_all(*views)
        seats = [one.seat for one in await self.verifiers()]
        objecting = [seat for seat, how in zip(seats, views, strict=True) if how is Rendering.OTHER]
        if 2 * len(objecting) > len(views):
            votes = await self.shown(objecting, Rendering.OTHER, 0)
            await self.net.outsider.show(self.lease_id, 0, votes, await self.opened(), by_levels=False)
        if any(how is not Rendering.SAME for how in views):
            await self.advance_late()

    async def appeal(self, loser: Board, leaves: Sequence[int] = ()) -> None:
        """Who lost asks for more verifiers, who look at these leaves too; the next round is drawn."""
        await loser.appeal(self.lease_id, leaves)
        await self.draw()

    async def let_audit(self, willing: bool, fee_fri: int = 1) -> None:
        """All verifiers take audits from this fee on, or none, in what is called from now on."""
        await offer_audits(self.net, self.owners, willing, fee_fri)


async def offer_audits(
    net: Network, owners: Mapping[WorkerId, Registry], willing: bool, fee_fri: int = 1
) -> None:
    """All of them take audits from this fee on, or none, in what is called from now on."""
    offer = replace(WILLING, audit_fee_fri=fee_fri if willing else 0)
    await asyncio.gather(*(owner.set_offer(number, offer) for number, owner in owners.items()))
    net.pass_time(1, 2 * RULES.epoch_blocks)


async def look_and_seal(
    duties: VerifierDuties, lease: LeaseInfo, audit: AuditInfo, worker_id: WorkerId
) -> None:
    """As a verifier, for all its seats of this draw that have not answered."""
    if await duties.look(lease, audit, worker_id):
        await duties.seal(lease, audit, worker_id)
