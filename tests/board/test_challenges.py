"""Doubts of a lease that chance spared, with their bonds; who may appeal; what silence about a key costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.app.requester.challenge import challenge
from renderchain.core.audit.economics import PAY_FEES
from renderchain.core.audit.errors import LeaseIsInAudit, SeatMayNotAppeal, WrongLeavesNamed
from renderchain.core.audit.phases import DRAW_STEPS, SILENCE_STEPS
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench, AuditedLease
from devkit.fakes.reporter import RecordingReporter
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT
from devkit.made_up_pixels import Rendering
from devkit.parties import Board, Networks
from tests.board.opener import Opener

SAME, MACHINE, OTHER, *_ = Rendering
PAY_FRI = 2 * AUDIT_TERMS.reward_fri
LATER_FRI = 2 * FEE_FRI
NAMED_FRI = (
    AUDIT_TERMS.audit_fee_fri + 9 * AUDIT_TERMS.audit_tile_fri
)  # one leaf, and eight that may be named
BOND_FRI = PAY_FRI * 3 // 10 + 3 * FEE_FRI
PIXELS_BOND_FRI = PAY_FRI * 3 // 10 + 3 * NAMED_FRI
LOCK_FRI = 2 * PAY_FRI  # at a rate of one half
SPARED = replace(AUDIT_TERMS, audit_floor_exp=1)
MOST_DRAWS = 30  # at a rate of one half, one after the other: never


async def balance_fri(chain: Board) -> int:
    return await chain.balance_fri(chain.address)


async def stakes_fri(audited: AuditedLease) -> int:
    """Of all verifiers together."""
    return sum([(await audited.net.artist.worker(number)).seat_stake_fri for number in audited.benched])


async def with_record(opened: Networks[Any]) -> AuditBench[Any]:
    """A network whose worker has ten leases accepted, so that chance spares every other one."""
    bench = await AuditBench.open(opened)
    await bench.net.owner.add_stake(bench.net.worker_id, 20 * FRI_PER_STRK)
    job_id = await bench.net.artist.create_job(
        replace(AUDIT_TERMS, tasks=10, longest_lease=1, audit_pool_fri=30 * FEE_FRI, expires_in_s=10**6)
    )
    for slot in range(10):
        audited = await bench.claim(job_id, slot)
        await audited.clear()
        assert await bench.net.artist.accept(job_id, [audited.lease_id]) == []
    await bench.net.artist.withdraw([one.address for one in bench.verifiers.values()])
    return bench


async def spared(bench: AuditBench[Any], slot: int) -> AuditedLease:
    """A lease that passed the draw; those that did not are settled first, else they fill the family's cap."""
    for _ in range(MOST_DRAWS):
        audited = await bench.lease(slot=slot, terms=SPARED)
        await audited.submit()
        if (await bench.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.PASSED:
            return audited
        await audited.vote(*[SAME] * 3)
        await audited.advance_late()
        assert await bench.net.artist.accept(audited.job_id, [audited.lease_id]) == []
    raise AssertionError(f"chance drew {MOST_DRAWS} leases one after the other")


async def undrawn(bench: AuditBench[Any], slot: int) -> AuditedLease:
    """A lease that chance spares, and that nobody had drawn."""
    for _ in range(MOST_DRAWS):
        one = await bench.lease(slot=slot, terms=SPARED)
        await bench.net.worker.submit(one.lease_id, one.pixels.count, one.pixels.result)
        bench.net.pass_draw_block()
        if await bench.net.worker.passes_draw(await bench.net.worker.lease(one.lease_id)):
            return one
        await one.draw()
        assert (await bench.net.worker.lease(one.lease_id)).draw_outcome is DrawOutcome.IN_AUDIT
        await one.vote(*[SAME] * 3)
        await one.advance_late()
        assert await bench.net.artist.accept(one.job_id, [one.lease_id]) == []
    raise AssertionError(f"chance drew {MOST_DRAWS} leases one after the other")


def test_what_chance_spares_needs_no_draw_to_be_paid_and_one_to_be_challenged(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await with_record(opened)
        net = bench.net
        doubted = await undrawn(bench, 0)
        await challenge(net.artist, RecordingReporter(), doubted.lease_id, [1])
        assert (await doubted.audit()).phase is AuditPhase.DRAW
        for slot, is_late in ((1, False), (2, True)):
            one = await undrawn(bench, slot)
            before_fri = await net.artist.tokens_fri(PAYOUT)
            if is_late:
                net.pass_time(AUDIT_TERMS.window_s)
                assert await net.outsider.accept_late(one.job_id, [one.lease_id]) == []
            else:
                assert await net.artist.accept(one.job_id, [one.lease_id]) == []
            lease = await net.worker.lease(one.lease_id)
            assert (lease.state, lease.draw_outcome) == (LeaseState.ACCEPTED, DrawOutcome.NOT_DRAWN)
            assert await net.artist.tokens_fri(PAYOUT) - before_fri == PAY_FRI
            job = await net.artist.job(one.job_id)
            assert (job.state, job.pending) == (JobState.COMPLETED, 0)

    networks.run(story)


def test_pixels_that_chance_spared_are_doubted_with_a_bond(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await with_record(opened)
        ends = (
            ([SAME, SAME, MACHINE], Verdict.ACCEPTED),
            ([OTHER, Rendering.LIGHT, SAME], Verdict.UNDECIDED),
            ([OTHER] * 3, Verdict.REJECTED),  # after which the worker has no record
        )
        for slot, (views, verdict) in enumerate(ends):
            await doubt(await spared(bench, slot), views, verdict)

    networks.run(story)


async def doubt(audited: AuditedLease, views: list[Rendering], verdict: Verdict) -> None:
    """From the challenge of all leaves but one to the end, with the money of both sides."""
    net, artist, lease_id = audited.net, audited.net.artist, audited.lease_id
    with pytest.raises(WrongLeavesNamed):
        await artist.challenge_pixels(lease_id, [])
    with pytest.raises(WrongLeavesNamed):
        await artist.challenge_pixels(lease_id, [1] * 9)
    stake_fri = (await net.worker.worker(net.worker_id)).stake_fri
    before = [await artist.burned_fri(), await balance_fri(artist)]
    verifiers_fri = await stakes_fri(audited)
    await artist.challenge_pixels(lease_id, [6, 1])
    await audited.draw()
    drawn = await artist.drawn_leaves(lease_id)
    assert [(one.leaf, one.position) for one in drawn[:2]] == [(6, 0), (1, 1)]
    assert len(drawn) == 3 and drawn[2].position == 8, "one by chance besides"
    await audited.reveal_all(*views)
    if verdict is Verdict.REJECTED:
        votes = await audited.shown([0, 1, 2], OTHER, 0)
        await net.outsider.show(lease_id, 0, votes, await audited.opened(), by_levels=False)
    await audited.advance_late()
    await audited.advance_late()
    audit = await audited.audit()
    assert (audit.verdict, audit.bonded) == (verdict, 1)
    state = (await net.worker.lease(lease_id)).state
    burned_fri = await artist.burned_fri() - before[0]
    came_back_fri = await balance_fri(artist) - before[1]
    lost_fri = stake_fri - (await net.worker.worker(net.worker_id)).stake_fri
    assert verifiers_fri == await stakes_fri(audited), "nobody was wrong"
    if verdict is Verdict.REJECTED:
        left_fri = LOCK_FRI - 4 * NAMED_FRI  # three votes and the showing
        each_fri = left_fri // 10 // 3
        assert (state, lost_fri, came_back_fri) == (LeaseState.REJECTED, LOCK_FRI, PIXELS_BOND_FRI)
        assert burned_fri == left_fri - 3 * each_fri
    elif verdict is Verdict.ACCEPTED:
        assert (state, lost_fri, came_back_fri) == (LeaseState.SUBMITTED, 0, 0)
        assert burned_fri == PIXELS_BOND_FRI - 3 * NAMED_FRI
        with pytest.raises(LeaseIsInAudit):
            await artist.challenge_pixels(lease_id, [1])
    else:
        pool_fri = AUDIT_TERMS.audit_pool_fri  # the job is over
        assert (state, lost_fri) == (LeaseState.REJECTED, 0)
        assert came_back_fri == PIXELS_BOND_FRI - 3 * NAMED_FRI + pool_fri
        assert burned_fri == PAY_FRI // 2


def test_a_worker_that_keeps_its_key_loses_and_the_doubt_costs_nothing(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        await audited.clear()
        artist, worker = audited.net.artist, audited.net.worker
        await artist.challenge_delivery(audited.lease_id)
        await audited.advance_late(SILENCE_STEPS)
        audit = await audited.audit()
        assert (audit.phase, audit.verdict) == (AuditPhase.OVER, Verdict.REJECTED)
        assert (await worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert (await worker.record(audited.net.worker_id, FAMILY)).losses == 1
        assert await balance_fri(artist) == BOND_FRI
        assert await artist.burned_fri() == BOND_FRI, "the lock, as much as the bond: nobody was right"

    networks.run(story)


def test_who_was_outvoted_may_appeal_a_rejection_and_who_voted_for_it_may_not(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened, range(4, 8))).lease()
        await audited.submit()
        await audited.vote(OTHER, OTHER, SAME)
        seats = await audited.verifiers()
        (outvoted,) = [one.worker_id for one in seats if not one.differs]
        objectors = {one.worker_id for one in seats if one.differs}
        for number in objectors - {outvoted}:
            with pytest.raises(SeatMayNotAppeal, match="who did not vote for it"):
                await audited.benched[number].appeal(audited.lease_id)
        with pytest.raises(SeatMayNotAppeal):
            await audited.net.outsider.appeal(audited.lease_id)
        before_fri = await balance_fri(audited.benched[outvoted])
        bond_fri = await audited.net.worker.appeal_bond_fri(audited.lease_id)
        await audited.appeal(audited.benched[outvoted])
        await audited.vote(*[SAME] * 7)
        await audited.advance_late()
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert await balance_fri(audited.benched[outvoted]) - before_fri > bond_fri

    networks.run(story)


def test_a_right_appeal_costs_nothing_however_dear_votes_are(networks: Opener) -> None:
    """Three saw nothing of what is false, so only the lock makes good what seven more cost."""

    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        dear_fri = PAY_FRI // PAY_FEES
        terms = replace(AUDIT_TERMS, audit_fee_fri=dear_fri, audit_tile_fri=0, audit_pool_fri=3 * dear_fri)
        audited = await bench.lease(terms=terms)
        net, lease_id, before_fri = audited.net, audited.lease_id, await stakes_fri(audited)
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        seen = await audited.leaves()
        false = next(leaf for leaf in range(8) if leaf not in seen)
        bond_fri = await net.outsider.appeal_bond_fri(lease_id)
        await audited.appeal(net.outsider, [false])
        await audited.reveal_all(*[OTHER] * 7, differs=1, mean=0, second=6)
        votes = await audited.shown(range(3, 10), OTHER, 0)
        await net.artist.show(lease_id, 0, votes, await audited.opened(), by_levels=False)
        await audited.advance_late()
        await audited.advance_late()
        assert (await net.worker.lease(lease_id)).state is LeaseState.REJECTED
        assert before_fri == await stakes_fri(audited), "nobody was wrong"
        assert await balance_fri(net.outsider) == bond_fri == 7 * 2 * dear_fri + PAY_FRI // 20
        assert await balance_fri(net.artist) == 2 * dear_fri, "the showing"

    networks.run(story)


def test_an_appeal_for_which_nobody_can_be_drawn_costs_nothing(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        await audited.let_audit(False)
        outsider = audited.net.outsider
        bond_fri = await outsider.appeal_bond_fri(audited.lease_id)
        await outsider.appeal(audited.lease_id)
        audited.net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        assert await balance_fri(outsider) == bond_fri
        audit = await audited.audit()
        assert (audit.verdict, audit.bonded) == (Verdict.ACCEPTED, 2)
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED

    networks.run(story)


def test_no_package_for_most_of_the_last_fifteen_is_final(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        net = audited.net
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        await audited.appeal(net.outsider)
        await audited.vote(*[SAME] * 7)
        await audited.appeal(net.outsider)
        assert len(await audited.verifiers()) == 15
        before_fri = await stakes_fri(audited)
        await audited.all_say(Vote.NO_PACKAGE)
        audit = await audited.audit()
        assert (audit.phase, audit.verdict, audit.decided) == (AuditPhase.OVER, Verdict.REJECTED, 2)
        assert await stakes_fri(audited) == before_fri, "nobody is judged"
        assert (await net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert await balance_fri(net.artist) + await net.artist.balance_fri(PAYOUT) == 0, "the job goes on"

    networks.run(story)
