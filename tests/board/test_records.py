"""A record is credit: what verifiers earned by it, not how many leases it counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.audit.economics import CREDIT_FEES
from renderchain.core.job import JobTerms
from renderchain.core.lifecycle import LeaseState
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import AUDIT_TERMS, AuditBench
from devkit.made_up_job import FEE_FRI
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

CREDIT_FRI = CREDIT_FEES * 3 * FEE_FRI  # of one lease that three accepted


async def rate_of(bench: AuditBench[Any], reward_fri: int, slot: int) -> int:
    """The exponent that a lease of two tasks at this reward gets, in a job that would allow 1/4."""
    terms = replace(AUDIT_TERMS, reward_fri=reward_fri, audit_floor_exp=2)
    lease = await bench.net.worker.lease((await bench.lease(slot=slot, terms=terms)).lease_id)
    return int(lease.audit_exp)


async def earned(bench: AuditBench[Any], terms: JobTerms = AUDIT_TERMS) -> None:
    """A lease that verifiers accept."""
    await bench.net.owner.add_stake(bench.net.worker_id, 10 * FRI_PER_STRK)
    audited = await bench.lease(terms=terms)
    await audited.clear()


def test_a_lease_may_be_worth_eight_times_what_verifiers_earned(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        assert await rate_of(bench, CREDIT_FRI // 2, 1) == 0, "a newcomer"
        await earned(bench)
        assert await rate_of(bench, CREDIT_FRI // 2, 2) == 2
        assert await rate_of(bench, CREDIT_FRI // 2 + 1, 3) == 0

    networks.run(story)


@pytest.mark.parametrize("limits", [(11, 5), (10, 6)])
def test_wider_limits_earn_no_credit(networks: Opener, limits: tuple[int, int]) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        tile, mean = limits
        await earned(bench, replace(AUDIT_TERMS, tile_limit_percent=tile, mean_limit_percent=mean))
        worker = await bench.net.worker.worker(bench.net.worker_id)
        assert (worker.audited, worker.fees_fri) == (1, 0)
        assert await rate_of(bench, 1, 1) == 0

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
        assert await rate_of(bench, 1, 2) == 0

    networks.run(story)
