"""What only the board in memory does: blocks dropped, stories repeated, chance that can be chosen."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest
from renderchain.core.audit.draw_count import DRAWN_BY, count_draws
from renderchain.core.audit.events import LeaseDrawn
from renderchain.core.audit.phases import DRAW_STEPS
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.board_events import BoardEvent, JobCreated, LeaseClaimed, Reorganised
from renderchain.core.contract_errors import NothingToWithdraw, UnknownJob
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import LeaseResult, Place, Record
from renderchain.core.lifecycle import LeaseState
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.registry_errors import BoardRetired

from devkit.audited_lease import AUDIT_TERMS, OFFER, PHASE_S, AuditBench
from devkit.board.network import MemoryNetwork
from devkit.board.people import MemoryNetworks, MemoryPeople
from devkit.made_up_job import FAMILY, FEE_FRI, RULES, TERMS

RESULT = LeaseResult(123, 4, 5, 6)


async def a_claim() -> tuple[MemoryPeople, JobId, LeaseId]:
    """A network with one lease."""
    net = await MemoryNetworks().network()
    job_id = await net.artist.create_job(TERMS, "job")
    return net, job_id, await net.worker.claim_lease(job_id, 0)


def test_followers_hear_of_dropped_blocks_and_then_of_everything_again() -> None:
    async def run() -> None:
        net, job_id, lease_id = await a_claim()
        claimed_at = net.memory.block
        async with aclosing(net.artist.events(0)) as stream:
            created, claimed = [await anext(stream) for _ in range(2)]
            assert isinstance(created, JobCreated) and isinstance(claimed, LeaseClaimed)
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            net.memory.reorganise(claimed_at)
            assert await waiting == Reorganised(claimed_at)
            assert await anext(stream) == created
            assert (await net.worker.lease(lease_id)).state is LeaseState.NONE
            again = await net.worker.claim_lease(job_id, 5)
            later = await anext(stream)
            assert isinstance(later, LeaseClaimed) and later.lease_id == again != lease_id

    asyncio.run(run())


def test_a_follower_in_the_midst_of_a_block_that_is_dropped() -> None:
    async def run() -> None:
        net, job_id, _ = await a_claim()
        canceled_at = net.memory.block + 1
        await net.artist.cancel(job_id)  # tells two events in its block
        async with aclosing(net.artist.events(canceled_at)) as stream:
            first: BoardEvent = await anext(stream)
            assert first.block == canceled_at
            net.memory.reorganise(canceled_at)
            assert await anext(stream) == Reorganised(canceled_at)

    asyncio.run(run())


def test_the_state_goes_back_to_what_it_was_and_chance_decides_anew() -> None:
    async def run() -> None:
        bench = await AuditBench.open(MemoryNetworks())
        net, audited = bench.net, await bench.lease()
        job_id, lease_id = audited.job_id, audited.lease_id
        await bench.let_audit(False)
        await net.worker.submit(lease_id, 1, RESULT)
        before = (await net.artist.job(job_id), await net.artist.lease(lease_id), net.memory.block)
        tokens_fri = await net.artist.tokens_fri(net.artist.address)
        net.pass_draw_block()
        decided = net.memory.hash_of(before[2] + 2)
        assert await net.artist.draw(job_id, [lease_id]) == []
        net.pass_time(DRAW_STEPS * PHASE_S)
        assert await net.artist.advance(job_id, [lease_id]) == []  # nobody verifies: shared
        await net.artist.cancel(job_id)
        net.memory.reorganise(before[2] + 1)
        after = (await net.artist.job(job_id), await net.artist.lease(lease_id), net.memory.block)
        assert after == before
        assert await net.artist.tokens_fri(net.artist.address) == tokens_fri
        net.memory.check_money()
        net.pass_draw_block()
        assert net.memory.hash_of(before[2] + 2) != decided

    asyncio.run(run())


def test_an_intent_whose_block_was_dropped_can_happen_again() -> None:
    async def run() -> None:
        net, job_id, _ = await a_claim()
        created_at = net.memory.block - 1
        assert await net.artist.create_job(TERMS, "job") == job_id
        net.memory.reorganise(created_at)
        with pytest.raises(UnknownJob):
            await net.artist.job(job_id)
        assert await net.artist.create_job(TERMS, "job") == job_id
        for block in (0, net.memory.block + 1):
            with pytest.raises(ValueError, match=f"no block {block} to drop"):
                net.memory.reorganise(block)

    asyncio.run(run())


def test_a_transaction_whose_second_call_is_refused_did_nothing() -> None:
    async def run() -> None:
        net, job_id, _ = await a_claim()
        await net.worker.claim_lease(job_id, 1)
        block, before = net.memory.block, await net.artist.job(job_id)
        artist = net.artist.address
        with pytest.raises(NothingToWithdraw):
            net.memory.write(
                "Canceling",
                lambda model: model.cancel(artist, job_id),
                lambda model: model.withdraw(artist, [artist]),
            )
        assert (net.memory.block, await net.artist.job(job_id)) == (block, before)
        await net.worker.submit((await net.worker.open_leases())[0], 1, RESULT)

    asyncio.run(run())


async def veteran(net: MemoryPeople, bench: AuditBench[MemoryPeople]) -> None:
    """Have ten leases of the worker accepted by verifiers."""
    for _ in range(10):
        audited = await bench.lease()
        await audited.clear()
        assert await net.artist.accept(audited.job_id, [audited.lease_id]) == []


def test_a_good_record_halves_the_audits() -> None:
    async def run() -> None:
        bench = await AuditBench.open(MemoryNetworks())
        net = bench.net
        await net.owner.add_stake(net.worker_id, 20 * FRI_PER_STRK)
        await veteran(net, bench)
        assert (await net.worker.record(net.worker_id, FAMILY)).audited == 10
        start, leases = net.memory.block, 16
        terms = replace(AUDIT_TERMS, tasks=leases, longest_lease=1, audit_floor_exp=1)
        job_id = await net.artist.create_job(replace(terms, audit_pool_fri=leases * 3 * FEE_FRI))
        claimed = [await net.worker.claim_lease(job_id, slot) for slot in range(leases)]
        for lease_id in claimed:
            await net.worker.submit(lease_id, 1, RESULT)
        net.pass_draw_block()
        passing = [one for one in claimed if await net.artist.passes_draw(await net.artist.lease(one))]
        assert await net.artist.draw(job_id, claimed) == []
        drawn = net.memory.told(LeaseDrawn, start)
        assert {one.audit_exp for one in drawn} == {1}
        assert passing == [one.lease_id for one in drawn if one.draw_outcome is DrawOutcome.PASSED]
        told = await net.artist.told_of_draws(start)
        count = count_draws(told, net.memory.block + DRAWN_BY)
        assert count.is_plausible and 0 < count.audits < leases == count.leases
        assert count.audits == leases - len(passing)

    asyncio.run(run())


def test_chance_follows_from_the_seed() -> None:
    networks = [MemoryNetwork(RULES, seed) for seed in (1, 1, 2)]
    for one in networks:
        one.pass_time(1, 3)
    hashes = [[one.hash_of(number) for number in range(4)] for one in networks]
    assert hashes[0] == hashes[1] and set(hashes[0]).isdisjoint(hashes[2])


def test_a_lease_that_is_accepted_before_anybody_drew_it_gives_its_reserve_back() -> None:
    async def run() -> None:
        net = await MemoryNetworks().network()
        net.memory.model.records[net.worker_id, FAMILY] = Record(fees_fri=10**18)  # for the smallest rate
        spared = 0
        for slot in range(8):
            job_id = await net.artist.create_job(replace(TERMS, tasks=2, audit_floor_exp=5))
            before_fri = await net.artist.balance_fri(net.artist.address)
            lease_id = await net.worker.claim_lease(job_id, slot)
            await net.worker.submit(lease_id, 2, RESULT)
            net.pass_draw_block()
            if await drawn_at_once(net, job_id, lease_id):
                continue
            spared += 1
            assert await net.artist.balance_fri(net.artist.address) - before_fri == TERMS.audit_pool_fri
        assert spared > 4

    asyncio.run(run())


async def drawn_at_once(net: MemoryPeople, job_id: JobId, lease_id: LeaseId) -> bool:
    """Whether chance has a lease audited; otherwise that was its end, when its requester paid it."""
    assert await net.artist.accept(job_id, [lease_id]) == []
    return (await net.artist.lease(lease_id)).paid


def test_spares_that_a_retired_board_refuses_leave_the_lease_as_it_is() -> None:
    async def run() -> None:
        bench = await AuditBench.open(MemoryNetworks(), range(3, 8))
        net, other = bench.net, next(iter(bench.verifiers))
        await net.owner.set_offer(net.worker_id, OFFER)
        await bench.owners[other].set_offer(other, OFFER)
        terms = replace(AUDIT_TERMS, tasks=2, spare_tasks=2, scheduler_grace_s=100)
        job_id = await net.artist.create_job(
            replace(terms, scheduler=net.outsider.address, audit_pool_fri=12 * FEE_FRI)
        )
        assert await net.outsider.assign(job_id, [Place(net.worker_id, 0)]) == []
        (held,) = await net.worker.open_leases()
        model = net.memory.model
        model.retire_board(model.addresses.admin)
        before = await net.artist.lease(held)
        with pytest.raises(BoardRetired):
            await net.outsider.assign(job_id, [Place(other, 0, spare_of=held)])
        assert await net.artist.lease(held) == before

    asyncio.run(run())
