"""Leases with made-up pixels and their audits, each step under a name that is measured."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.core.audit.draw import DRAW_AFTER, is_audited, seed_of
from renderchain.core.audit.state import answer_of, mark_of
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import LeaseInfo
from renderchain.core.merkle import LeaseIdentity
from renderchain.ports.audit_chain import Opened, Reveal, ShownVote

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
    is_drawn: bool = False,
) -> None:
    """A round from its draw until votes are counted; ``others`` seats saw ``how`` instead of the same.

    Each verifier seals and reveals its own votes. A rejection is shown. ``is_drawn``: it was already.
    """
    job_id, numbers = leases[0].info.job_id, [one.lease_id for one in leases]
    if round_:
        pass_draw_block(net.node.rpc_url)
    if not is_drawn:
        await all_done(net, step, "draw", job_id, numbers)
    ballots = [
        ballot for one in leases for ballot in await seats_of(net, one, round_, others, Rendering[how])
    ]
    await sealed(net, ballots, step)
    for one in leases:
        await step("open", opened(one, round_))
    await revealed(ballots, step)
    if any(ballot.seen is not Rendering.SAME for ballot in ballots):
        for one in leases if Rendering[how] in FAR else []:
            differing = [ballot for ballot in ballots if ballot.held is one and ballot.seen in FAR]
            if 2 * len(differing) > len([ballot for ballot in ballots if ballot.held is one]):
                await step("show", shown(net, differing))
        pass_time(net.node.rpc_url, PHASE_S, 2)
        await all_done(net, step, "advance: count votes", job_id, numbers)


@dataclass
class Ballot:
    """A seat's vote, its holder's client, and what that saw."""

    held: Held
    client: StarknetChain
    reveal: Reveal
    mark: int
    seen: Rendering


async def seats_of(net: ManyWorkers, one: Held, round_: int, others: int, how: Rendering) -> list[Ballot]:
    """The votes of a lease's present draw."""
    clients = {await worker.worker_id(): worker for worker in net.workers}
    leaves = [drawn.leaf for drawn in await net.artist.drawn_leaves(one.lease_id)]
    seed = await net.artist.seed(one.lease_id, round_)
    seats = (await net.artist.audit(one.lease_id)).seats
    found = []
    for place, verifier in enumerate((await net.artist.verifiers(one.lease_id))[seats.start :]):
        seen = how if place < others else Rendering.SAME
        vote = answer_of(hash_many, contents_of(leaves, seen))
        told = {"seed": seed, "worker_id": verifier.worker_id, "nonce": NONCE, "vote": vote}
        mark = mark_of(hash_many, net.artist.board, one.lease_id, round_, **told)
        reveal = Reveal(one.lease_id, verifier.seat, NONCE, vote)
        found.append(Ballot(one, clients[verifier.worker_id], reveal, mark, seen))
    return found


async def sealed(net: ManyWorkers, ballots: Sequence[Ballot], step: Step) -> None:
    """Each worker seals all of its votes at once."""
    for client in net.workers:
        own = [(one.reveal.lease_id, one.reveal.seat, one.mark) for one in ballots if one.client is client]
        if own:
            assert await step("commit", client.commit(own)) == []


async def revealed(ballots: Sequence[Ballot], step: Step) -> None:
    """Each worker shows all of its votes that are the answer at once, and each other one by itself."""
    same: dict[int, list[Ballot]] = {}
    for one in ballots:
        if one.seen is Rendering.SAME:
            same.setdefault(one.client.address, []).append(one)
    for own in same.values():
        assert await step("reveal", own[0].client.reveal([one.reveal for one in own])) == []
    for one in ballots:
        if one.seen is not Rendering.SAME:
            await reveal_other(one.held, one.reveal, one.client, step, one.seen)


async def opened(one: Held, round_: int) -> None:
    """The worker shows the drawn leaves."""
    chain = one.worker
    seed = await chain.seed(one.lease_id, round_)
    leaves = [drawn.leaf for drawn in await chain.drawn_leaves(one.lease_id)]
    shown = (*one.pixels.opened(leaves), prints_of(leaves, Rendering.SAME))
    await chain.open_leaves(one.lease_id, seed, one.pixels.result, *shown)


async def shown(net: ManyWorkers, ballots: Sequence[Ballot]) -> None:
    """Somebody shows that those who differ from the worker agree with each other, by the first leaf."""
    chain, (first, *_) = net.aggregator, ballots
    leaves = [drawn.leaf for drawn in await chain.drawn_leaves(first.held.lease_id)]
    contents, prints = contents_of(leaves, first.seen), prints_of(leaves[:1], first.seen)
    votes = [ShownVote(one.reveal.seat, contents, prints) for one in ballots]
    answer = Opened(tuple(contents_of(leaves)), tuple(prints_of(leaves[:1], Rendering.SAME)))
    await chain.show(first.held.lease_id, 0, votes, answer, by_levels=False)


async def reveal_other(
    one: Held, reveal: Reveal, verifier: StarknetChain, step: Step, how: Rendering
) -> None:
    """A verifier that has other bits."""
    drawn = await verifier.drawn_leaves(one.lease_id)
    leaves = [each.leaf for each in drawn]
    both, prints = (contents_of(leaves, how), contents_of(leaves)), prints_of(leaves, how)
    differs = sum(1 << each.position for each in drawn) if how in FAR else 0
    await step(
        "reveal_prints", verifier.reveal_prints(reveal, *both, prints, differs=differs, mean=how in FAR)
    )


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
