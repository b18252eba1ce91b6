"""Leases in court on a real devnet: one worker, verifiers with owners of their own, made-up pixels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.registry import StarknetRegistry
from renderchain.core.case import Member, answer_of, mark_of
from renderchain.core.job import JobTerms, StandingOffer
from renderchain.core.merkle import LeaseKey
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.stakes import PHASES
from renderchain.ports.court import Reveal

from tests.chain.devnet import pass_draw_block, pass_time
from tests.chain.pixels import LeasePixels, Rendering, contents_of, prints_of
from tests.chain.views import FAMILY, TERMS, Chains, Views
from tools.network.deploy import Rules

PHASE_S = 600  # far more than a test takes
RULES = Rules(
    cooldown_s=40_000,
    lease_timeout_s=3000,
    window_s=3000,
    audit_s=PHASES * PHASE_S,
    slowest_block_s=1000,
    epoch_blocks=10,
)
COURT_TERMS = JobTerms(**{**TERMS.as_dict(), "tasks": 2, "window_s": 3000})
NONCE = 77
WILLING = StandingOffer(0, 10**6, 0, 2**39, audit_fee_fri=1)


@dataclass
class Bench:
    """Verifiers by their worker numbers; ``owners`` in the same order."""

    net: Views
    verifiers: dict[int, StarknetChain]
    owners: dict[int, StarknetRegistry]

    @classmethod
    async def open(cls, opened: Chains, accounts: Sequence[int] = range(3, 8)) -> Bench:
        """Deploy a network in which verifiers with these accounts have seats, of the epoch before."""
        net = await opened.network(RULES)
        bench = cls(net, {}, {})

        async def seat(index: int) -> None:
            account, sender = await opened.sender(opened.accounts[index])
            owner = await StarknetRegistry.connect(account, sender, net.deployed.directory)
            number = await owner.register(account.address, account.address, [FAMILY], 2 * FRI_PER_STRK)
            await owner.set_seats(number, FAMILY, 2)
            await owner.set_offer(number, WILLING)
            chain = await StarknetChain.connect(account, sender, net.node, net.deployed.directory)
            bench.verifiers[number], bench.owners[number] = chain, owner

        await asyncio.gather(*(seat(index) for index in accounts))
        pass_time(net.node.rpc_url, 1, 2 * RULES.epoch_blocks)
        return bench

    async def trial(self, requester: StarknetChain | None = None, slot: int = 0) -> Trial:
        """A job's one lease, claimed; the job is the artist's if nobody else is named."""
        job_id = await (requester or self.net.artist).create_job(COURT_TERMS)
        lease_id = await self.net.worker.claim_lease(job_id, slot)
        lease = await self.net.worker.lease(lease_id)
        place = (job_id, lease_id, lease.attempt, self.net.worker_id)
        key = LeaseKey(self.net.worker.chain_id, self.net.worker.board, *place)
        pixels = LeasePixels(key, lease.first, lease.count, COURT_TERMS.tiles)
        return Trial(self, job_id, lease_id, pixels)


@dataclass
class Trial:
    """One lease on its way through the court; each step is made by whom it belongs to."""

    bench: Bench
    job_id: int
    lease_id: int
    pixels: LeasePixels
    round: int = 0

    @property
    def net(self) -> Views:
        """The network."""
        return self.bench.net

    async def submit(self) -> None:
        """Submit and draw."""
        await self.net.worker.submit(self.lease_id, self.pixels.result)
        await self.draw()

    async def draw(self) -> None:
        """Draw, now that chance has spoken."""
        pass_draw_block(self.net.node.rpc_url)
        assert await self.net.artist.court.draw(self.job_id, [self.lease_id]) == []

    async def advance(self) -> None:
        """Go on."""
        assert await self.net.artist.court.advance(self.job_id, [self.lease_id]) == []

    async def advance_late(self) -> None:
        """Go on after a step's time."""
        pass_time(self.net.node.rpc_url, PHASE_S)
        await self.advance()

    async def members(self) -> list[Member]:
        """The seats of the present round."""
        return await self.net.artist.court.members(self.lease_id, self.round)

    async def seal(self, votes: Sequence[int]) -> None:
        """Each verifier seals its vote."""
        seed = await self.net.artist.court.seed(self.lease_id, self.round)
        board = self.net.artist.board
        for member, vote in zip(await self.members(), votes, strict=True):
            place = {"seed": seed, "worker_id": member.worker_id, "nonce": NONCE, "vote": vote}
            mark = mark_of(hash_many, board, self.lease_id, self.round, **place)
            court = self.bench.verifiers[member.worker_id].court
            assert await court.commit([(self.lease_id, member.seat, mark)]) == []

    async def open(self) -> None:
        """The worker shows the drawn leaves."""
        court = self.net.worker.court
        seed = await court.seed(self.lease_id, self.round)
        openings, siblings = self.pixels.opened(await court.leaves(self.lease_id))
        await court.open(self.lease_id, seed, self.pixels.result, openings, siblings)

    async def reveal(self, votes: Sequence[int]) -> None:
        """Each verifier shows a vote that is the answer, or yes or no."""
        for member, vote in zip(await self.members(), votes, strict=True):
            court = self.bench.verifiers[member.worker_id].court
            assert await court.reveal([Reveal(self.lease_id, member.seat, NONCE, vote)]) == []

    async def show(self, seat: int, how: Rendering) -> None:
        """A verifier that differs shows what it has, and the worker has it compared."""
        worker, leaves = self.net.worker.court, await self.net.worker.court.leaves(self.lease_id)
        member = (await self.members())[seat]
        court = self.bench.verifiers[member.worker_id].court
        answer = await court.opened(self.lease_id, self.round, 0)
        contents = contents_of(leaves, how)
        reveal = Reveal(self.lease_id, seat, NONCE, answer_of(hash_many, contents))
        await court.reveal_prints(reveal, contents, answer, prints_of(leaves, how))
        shown, prints = await worker.shown(self.lease_id, self.round, seat, 0)
        theirs = [prints[index] for index in sorted(prints)]
        mine = prints_of(leaves, Rendering.SAME)
        await worker.compare(self.lease_id, seat, shown, answer, theirs, mine)

    async def judge(self, *views: Rendering) -> None:
        """A whole round about pixels, in which the verifiers saw this."""
        leaves = await self.net.artist.court.leaves(self.lease_id)
        await self.seal([answer_of(hash_many, contents_of(leaves, how)) for how in views])
        await self.open()
        answer = answer_of(hash_many, contents_of(leaves))
        for member, how in zip(await self.members(), views, strict=True):
            court = self.bench.verifiers[member.worker_id].court
            if how is Rendering.SAME:
                assert await court.reveal([Reveal(self.lease_id, member.seat, NONCE, answer)]) == []
            else:
                await self.show(member.seat, how)
        await self.advance()

    async def appeal(self, loser: StarknetChain) -> None:
        """Who lost asks for more verifiers; the next round is drawn."""
        await loser.court.appeal(self.lease_id)
        self.round += 1
        await self.draw()

    async def let_audit(self, willing: bool) -> None:
        """All verifiers take audits, or none."""
        offer = WILLING if willing else replace(WILLING, audit_fee_fri=0)
        numbers = self.bench.owners.items()
        await asyncio.gather(*(owner.set_offer(number, offer) for number, owner in numbers))
