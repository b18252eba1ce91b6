"""A record is credit: what verifiers earned by it, not how many leases it counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.audit.economics import CREDIT_FEES, PAY_FEES
from renderchain.core.job import JobTerms, Record, family_of
from renderchain.core.lifecycle import LeaseState
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import AUDIT_TERMS, RULES, AuditBench
from devkit.made_up_job import FAMILY, FEE_FRI
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

CREDIT_FRI = CREDIT_FEES * 3 * FEE_FRI  # of one lease that three accepted
LEAST_FRI = PAY_FEES * FEE_FRI // 2  # of a task, so that its lease is worth a vote's fee


async def rate_of(bench: AuditBench[Any], reward_fri: int, slot: int) -> int:
    """The exponent that a lease of two tasks at this reward gets, in a job that would allow 1/4."""
    terms = replace(AUDIT_TERMS, reward_fri=reward_fri, audit_floor_exp=2)
    lease = await bench.net.worker.lease((await bench.lease(slot=slot, terms=terms)).lease_id)
    return int(lease.audit_exp)


async def earned(bench: AuditBench[Any], terms: JobTerms = AUDIT_TERMS, slot: int = 0) -> None:
    """A lease that verifiers accept."""
    await bench.net.owner.add_stake(bench.net.worker_id, 10 * FRI_PER_STRK)
    audited = await bench.lease(slot=slot, terms=terms)
    await audited.clear()


def test_a_lease_may_be_worth_eight_times_what_verifiers_earned(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        assert await rate_of(bench, CREDIT_FRI // 2, 1) == 0, "a newcomer"
        await earned(bench)
        assert await rate_of(bench, CREDIT_FRI // 2, 2) == 2
        assert await rate_of(bench, CREDIT_FRI // 2 + 1, 3) == 0

    networks.run(story)


def test_a_record_of_one_family_is_no_credit_in_another(networks: Opener) -> None:
    """Who verifies its own leases in a family of its own has a record there, and nowhere else."""

    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net, own = bench.net, family_of((4, 5), "CYCLES", "CUDA")
        await net.owner.set_families(net.worker_id, [own], True)
        for number, owner in bench.owners.items():
            await owner.add_stake(number, 2 * FRI_PER_STRK)
            await owner.stake_seats(number, 2 * FRI_PER_STRK)
            await owner.set_seats(number, own, 2)
        net.pass_time(1, 2 * RULES.epoch_blocks)
        await earned(bench, replace(AUDIT_TERMS, family=own))
        assert await net.worker.record(net.worker_id, own) == Record(1, 0, 3 * FEE_FRI)
        assert await net.worker.record(net.worker_id, FAMILY) == Record()
        assert await rate_of(bench, LEAST_FRI, 1) == 0
        await earned(bench, slot=2)
        assert await rate_of(bench, LEAST_FRI, 3) == 2

    networks.run(story)


@pytest.mark.parametrize("limits", [(11, 5), (10, 6)])
def test_wider_limits_earn_no_credit(networks: Opener, limits: tuple[int, int]) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        tile, mean = limits
        await earned(bench, replace(AUDIT_TERMS, tile_limit_percent=tile, mean_limit_percent=mean))
        assert await bench.net.worker.record(bench.net.worker_id, FAMILY) == Record(audited=1)
        assert await rate_of(bench, LEAST_FRI, 1) == 0

    networks.run(story)


def test_one_loss_ends_it(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        await earned(bench)
        audited = await bench.lease(slot=1)
        await audited.submit()
        await audited.vote(*[Rendering.OTHER] * 3)
        await audited.advance_late()
        assert (await bench.net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert await rate_of(bench, LEAST_FRI, 2) == 0

    networks.run(story)
