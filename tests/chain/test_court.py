"""Audits, appeals, challenges and failure reports by the client on a real devnet, with their money."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.case import NO, YES, CasePhase, Trial, Verdict, Vote, answer_of
from renderchain.core.court_errors import (
    CaseInOtherPhase,
    FailureWithoutReason,
    LeaseIsInCourt,
    NeedsPrints,
    NothingToDraw,
    NotThatVerifier,
    NotTheResultsKey,
    OnlyLosersAppeal,
    OnlyRequestersDoubt,
    OpenedForAnotherDraw,
    StepNotOverdue,
    StillInCourt,
    WrongLeavesNamed,
)
from renderchain.core.lifecycle import LeaseState
from renderchain.ports.court import Reveal

from tests.chain.pixels import RESULTS_KEY, Rendering, contents_of
from tests.chain.trials import COURT_TERMS, NONCE, Bench
from tests.chain.views import FEE_FRI, PAYOUT

SAME, MACHINE, OTHER = Rendering
PAY_FRI = 2 * COURT_TERMS.reward_fri
LOCK_FRI = PAY_FRI * 3 // 10 + 3 * FEE_FRI


def test_equal_digests_clear_a_lease_and_pay_its_verifiers(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            trial = await (await Bench.open(opened)).trial()
            net, court, lease_id = trial.net, trial.net.worker.court, trial.lease_id
            await trial.submit()
            with pytest.raises(NothingToDraw, match="nothing has to be done"):
                await court.draw(trial.job_id, [lease_id])
            with pytest.raises(NotThatVerifier, match="operator account of the seat's worker"):
                await court.commit([(lease_id, 0, 5)])
            with pytest.raises(StepNotOverdue, match="Wait until everybody has voted"):
                await court.advance(trial.job_id, [lease_id])
            leaves = await court.leaves(lease_id)
            vote = answer_of(hash_many, contents_of(leaves))
            await trial.seal([vote] * 3)
            openings, siblings = trial.pixels.opened(leaves)
            with pytest.raises(OpenedForAnotherDraw, match="read the draw again"):
                await court.open(lease_id, 1, trial.pixels.result, openings, siblings)
            await trial.open()
            assert await court.opened(lease_id, 0, 0) == contents_of(leaves)
            assert await court.submitted(lease_id, 0) == trial.pixels.result
            await trial.reveal([vote] * 3)
            assert (await court.case(lease_id)).is_counted
            await trial.advance()
            case = await court.case(lease_id)
            assert (case.phase, case.verdict) == (CasePhase.APPEAL, Verdict.ACCEPTED)
            with pytest.raises(StillInCourt, match="Wait for the verdict"):
                await net.artist.accept(trial.job_id, [lease_id])
            with pytest.raises(OnlyLosersAppeal, match="as the side that lost"):
                await court.appeal(lease_id)
            await trial.advance_late()
            assert (await net.worker.lease(lease_id)).trial is Trial.CLEARED
            for member in await trial.members():
                verifier = trial.bench.verifiers[member.worker_id]
                assert member.vote is Vote.AGREES
                assert await verifier.balance_fri(verifier.address) == FEE_FRI
            paid_before = await net.artist.tokens_fri(PAYOUT)
            assert await net.artist.accept(trial.job_id, [lease_id]) == []
            assert await net.artist.tokens_fri(PAYOUT) - paid_before == PAY_FRI
            worker = await net.worker.worker(net.worker_id)
            assert (worker.audited, worker.audited_fri, worker.locked_fri) == (1, PAY_FRI, 0)

    asyncio.run(run())


def test_prints_decide_where_digests_differ_and_an_appeal_turns_the_verdict(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            trial = await (await Bench.open(opened)).trial()
            net, court, lease_id = trial.net, trial.net.artist.court, trial.lease_id
            stake_fri = (await net.worker.worker(net.worker_id)).stake_fri
            await trial.submit()
            await trial.judge(MACHINE, OTHER, SAME)
            assert [one.vote for one in await trial.members()] == [Vote.AGREES, Vote.OBJECTS, Vote.AGREES]
            assert (await court.case(lease_id)).verdict is Verdict.ACCEPTED
            bond_fri = await court.appeal_bond_fri(lease_id)
            assert bond_fri == 7 * (COURT_TERMS.audit_fee_fri + 2 * COURT_TERMS.audit_tile_fri)
            await trial.appeal(net.artist)
            assert len(await trial.members()) == 5
            assert len(await court.leaves(lease_id)) == 2
            await trial.judge(*[OTHER] * 5)
            assert (await court.case(lease_id)).verdict is Verdict.REJECTED
            await trial.advance_late()
            assert (await net.worker.lease(lease_id)).state is LeaseState.REJECTED
            worker = await net.worker.worker(net.worker_id)
            assert (worker.stake_fri, worker.losses, worker.locked_fri) == (stake_fri - LOCK_FRI, 1, 0)
            wrong_bonds_fri = 2 * 20 * FEE_FRI
            assert await net.worker.burned_fri() == (LOCK_FRI + wrong_bonds_fri) * 9 // 10
            later_fri = COURT_TERMS.audit_fee_fri + 2 * COURT_TERMS.audit_tile_fri
            pool_fri = COURT_TERMS.audit_pool_fri - 3 * FEE_FRI + 2 * FEE_FRI + wrong_bonds_fri // 10
            job = await net.artist.job(trial.job_id)
            shares_fri = LOCK_FRI // 10 % 6  # six verifiers were right
            assert job.audit_pool_fri == pool_fri - 5 * later_fri + shares_fri
            assert await net.artist.balance_fri(net.artist.address) == bond_fri

    asyncio.run(run())


def test_a_vote_that_differs_needs_prints(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            trial = await (await Bench.open(opened)).trial()
            await trial.submit()
            with pytest.raises(CaseInOtherPhase):
                await trial.open()
            await trial.seal([123] * 3)
            await trial.open()
            member, *_ = await trial.members()
            court = trial.bench.verifiers[member.worker_id].court
            with pytest.raises(NeedsPrints, match="Show the prints"):
                await court.reveal([Reveal(trial.lease_id, 0, NONCE, 123)])
            await trial.advance_late()
            assert {one.vote for one in await trial.members()} == {Vote.ABSENT}
            assert (await court.case(trial.lease_id)).verdict is Verdict.UNDECIDED
            await trial.advance_late()
            assert (await trial.net.worker.lease(trial.lease_id)).state is LeaseState.REJECTED
            assert await trial.net.artist.balance_fri(PAYOUT) == PAY_FRI // 2

    asyncio.run(run())


def test_the_requester_doubts_pixels_and_then_the_delivery(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            trial = await (await Bench.open(opened)).trial()
            net, court, lease_id = trial.net, trial.net.artist.court, trial.lease_id
            await trial.let_audit(False)
            await trial.submit()
            assert (await net.worker.lease(lease_id)).trial is Trial.UNSEATED
            await trial.let_audit(True)
            with pytest.raises(OnlyRequestersDoubt, match="the account that created the job"):
                await net.worker.court.challenge_pixels(lease_id, [1])
            with pytest.raises(WrongLeavesNamed, match="one to eight leaves"):
                await court.challenge_pixels(lease_id, [8])
            await court.challenge_pixels(lease_id, [1, 6])
            await trial.draw()
            leaves = await court.leaves(lease_id)
            assert sorted(leaves[:2]) == [1, 6] and len(leaves) == 3
            await trial.judge(SAME, MACHINE, SAME)
            await trial.advance_late()
            fee_fri = COURT_TERMS.audit_fee_fri + 3 * COURT_TERMS.audit_tile_fri
            assert await net.artist.balance_fri(PAYOUT) == PAY_FRI * 3 // 10
            for member in await trial.members():
                verifier = trial.bench.verifiers[member.worker_id]
                assert await verifier.balance_fri(verifier.address) == fee_fri
            with pytest.raises(LeaseIsInCourt):
                await court.challenge_pixels(lease_id, [1])
            await court.challenge_delivery(lease_id)
            with pytest.raises(NotTheResultsKey, match="whose hash was submitted"):
                await net.worker.court.reveal_key(lease_id, trial.pixels.result, bytes(32))
            await net.worker.court.reveal_key(lease_id, trial.pixels.result, RESULTS_KEY)
            assert await court.revealed_key(lease_id, 0) == RESULTS_KEY
            await trial.draw()
            await trial.seal([YES, NO, NO])
            await trial.reveal([YES, NO, NO])
            await trial.advance()
            await trial.advance_late()
            assert (await net.worker.lease(lease_id)).state is LeaseState.REJECTED
            assert await net.artist.balance_fri(net.artist.address) == PAY_FRI * 3 // 10 + 3 * FEE_FRI

    asyncio.run(run())


def test_a_failure_that_two_others_confirm_closes_the_tasks(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            trial = await (await Bench.open(opened)).trial()
            court = trial.net.worker.court
            with pytest.raises(FailureWithoutReason, match="Say why"):
                await court.report_failure(trial.lease_id, "")
            await court.report_failure(trial.lease_id, "an add-on is missing")
            await trial.draw()
            await trial.seal([YES, YES])
            await trial.reveal([YES, YES])
            await trial.advance()
            assert (await court.case(trial.lease_id)).phase is CasePhase.OVER
            assert (await trial.net.worker.lease(trial.lease_id)).state is LeaseState.UNRENDERABLE
            share_fri = PAY_FRI // 10
            assert await trial.net.worker.balance_fri(PAYOUT) == share_fri
            for member in await trial.members():
                verifier = trial.bench.verifiers[member.worker_id]
                assert await verifier.balance_fri(verifier.address) == FEE_FRI + share_fri
            refunded_fri = PAY_FRI - 3 * share_fri + COURT_TERMS.audit_pool_fri - 2 * FEE_FRI
            assert await trial.net.artist.balance_fri(trial.net.artist.address) == refunded_fri

    asyncio.run(run())
