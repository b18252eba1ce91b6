"""Who wants a verdict may raise the fee of votes that nobody wanted; what of it is not used returns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.audit.economics import MOST_NOTCHES
from renderchain.core.audit.errors import NoDrawToRaise, WrongRaise
from renderchain.core.audit.phases import DRAW_STEPS
from renderchain.core.audit.state import AuditPhase, Verdict
from renderchain.core.contract_errors import VoteFeeTooHigh
from renderchain.core.job import JobTerms
from renderchain.core.lifecycle import JobState, LeaseState

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench, AuditedLease
from devkit.made_up_job import FEE_FRI, PAYOUT
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

SAME, OTHER = Rendering.SAME, Rendering.OTHER
DOUBLE = 4  # notches
VOTES = 3
READABLE_AFTER = 12  # blocks after the one that a draw waits for


async def starved(bench: AuditBench[Any], terms: JobTerms = AUDIT_TERMS) -> AuditedLease:
    """A drawn lease whose fee is half of what all verifiers want by now; the draw found none."""
    audited = await bench.lease(terms=terms)
    fee_fri = (await bench.net.artist.job(audited.job_id)).fee_fri(audited.pixels.count)
    await audited.let_audit(True, 2 * fee_fri)
    await audited.submit()
    assert (await audited.audit()).phase is AuditPhase.DRAW
    return audited


async def draw_again(audited: AuditedLease) -> None:
    """Once the block that draws next is there."""
    await pass_block(audited)
    await audited.draw()


async def pass_block(audited: AuditedLease) -> None:
    """Until that block can be read."""
    due = (await audited.audit()).draw_block + READABLE_AFTER
    audited.net.pass_time(1, max(1, due - await audited.net.artist.block_number()))


def test_a_raised_fee_finds_votes_and_pays_them(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited, net = await starved(bench), bench.net
        tokens_fri = await net.outsider.tokens_fri(net.outsider.address)
        assert not await net.outsider.has_voters(audited.lease_id, 0)
        assert await net.outsider.has_voters(audited.lease_id, DOUBLE)
        await net.outsider.raise_fee(audited.lease_id, DOUBLE)
        assert (await audited.audit()).raised == (DOUBLE, 0, 0)
        spent_fri = tokens_fri - await net.outsider.tokens_fri(net.outsider.address)
        assert spent_fri >= VOTES * FEE_FRI, "besides gas, where there is any"
        await draw_again(audited)
        assert (await audited.audit()).phase is AuditPhase.COMMIT
        voters = [one.worker_id for one in await audited.verifiers()]
        await audited.vote(*[SAME] * VOTES)
        await audited.advance_late()
        paid = [(await bench.verifiers[one].balance_fri(bench.verifiers[one].address)) for one in set(voters)]
        assert sum(paid) == VOTES * 2 * FEE_FRI
        assert await net.outsider.balance_fri(net.outsider.address) == 0
        pool_fri = (await net.artist.job(audited.job_id)).audit_pool_fri
        assert pool_fri == AUDIT_TERMS.audit_pool_fri - VOTES * FEE_FRI

    networks.run(story)


def test_a_cheat_whose_votes_nobody_wants_loses_once_its_requester_raises_their_fee(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited, net = await starved(bench), bench.net
        stake_fri = (await net.worker.worker(net.worker_id)).stake_fri
        await net.artist.raise_fee(audited.lease_id, DOUBLE)
        await draw_again(audited)
        await audited.vote(*[OTHER] * VOTES)
        await audited.advance_late()
        assert (await net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert await net.artist.balance_fri(PAYOUT) == 0, "and no half of the pay"
        assert (await net.worker.worker(net.worker_id)).stake_fri < stake_fri

    networks.run(story)


def test_a_higher_raise_returns_the_one_before_it(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited, net = await starved(bench), bench.net
        await net.outsider.raise_fee(audited.lease_id, 1)
        await net.worker.raise_fee(audited.lease_id, DOUBLE)
        first_fri = VOTES * (FEE_FRI * 5 // 4 - FEE_FRI)
        assert await net.outsider.balance_fri(net.outsider.address) == first_fri
        assert await net.outsider.price_to_raise_fri(audited.lease_id, DOUBLE) == VOTES * FEE_FRI
        with pytest.raises(WrongRaise, match="by more notches than anybody before"):
            await net.outsider.raise_fee(audited.lease_id, DOUBLE)
        with pytest.raises(WrongRaise):
            await net.outsider.raise_fee(audited.lease_id, MOST_NOTCHES + 1)

    networks.run(story)


@pytest.mark.parametrize("second_look", [False, True])
def test_a_raise_that_finds_nobody_returns(networks: Opener, second_look: bool) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        reserve_fri = (17 if second_look else 3) * FEE_FRI
        terms = replace(AUDIT_TERMS, second_look=second_look, audit_pool_fri=reserve_fri + 7)
        audited, net = await starved(bench, terms), bench.net
        await net.outsider.raise_fee(audited.lease_id, 1)
        await draw_again(audited)
        net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        artist = net.artist
        assert (await artist.job(audited.job_id)).state is JobState.CANCELED
        raise_fri = VOTES * (FEE_FRI * 5 // 4 - FEE_FRI)
        assert await net.outsider.balance_fri(net.outsider.address) == raise_fri
        assert await artist.balance_fri(artist.address) == reserve_fri + 7

    networks.run(story)


def test_a_fee_is_not_raised_before_a_draw_failed_nor_once_its_block_is_there(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        audited = await bench.lease()
        await audited.let_audit(False)
        await net.worker.submit(audited.lease_id, audited.pixels.count, audited.pixels.result)
        with pytest.raises(NoDrawToRaise, match="once a draw of a round's own votes found too few"):
            await net.worker.raise_fee(audited.lease_id, 1)
        await audited.draw()
        await pass_block(audited)
        with pytest.raises(NoDrawToRaise, match="before the block that draws next"):
            await net.worker.raise_fee(audited.lease_id, 1)
        await audited.let_audit(True)
        while (await audited.audit()).phase is AuditPhase.DRAW:  # a block before the offers finds nobody
            await draw_again(audited)
        assert (await audited.audit()).phase is AuditPhase.COMMIT
        with pytest.raises(NoDrawToRaise):
            await net.worker.raise_fee(audited.lease_id, 1)

    networks.run(story)


def test_a_raised_fee_stays_below_a_fifteenth_of_the_pay(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        most_fri = AUDIT_TERMS.reward_fri * AUDIT_TERMS.tasks // 15
        fee_fri = most_fri * 3 // 4
        terms = replace(AUDIT_TERMS, audit_fee_fri=fee_fri, audit_tile_fri=0, audit_pool_fri=VOTES * fee_fri)
        audited = await starved(bench, terms)
        with pytest.raises(VoteFeeTooHigh):
            await bench.net.worker.raise_fee(audited.lease_id, 2)
        await bench.net.worker.raise_fee(audited.lease_id, 1)

    networks.run(story)


def test_appeals_of_a_lease_whose_fee_was_raised_cost_what_they_always_do(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited, net = await starved(bench), bench.net
        await net.worker.raise_fee(audited.lease_id, DOUBLE)
        await draw_again(audited)
        await audited.vote(SAME, SAME, SAME)
        pay_fri = AUDIT_TERMS.tasks * AUDIT_TERMS.reward_fri
        bond_fri = await net.outsider.appeal_bond_fri(audited.lease_id)
        assert bond_fri == 7 * 2 * FEE_FRI + pay_fri // 20

    networks.run(story)


async def appealed(bench: AuditBench[Any], verdict: Rendering = OTHER) -> AuditedLease:
    """An appeal by the worker, whose votes nobody wants at their fee; a draw looked for them in vain."""
    audited = await bench.lease()
    await audited.submit()
    await audited.vote(*[verdict] * VOTES)
    fee_fri = 2 * (await bench.net.artist.job(audited.job_id)).fee_fri(audited.pixels.count)
    await audited.let_audit(True, 2 * fee_fri)
    await audited.appeal(bench.net.worker)
    assert (await audited.audit()).phase is AuditPhase.DRAW
    return audited


def test_votes_of_an_appeal_are_found_at_a_raised_fee(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited, net = await appealed(bench), bench.net
        assert not await net.outsider.has_voters(audited.lease_id, DOUBLE - 1)
        assert await net.outsider.has_voters(audited.lease_id, DOUBLE)
        assert await net.outsider.price_to_raise_fri(audited.lease_id, DOUBLE) == 7 * 2 * FEE_FRI
        await net.outsider.raise_fee(audited.lease_id, DOUBLE)
        assert (await audited.audit()).raised == (0, DOUBLE, 0)
        await draw_again(audited)
        await audited.vote(*[SAME] * 7)
        await audited.advance_late()
        assert (await audited.audit()).verdict is Verdict.ACCEPTED
        assert await net.outsider.balance_fri(net.outsider.address) == 0, "all of it was needed"

    networks.run(story)


def test_a_rejection_that_is_appealed_in_vain_does_not_stand(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited, net = await appealed(bench), bench.net
        pay_fri = AUDIT_TERMS.tasks * AUDIT_TERMS.reward_fri
        before = await net.worker.worker(net.worker_id)
        await net.outsider.raise_fee(audited.lease_id, 1)
        net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        assert (await audited.audit()).verdict is Verdict.UNDECIDED
        after = await net.worker.worker(net.worker_id)
        assert (after.stake_fri, after.locked_fri) == (before.stake_fri, 0)
        assert await net.artist.balance_fri(PAYOUT) == pay_fri // 2
        bond_fri = 7 * 2 * FEE_FRI + pay_fri // 20
        assert await net.worker.balance_fri(net.worker.address) == bond_fri - pay_fri // 20
        raise_fri = 7 * (2 * FEE_FRI * 5 // 4 - 2 * FEE_FRI)
        assert await net.outsider.balance_fri(net.outsider.address) == raise_fri

    networks.run(story)


def test_an_acceptance_that_is_appealed_in_vain_stands(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited, net = await appealed(bench, SAME), bench.net
        net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        assert (await audited.audit()).verdict is Verdict.ACCEPTED
        bond_fri = 7 * 2 * FEE_FRI + AUDIT_TERMS.tasks * AUDIT_TERMS.reward_fri // 20
        assert await net.worker.balance_fri(net.worker.address) == bond_fri

    networks.run(story)
