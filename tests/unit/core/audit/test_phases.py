"""The table of an audit's phases, row by row as docs/protocol.md has it."""

from __future__ import annotations

import pytest
from renderchain.core.audit.economics import PHASES as STEPS
from renderchain.core.audit.phases import PHASES, Act, Role, is_allowed, steps_of
from renderchain.core.audit.state import AuditKind, AuditPhase

ON_TIME = {
    AuditPhase.NONE: set(),
    AuditPhase.KEY: {Act.REVEAL_KEY},
    AuditPhase.DRAW: {Act.DRAW, Act.RAISE},
    AuditPhase.COMMIT: {Act.COMMIT, Act.DECLINE},
    AuditPhase.OPEN: {Act.OPEN},
    AuditPhase.REVEAL: {Act.REVEAL, Act.REVEAL_PRINTS},
    AuditPhase.SHOW: {Act.STRIKE, Act.SHOW},
    AuditPhase.APPEAL: {Act.APPEAL},
    AuditPhase.LOOK: {Act.DRAW},
    AuditPhase.OVER: set(),
}
WAITS = (AuditPhase.KEY, AuditPhase.DRAW, AuditPhase.COMMIT, AuditPhase.OPEN)  # what comes late is taken
ENDLESS = (AuditPhase.NONE, AuditPhase.LOOK, AuditPhase.OVER)


@pytest.mark.parametrize("phase", AuditPhase)
def test_what_may_be_done_before_and_after_the_steps_are_over(phase: AuditPhase) -> None:
    on_time = {act for act in Act if is_allowed(phase, act, over=False)}
    late = {act for act in Act if is_allowed(phase, act, over=True)}
    assert on_time == ON_TIME[phase]
    kept = ON_TIME[phase] if phase in (*WAITS, AuditPhase.LOOK) else set()
    assert late == kept | (set() if phase in ENDLESS else {Act.ADVANCE})


def test_every_phase_has_a_row() -> None:
    assert set(PHASES) == set(AuditPhase)


def test_only_verifiers_seal_and_only_losers_appeal() -> None:
    roles = {one.act: one.role for row in PHASES.values() for one in row}
    assert {act for act, role in roles.items() if role is Role.VERIFIER} == {Act.COMMIT, Act.DECLINE}
    assert {act for act, role in roles.items() if role is Role.LOSER} == {Act.APPEAL}


def test_an_audit_of_a_delivery_has_no_leaves_and_no_prints() -> None:
    acts = [
        act
        for phase in AuditPhase
        for act in Act
        if is_allowed(phase, act, over=False, kind=AuditKind.DELIVERY)
    ]
    assert set(acts) == {Act.REVEAL_KEY, Act.DRAW, Act.COMMIT, Act.DECLINE, Act.REVEAL, Act.APPEAL}


def test_three_rounds_with_all_their_batches_are_the_steps_of_an_audit() -> None:
    phases = (AuditPhase.COMMIT, AuditPhase.OPEN, AuditPhase.REVEAL, AuditPhase.SHOW, AuditPhase.APPEAL)
    batches = sum(steps_of(AuditPhase.COMMIT, batch) for batch in (1, 2, 3))
    assert 3 * (sum(steps_of(one) for one in phases) + batches) == STEPS
    assert (steps_of(AuditPhase.KEY), steps_of(AuditPhase.DRAW)) == (2, 21)
