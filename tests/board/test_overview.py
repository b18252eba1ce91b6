"""What an artist's list reads: an account's jobs, what was told of each, who could work, what doubts cost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from renderchain.core.board_events import JobClosed, JobCreated, LeaseClaimed, LeaseEnded, TasksGivenBack
from renderchain.core.contract_errors import LeaseInOtherState
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import StandingOffer
from renderchain.core.job_progress import JobProgress
from renderchain.core.lifecycle import JobState, LeaseState

from devkit.audited_lease import AuditBench
from devkit.made_up_job import FAMILY, TERMS
from tests.board.opener import Opener


def test_an_account_finds_its_jobs_and_all_that_was_told_of_each(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            artist, worker = bench.net.artist, bench.net.worker
            first = await artist.create_job(TERMS)
            lease = await worker.claim_lease(first, 0)
            second = await artist.create_job(replace(TERMS, tasks=2))
            await worker.give_back(lease, "can't render")
            await artist.cancel(first)
            assert [one.job_id for one in await artist.created(0)] == [first, second]
            assert await bench.net.outsider.created(0) == []
            (begun, _) = await artist.created(0)
            assert await bench.net.outsider.created_in(begun.block, first) == begun
            assert await artist.created_in(begun.block, second) is None
            assert await artist.created_in(begun.block + 1, first) is None
            assert (await artist.kept_job(second)) == await artist.job(second)
            assert await artist.kept_job(JobId(2**40)) is None
            told = await artist.told_of(first, 0)
            kinds = [type(one) for one in told]
            assert kinds[:4] == [JobCreated, LeaseClaimed, TasksGivenBack, LeaseEnded]
            assert kinds[-1] is JobClosed and {one.job_id for one in told} == {first}
            progress = JobProgress.of(told)
            assert progress.is_closed and progress.leases[lease].state is LeaseState.GIVEN_BACK
            assert progress.refunded_fri == TERMS.escrow_fri
            claim_block = progress.first_claim_block
            assert claim_block is not None
            begun_s = await artist.block_time_s(claim_block)
            assert 0 <= (await artist.job(second)).expires_at_s - begun_s <= TERMS.expires_in_s + 60
            assert JobCreated not in map(type, await artist.told_of(first, claim_block))

    asyncio.run(run())


def test_a_job_of_which_workers_hold_all_frames_can_be_canceled(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            artist = bench.net.artist
            job_id = await artist.create_job(replace(TERMS, tasks=2, longest_lease=2))
            lease = await bench.net.worker.claim_lease(job_id, 0)
            await artist.cancel(job_id)
            assert (await artist.job(job_id)).state is JobState.CANCELED
            assert (await artist.lease(lease)).state is LeaseState.CLAIMED

    asyncio.run(run())


def test_the_registry_says_who_could_take_frames(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            net = bench.net
            job_id = await net.artist.create_job(TERMS)
            await net.worker.claim_lease(job_id, 0)
            await net.owner.set_offer(net.worker_id, StandingOffer(10**18, 10**6, 1, 2**39))
            (one,) = [one for one in await net.artist.candidates(0) if one.worker_id == net.worker_id]
            assert one.families == {FAMILY} and one.is_busy
            assert one.worker == await net.artist.worker(net.worker_id)
            assert one.least_reward_fri == 10**18
            await net.owner.set_families(net.worker_id, [FAMILY], False)
            (one,) = [one for one in await net.artist.candidates(0) if one.worker_id == net.worker_id]
            assert one.families == frozenset()

    asyncio.run(run())


def test_what_a_doubt_costs_is_known_before_it_is_paid(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            artist = bench.net.artist
            job_id = await artist.create_job(TERMS)
            audited = await bench.claim(job_id, 0)
            with pytest.raises(LeaseInOtherState):
                await artist.challenge_bond_fri(LeaseId(2**50), pixels=True)
            with pytest.raises(LeaseInOtherState):
                await artist.challenge_bond_fri(audited.lease_id, pixels=True)
            await bench.net.worker.submit(audited.lease_id, audited.pixels.count, audited.pixels.result)
            pay_fri = audited.pixels.count * TERMS.reward_fri
            delivery_fri = await artist.challenge_bond_fri(audited.lease_id, pixels=False)
            pixels_fri = await artist.challenge_bond_fri(audited.lease_id, pixels=True)
            assert pay_fri * 3 // 10 < delivery_fri <= pixels_fri

    asyncio.run(run())


def test_a_transaction_that_never_was_is_not_pending(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            artist = (await AuditBench.open(opened)).net.artist
            await artist.create_job(TERMS, "job 1")
            assert not await artist.is_pending("job 1") and not await artist.is_pending("job 2")

    asyncio.run(run())
