"""What chance spares: paid without a draw, and drawn where somebody needs that all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.acceptance import Acceptance
from renderchain.app.requester.own_check import Finding
from renderchain.app.requester.pool import PoolWatch
from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.contract_errors import LeaseIsPaid
from renderchain.core.ids import WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.jobs import AlreadySettled

from devkit.fakes.clock import run
from tests.unit.app.bench import JOB, LEASE, UseCaseBench
from tests.unit.app.requester.accepting import SUBMITTED, acceptance, draw_for

SECOND = join_lease_id(WorkerId(1), 1, 1)
ANY_BUT_PASSED = [one for one in Finding if one is not Finding.PASSED]


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    """A submitted lease that chance spares, of a job whose pool can pay for more."""
    made = UseCaseBench(disk)
    made.change_lease(LEASE, DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED)
    made.chain.passing = {LEASE}
    made.chain.jobs[JOB] = replace(made.chain.jobs[JOB], audit_pool_fri=10**6)

    def end() -> None:
        for lease_id in made.chain.of("accept")[-1][1]:
            made.change_lease(lease_id, DrawOutcome.NOT_DRAWN, LeaseState.ACCEPTED)

    made.chain.after["accept"] = end
    return made


@pytest.mark.parametrize("found_first", [True, False])
def test_what_chance_spares_is_paid_without_a_draw(bench: UseCaseBench, found_first: bool) -> None:
    """Each draw of such a lease took a transaction of its own, of which nobody had anything."""
    one = acceptance(bench)

    async def life() -> None:
        bench.chain.block = 50 + DRAW_AFTER + READABLE_AFTER - 1
        if found_first:
            await one.found(LEASE, Finding.PASSED)
        await draw_for(one, 100)
        assert bench.chain.sent == []
        bench.chain.block += 1
        await draw_for(one, 10)
        if not found_first:
            assert bench.chain.sent == []
            await one.found(LEASE, Finding.PASSED)
        bench.chain.block += 100
        await draw_for(one, 100)

    run(life())
    assert bench.chain.sent == [("accept", JOB, [LEASE])]


@pytest.mark.parametrize("finding", ANY_BUT_PASSED)
def test_what_chance_spares_and_our_own_check_did_not_pass_is_not_paid(
    bench: UseCaseBench, finding: Finding
) -> None:
    one, bench.chain.block = acceptance(bench), 1000

    async def life() -> None:
        await one.found(LEASE, finding)
        await draw_for(one, 100)

    run(life())
    assert bench.chain.sent == []


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("why", ["challenge", "pool"])
def test_what_chance_spares_is_drawn_to_be_challenged_or_for_what_it_reserves(
    bench: UseCaseBench, why: str, before: bool
) -> None:
    one, bench.chain.block = acceptance(bench), 1000

    async def want() -> None:
        if why == "challenge":
            one.want_draw(LEASE)
            return
        bench.chain.jobs[JOB] = replace(bench.chain.jobs[JOB], audit_pool_fri=0)
        await PoolWatch(bench.chain, bench.reporter, JOB, one.draw_passing).look()

    async def life() -> None:
        if not before:
            await draw_for(one, 10)
        await want()
        await draw_for(one, 10)

    run(life())
    assert bench.chain.sent == [("draw", JOB, [LEASE])]


def test_what_the_board_has_audited_is_drawn_whatever_a_node_said_of_chance(bench: UseCaseBench) -> None:
    """Such a lease does not end by its pay, and its worker may rather not have it drawn."""
    one, bench.chain.block = acceptance(bench), 1000

    def pay() -> None:
        bench.chain.leases[LEASE] = replace(bench.chain.leases[LEASE], paid=True)

    bench.chain.after["accept"] = pay

    async def life() -> None:
        await one.found(LEASE, Finding.PASSED)
        await draw_for(one, 20)

    run(life())
    assert bench.chain.sent == [("accept", JOB, [LEASE]), ("draw", JOB, [LEASE])]


async def both_found(one: Acceptance, bench: UseCaseBench) -> None:
    """Two leases that were submitted together, spared by chance and found good."""
    bench.chain.leases[SECOND] = replace(bench.chain.leases[LEASE], lease_id=SECOND)
    bench.chain.passing = {LEASE, SECOND}
    one.submitted(replace(SUBMITTED, lease_id=SECOND))
    for lease_id in (LEASE, SECOND):
        await one.found(lease_id, Finding.PASSED)
    bench.chain.block = 1000


def test_what_is_payable_at_once_is_paid_in_one_transaction(bench: UseCaseBench) -> None:
    one = acceptance(bench)

    async def life() -> None:
        await both_found(one, bench)
        await draw_for(one, 10)

    run(life())
    assert bench.chain.sent == [("accept", JOB, [LEASE, SECOND])]


def test_what_is_refused_together_is_paid_one_by_one(bench: UseCaseBench) -> None:
    one = acceptance(bench)
    bench.chain.fail("accept", LeaseIsPaid("Accepting"), LeaseIsPaid("Accepting"))

    async def life() -> None:
        await both_found(one, bench)
        await draw_for(one, 10)

    run(life())
    assert bench.chain.sent == [("accept", JOB, [SECOND])]
    assert bench.reporter.heard(AlreadySettled) == [AlreadySettled(JOB, LEASE)]
