"""Verifiers who say why they have no vote, or nothing: more votes are drawn, and silence decides nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.errors import (
    AuditInOtherPhase,
    DrawIsAhead,
    NoSuchSeatInRound,
    NoSuchWord,
    NotThatVerifier,
    SeatHasVoted,
)
from renderchain.core.audit.phases import BATCH_STEPS, COMMIT_STEPS, DRAW_STEPS
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict, Vote, answer_of
from renderchain.core.lifecycle import LeaseState

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench, AuditedLease
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT
from devkit.made_up_pixels import Rendering, contents_of
from devkit.parties import Networks
from tests.board.opener import Opener

READABLE_AFTER = 12  # blocks after the one that a draw waits for
SAME = Rendering.SAME
PAY_FRI = 2 * AUDIT_TERMS.reward_fri
POOL_FRI = AUDIT_TERMS.audit_pool_fri
AUDIT_FRI = 3 * FEE_FRI


async def drawn(opened: Networks[Any]) -> AuditedLease:
    """A lease whose three votes are drawn."""
    audited = await (await AuditBench.open(opened)).lease()
    await audited.submit()
    return audited


async def say(audited: AuditedLease, *words: Vote) -> None:
    """Seats of the present draw, from the first on, say this."""
    for verifier, word in zip(await audited.verifiers(), words, strict=False):
        await audited.benched[verifier.worker_id].decline(audited.lease_id, verifier.seat, word)


async def seal_rest(audited: AuditedLease) -> None:
    """All seats of the present draw that have not answered seal what the worker has."""
    vote = answer_of(hash_many, contents_of(await audited.leaves()))
    waiting = [one for one in await audited.verifiers() if one.vote is Vote.DRAWN]
    for verifier in waiting:
        await audited.seal_one(verifier, vote)


async def finish_round(audited: AuditedLease) -> None:
    """Open and reveal all that was sealed; the verdict may be appealed."""
    await audited.open()
    vote = answer_of(hash_many, contents_of(await audited.leaves()))
    for verifier in await audited.verifiers():
        if verifier.vote is Vote.SEALED:
            await audited.reveal_seat(verifier, vote)


async def finish(audited: AuditedLease) -> None:
    """The same, and the verdict stands."""
    await finish_round(audited)
    await audited.advance_late()


async def votes(audited: AuditedLease) -> list[Vote]:
    return [one.vote for one in await audited.verifiers()]


async def earned_fri(audited: AuditedLease) -> int:
    chains = audited.benched.values()
    return sum([await chain.balance_fri(chain.address) for chain in chains])


async def stake_fri(audited: AuditedLease) -> int:
    """Of all verifiers together."""
    return sum([(await audited.net.artist.worker(number)).seat_stake_fri for number in audited.benched])


def test_who_is_busy_pays_for_two_votes_besides_the_one_in_its_place(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        before_fri = await stake_fri(audited)
        first, *_ = await audited.verifiers()
        chain = audited.benched[first.worker_id]
        for word in (Vote.ABSENT, Vote.SEALED, Vote.COUNTED):
            with pytest.raises(NoSuchWord, match="busy, that it takes too long"):
                await chain.decline(audited.lease_id, 0, word)
        with pytest.raises(NotThatVerifier):
            await audited.net.outsider.decline(audited.lease_id, 0, Vote.BUSY)
        with pytest.raises(NoSuchSeatInRound):
            await chain.decline(audited.lease_id, 3, Vote.BUSY)
        await say(audited, Vote.BUSY)
        assert before_fri - await stake_fri(audited) == 2 * FEE_FRI
        with pytest.raises(SeatHasVoted):
            await chain.decline(audited.lease_id, 0, Vote.BUSY)
        await seal_rest(audited)
        audit = await audited.audit()
        assert (audit.phase, audit.batches, audit.sealed, audit.said) == (AuditPhase.DRAW, 1, 2, 1)
        with pytest.raises(DrawIsAhead):
            await chain.draw(audited.job_id, [audited.lease_id])
        await audited.draw()
        assert await votes(audited) == [Vote.BUSY, *[Vote.SEALED] * 2, *[Vote.DRAWN] * 3]
        await seal_rest(audited)
        await finish(audited)
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        # Three fees out of the reserve, two that the busy one paid.
        assert await earned_fri(audited) == 5 * FEE_FRI
        assert (await audited.net.artist.job(audited.job_id)).audit_pool_fri == POOL_FRI - 3 * FEE_FRI

    networks.run(story)


def test_one_who_can_not_have_the_package_is_replaced_and_decides_nothing(networks: Opener) -> None:
    """Nobody forfeits anything for it, so it is its own fee that pays for the vote in its place."""

    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        before_fri = await stake_fri(audited)
        await say(audited, Vote.NO_PACKAGE)
        await seal_rest(audited)
        await audited.draw()
        assert await votes(audited) == [Vote.NO_PACKAGE, Vote.SEALED, Vote.SEALED, Vote.DRAWN]
        await seal_rest(audited)
        await finish(audited)
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert before_fri - await stake_fri(audited) == FEE_FRI, "others could have it"
        tenth_fri = FEE_FRI // 10
        assert await earned_fri(audited) == 3 * FEE_FRI + 3 * (tenth_fri // 3)
        assert (await audited.net.artist.job(audited.job_id)).audit_pool_fri == POOL_FRI - 3 * FEE_FRI

    networks.run(story)


def test_fees_of_who_declined_return_where_nobody_was_needed_in_their_place(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        await seal_rest(audited)
        await finish_round(audited)
        outsider = audited.net.outsider
        bond_fri = await outsider.appeal_bond_fri(audited.lease_id)
        await audited.appeal(outsider)
        await say(audited, Vote.NO_PACKAGE, Vote.NO_PACKAGE)
        await seal_rest(audited)
        assert (await audited.audit()).phase is AuditPhase.OPEN, "five of seven are enough"
        before_fri = await audited.net.artist.burned_fri()
        await finish(audited)
        burned_fri = await audited.net.artist.burned_fri() - before_fri
        # Lost for nothing but five fees, which the votes have.
        forfeits_fri = 2 * 2 * FEE_FRI
        tenth_fri = forfeits_fri // 10 // 8 * 8
        assert burned_fri == bond_fri - 5 * 2 * FEE_FRI + forfeits_fri - tenth_fri

    networks.run(story)


def test_who_is_absent_pays_for_a_batch_of_four(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        before_fri = await stake_fri(audited)
        await audited.advance_late(COMMIT_STEPS)
        assert await votes(audited) == [Vote.ABSENT] * 3
        assert before_fri - await stake_fri(audited) == 3 * 20 * FEE_FRI
        await audited.draw()
        assert await votes(audited) == [Vote.ABSENT] * 3 + [Vote.DRAWN] * 4
        await seal_rest(audited)
        assert (await audited.audit()).phase is AuditPhase.OPEN, "four of seven answered, over half"
        await finish(audited)
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        # The reserve pays three of the four, absence the fourth.
        assert (await audited.net.artist.job(audited.job_id)).audit_pool_fri == POOL_FRI - 3 * FEE_FRI

    networks.run(story)


def test_three_answers_of_fifteen_are_too_few_and_others_decide(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        await seal_rest_but(audited, 1)  # two seal, one is absent
        await audited.advance_late(COMMIT_STEPS)
        for batch in range(3):
            await audited.draw()
            assert (await audited.audit()).batches == batch + 1
            await audited.advance_late(BATCH_STEPS)
        audit = await audited.audit()
        assert (audit.phase, audit.redraws, audit.first) == (AuditPhase.DRAW, 1, 15)
        everybody = await audited.net.artist.verifiers(audited.lease_id)
        assert [one.vote for one in everybody].count(Vote.SPARE) == 2, "they are paid"
        await audited.draw()
        assert await votes(audited) == [Vote.DRAWN] * 3
        await seal_rest(audited)
        await finish(audited)
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED

    networks.run(story)


async def seal_rest_but(audited: AuditedLease, absent: int) -> None:
    vote = answer_of(hash_many, contents_of(await audited.leaves()))
    for verifier in (await audited.verifiers())[absent:]:
        await audited.seal_one(verifier, vote)


def test_silence_of_all_verifiers_in_all_draws_shares_the_pay(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        for _ in range(3):
            await audited.advance_late(COMMIT_STEPS)
            for _ in range(3):
                await audited.draw()
                await audited.advance_late(BATCH_STEPS)
            if (await audited.audit()).phase is AuditPhase.DRAW:
                await audited.draw()
        assert (await audited.audit()).verdict is Verdict.UNDECIDED
        lease = await audited.net.worker.lease(audited.lease_id)
        assert lease.state is LeaseState.REJECTED
        assert await audited.net.artist.balance_fri(PAYOUT) == PAY_FRI // 2
        assert (await audited.net.worker.worker(audited.net.worker_id)).locked_fri == 0
        assert (await audited.net.worker.record(audited.net.worker_id, FAMILY)).losses == 0
        assert await earned_fri(audited) == 0

    networks.run(story)


def test_a_package_that_a_majority_can_not_have_rejects_and_may_be_appealed(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        await audited.all_say(Vote.NO_PACKAGE)
        audit = await audited.audit()
        assert (audit.phase, audit.verdict, audit.batches) == (AuditPhase.APPEAL, Verdict.REJECTED, 3)
        assert len(await audited.verifiers()) == 12, "the fee of each paid for one in its place, three times"
        before_fri = await stake_fri(audited)
        await audited.appeal(audited.net.worker)
        assert len(await audited.verifiers()) == 7
        await seal_rest(audited)
        await finish(audited)
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert before_fri - await stake_fri(audited) == 12 * FEE_FRI, "others could have it"

    networks.run(story)


def test_a_package_that_nobody_serves_costs_the_lock_and_judges_nobody(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        before_fri = await stake_fri(audited)
        await audited.all_say(Vote.NO_PACKAGE)
        await audited.advance_late()
        assert (await audited.net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert (await audited.net.worker.record(audited.net.worker_id, FAMILY)).losses == 1
        assert (before_fri - await stake_fri(audited), await earned_fri(audited)) == (0, 0)
        assert (await audited.net.artist.job(audited.job_id)).audit_pool_fri == POOL_FRI

    networks.run(story)


@pytest.mark.parametrize("second_look", [False, True])
def test_what_takes_a_majority_too_long_is_shared_and_costs_them_nothing_and_its_requester_their_fees(
    networks: Opener, second_look: bool
) -> None:
    """The fees of a second look, which an honest requester would not have spent here, come back."""

    async def story(opened: Networks[Any]) -> None:
        terms = replace(AUDIT_TERMS, second_look=second_look, audit_pool_fri=17 * FEE_FRI)
        audited = await (await AuditBench.open(opened)).lease(terms=terms)
        await audited.submit()
        before_fri = await stake_fri(audited)
        await audited.all_say(Vote.OVER_TIME)
        audit = await audited.audit()
        assert (audit.phase, audit.verdict) == (AuditPhase.OVER, Verdict.UNDECIDED)
        assert before_fri == await stake_fri(audited)
        assert await audited.net.artist.balance_fri(PAYOUT) == PAY_FRI // 2
        assert await audited.net.artist.burned_fri() == PAY_FRI // 2 + AUDIT_FRI
        kept_fri = await audited.net.artist.balance_fri(audited.net.artist.address)
        assert kept_fri == 14 * FEE_FRI, "what was not for these votes"

    networks.run(story)


def test_who_alone_takes_too_long_pays_like_one_that_is_busy(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        await audited.advance_late(COMMIT_STEPS)
        await audited.draw()
        before_fri = await stake_fri(audited)
        waiting = [one for one in await audited.verifiers() if one.vote is Vote.DRAWN]
        last = waiting[-1]
        await seal_rest_of(audited, waiting[:-1])
        await audited.benched[last.worker_id].decline(audited.lease_id, last.seat, Vote.OVER_TIME)
        # Three of seven answered: not over half, so there is another batch.
        assert (await audited.audit()).phase is AuditPhase.DRAW
        assert before_fri == await stake_fri(audited)
        await audited.draw()
        await seal_rest(audited)
        assert before_fri - await stake_fri(audited) == 2 * FEE_FRI

    networks.run(story)


async def seal_rest_of(audited: AuditedLease, verifiers: list[Any]) -> None:
    vote = answer_of(hash_many, contents_of(await audited.leaves()))
    for verifier in verifiers:
        await audited.seal_one(verifier, vote)


def test_where_nobody_can_be_drawn_the_draw_waits_and_then_the_pay_is_shared(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        await audited.let_audit(False)
        await audited.submit()
        lease, audit = await audited.net.worker.lease(audited.lease_id), await audited.audit()
        assert (lease.draw_outcome, audit.phase) == (DrawOutcome.IN_AUDIT, AuditPhase.DRAW)
        seed = await audited.net.artist.seed(audited.lease_id, 0)
        with pytest.raises(DrawIsAhead):
            await audited.net.artist.draw(audited.job_id, [audited.lease_id])
        audited.net.pass_time(1, 20)
        audited.net.pass_draw_block()
        assert await audited.net.artist.draw(audited.job_id, [audited.lease_id]) == []
        assert (await audited.audit()).phase is AuditPhase.DRAW
        assert await audited.net.artist.seed(audited.lease_id, 0) == seed, "the leaves stay"
        audited.net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        assert (await audited.net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert await audited.net.artist.balance_fri(PAYOUT) == PAY_FRI // 2
        assert (await audited.net.worker.record(audited.net.worker_id, FAMILY)).losses == 0

    networks.run(story)


def test_votes_that_come_late_are_drawn_for_the_same_leaves(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        await audited.let_audit(False)
        await audited.submit()
        leaves = await audited.leaves()
        await audited.let_audit(True)
        while (await audited.audit()).phase is AuditPhase.DRAW:  # a block before the offers finds too few
            due = (await audited.audit()).draw_block + READABLE_AFTER
            audited.net.pass_time(1, max(1, due - await audited.net.artist.block_number()))
            await audited.draw()
        assert await audited.leaves() == leaves
        await seal_rest(audited)
        await finish(audited)
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED

    networks.run(story)


def test_a_challenge_for_which_nobody_can_be_drawn_costs_nothing(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        await seal_rest(audited)
        await finish(audited)
        artist = audited.net.artist
        await audited.let_audit(False)
        await artist.challenge_delivery(audited.lease_id)
        with pytest.raises(AuditInOtherPhase):
            await audited.open()
        await audited.net.worker.reveal_key(audited.lease_id, audited.pixels.result, audited.results_key)
        await audited.draw()
        audited.net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        bond_fri = PAY_FRI * 3 // 10 + 3 * FEE_FRI
        assert await artist.balance_fri(artist.address) == bond_fri
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED

    networks.run(story)


def test_a_batch_that_nobody_can_be_drawn_for_ends_as_the_limit_does(networks: Opener) -> None:
    """Two sealed of three: too few. No more votes, nor a new draw's, are found: the pay is shared."""

    async def story(opened: Networks[Any]) -> None:
        audited = await drawn(opened)
        await seal_rest_but(audited, 1)
        await audited.advance_late(COMMIT_STEPS)
        await audited.let_audit(False)
        for redraw in (1, 2):
            audited.net.pass_time(DRAW_STEPS * PHASE_S)
            await audited.advance()
            audit = await audited.audit()
            assert (audit.phase, audit.redraws, audit.first) == (AuditPhase.DRAW, redraw, 3)
        audited.net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        audit = await audited.audit()
        assert (audit.phase, audit.verdict) == (AuditPhase.OVER, Verdict.UNDECIDED)
        everybody = await audited.net.artist.verifiers(audited.lease_id)
        assert [one.vote for one in everybody] == [Vote.ABSENT, Vote.SPARE, Vote.SPARE]
        assert await earned_fri(audited) == 2 * FEE_FRI, "who sealed is paid"
        assert await audited.net.artist.burned_fri() == PAY_FRI // 2 + 20 * FEE_FRI

    networks.run(story)
