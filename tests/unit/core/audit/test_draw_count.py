"""The count of audits tells a fair draw from a wrong one."""

from __future__ import annotations

import random

from renderchain.core.audit.draw_count import count_draws
from renderchain.core.audit.events import LeaseDrawn
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.ids import JobId, LeaseId


def drawn(exp: int, audited: bool) -> LeaseDrawn:
    return LeaseDrawn(1, JobId(1), LeaseId(1), exp, DrawOutcome.IN_AUDIT if audited else DrawOutcome.PASSED)


def test_a_fair_draw_is_plausible_at_every_rate() -> None:
    chance = random.Random(7)
    for exp in range(6):
        counted = count_draws(drawn(exp, chance.random() < 2.0**-exp) for _ in range(2000))
        assert counted.leases == 2000 and counted.is_plausible, exp


def test_an_inverted_or_absent_draw_is_noticed() -> None:
    chance = random.Random(7)
    inverted = count_draws(drawn(3, chance.random() > 2.0**-3) for _ in range(200))
    never = count_draws(drawn(3, False) for _ in range(200))
    assert not inverted.is_plausible and not never.is_plausible


def test_newcomers_are_always_audited() -> None:
    assert count_draws([drawn(0, True)] * 5).is_plausible
    assert not count_draws([drawn(0, True)] * 4 + [drawn(0, False)]).is_plausible
