"""Leases with made-up pixels and their audits, each step under a name that is measured."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.core.audit.draw import DRAW_AFTER, is_audited, seed_of
from renderchain.core.audit.state import answer_of, mark_of
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import LeaseInfo
from renderchain.core.merkle import LeaseIdentity
from renderchain.ports.audit_chain import Reveal

from devkit.made_up_pixels import FAR, LeasePixels, Rendering, contents_of, prints_of
from devkit.network.devnet import pass_draw_block, pass_time
from devkit.network.many_workers import PHASE_S, TILES, ManyWorkers

Step = Callable[[str, Awaitable[Any]], Awaitable[Any]]
NONCE, MAX_BATCH = 77, 100


@dataclass
class Held:
    """A lease, its worker, and what it will submit."""

    worker: StarknetChain
    info: LeaseInfo
    pixels: LeasePixels

    @property
    def lease_id(self) -> LeaseId:
        """Its number."""
        return self.info.lease_id


async def hold(worker: StarknetChain, lease_id: LeaseId) -> Held:
    """A lease that a worker has."""
    info = await worker.lease(lease_id)
    identity = LeaseIdentity.of(worker.chain_id, worker.board, info)
    return Held(worker, info, LeasePixels(identity, info.first, info.count, TILES))


async def drawn(net: ManyWorkers, leases: Sequence[Held]) -> list[Held]:
    """Those of submitted leases that chance has audited; anybody can compute it."""
    pass_draw_block(net.node.rpc_url)
    found = []
    for one in leases:
        info = await one.worker.lease(one.lease_id)
        block = await net.artist_account.client.get_block(block_number=info.since_block + DRAW_AFTER)
        place = (block.block_hash, net.artist.board, one.lease_id, info.attempt, 0)
        if is_audited(seed_of(hash_many, *place), info.audit_exp):
            found.append(one)
    return found


async def audit(
    net: ManyWorkers,
    leases: Sequence[Held],
    step: Step,
    *,
    round_: int = 0,
    others: int = 0,
    how: str = "SAME",
) -> None:
    """A round from its draw until votes are counted; ``others`` seats saw ``how`` instead of the same."""
    job_id, numbers = leases[0].info.job_id, [one.lease_id for one in leases]
    if round_:
        pass_draw_block(net.node.rpc_url)
    await all_done(net, step, "draw", job_id, numbers)
    clients = {await one.worker_id(): one for one in net.workers}
    marks: dict[WorkerId, list[tuple[int, int, int]]] = {}
    reveals: list[Reveal] = []
    differing: list[tuple[Held, Reveal, StarknetChain]] = []
    for one in leases:
        leaves = [drawn.leaf for drawn in await net.artist.drawn_leaves(one.lease_id)]
        seed = await net.artist.seed(one.lease_id, round_)
        seats = (await net.artist.audit(one.lease_id)).seats
        for verifier in (await net.artist.verifiers(one.lease_id))[seats.start :]:
            seen = Rendering[how] if verifier.seat - seats.start < others else Rendering.SAME
            reveal = Reveal(
                one.lease_id, verifier.seat, NONCE, answer_of(hash_many, contents_of(leaves, seen))
            )
            place = {"seed": seed, "worker_id": verifier.worker_id, "nonce": NONCE, "vote": reveal.vote}
            mark = mark_of(hash_many, net.artist.board, one.lease_id, round_, **place)
            marks.setdefault(verifier.worker_id, []).append((one.lease_id, verifier.seat, mark))
            if seen is Rendering.SAME:
                reveals.append(reveal)
            else:
                differing.append((one, reveal, clients[verifier.worker_id]))
    for worker_id, sealed in marks.items():
        assert await step("commit", clients[worker_id].commit(sealed)) == []
    for one in leases:
        await step("open", opened(one, round_))
    for first in range(0, len(reveals), MAX_BATCH):
        batch = reveals[first : first + MAX_BATCH]
        assert await step("reveal", net.aggregator.reveal(batch)) == []
    for one, reveal, client in differing:
        await show(one, reveal, client, step, Rendering[how])
    if differing:
        pass_time(net.node.rpc_url, PHASE_S, 2)
        await all_done(net, step, "advance: count votes", job_id, numbers)


async def opened(one: Held, round_: int) -> None:
    """The worker shows the drawn leaves."""
    chain = one.worker
    seed = await chain.seed(one.lease_id, round_)
    leaves = [drawn.leaf for drawn in await chain.drawn_leaves(one.lease_id)]
    shown = (*one.pixels.opened(leaves), prints_of(leaves, Rendering.SAME))
    await chain.open_leaves(one.lease_id, seed, one.pixels.result, *shown)


async def show(one: Held, reveal: Reveal, verifier: StarknetChain, step: Step, how: Rendering) -> None:
    """A verifier that has other bits."""
    drawn = await verifier.drawn_leaves(one.lease_id)
    leaves = [each.leaf for each in drawn]
    both, prints = (contents_of(leaves, how), contents_of(leaves)), prints_of(leaves, how)
    differs = sum(1 << each.position for each in drawn) if how in FAR else 0
    shown = verifier.reveal_prints(reveal, *both, prints, differs=differs, mean=how in FAR)
    await step("reveal_prints", shown)


async def close(net: ManyWorkers, leases: Sequence[Held], step: Step) -> None:
    """Nobody appeals."""
    pass_time(net.node.rpc_url, PHASE_S, 2)
    numbers = [one.lease_id for one in leases]
    await all_done(net, step, "advance: close the audit", leases[0].info.job_id, numbers)


async def all_done(
    net: ManyWorkers, step: Step, name: str, job_id: JobId, numbers: Sequence[LeaseId]
) -> None:
    """A draw or an advance of many leases, in batches of what fits a transaction."""
    chain = net.aggregator
    call = chain.draw if name == "draw" else chain.advance
    for first in range(0, len(numbers), MAX_BATCH // 4):
        assert await step(name, call(job_id, numbers[first : first + MAX_BATCH // 4])) == []
