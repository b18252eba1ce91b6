"""The usual rules of a network."""

from __future__ import annotations

from renderchain.core.audit.phases import DRAW_STEPS, SILENCE_STEPS, steps_of
from renderchain.core.audit.state import AuditPhase
from renderchain.core.network_rules import Rules

HOUR_S, DAY_S = 3600, 86_400


def test_steps_are_so_long_that_an_outage_of_a_night_is_survived() -> None:
    rules = Rules()
    assert rules.phase_s * SILENCE_STEPS == 8 * HOUR_S
    assert rules.phase_s * steps_of(AuditPhase.COMMIT) == 12 * HOUR_S
    assert rules.phase_s * DRAW_STEPS > 3 * DAY_S


def test_stake_leaves_after_all_that_it_answers_for() -> None:
    rules = Rules()
    longest_s = rules.lease_timeout_s + 2 * (rules.window_s + rules.audit_s)
    assert rules.cooldown_s >= longest_s + DAY_S
