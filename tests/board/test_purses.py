"""Seat stake answers for votes as far as it is there, and covers those that may be drawn next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from renderchain.core.audit.economics import PAY_FEES, UNIT_FEES
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.job import JobTerms
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import AUDIT_TERMS, FAVOURED, AuditBench, AuditedLease
from devkit.made_up_job import RULES
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

UNIT_FRI = FRI_PER_STRK
# The dearest vote: who is silent about a lease's three forfeits a whole unit.
DEAR_FRI = UNIT_FRI // UNIT_FEES
DEAR_TERMS = replace(
    AUDIT_TERMS,
    reward_fri=PAY_FEES * DEAR_FRI // 2 + 1,
    audit_fee_fri=DEAR_FRI,
    audit_tile_fri=0,
    audit_pool_fri=3 * DEAR_FRI,
)


async def with_one_holder(
    opened: Networks[Any], leases: int, terms: JobTerms
) -> tuple[AuditBench[Any], list[AuditedLease]]:
    """Leases that four could verify when they were claimed, and now only one, who has most of all seats."""
    bench = await AuditBench.open(opened, units=1)
    await bench.net.owner.add_stake(bench.net.worker_id, 20 * FRI_PER_STRK)
    holder, *_ = bench.owners
    await bench.favour(holder)
    claimed = [await bench.lease(slot=slot, terms=terms) for slot in range(leases)]
    await bench.leave_to(holder)
    return bench, claimed


def test_silence_of_holders_with_nothing_left_is_undecided_and_may_be_appealed(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench, claimed = await with_one_holder(opened, FAVOURED + 1, DEAR_TERMS)
        holder, *_ = bench.owners
        for audited in claimed:
            await audited.submit()
            assert [one.worker_id for one in await audited.verifiers()] == [holder] * 3
        for audited in claimed:  # the last finds nothing, and seven more votes cost a quarter of a unit
            await audited.seal([1, 2, 3])
            await audited.open()
            await audited.advance_late()
        audit = await audited.audit()
        assert (audit.phase, audit.round, audit.verdict) == (AuditPhase.APPEAL, 0, Verdict.UNDECIDED)
        assert (await bench.net.artist.worker(holder)).seat_stake_fri < DEAR_FRI
        await bench.let_audit(True)
        await audited.appeal(bench.net.outsider)
        seven = [one.worker_id for one in await audited.verifiers()]
        assert len(seven) == 7 and holder not in seven
        await audited.vote(*[Rendering.SAME] * 7)
        await audited.advance_late()
        assert (await bench.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED

    networks.run(story)


def test_stake_that_lost_a_little_still_covers_all_units_but_the_last(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench, (audited, second) = await with_one_holder(opened, 2, AUDIT_TERMS)
        await audited.submit()
        (busy, *_) = await audited.verifiers()
        chain = audited.benched[busy.worker_id]
        await chain.decline(audited.lease_id, busy.seat, Vote.BUSY)
        lost_fri = FAVOURED * UNIT_FRI - (await chain.worker(busy.worker_id)).seat_stake_fri
        assert 0 < lost_fri < UNIT_FRI
        bench.net.pass_time(1, 2 * RULES.epoch_blocks)
        await second.submit()
        assert [one.worker_id for one in await second.verifiers()] == [busy.worker_id] * 3

    networks.run(story)
