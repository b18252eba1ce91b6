"""Cheating loses money at every audit rate, whatever pays, shares and captures there may be."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.audit.economics import (
    BOND_FEES,
    MAX_AUDIT_EXP,
    SEATS,
    audit_pool,
    audit_rate,
    drawn_leaves,
    fee_of,
    least_lock,
    lock_at,
)

PAY = st.integers(1, 2**90)
EXP = st.integers(0, MAX_AUDIT_EXP)
REWARD_BACK = Fraction(1, 10)  # of a slash, should all verifiers who were right be the cheat's own
CAPTURED = Fraction(104, 1000)  # verdicts of three verifiers when 20 % of the stake is the cheat's
UNDETECTED = Fraction(1, 10)  # audits of a fully faked lease that see nothing


@given(pay_fri=PAY, exp=EXP, fees_fri=st.integers(0, 2**80))
def test_a_fully_faked_lease_loses_more_than_it_gains(pay_fri: int, exp: int, fees_fri: int) -> None:
    lock_fri = lock_at(pay_fri, least_lock(pay_fri, fees_fri), exp)
    caught = Fraction(1, 2**exp) * (1 - UNDETECTED) * (1 - CAPTURED)
    assert caught * (pay_fri + (1 - REWARD_BACK) * lock_fri) > pay_fri


@given(pay_fri=PAY, exp=EXP)
def test_a_higher_rate_never_locks_more(pay_fri: int, exp: int) -> None:
    least_fri = least_lock(pay_fri, 0)
    assert lock_at(pay_fri, least_fri, exp) <= lock_at(pay_fri, least_fri, exp + 1)


@given(pay_fri=PAY, floor_exp=EXP, fees_fri=PAY, free_fri=st.integers(0, 2**97))
def test_the_rate_is_the_lowest_that_record_job_and_stake_allow(
    pay_fri: int, floor_exp: int, fees_fri: int, free_fri: int
) -> None:
    least_fri = least_lock(pay_fri, 0)
    exp = audit_rate(pay_fri, least_fri, floor_exp, fees_fri, free_fri)
    if exp is None:
        assert free_fri < least_fri
        return
    may = floor_exp if pay_fri <= 8 * fees_fri else 0
    assert exp <= may
    assert lock_at(pay_fri, least_fri, exp) <= free_fri
    if exp < may:
        assert lock_at(pay_fri, least_fri, exp + 1) > free_fri


@given(leaves=st.integers(1, 10**6), wanted=st.integers(1, 32))
def test_an_audit_costs_at_most_a_twentieth_of_a_lease_or_one_leaf(leaves: int, wanted: int) -> None:
    drawn = drawn_leaves(leaves, wanted)
    assert 1 <= drawn <= min(wanted, leaves)
    rendered = SEATS[0] * (drawn - 1) * Fraction(80 * 80, 64 * 64)
    assert rendered <= Fraction(leaves, 20)


@given(
    tasks=st.integers(1, 10**5),
    longest=st.integers(1, 200),
    tiles=st.integers(1, 600),
    fee=st.integers(1, 10**18),
)
def test_the_pool_pays_an_audit_of_every_lease(tasks: int, longest: int, tiles: int, fee: int) -> None:
    pool_fri = audit_pool(tasks, longest, tiles, 16, fee, 7)
    left = tasks
    spent_fri = 0
    while left:
        count = min(longest, left)
        spent_fri += SEATS[0] * fee_of(fee, 7, drawn_leaves(count * tiles, 16))
        left -= count
    assert spent_fri <= pool_fri


def test_copying_an_answer_never_pays_unless_it_is_right_in_19_of_20_audits() -> None:
    """A lazy verifier wins the fee if the copied answer is right and loses the bond if it is not."""
    wrong = Fraction(1, 20)
    assert (1 - wrong) * 1 - wrong * BOND_FEES < 0
