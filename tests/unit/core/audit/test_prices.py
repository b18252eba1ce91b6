"""Fees cover gas, leases are as long as their overhead asks for, and a job costs no more than is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.audit.economics import MAX_AUDIT_EXP, SEATS, drawn_leaves
from renderchain.core.audit.gas import (
    ACCEPT_GAS,
    CREATE_GAS,
    WITHDRAW_GAS,
    audit_gas,
    lease_gas,
    prover_gas,
    vote_gas,
)
from renderchain.core.audit.prices import (
    AUDITS_A_LEASE,
    CPU_SECOND_FRI,
    LONGEST_LEASE_S,
    LONGEST_TIMEOUT_S,
    MOST_FRAMES,
    OVERHEAD_PERCENT,
    JobShape,
    LeasePlan,
    audit_fees_fri,
    job_cost,
    least_lease_fri,
    makes_sense,
    overhead_fri,
    plan_of,
    profit_fri,
    usual_spares,
    vote_fee_fri,
)
from renderchain.core.money import FRI_PER_STRK

GFRI = 10**9
USUAL = JobShape(1000, FRI_PER_STRK // 100, 510, 1, 16, prints=False)
SHAPES = st.builds(
    JobShape,
    tasks=st.integers(1, 3000),
    reward_fri=st.integers(1, 10 * FRI_PER_STRK),
    leaves=st.integers(1, 2**15 - 1),
    layers=st.just(1),
    audit_tiles=st.integers(1, 32),
    prints=st.booleans(),
)
PRICES = st.integers(0, 10**12)


@pytest.mark.parametrize("prints", [False, True])
@given(price_fri=PRICES)
def test_a_verifier_s_fee_covers_its_gas_with_half_as_much_again(prints: bool, price_fri: int) -> None:
    fee_fri = vote_fee_fri(price_fri, prints=prints)
    assert fee_fri == max(1, 3 * vote_gas(prints=prints) * price_fri // 2)


def test_a_fee_of_the_old_share_did_not_cover_gas_and_this_one_does() -> None:
    """Eight frames of 0.01 STRK at 8 gFri: a fiftieth of the pay is 0.0016 STRK, a vote's gas 0.030."""
    gas_fri = vote_gas(prints=False) * 8 * GFRI
    assert 8 * USUAL.reward_fri // 50 < gas_fri // 15
    assert vote_fee_fri(8 * GFRI, prints=False) > gas_fri


def test_overhead_is_what_the_lease_s_transactions_and_fees_come_to() -> None:
    fee_fri = vote_fee_fri(GFRI, prints=True)
    shape = replace(USUAL, prints=True)
    fees_fri = 3 * (fee_fri + drawn_leaves(100 * 510, 16) * (2 * shape.reward_fri // 510))
    assert audit_fees_fri(shape, 100, fee_fri) == fees_fri
    audited_fri = prover_gas(prints=True) * GFRI + fees_fri
    always_fri = (lease_gas() + ACCEPT_GAS) * GFRI
    for exp in range(MAX_AUDIT_EXP + 1):
        assert overhead_fri(shape, LeasePlan(100, exp), GFRI, fee_fri) == always_fri + audited_fri // 2**exp


@given(shape=SHAPES, price_fri=PRICES)
def test_a_plan_makes_sense_or_no_plan_at_its_limits_does(shape: JobShape, price_fri: int) -> None:
    fee_fri = vote_fee_fri(price_fri, prints=shape.prints)
    plan = plan_of(shape, price_fri, fee_fri)
    assert 1 <= plan.longest_lease <= min(shape.tasks, MOST_FRAMES)
    longest = [LeasePlan(shape.longest_lease, exp) for exp in range(MAX_AUDIT_EXP + 1)]
    sensible = [one.audit_floor_exp for one in longest if makes_sense(shape, one, price_fri, fee_fri)]
    assert makes_sense(shape, plan, price_fri, fee_fri) == bool(sensible)
    assert plan.audit_floor_exp == min(sensible, default=MAX_AUDIT_EXP)
    if sensible:
        overhead = overhead_fri(shape, plan, price_fri, fee_fri)
        pay_fri = plan.longest_lease * shape.reward_fri
        assert 100 * overhead <= OVERHEAD_PERCENT * pay_fri
        assert 5 * audit_fees_fri(shape, plan.longest_lease, fee_fri) <= pay_fri
        assert pay_fri >= AUDITS_A_LEASE * audit_gas(prints=shape.prints) * price_fri >> plan.audit_floor_exp


@given(shape=SHAPES, price_fri=PRICES, lease=st.integers(1, 5000), exp=st.integers(0, MAX_AUDIT_EXP))
def test_what_the_artist_chose_stays(shape: JobShape, price_fri: int, lease: int, exp: int) -> None:
    fee_fri = vote_fee_fri(price_fri, prints=shape.prints)
    assert plan_of(shape, price_fri, fee_fri, lease=lease, exp=exp) == LeasePlan(min(lease, shape.tasks), exp)
    assert plan_of(shape, price_fri, fee_fri, lease=lease).longest_lease == min(lease, shape.tasks)
    assert plan_of(shape, price_fri, fee_fri, exp=exp).audit_floor_exp == exp


def test_cheap_gas_keeps_leases_short_and_always_audited() -> None:
    assert plan_of(USUAL, 0, 1) == LeasePlan(8, 0)


def test_leases_grow_before_the_rate_falls() -> None:
    plans = [
        plan_of(USUAL, price * GFRI, vote_fee_fri(price * GFRI, prints=False)) for price in (1, 3, 8, 80)
    ]
    assert [one.audit_floor_exp for one in plans[:3]] == [0, 0, 0]
    lengths = [one.longest_lease for one in plans[:3]]
    assert lengths == sorted(lengths) and lengths[0] > 8
    assert plans[3].audit_floor_exp > 0


def test_no_lease_is_likely_to_outlast_its_timeout() -> None:
    for seconds in (1, 60, 3600, 10**5):
        shape = replace(USUAL, reward_fri=seconds * CPU_SECOND_FRI)
        lease = shape.longest_lease
        assert shape.frame_s == seconds
        assert lease == 1 or lease * seconds <= LONGEST_LEASE_S
        timeout_s = shape.timeout_s(lease)
        assert 3600 <= timeout_s <= LONGEST_TIMEOUT_S
        assert timeout_s >= 4 * lease * seconds or timeout_s == LONGEST_TIMEOUT_S


def test_a_job_costs_its_pay_its_whole_pool_and_the_artist_s_own_gas() -> None:
    cost = job_cost(USUAL, 300, GFRI, 10**15, 2)
    assert cost.pay_fri == 1000 * USUAL.reward_fri
    assert cost.pool_fri == (4 + 2) * audit_fees_fri(USUAL, 300, 10**15)  # four leases, and two to spare
    assert cost.gas_fri == (CREATE_GAS + WITHDRAW_GAS + 4 * ACCEPT_GAS) * GFRI * 3 // 2
    assert cost.most_fri == cost.pay_fri + cost.pool_fri + cost.gas_fri


def test_spares_are_paid_in_with_an_audit_of_each_of_their_leases_and_usually_come_back() -> None:
    cost, without = (job_cost(USUAL, 300, GFRI, 10**15, 2, spare_tasks=spares) for spares in (250, 0))
    assert cost.spares_fri == 250 * USUAL.reward_fri and without.spares_fri == 0
    assert cost.pay_fri == without.pay_fri
    assert cost.pool_fri == without.pool_fri + audit_fees_fri(USUAL, 300, 10**15)  # 1,250 frames: five leases
    assert cost.escrow_fri == cost.pay_fri + cost.spares_fri + cost.pool_fri
    assert cost.most_fri == cost.escrow_fri + cost.gas_fri


@pytest.mark.parametrize(("tasks", "spares"), [(1, 1), (20, 1), (21, 2), (1000, 50)])
def test_a_twentieth_of_the_frames_may_be_given_twice(tasks: int, spares: int) -> None:
    assert usual_spares(tasks) == spares <= tasks


@given(pay_fri=st.integers(0, 10**21), exp=st.integers(0, MAX_AUDIT_EXP), price_fri=PRICES)
def test_a_worker_s_profit_is_its_pay_less_all_its_gas(pay_fri: int, exp: int, price_fri: int) -> None:
    left_fri = profit_fri(pay_fri, exp, price_fri, prints=False)
    assert left_fri == pay_fri - lease_gas() * price_fri - prover_gas(prints=False) * price_fri // 2**exp


def test_a_lease_worth_20_audits_leaves_a_worker_most_of_its_pay() -> None:
    for prints in (False, True):
        pay_fri = least_lease_fri(3 * GFRI, prints=prints)
        assert profit_fri(pay_fri, 0, 3 * GFRI, prints=prints) > pay_fri * 9 // 10
    assert SEATS[0] == 3 and least_lease_fri(8, prints=False, audit_exp=2) == 40 * audit_gas(prints=False)
