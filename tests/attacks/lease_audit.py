"""A lease's audit, step by step; each step says who acts how."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import DRAW_AGE
from renderchain.core.audit.economics import (
    BOND_FEES,
    LATER_FEES,
    MAX_NAMED,
    SEATS,
    challenge_bond,
    fee_of,
    least_lock,
)
from renderchain.core.audit.phases import steps_of
from renderchain.core.audit.state import (
    AuditInfo,
    AuditPhase,
    Content,
    DrawOutcome,
    Verdict,
    Vote,
    content_of,
)
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseInfo
from renderchain.core.lease_id import split_lease_id
from renderchain.core.merkle import proofs_of, salt_of
from renderchain.core.sealed import salt_key_of
from renderchain.ports.renderer import Renderer

from devkit.audited_lease import look_and_seal
from tests.attacks.arena import PHASE_S, Arena, Worker

Renderers = Mapping[int, Renderer]  # by worker number; the others are honest
HONEST: Renderers = MappingProxyType({})


@dataclass
class LeaseAudit:
    """The audit of one lease."""

    arena: Arena
    lease_id: LeaseId

    @property
    def worker(self) -> Worker:
        """Whose lease it is."""
        return self.arena.worker(split_lease_id(self.lease_id)[0])

    async def lease(self) -> LeaseInfo:
        """The lease on-chain."""
        return await self.arena.artist.lease(self.lease_id)

    async def audit(self) -> AuditInfo:
        """The audit on-chain."""
        return await self.arena.artist.audit(self.lease_id)

    async def draw(self) -> DrawOutcome:
        """Wait for the block that decides, and have it decide; where it finds too few votes, a later one."""
        job_id = (await self.lease()).job_id
        while True:
            self.arena.blocks(DRAW_AGE)
            assert await self.arena.artist.draw(job_id, [self.lease_id]) == []
            if (await self.audit()).phase is not AuditPhase.DRAW:
                return (await self.lease()).draw_outcome
            newest = await self.arena.artist.block_number()
            self.arena.blocks(max(0, (await self.audit()).draw_block - newest))

    async def verifiers(self) -> list[Worker]:
        """Who has votes of the present draw, each once."""
        found = await self.arena.artist.verifiers(self.lease_id)
        seats = (await self.audit()).seats
        holders = dict.fromkeys(one.worker_id for one in found if one.seat in seats)
        return [self.arena.worker(number) for number in holders]

    async def _each(self, renderers: Renderers, absent: Collection[int]) -> None:
        lease = await self.lease()
        for verifier in await self.verifiers():
            if verifier.worker_id not in absent:
                duties = verifier.verifier_duties(renderers.get(verifier.worker_id))
                audit, number = await self.audit(), verifier.worker_id
                if audit.phase is AuditPhase.COMMIT:
                    await look_and_seal(duties, lease, audit, number)
                else:
                    await duties.act(lease, audit, number, for_others=True)

    async def commit(self, renderers: Renderers = HONEST, absent: Collection[int] = ()) -> None:
        """Verifiers look for themselves and seal."""
        await self._each(renderers, absent)

    async def all_say(self, word: Vote) -> None:
        """All that are drawn say this instead of a vote, until nobody is drawn in their place any more."""
        while (audit := await self.audit()).phase in (AuditPhase.COMMIT, AuditPhase.DRAW):
            if audit.phase is AuditPhase.DRAW:
                await self.draw()
            found = await self.arena.artist.verifiers(self.lease_id)
            waiting = [one for one in found if one.vote is Vote.DRAWN]
            for one in waiting:
                await self.arena.worker(one.worker_id).chain.decline(self.lease_id, one.seat, word)

    async def reveal(self, absent: Collection[int] = ()) -> None:
        """Verifiers show what they sealed."""
        await self._each(HONEST, absent)

    async def prove(self) -> None:
        """The worker does what is its turn: opens, strikes, reveals a key, appeals."""
        await self.worker.prover.act(await self.lease(), await self.audit())

    async def advance(self, *, late: bool = False) -> None:
        """Anyone ends a step that is overdue."""
        if late:
            audit = await self.audit()
            self.arena.late(steps_of(audit.phase, audit.batches) * (PHASE_S + 1))
        lease = await self.lease()
        assert await self.arena.outsider.advance(lease.job_id, [self.lease_id]) == []

    async def play_round(self, renderers: Renderers = HONEST) -> AuditInfo:
        """One round from its draw to its count; the worker answers for its leaves."""
        assert await self.verifiers(), "the draw found no votes"
        await self.commit(renderers)
        if (await self.audit()).phase is AuditPhase.OPEN:
            await self.prove()
        await self.reveal()
        await self.count()
        return await self.audit()

    async def count(self) -> None:
        """What was revealed is shown where it needs to be, and counted; with equal digests it is already."""
        if (await self.audit()).phase is AuditPhase.REVEAL:
            await self.advance(late=True)
        if (await self.audit()).phase is AuditPhase.SHOW:
            await self.prove()
            await self._each(HONEST, ())
            await self.advance(late=True)

    async def close(self) -> Verdict:
        """Nobody appeals in time."""
        await self.advance(late=True)
        return (await self.audit()).verdict

    async def accept(self) -> None:
        """The artist accepts."""
        assert await self.arena.artist.accept((await self.lease()).job_id, [self.lease_id]) == []

    async def leaves(self) -> list[int]:
        """The leaves of the present round."""
        return [one.leaf for one in await self.arena.artist.drawn_leaves(self.lease_id)]

    async def prints(self, leaves: list[int]) -> list[tuple[int, ...]]:
        """The worker's, as they go on-chain."""
        return [one.felts() for one in self.worker.proof_store.newest(self.lease_id).prints(leaves)]

    async def opening(
        self, shown: list[int] | None = None
    ) -> tuple[list[tuple[int, Content]], list[int], int]:
        """What the worker would show of these leaves (else of the drawn ones): openings, proofs, seed."""
        lease, audit = await self.lease(), await self.audit()
        artist, proof_store = self.arena.artist, self.worker.proof_store
        leaves = shown or await self.leaves()
        tiles = (await self.arena.artist.job(lease.job_id)).tiles
        entries = self.worker.journal.leases(self.worker.chain.board)
        (salt_key,) = [salt_key_of(one.secret) for one in entries if one.lease_id == self.lease_id]
        openings, places = [], []
        for leaf, one in zip(leaves, proof_store.newest(self.lease_id).prints(leaves), strict=True):
            task, tile = divmod(leaf, tiles)
            salt = salt_of(hash_many, salt_key, lease.first + task, tile)
            openings.append((salt, content_of(hash_many, one)))
            places.append(task * (tiles + 1) + tile)
        proofs = proofs_of(hash_many, list(proof_store.newest(self.lease_id).leaves), places)
        seed = await artist.seed(self.lease_id, audit.round)
        return openings, [node for proof in proofs for node in proof], seed


@dataclass(frozen=True)
class Stakes:
    """What is at stake in a lease, in fri; fees are those of one verifier in each round.

    ``pool_fri`` is its job's, besides what the lease reserves.
    """

    pay_fri: int
    lock_fri: int
    fees_fri: tuple[int, int, int]
    pool_fri: int

    def bond_fri(self, round_: int = 0) -> int:
        """What a verifier of a round loses that is wrong or absent."""
        return BOND_FEES * self.fees_fri[round_]

    @property
    def challenge_fri(self) -> int:
        """The bond of a challenge."""
        return challenge_bond(self.pay_fri, SEATS[0] * self.fees_fri[0])

    def appeal_fri(self, round_: int) -> int:
        """The bond that pays for a later round."""
        return SEATS[round_] * self.fees_fri[round_] + self.pay_fri // 20


async def stakes_of(arena: Arena, lease_id: LeaseId, named: int = 0) -> Stakes:
    """Computed here from the job's terms alone; before what is looked at begins."""
    lease = await arena.artist.lease(lease_id)
    job = await arena.artist.job(lease.job_id)
    leaves = lease.count * job.tiles
    drawn = min(leaves // 96 + 1, job.audit_tiles)
    first_fri = fee_of(job.audit_fee_fri, job.audit_tile_fri, drawn + (MAX_NAMED if named else 0))
    fees_fri = (first_fri, LATER_FEES * first_fri, LATER_FEES * first_fri)
    pay_fri = lease.count * job.reward_fri
    fee_fri = fee_of(job.audit_fee_fri, job.audit_tile_fri, drawn)
    lock_fri = max(least_lock(pay_fri, fee_fri), 2 * pay_fri * (2**lease.audit_exp - 1))
    return Stakes(pay_fri, lock_fri, fees_fri, job.audit_pool_fri)
