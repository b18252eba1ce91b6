"""Seat stake answers for votes as far as it is there, and covers those that may be drawn next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import AUDIT_TERMS, AuditBench, AuditedLease
from devkit.made_up_job import RULES
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

# A holder's purse has two of them; what it forfeits would be twenty.
DEAR_FRI = FRI_PER_STRK
DEAR_TERMS = replace(AUDIT_TERMS, audit_fee_fri=DEAR_FRI, audit_tile_fri=0, audit_pool_fri=3 * DEAR_FRI)


async def silent(opened: Networks[Any]) -> AuditedLease:
    """Nobody revealed, and what they had is too little for the seven votes that would follow."""
    audited = await (await AuditBench.open(opened)).lease(terms=DEAR_TERMS)
    await audited.submit()
    await audited.seal([1, 2, 3])
    await audited.open()
    await audited.advance_late()
    audit = await audited.audit()
    assert (audit.phase, audit.round, audit.verdict) == (AuditPhase.APPEAL, 0, Verdict.UNDECIDED)
    return audited


def test_silence_of_holders_with_nothing_left_is_undecided_and_may_be_appealed(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await silent(opened)
        await audited.appeal(audited.net.outsider)
        await audited.vote(*[Rendering.SAME] * 7)
        await audited.advance_late()
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED

    networks.run(story)


def test_a_holder_with_nothing_left_is_drawn_no_more_from_the_next_epoch_on(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await silent(opened)
        chain = audited.net.artist
        drained = {one.worker_id for one in await audited.verifiers()}
        for number in drained:
            assert (await chain.worker(number)).seat_stake_fri == 0
        audited.net.pass_time(1, 2 * RULES.epoch_blocks)
        await audited.appeal(audited.net.outsider)
        seven = {one.worker_id for one in await audited.verifiers()}
        assert len(await audited.verifiers()) == 7 and not drained & seven

    networks.run(story)


def test_stake_that_lost_a_little_still_covers_all_units_but_the_last(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(4, 5))
        audited = await bench.lease()
        await audited.submit()
        (busy, *_) = await audited.verifiers()
        chain = audited.benched[busy.worker_id]
        await chain.decline(audited.lease_id, busy.seat, Vote.BUSY)
        lost_fri = 2 * FRI_PER_STRK - (await chain.worker(busy.worker_id)).seat_stake_fri
        assert 0 < lost_fri < FRI_PER_STRK
        audited.net.pass_time(1, 2 * RULES.epoch_blocks)
        second = await bench.lease(slot=1)
        await second.submit()
        assert [one.worker_id for one in await second.verifiers()] == [busy.worker_id] * 3

    networks.run(story)
