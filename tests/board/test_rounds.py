"""Audits from the draw to their end, with their money: verdicts, appeals, challenges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.errors import (
    AuditInOtherPhase,
    LeaseIsInAudit,
    NeedsPrints,
    NothingToDraw,
    NotThatVerifier,
    NotTheResultsKey,
    OnlyRequestersDoubt,
    OpenedForAnotherDraw,
    SeatMayNotAppeal,
    StepNotOverdue,
    WrongLeavesNamed,
)
from renderchain.core.audit.state import NO, YES, AuditPhase, DrawOutcome, Verdict, Vote, answer_of
from renderchain.core.job import Record
from renderchain.core.lifecycle import LeaseState
from renderchain.ports.audit_chain import Reveal

from devkit.audited_lease import AUDIT_TERMS, NONCE, AuditBench, AuditedLease
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT
from devkit.made_up_pixels import RESULTS_KEY, Rendering, contents_of, prints_of
from devkit.parties import Networks
from tests.board.opener import Opener

SAME, MACHINE, OTHER, *_ = Rendering
PAY_FRI = 2 * AUDIT_TERMS.reward_fri
LOCK_FRI = PAY_FRI * 3 // 10 + 3 * FEE_FRI
POOL_FRI = AUDIT_TERMS.audit_pool_fri
LATER_FRI = 2 * FEE_FRI


async def votes(audited: AuditedLease) -> list[Vote]:
    """Of the present draw."""
    return [one.vote for one in await audited.verifiers()]


async def earned_fri(audited: AuditedLease) -> int:
    """What all verifiers together are owed."""
    chains = audited.benched.values()
    return sum([await chain.balance_fri(chain.address) for chain in chains])


async def lost_fri(audited: AuditedLease, before: dict[int, int]) -> int:
    """What all verifiers together lost of their stake."""
    chain = audited.net.artist
    now = {number: (await chain.worker(number)).seat_stake_fri for number in audited.benched}
    return sum(before[number] - now[number] for number in now)


async def stakes(audited: AuditedLease) -> dict[int, int]:
    """Of the verifiers."""
    return {number: (await audited.net.artist.worker(number)).seat_stake_fri for number in audited.benched}


def test_equal_digests_clear_a_lease_and_pay_its_verifiers(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        net, chain, lease_id = audited.net, audited.net.worker, audited.lease_id
        await audited.submit()
        with pytest.raises(NothingToDraw, match="nothing has to be done"):
            await chain.draw(audited.job_id, [lease_id])
        with pytest.raises(NotThatVerifier, match="operator account of the seat's worker"):
            await chain.commit([(lease_id, 0, 5)])
        with pytest.raises(StepNotOverdue, match="Wait until everybody has voted"):
            await chain.advance(audited.job_id, [lease_id])
        leaves = await audited.leaves()
        vote = answer_of(hash_many, contents_of(leaves))
        await audited.seal([vote] * 3)
        openings, siblings = audited.pixels.opened(leaves)
        prints = prints_of(leaves, SAME)
        with pytest.raises(OpenedForAnotherDraw, match="read the draw again"):
            await chain.open_leaves(lease_id, 1, audited.pixels.result, openings, siblings, prints)
        await audited.open()
        opened_ = await chain.opened(lease_id, 0, 0)
        assert opened_ and list(opened_.contents) == contents_of(leaves)
        assert list(opened_.prints) == prints
        assert await chain.submitted(lease_id, 0) == audited.pixels.result
        await audited.reveal([vote] * 3)  # the last one counts them
        audit = await audited.audit()
        assert (audit.phase, audit.verdict) == (AuditPhase.APPEAL, Verdict.ACCEPTED)
        await audited.advance_late()
        assert (await net.worker.lease(lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert await votes(audited) == [Vote.COUNTED] * 3
        assert await earned_fri(audited) == 3 * FEE_FRI
        paid_before = await net.artist.tokens_fri(PAYOUT)
        assert await net.artist.accept(audited.job_id, [lease_id]) == []
        assert await net.artist.tokens_fri(PAYOUT) - paid_before == PAY_FRI
        assert (await net.worker.worker(net.worker_id)).locked_fri == 0
        assert await net.worker.record(net.worker_id, FAMILY) == Record(1, 0, 3 * FEE_FRI)

    networks.run(story)


def test_a_rejection_that_is_shown_costs_the_lock_and_rewards_who_objected(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        net, before = audited.net, await stakes(audited)
        stake_fri = (await net.worker.worker(net.worker_id)).stake_fri
        await audited.submit()
        await audited.vote(MACHINE, OTHER, OTHER)
        audit = await audited.audit()
        assert (audit.phase, audit.verdict, audit.proved) == (AuditPhase.APPEAL, Verdict.REJECTED, True)
        await audited.advance_late()
        assert (await net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        worker = await net.worker.worker(net.worker_id)
        assert (worker.stake_fri, worker.locked_fri) == (stake_fri - LOCK_FRI, 0)
        assert await net.worker.record(net.worker_id, FAMILY) == Record(losses=1)
        # The one who agreed pays; a fee is for who showed it, a tenth of the rest for who was right.
        assert await lost_fri(audited, before) == 20 * FEE_FRI
        purse_fri = 20 * FEE_FRI + LOCK_FRI - FEE_FRI
        each_fri = purse_fri // 10 // 2
        assert await earned_fri(audited) == 2 * (FEE_FRI + each_fri)
        assert await net.outsider.balance_fri(net.outsider.address) == FEE_FRI
        assert await net.artist.burned_fri() == purse_fri - 2 * each_fri
        assert (await net.artist.job(audited.job_id)).audit_pool_fri == POOL_FRI - 2 * FEE_FRI

    networks.run(story)


def test_a_minority_that_differs_pays_for_it(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        before = await stakes(audited)
        await audited.submit()
        await audited.vote(MACHINE, OTHER, SAME)
        assert (await audited.audit()).verdict is Verdict.ACCEPTED
        await audited.advance_late()
        assert await lost_fri(audited, before) == 20 * FEE_FRI
        each_fri = 20 * FEE_FRI // 10 // 2
        assert await earned_fri(audited) == 2 * (FEE_FRI + each_fri)
        assert await audited.net.artist.burned_fri() == 20 * FEE_FRI - 2 * each_fri
        assert (await audited.net.artist.job(audited.job_id)).audit_pool_fri == POOL_FRI - 2 * FEE_FRI

    networks.run(story)


def test_anyone_appeals_an_acceptance_and_the_last_verdict_judges_every_vote(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        net, lease_id, before = audited.net, audited.lease_id, await stakes(audited)
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        bond_fri = await net.outsider.appeal_bond_fri(lease_id)
        assert bond_fri == 7 * LATER_FRI + PAY_FRI // 20
        await audited.appeal(net.outsider)
        assert len(await audited.verifiers()) == 7
        assert len(await audited.leaves()) == 2, (
            "nothing was in dispute: what the three saw, and a fresh leaf"
        )
        await audited.vote(*[OTHER] * 7)
        with pytest.raises(SeatMayNotAppeal, match="worker, or"):
            await net.artist.appeal(lease_id)
        await audited.advance_late()
        assert (await net.worker.lease(lease_id)).state is LeaseState.REJECTED
        # Friends of the worker are judged by what they saw.
        assert await lost_fri(audited, before) == 3 * 20 * FEE_FRI
        purse_fri = LOCK_FRI + 3 * 20 * FEE_FRI - 7 * LATER_FRI - LATER_FRI
        reward_fri = purse_fri // 10
        half_fri = reward_fri // 2
        each_fri = (reward_fri - half_fri) // 7
        balance_fri = await net.outsider.balance_fri(net.outsider.address)
        assert balance_fri == bond_fri + half_fri + LATER_FRI, "bond, half of the tenth, the showing"
        assert await earned_fri(audited) == 7 * LATER_FRI + 7 * each_fri
        assert await net.artist.burned_fri() == purse_fri - half_fri - 7 * each_fri

    networks.run(story)


def test_a_rejection_is_turned_by_more_votes_on_the_leaves_in_dispute(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        net, lease_id, before = audited.net, audited.lease_id, await stakes(audited)
        await audited.submit()
        await audited.vote(OTHER, OTHER, SAME)
        assert (await audited.audit()).verdict is Verdict.REJECTED
        disputed = await audited.leaves()
        await audited.appeal(net.worker)
        assert (await audited.leaves())[:1] == disputed
        assert len(await audited.leaves()) == 2
        await audited.vote(*[SAME] * 6, MACHINE)
        await audited.advance_late()
        assert (await net.worker.lease(lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert await lost_fri(audited, before) == 2 * 20 * FEE_FRI
        purse_fri = 2 * 20 * FEE_FRI - 7 * LATER_FRI
        half_fri = purse_fri // 10 // 2
        bond_fri = 7 * LATER_FRI + PAY_FRI // 20
        assert await net.worker.balance_fri(net.worker.address) == bond_fri + half_fri

    networks.run(story)


def test_who_appeals_in_vain_pays_the_votes_and_the_rest_burns(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        net = audited.net
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        await audited.appeal(net.outsider)
        await audited.vote(*[SAME] * 7)
        await audited.advance_late()
        assert (await net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert await net.outsider.balance_fri(net.outsider.address) == 0
        assert await net.artist.burned_fri() == PAY_FRI // 20
        assert await earned_fri(audited) == 3 * FEE_FRI + 7 * LATER_FRI

    networks.run(story)


def test_an_appellant_names_leaves_that_the_next_round_looks_at(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        (first,) = await audited.leaves()
        named = [leaf for leaf in range(8) if leaf != first][:3]
        with pytest.raises(WrongLeavesNamed):
            await audited.net.outsider.appeal(audited.lease_id, [8])
        await audited.net.outsider.appeal(audited.lease_id, named)
        await audited.draw()
        drawn = await audited.net.artist.drawn_leaves(audited.lease_id)
        assert [one.leaf for one in drawn][:3] == named and [one.position for one in drawn][:3] == [0, 1, 2]
        assert [one.position for one in drawn][3:] == [8, 9], (
            "that of the round before, and the first of this one"
        )

    networks.run(story)


def test_a_vote_that_differs_needs_prints_and_silence_leads_to_more_votes(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        before = await stakes(audited)
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
        audit = await audited.audit()
        assert (audit.phase, audit.round, audit.verdict) == (AuditPhase.DRAW, 1, Verdict.NONE)
        assert await lost_fri(audited, before) == 3 * 20 * FEE_FRI
        await audited.draw()
        await audited.vote(*[SAME] * 7)
        await audited.advance_late()
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert await earned_fri(audited) == 7 * (LATER_FRI + (60 * FEE_FRI - 7 * LATER_FRI) // 10 // 7)
        assert (await audited.net.artist.job(audited.job_id)).audit_pool_fri == POOL_FRI

    networks.run(story)


def test_the_worker_that_does_not_open_loses_and_nobody_else_is_judged(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        before = await stakes(audited)
        await audited.submit()
        await audited.seal([1, 2, 3])
        with pytest.raises(StepNotOverdue):
            await audited.advance_late()
        await audited.advance_late()
        assert (await audited.net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert await lost_fri(audited, before) == 0
        assert await earned_fri(audited) == 3 * FEE_FRI
        assert await audited.net.artist.burned_fri() == LOCK_FRI, "nobody was right"

    networks.run(story)


def test_who_has_the_evidence_answers_for_a_worker_that_is_away(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        lease_id, result = audited.lease_id, audited.pixels.result
        await audited.submit()
        anybody, leaves = audited.net.outsider, await audited.leaves()
        vote = answer_of(hash_many, contents_of(leaves))
        await audited.seal([vote] * 3)
        seed = await anybody.seed(lease_id, 0)
        evidence = (*audited.pixels.opened(leaves), prints_of(leaves, SAME))
        await anybody.open_leaves(lease_id, seed, result, *evidence)
        await audited.reveal([vote] * 3)
        await audited.advance_late()
        await audited.net.artist.challenge_delivery(lease_id)
        await anybody.reveal_key(lease_id, result, RESULTS_KEY)
        assert await anybody.revealed_key(lease_id, 0) == RESULTS_KEY
        assert (await anybody.audit(lease_id)).phase is AuditPhase.DRAW

    networks.run(story)


def test_the_requester_doubts_the_delivery_of_a_cleared_lease_once(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        net, chain, lease_id = audited.net, audited.net.artist, audited.lease_id
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        await audited.advance_late()
        with pytest.raises(OnlyRequestersDoubt, match="the account that created the job"):
            await net.worker.challenge_delivery(lease_id)
        with pytest.raises(LeaseIsInAudit):
            await chain.challenge_pixels(lease_id, [1])
        earlier_fri = await earned_fri(audited)
        await chain.challenge_delivery(lease_id)
        with pytest.raises(NotTheResultsKey, match="whose hash was submitted"):
            await net.worker.reveal_key(lease_id, audited.pixels.result, bytes(32))
        await net.worker.reveal_key(lease_id, audited.pixels.result, RESULTS_KEY)
        await audited.draw()
        await audited.seal([YES, NO, YES])
        await audited.reveal([YES, NO, YES])
        assert (await audited.audit()).verdict is Verdict.ACCEPTED
        await audited.advance_late()
        bond_fri = PAY_FRI * 3 // 10 + 3 * FEE_FRI
        assert await chain.balance_fri(chain.address) == 0
        tenth_fri = 20 * FEE_FRI // 10
        assert await earned_fri(audited) - earlier_fri == 2 * (FEE_FRI + tenth_fri // 2)
        assert await chain.burned_fri() == bond_fri - 2 * FEE_FRI + 20 * FEE_FRI - tenth_fri
        with pytest.raises(LeaseIsInAudit):
            await chain.challenge_delivery(lease_id)

    networks.run(story)


def test_a_delivery_that_a_majority_can_not_have_is_lost(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        net, chain, lease_id = audited.net, audited.net.artist, audited.lease_id
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        await audited.advance_late()
        await chain.challenge_delivery(lease_id)
        await net.worker.reveal_key(lease_id, audited.pixels.result, RESULTS_KEY)
        await audited.draw()
        await audited.seal([YES, NO, NO])
        await audited.reveal([YES, NO, NO])
        await audited.advance_late()
        assert (await net.worker.lease(lease_id)).state is LeaseState.REJECTED
        assert await chain.balance_fri(chain.address) == PAY_FRI * 3 // 10 + 3 * FEE_FRI

    networks.run(story)


def test_a_second_look_follows_half_of_the_acceptances_by_three(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        terms = replace(AUDIT_TERMS, second_look=True, audit_pool_fri=17 * FEE_FRI)
        seen = set[bool]()
        while len(seen) < 2:  # whether one follows is chance's, and each time one half
            audited = await bench.lease(terms=terms)
            assert (await audited.net.artist.job(audited.job_id)).audit_pool_fri == 0
            earlier_fri = await earned_fri(audited)
            await audited.submit()
            await audited.vote(SAME, SAME, SAME)
            await audited.advance_late()
            assert (await audited.audit()).phase is AuditPhase.LOOK
            await audited.draw()
            follows = (await audited.audit()).phase is not AuditPhase.OVER
            if follows:
                await audited.draw()
                await audited.vote(*[SAME] * 7)
                await audited.advance_late()
                assert (await audited.audit()).phase is AuditPhase.OVER
            paid_fri = 3 * FEE_FRI + follows * 7 * LATER_FRI
            assert await earned_fri(audited) - earlier_fri == paid_fri
            job = await audited.net.artist.job(audited.job_id)
            assert job.audit_pool_fri == (0 if follows else 14 * FEE_FRI)
            assert await audited.net.artist.accept(audited.job_id, [audited.lease_id]) == []
            seen.add(follows)

    networks.run(story)


def test_who_objected_in_vain_pays_also_where_two_more_rounds_follow(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        before = await stakes(audited)
        await audited.submit()
        await audited.vote(OTHER, OTHER, SAME)
        first = await audited.leaves()
        await audited.appeal(audited.net.worker)
        await audited.vote(*[SAME] * 7)
        await audited.appeal(audited.net.outsider)
        assert (await audited.leaves())[:1] == first, "what was in dispute stays so"
        await audited.vote(*[SAME] * 15)
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert await lost_fri(audited, before) == 2 * 20 * FEE_FRI

    networks.run(story)
