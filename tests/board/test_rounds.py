"""Audits, appeals and challenges, with their money."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.errors import (
    AuditInOtherPhase,
    LeaseIsInAudit,
    NeedsPrints,
    NothingToDraw,
    NotThatVerifier,
    NotTheResultsKey,
    OnlyLosersAppeal,
    OnlyRequestersDoubt,
    OpenedForAnotherDraw,
    StepNotOverdue,
    StillInAudit,
    WrongLeavesNamed,
)
from renderchain.core.audit.state import NO, YES, AuditPhase, DrawOutcome, Verdict, Vote, answer_of
from renderchain.core.ids import WorkerId
from renderchain.core.job import JobTerms
from renderchain.core.lifecycle import LeaseState
from renderchain.ports.audit_chain import Reveal

from devkit.audited_lease import AUDIT_TERMS, NONCE, AuditBench, AuditedLease
from devkit.made_up_job import FEE_FRI, PAYOUT
from devkit.made_up_pixels import RESULTS_KEY, Rendering, contents_of
from tests.board.opener import Opener

SAME, MACHINE, OTHER, UNEVEN = Rendering
WIDE_TERMS = replace(AUDIT_TERMS, tile_limit_percent=20, mean_limit_percent=10)
PAY_FRI = 2 * AUDIT_TERMS.reward_fri
LOCK_FRI = PAY_FRI * 3 // 10 + 3 * FEE_FRI


async def fees(audited: AuditedLease, fee_fri: int) -> dict[WorkerId, int]:
    """What each gets for its votes in the present round."""
    votes = Counter(one.worker_id for one in await audited.verifiers())
    return {one: count * fee_fri for one, count in votes.items()}


async def earned(audited: AuditedLease) -> dict[WorkerId, int]:
    """What each verifier is owed that is owed anything."""
    balances = {one: await client.balance_fri(client.address) for one, client in audited.benched.items()}
    return {one: balance_fri for one, balance_fri in balances.items() if balance_fri}


def test_equal_digests_clear_a_lease_and_pay_its_verifiers(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            audited = await (await AuditBench.open(opened)).lease()
            net, chain, lease_id = audited.net, audited.net.worker, audited.lease_id
            await audited.submit()
            with pytest.raises(NothingToDraw, match="nothing has to be done"):
                await chain.draw(audited.job_id, [lease_id])
            with pytest.raises(NotThatVerifier, match="operator account of the seat's worker"):
                await chain.commit([(lease_id, 0, 5)])
            with pytest.raises(StepNotOverdue, match="Wait until everybody has voted"):
                await chain.advance(audited.job_id, [lease_id])
            leaves = await chain.drawn_leaves(lease_id)
            vote = answer_of(hash_many, contents_of(leaves))
            await audited.seal([vote] * 3)
            openings, siblings = audited.pixels.opened(leaves)
            with pytest.raises(OpenedForAnotherDraw, match="read the draw again"):
                await chain.open_leaves(lease_id, 1, audited.pixels.result, openings, siblings)
            await audited.open()
            assert await chain.opened(lease_id, 0, 0) == contents_of(leaves)
            assert await chain.submitted(lease_id, 0) == audited.pixels.result
            await audited.reveal([vote] * 3)
            assert (await chain.audit(lease_id)).is_counted
            await audited.advance()
            audit = await chain.audit(lease_id)
            assert (audit.phase, audit.verdict) == (AuditPhase.APPEAL, Verdict.ACCEPTED)
            with pytest.raises(StillInAudit, match="Wait for the verdict"):
                await net.artist.accept(audited.job_id, [lease_id])
            with pytest.raises(OnlyLosersAppeal, match="as the side that lost"):
                await chain.appeal(lease_id)
            await audited.advance_late()
            assert (await net.worker.lease(lease_id)).draw_outcome is DrawOutcome.CLEARED
            assert {one.vote for one in await audited.verifiers()} == {Vote.AGREES}
            assert await earned(audited) == await fees(audited, FEE_FRI)
            paid_before = await net.artist.tokens_fri(PAYOUT)
            assert await net.artist.accept(audited.job_id, [lease_id]) == []
            assert await net.artist.tokens_fri(PAYOUT) - paid_before == PAY_FRI
            worker = await net.worker.worker(net.worker_id)
            assert (worker.audited, worker.audited_fri, worker.locked_fri) == (1, PAY_FRI, 0)

    asyncio.run(run())


def test_prints_decide_where_digests_differ_and_an_appeal_turns_the_verdict(
    networks: Opener,
) -> None:
    async def run() -> None:
        async with networks() as opened:
            audited = await (await AuditBench.open(opened)).lease()
            net, chain, lease_id = audited.net, audited.net.artist, audited.lease_id
            stake_fri = (await net.worker.worker(net.worker_id)).stake_fri
            await audited.submit()
            await audited.vote(MACHINE, OTHER, SAME)
            assert [one.vote for one in await audited.verifiers()] == [Vote.AGREES, Vote.OBJECTS, Vote.AGREES]
            assert (await chain.audit(lease_id)).verdict is Verdict.ACCEPTED
            bond_fri = await chain.appeal_bond_fri(lease_id)
            assert bond_fri == 7 * (AUDIT_TERMS.audit_fee_fri + 2 * AUDIT_TERMS.audit_tile_fri)
            await audited.appeal(net.artist)
            assert len(await audited.verifiers()) == 7
            assert len(await chain.drawn_leaves(lease_id)) == 2
            await audited.vote(*[OTHER] * 7)
            assert (await chain.audit(lease_id)).verdict is Verdict.REJECTED
            await audited.advance_late()
            assert (await net.worker.lease(lease_id)).state is LeaseState.REJECTED
            worker = await net.worker.worker(net.worker_id)
            assert (worker.stake_fri, worker.losses, worker.locked_fri) == (stake_fri - LOCK_FRI, 1, 0)
            later_fri = AUDIT_TERMS.audit_fee_fri + 2 * AUDIT_TERMS.audit_tile_fri
            # Lock and two forfeits pay the second round; of the rest a tenth is for eight right votes.
            left_fri = LOCK_FRI + 2 * 20 * FEE_FRI - 7 * later_fri
            share_fri = left_fri // 10 // 8
            assert await net.worker.burned_fri() == left_fri - 8 * share_fri
            assert sum((await earned(audited)).values()) == FEE_FRI + 7 * later_fri + 8 * share_fri
            job = await net.artist.job(audited.job_id)
            assert job.audit_pool_fri == AUDIT_TERMS.audit_pool_fri - FEE_FRI
            assert await net.artist.balance_fri(net.artist.address) == bond_fri

    asyncio.run(run())


def test_a_vote_that_differs_needs_prints(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            audited = await (await AuditBench.open(opened)).lease()
            await audited.submit()
            with pytest.raises(AuditInOtherPhase):
                await audited.open()
            await audited.seal([123] * 3)
            await audited.open()
            verifier, *_ = await audited.verifiers()
            chain = audited.benched[verifier.worker_id]
            with pytest.raises(NeedsPrints, match="Show the prints"):
                await chain.reveal([Reveal(audited.lease_id, 0, NONCE, 123)])
            await audited.advance_late()
            assert {one.vote for one in await audited.verifiers()} == {Vote.ABSENT}
            assert (await chain.audit(audited.lease_id)).verdict is Verdict.UNDECIDED
            await audited.advance_late()
            assert (await audited.net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
            assert await audited.net.artist.balance_fri(PAYOUT) == PAY_FRI // 2

    asyncio.run(run())


@pytest.mark.parametrize(("terms", "vote"), [(AUDIT_TERMS, Vote.OBJECTS), (WIDE_TERMS, Vote.AGREES)])
def test_prints_are_compared_on_the_mean_too_and_by_the_limits_of_the_job(
    networks: Opener, terms: JobTerms, vote: Vote
) -> None:
    async def run() -> None:
        async with networks() as opened:
            audited = await (await AuditBench.open(opened)).lease(terms=terms)
            chain = audited.net.worker
            limits = (await chain.job(audited.job_id)).limits
            assert (limits.tile_percent, limits.mean_percent) == (
                terms.tile_limit_percent,
                terms.mean_limit_percent,
            )
            await audited.submit()
            leaves = await chain.drawn_leaves(audited.lease_id)
            views = (UNEVEN, MACHINE, SAME)
            await audited.seal([answer_of(hash_many, contents_of(leaves, how)) for how in views])
            await audited.open()
            for seat, how in enumerate(views[:2]):
                await audited.show(seat, how)
            assert [one.vote for one in (await audited.verifiers())[:2]] == [vote, Vote.AGREES]

    asyncio.run(run())


def test_who_has_the_evidence_answers_for_a_worker_that_is_away(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            audited = await (await AuditBench.open(opened)).lease()
            lease_id, result = audited.lease_id, audited.pixels.result
            await audited.submit()
            anybody = audited.benched[(await audited.verifiers())[0].worker_id]
            leaves = await anybody.drawn_leaves(lease_id)
            vote = answer_of(hash_many, contents_of(leaves))
            await audited.seal([vote] * 3)
            seed = await anybody.seed(lease_id, 0)
            await anybody.open_leaves(lease_id, seed, result, *audited.pixels.opened(leaves))
            assert await anybody.opened(lease_id, 0, 0) == contents_of(leaves)
            await audited.reveal([vote] * 3)
            await audited.advance()
            await audited.advance_late()
            await audited.net.artist.challenge_delivery(lease_id)
            await anybody.reveal_key(lease_id, result, RESULTS_KEY)
            assert await anybody.revealed_key(lease_id, 0) == RESULTS_KEY
            assert (await anybody.audit(lease_id)).phase is AuditPhase.DRAW

    asyncio.run(run())


def test_the_requester_doubts_pixels_and_then_the_delivery(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            audited = await (await AuditBench.open(opened)).lease()
            net, chain, lease_id = audited.net, audited.net.artist, audited.lease_id
            await audited.let_audit(False)
            await audited.submit()
            assert (await net.worker.lease(lease_id)).draw_outcome is DrawOutcome.UNSEATED
            await audited.let_audit(True)
            with pytest.raises(OnlyRequestersDoubt, match="the account that created the job"):
                await net.worker.challenge_pixels(lease_id, [1])
            with pytest.raises(WrongLeavesNamed, match="one to eight leaves"):
                await chain.challenge_pixels(lease_id, [8])
            await chain.challenge_pixels(lease_id, [1, 6])
            await audited.draw()
            leaves = await chain.drawn_leaves(lease_id)
            assert sorted(leaves[:2]) == [1, 6] and len(leaves) == 3
            await audited.vote(SAME, MACHINE, SAME)
            await audited.advance_late()
            fee_fri = AUDIT_TERMS.audit_fee_fri + 3 * AUDIT_TERMS.audit_tile_fri
            assert await net.artist.balance_fri(PAYOUT) == 0
            assert await chain.burned_fri() == PAY_FRI * 3 // 10
            assert await earned(audited) == await fees(audited, fee_fri)
            with pytest.raises(LeaseIsInAudit):
                await chain.challenge_pixels(lease_id, [1])
            await chain.challenge_delivery(lease_id)
            with pytest.raises(NotTheResultsKey, match="whose hash was submitted"):
                await net.worker.reveal_key(lease_id, audited.pixels.result, bytes(32))
            await net.worker.reveal_key(lease_id, audited.pixels.result, RESULTS_KEY)
            assert await chain.revealed_key(lease_id, 0) == RESULTS_KEY
            await audited.draw()
            await audited.seal([YES, NO, NO])
            await audited.reveal([YES, NO, NO])
            await audited.advance()
            await audited.advance_late()
            assert (await net.worker.lease(lease_id)).state is LeaseState.REJECTED
            assert await net.artist.balance_fri(net.artist.address) == PAY_FRI * 3 // 10 + 3 * FEE_FRI

    asyncio.run(run())
