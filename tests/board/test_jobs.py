"""Jobs, leases and stake, with their money, their refusals and their events."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from renderchain.app.worker.stake_notice import StakeNotice
from renderchain.core.audit.errors import DrawIsAhead, MustBeAudited, StillInAudit
from renderchain.core.audit.gas import MOST_GAS_PRICE_FRI
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.contract_errors import (
    FamilyNotSupported,
    LeaseInOtherState,
    NotRequester,
    StakeNotFree,
    UnknownJob,
)
from renderchain.core.lease_stake import stake_of
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices.leases import LeaseOffered

from devkit.audited_lease import AuditBench
from devkit.fakes.reporter import RecordingReporter
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT, RULES, TERMS
from devkit.made_up_pixels import Rendering
from tests.board.opener import Opener

SAME = Rendering.SAME


def test_a_job_is_escrowed_worked_on_accepted_and_paid(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            net = bench.net
            artist, worker, board = net.artist, net.worker, net.artist.board
            job_id = await artist.create_job(TERMS)
            job = await worker.job(job_id)
            assert (job.tasks, job.reward_fri, job.package_hi, job.package_lo) == (3, 10**17, 2**127, 1)
            assert (job.family, job.window_s, job.state) == (TERMS.family, 200, JobState.ACTIVE)
            assert await artist.tokens_fri(board) == TERMS.escrow_fri
            audits = [await bench.claim(job_id, slot) for slot in (0, 1)]
            leases = [one.lease_id for one in audits]
            assert await worker.open_leases() == leases
            assert [(await worker.lease(one)).count for one in leases] == [2, 1]
            assert (await worker.worker(net.worker_id)).locked_fri == 9 * 10**16 + 6 * FEE_FRI
            for one in audits:
                await worker.submit(one.lease_id, one.pixels.count, one.pixels.result)
            with pytest.raises(DrawIsAhead, match="Wait until the chain is twelve blocks past"):
                await artist.accept(job_id, leases)
            net.pass_time(TERMS.window_s)
            net.pass_draw_block()
            with pytest.raises(MustBeAudited, match="Draw it"):
                await net.outsider.accept_late(job_id, leases)
            assert await net.outsider.draw(job_id, leases) == []
            for one in audits:
                with pytest.raises(StillInAudit):
                    await net.outsider.accept_late(job_id, [one.lease_id])
                await one.vote(SAME, SAME, SAME)
                await one.advance_late()
            assert {(await worker.lease(one)).draw_outcome for one in leases} == {DrawOutcome.CLEARED}
            paid_before = await artist.tokens_fri(PAYOUT)
            assert await artist.accept(job_id, leases) == []
            await artist.withdraw([artist.address])
            assert (await artist.job(job_id)).state is JobState.COMPLETED
            assert (await artist.lease(leases[0])).state is LeaseState.ACCEPTED
            assert await artist.tokens_fri(PAYOUT) - paid_before == 3 * 10**17
            owed = sum([await one.balance_fri(one.address) for one in bench.verifiers.values()])
            assert await artist.tokens_fri(board) == owed == 6 * FEE_FRI
            assert (await worker.worker(net.worker_id)).locked_fri == 0

    asyncio.run(run())


def test_a_refusal_says_what_was_refused_why_and_what_to_do(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            net = await opened.network(RULES)
            job_id = await net.artist.create_job(TERMS)
            lease_id = await net.worker.claim_lease(job_id, 0)
            with pytest.raises(NotRequester, match="Canceling job .* not the requester"):
                await net.worker.cancel(job_id)
            await net.artist.cancel(job_id)
            await net.worker.give_back(lease_id, "away")
            assert await net.artist.balance_fri(net.artist.address) == TERMS.escrow_fri - 10**17
            await net.owner.set_families(net.worker_id, [TERMS.family], False)
            other = await net.artist.create_job(TERMS)
            with pytest.raises(FamilyNotSupported, match="Register the worker for"):
                await net.worker.claim_lease(other, 0)

    asyncio.run(run())


def test_a_job_whose_frames_are_all_held_is_canceled_though_nothing_comes_back_yet(
    networks: Opener,
) -> None:
    async def run() -> None:
        async with networks() as opened:
            net = await opened.network(RULES)
            job_id = await net.artist.create_job(TERMS)
            leases = [await net.worker.claim_lease(job_id, slot) for slot in (0, 1)]
            had_fri = await net.artist.tokens_fri(net.artist.address)
            await net.artist.cancel(job_id)
            assert (await net.artist.job(job_id)).state is JobState.CANCELED
            assert await net.artist.tokens_fri(net.artist.address) <= had_fri
            assert [(await net.artist.lease(one)).state for one in leases] == [LeaseState.CLAIMED] * 2
            await net.worker.give_back(leases[0], "away")
            assert await net.artist.balance_fri(net.artist.address) > 0

    asyncio.run(run())


def test_a_batch_does_what_can_be_done_and_says_what_was_not(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            net = bench.net
            job_id = await net.artist.create_job(TERMS)
            done, open_one = [await bench.claim(job_id, slot) for slot in (0, 1)]
            await done.clear()
            (refused,) = await net.artist.accept(job_id, [open_one.lease_id, done.lease_id])
            assert isinstance(refused, LeaseInOtherState) and str(open_one.lease_id) in str(refused)
            with pytest.raises(LeaseInOtherState):
                await net.artist.accept(job_id, [open_one.lease_id])

    asyncio.run(run())


def test_a_settled_job_is_told_by_its_events_once_another_has_its_place(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            net = bench.net
            done = await net.artist.create_job(TERMS)
            audits = [await bench.claim(done, slot) for slot in (0, 1)]
            for one in audits:
                await one.clear()
            assert await net.artist.accept(done, [one.lease_id for one in audits]) == []
            kept = await net.artist.job(done)
            canceled = await net.artist.create_job(TERMS)
            assert canceled == done + 2**24
            past = await net.artist.job(done)
            assert past == replace(kept, audit_pool_fri=0, expires_at_s=past.expires_at_s)
            assert abs(past.expires_at_s - kept.expires_at_s) <= 2  # a block's time is not quite its calls'
            assert kept.state is JobState.COMPLETED
            await net.artist.cancel(canceled)
            await net.artist.create_job(TERMS)
            assert (await net.artist.job(canceled)).state is JobState.CANCELED
            with pytest.raises(UnknownJob, match="It ended long ago, or never was"):
                await net.artist.job(done + 1)
            with pytest.raises(UnknownJob):
                await net.artist.cancel(done)

    asyncio.run(run())


def test_anyone_expires_what_timed_out_accepts_late_and_refunds(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            net = bench.net
            job_id = await net.artist.create_job(TERMS)
            late, done = [await bench.claim(job_id, slot) for slot in (0, 1)]
            await done.clear()
            assert await net.outsider.expire(job_id, [late.lease_id]) == []
            net.pass_time(TERMS.window_s)
            assert await net.outsider.accept_late(job_id, [done.lease_id]) == []
            await net.artist.top_up(job_id, 2 * 10**17, 0)
            await net.artist.extend(job_id, 1000)
            net.pass_time(TERMS.expires_in_s + 1000, TERMS.expires_in_s // 100 + 11)
            await net.outsider.refund(job_id)
            owed = 2 * 2 * 10**17 + TERMS.audit_pool_fri - 3 * FEE_FRI
            assert await net.artist.balance_fri(net.artist.address) == owed

    asyncio.run(run())


def test_stake_leaves_after_the_cooldown(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            net = await opened.network(RULES)
            before_fri = (await net.worker.worker(net.worker_id)).stake_fri
            await net.owner.add_stake(net.worker_id, 10**17, intent_name="more")
            await net.owner.add_stake(net.worker_id, 10**17, intent_name="more")
            await net.owner.stake_seats(net.worker_id, 3 * 10**18)
            await net.owner.set_seats(net.worker_id, TERMS.family, 2)
            await net.owner.set_key(net.worker_id, 2**255 + 1)
            await net.owner.request_unstake(net.worker_id, 10**18)
            await net.owner.cancel_unstake(net.worker_id)
            await net.owner.request_unstake(net.worker_id, 10**17)
            await net.owner.unstake_seats(net.worker_id, 10**18)
            blocks = RULES.cooldown_s // RULES.slowest_block_s
            net.pass_time(RULES.cooldown_s, blocks)
            await net.owner.complete_unstake(net.worker_id)
            known = await net.worker.worker(net.worker_id)
            assert known.stake_fri == before_fri - 3 * 10**18
            assert (known.seat_stake_fri, known.seat_unstaking_fri) == (2 * 10**18, 0)
            await net.owner.set_payout(net.worker_id, 0xF00)
            await net.owner.set_operator(net.worker_id, net.outsider.address)
            assert not await net.outsider.worker_id()
            await (await net.person(3))[1].accept_operator(net.worker_id)
            assert await net.outsider.worker_id() == net.worker_id

    asyncio.run(run())


def test_events_arrive_once_and_in_order_also_when_the_stream_starts_late(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            net = bench.net
            start = await net.artist.block_number() + 1
            audited = await bench.lease()

            async def next_of(stream: Any, count: int) -> list[str]:
                return [type(await asyncio.wait_for(anext(stream), 10)).__name__ for _ in range(count)]

            async with aclosing(net.artist.events(start)) as stream:
                assert await next_of(stream, 2) == ["JobCreated", "LeaseClaimed"]
                await audited.submit()
                assert await next_of(stream, 3) == ["ResultSubmitted", "VotesDrawn", "LeaseDrawn"]

    asyncio.run(run())


def test_a_worker_hears_what_stake_a_lease_locks_before_it_claims(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            net, heard = await opened.network(RULES), RecordingReporter()
            teller = StakeNotice(net.worker, heard)
            job_id = await net.artist.create_job(TERMS)
            locked = []
            for slot in (0, 1):
                await teller.tell(await net.worker.job(job_id))
                await teller.tell(await net.worker.job(job_id))
                before = await net.worker.worker(net.worker_id)
                record = await net.worker.record(net.worker_id, FAMILY)
                stake = stake_of(await net.worker.job(job_id), before, record)
                await net.worker.claim_lease(job_id, slot)
                after = await net.worker.worker(net.worker_id)
                assert after.locked_fri - before.locked_fri == stake.lock_fri
                locked.append((stake.lock_fri, before.free_fri))
            assert len(heard.heard(LeaseOffered)) == 2, "once for each lock"
            assert [(one.lock_fri, one.free_fri) for one in heard.heard(LeaseOffered)] == locked
            price_fri = await net.worker.gas_price_fri()
            assert 0 < price_fri <= MOST_GAS_PRICE_FRI
            assert all(0 < one.pay_fri - one.profit_fri < one.pay_fri for one in heard.heard(LeaseOffered))
            pays = [(one.job_id, one.frame_count, one.pay_fri) for one in heard.heard(LeaseOffered)]
            assert pays == [(job_id, 2, 2 * 10**17), (job_id, 1, 10**17)]
            assert heard.heard(LeaseOffered)[0].audit_exp == 0 and all(
                one.stake_suffices for one in heard.heard(LeaseOffered)
            )

    asyncio.run(run())


def test_a_worker_hears_that_its_stake_is_too_little_and_what_to_do(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            net, heard = await opened.network(RULES), RecordingReporter()
            free_fri = (await net.worker.worker(net.worker_id)).free_fri
            job_id = await net.artist.create_job(replace(TERMS, reward_fri=2 * free_fri))
            await StakeNotice(net.worker, heard).tell(await net.worker.job(job_id))
            assert [(one.free_fri, one.stake_suffices) for one in heard.heard(LeaseOffered)] == [
                (free_fri, False)
            ]
            with pytest.raises(StakeNotFree):
                await net.worker.claim_lease(job_id, 0)

    asyncio.run(run())
