"""What a cheat earns, by the contract's own rules about rates and locks."""

from __future__ import annotations

import pytest
from renderchain.core.audit.economics import lock_at

from research.trust.capture import lock_of
from research.trust.earnings import AUDIT_EXPS, earned, must_pass, profit


def test_what_is_never_refused_earns_what_it_saves() -> None:
    assert [earned(0.3, 1.0, exp) for exp in AUDIT_EXPS] == [0.3] * 6


def test_honest_work_earns_nothing_more() -> None:
    assert profit(0.0, 0.0, 3) == 0


def test_what_is_always_refused_loses_at_every_rate_even_if_it_saves_everything() -> None:
    assert all(earned(1.0, 0.0, exp) < -0.4 for exp in AUDIT_EXPS)


def test_an_audited_lease_loses_its_pay_and_its_lock() -> None:
    # At p = 1 the lock is the least: three tenths of the pay and a round's fees, 4.1 % of the pay each.
    assert lock_of(0) == pytest.approx(0.3 + 3 * 0.041, abs=0.001)
    assert earned(0.5, 0.0, 0) == pytest.approx(0.5 - 1 - lock_of(0))
    assert earned(0.5, 0.0, 2) == pytest.approx(0.5 - (1 + 6) / 4)


@pytest.mark.parametrize("audit_exp", AUDIT_EXPS)
def test_the_lock_is_the_contracts(audit_exp: int) -> None:
    pay = 10**18
    least = round(lock_of(0) * pay)
    assert lock_of(audit_exp) == pytest.approx(lock_at(pay, least, audit_exp) / pay)


@pytest.mark.parametrize("audit_exp", AUDIT_EXPS)
def test_a_cheat_breaks_even_where_just_enough_of_its_leases_pass(audit_exp: int) -> None:
    for saved in (0.05, 0.5, 0.95):
        assert earned(saved, must_pass(saved, audit_exp), audit_exp) == pytest.approx(0.0)
