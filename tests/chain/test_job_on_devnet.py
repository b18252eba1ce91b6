"""The client and the compiled contracts on a real devnet, with its real STRK."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from renderchain.app.worker.stake_notice import StakeNotice
from renderchain.core.audit.errors import DrawIsAhead, MustBeAudited
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.contract_errors import (
    FamilyNotSupported,
    LeaseInOtherState,
    NotRequester,
    NotScheduler,
    StakeNotFree,
    UnknownJob,
)
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseResult, StandingOffer
from renderchain.core.lease_stake import stake_of
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices import Notice
from renderchain.core.notices.leases import LeaseOffered
from starknet_py.net.signer.stark_curve_signer import KeyPair

from devkit.network.clients import FEE_FRI, PAYOUT, RULES, TERMS, Views
from devkit.network.devnet import pass_draw_block, pass_time
from devkit.network.local import SilentReporter

RESULT = LeaseResult(123, 4, 5, 6)


def test_a_job_is_escrowed_worked_on_accepted_and_paid(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            artist, worker, board = net.artist, net.worker, net.deployed.board
            job_id = await artist.create_job(TERMS)
            job = await worker.job(job_id)
            assert (job.tasks, job.reward_fri, job.package_hi, job.package_lo) == (3, 10**17, 2**127, 1)
            assert (job.family, job.window_s, job.state) == (TERMS.family, 200, JobState.ACTIVE)
            assert await artist.tokens_fri(board) == TERMS.escrow_fri
            leases = [await worker.claim_lease(job_id, slot) for slot in (0, 1)]
            assert await worker.open_leases() == leases
            assert [(await worker.lease(one)).count for one in leases] == [2, 1]
            assert (await worker.worker(net.worker_id)).locked_fri == 9 * 10**16 + 6 * FEE_FRI
            for one in leases:
                await worker.submit(one, RESULT)
            with pytest.raises(DrawIsAhead, match="Wait until the chain is twelve blocks past"):
                await artist.accept(job_id, leases)
            pass_draw_block(opened.node.rpc_url)
            with pytest.raises(MustBeAudited, match="Draw it"):
                await artist.accept(job_id, leases)
            assert await net.outsider.draw(job_id, leases) == []
            assert {(await worker.lease(one)).draw_outcome for one in leases} == {DrawOutcome.UNSEATED}
            paid_before = await artist.tokens_fri(PAYOUT)
            assert await artist.accept(job_id, leases) == []
            await artist.withdraw([artist.address])
            assert (await artist.job(job_id)).state is JobState.COMPLETED
            assert (await artist.lease(leases[0])).state is LeaseState.ACCEPTED
            assert await artist.tokens_fri(PAYOUT) - paid_before == 3 * 10**17
            assert await artist.tokens_fri(board) == 0
            assert (await worker.worker(net.worker_id)).locked_fri == 0

    asyncio.run(run())


def test_a_refusal_says_what_was_refused_why_and_what_to_do(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            job_id = await net.artist.create_job(TERMS)
            lease_id = await net.worker.claim_lease(job_id, 0)
            with pytest.raises(NotRequester, match="Canceling job .* not the requester"):
                await net.worker.cancel(job_id)
            await net.artist.cancel(job_id)
            await net.worker.give_back(lease_id)
            assert await net.artist.balance_fri(net.artist.address) == TERMS.escrow_fri - 10**17
            await net.owner.set_families(net.worker_id, [TERMS.family], False)
            other = await net.artist.create_job(TERMS)
            with pytest.raises(FamilyNotSupported, match="Register the worker for"):
                await net.worker.claim_lease(other, 0)

    asyncio.run(run())


def test_a_batch_does_what_can_be_done_and_says_what_was_not(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            job_id = await net.artist.create_job(TERMS)
            done, open_one = [await net.worker.claim_lease(job_id, slot) for slot in (0, 1)]
            await net.worker.submit(done, RESULT)
            pass_draw_block(opened.node.rpc_url)
            await net.outsider.draw(job_id, [done])
            (refused,) = await net.artist.accept(job_id, [open_one, done])
            assert isinstance(refused, LeaseInOtherState) and str(open_one) in str(refused)
            with pytest.raises(LeaseInOtherState):
                await net.artist.accept(job_id, [open_one])

    asyncio.run(run())


def test_a_scheduler_assigns_and_an_aggregator_posts_what_operators_signed(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            scheduler = net.outsider
            terms = type(TERMS)(
                **{**TERMS.as_dict(), "scheduler": scheduler.address, "scheduler_grace_s": 100}
            )
            job_id = await net.artist.create_job(terms)
            await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 2, 2**39))
            wanted = [(net.worker_id, slot) for slot in (0, 1)]
            assert await scheduler.assign(job_id, wanted) == []
            with pytest.raises(NotScheduler):
                await net.artist.assign(job_id, wanted)
            leases = await net.worker.open_leases()
            signed = [(one, RESULT, net.worker.sign_result(one, RESULT)) for one in leases]
            await check_signatures(net, signed[:1])
            operator = opened.accounts[2]
            key = KeyPair.from_private_key(operator.private_key).public_key
            await net.owner.set_signer(net.worker_id, key)
            await check_signatures(net, signed[1:])
            pass_draw_block(opened.node.rpc_url)
            assert await net.outsider.draw(job_id, leases) == []
            assert await net.artist.accept(job_id, leases) == []

    asyncio.run(run())


async def check_signatures(net: Views, signed: list[tuple[LeaseId, LeaseResult, list[int]]]) -> None:
    """Of two entries for each lease only the one with the signed result is taken."""
    broken = [(lease, LeaseResult(9, 4, 5, 6), signature) for lease, _, signature in signed]
    refused = await net.outsider.submit_signed([*broken, *signed])
    assert [one.code for one in refused] == ["RC: wrong signature"] * len(signed)
    for lease, _, _ in signed:
        assert (await net.artist.lease(lease)).state is LeaseState.SUBMITTED


def test_a_settled_job_is_told_by_its_events_once_another_has_its_place(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            done = await net.artist.create_job(TERMS)
            leases = [await net.worker.claim_lease(done, slot) for slot in (0, 1)]
            for one in leases:
                await net.worker.submit(one, RESULT)
            pass_draw_block(opened.node.rpc_url)
            assert await net.outsider.draw(done, leases) == []
            assert await net.artist.accept(done, leases) == []
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


def test_anyone_expires_what_timed_out_accepts_late_and_refunds(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            job_id = await net.artist.create_job(TERMS)
            late, done = [await net.worker.claim_lease(job_id, slot) for slot in (0, 1)]
            await net.worker.submit(done, RESULT)
            pass_time(opened.node.rpc_url, RULES.lease_timeout_s)
            assert await net.outsider.expire(job_id, [late]) == []
            pass_draw_block(opened.node.rpc_url)
            assert await net.outsider.draw(job_id, [done]) == []
            assert await net.outsider.accept_late(job_id, [done]) == []
            await net.artist.top_up(job_id, 2 * 10**17, 0)
            await net.artist.extend(job_id, 1000)
            pass_time(opened.node.rpc_url, TERMS.expires_in_s + 1000, TERMS.expires_in_s // 100 + 11)
            await net.outsider.refund(job_id)
            owed = 2 * 2 * 10**17 + TERMS.audit_pool_fri
            assert await net.artist.balance_fri(net.artist.address) == owed

    asyncio.run(run())


def test_stake_leaves_after_the_cooldown(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            before_fri = (await net.worker.worker(net.worker_id)).stake_fri
            await net.owner.add_stake(net.worker_id, 10**17, intent_name="more")
            await net.owner.add_stake(net.worker_id, 10**17, intent_name="more")
            await net.owner.set_seats(net.worker_id, TERMS.family, 2)
            await net.owner.set_key(net.worker_id, 2**255 + 1)
            await net.owner.request_unstake(net.worker_id, 10**18)
            await net.owner.cancel_unstake(net.worker_id)
            await net.owner.request_unstake(net.worker_id, 10**17)
            blocks = RULES.cooldown_s // RULES.slowest_block_s
            pass_time(opened.node.rpc_url, RULES.cooldown_s, blocks)
            await net.owner.complete_unstake(net.worker_id)
            assert (await net.worker.worker(net.worker_id)).stake_fri == before_fri
            await net.owner.set_payout(net.worker_id, 0xF00)
            await net.owner.set_operator(net.worker_id, net.outsider.address)
            assert await net.outsider.worker_id() == net.worker_id

    asyncio.run(run())


def test_events_arrive_once_and_in_order_also_when_the_stream_starts_late(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            start = await net.artist.block_number()
            job_id = await net.artist.create_job(TERMS)
            lease_id = await net.worker.claim_lease(job_id, 0)

            async def next_of(stream: Any, count: int) -> list[str]:
                return [type(await asyncio.wait_for(anext(stream), 10)).__name__ for _ in range(count)]

            async with aclosing(net.artist.events(start)) as stream:
                assert await next_of(stream, 2) == ["JobCreated", "LeaseClaimed"]
                await net.worker.submit(lease_id, RESULT)
                pass_draw_block(opened.node.rpc_url)
                await net.outsider.draw(job_id, [lease_id])
                await net.artist.accept(job_id, [lease_id])
                assert await next_of(stream, 3) == ["ResultSubmitted", "LeaseDrawn", "LeaseAccepted"]

    asyncio.run(run())


class Heard(SilentReporter):
    """Keeps what is told."""

    def __init__(self) -> None:
        self.offers: list[LeaseOffered] = []

    def tell(self, notice: Notice) -> None:
        """Keep it."""
        assert isinstance(notice, LeaseOffered)
        self.offers.append(notice)


def test_a_worker_hears_what_stake_a_lease_locks_before_it_claims(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net, heard = await opened.network(), Heard()
            teller = StakeNotice(net.worker, heard)
            job_id = await net.artist.create_job(TERMS)
            locked = []
            for slot in (0, 1):
                await teller.tell(job_id)
                await teller.tell(job_id)
                before = await net.worker.worker(net.worker_id)
                stake = stake_of(await net.worker.job(job_id), before)
                await net.worker.claim_lease(job_id, slot)
                after = await net.worker.worker(net.worker_id)
                assert after.locked_fri - before.locked_fri == stake.lock_fri
                locked.append((stake.lock_fri, before.free_fri))
            assert len(heard.offers) == 2, "once for each lock"
            assert [(one.lock_fri, one.free_fri) for one in heard.offers] == locked
            pays = [(one.job_id, one.frame_count, one.pay_fri) for one in heard.offers]
            assert pays == [(job_id, 2, 2 * 10**17), (job_id, 1, 10**17)]
            assert heard.offers[0].audit_exp == 0 and all(one.stake_suffices for one in heard.offers)

    asyncio.run(run())


def test_a_worker_hears_that_its_stake_is_too_little_and_what_to_do(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net, heard = await opened.network(), Heard()
            free_fri = (await net.worker.worker(net.worker_id)).free_fri
            job_id = await net.artist.create_job(replace(TERMS, reward_fri=2 * free_fri))
            await StakeNotice(net.worker, heard).tell(job_id)
            assert [(one.free_fri, one.stake_suffices) for one in heard.offers] == [(free_fri, False)]
            with pytest.raises(StakeNotFree):
                await net.worker.claim_lease(job_id, 0)

    asyncio.run(run())
