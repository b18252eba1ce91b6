"""What an audit waits for: in each phase who may do what, and until when. Duties, model and vectors read it.

A step is the network's ``phase_s`` (4 hours on public networks). Steps hold in seconds and in blocks, but
for a draw, which waits in seconds alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .state import AuditKind, AuditPhase

COMMIT_STEPS, BATCH_STEPS, SILENCE_STEPS, DRAW_STEPS, OTHER_STEPS = 3, 1, 2, 21, 1


class Role(StrEnum):
    """Who acts."""

    ANYONE = "anyone"
    VERIFIER = "verifier"  # the operator of a seat of the present draw
    LOSER = "loser"  # of a rejection: the worker, or a seat that did not vote for it; else anyone


class Act(StrEnum):
    """What is done: the names of the contract's calls."""

    REVEAL_KEY = "reveal_key"
    DRAW = "draw"
    COMMIT = "commit"
    DECLINE = "decline"
    OPEN = "open"
    REVEAL = "reveal"
    REVEAL_PRINTS = "reveal_prints"
    STRIKE = "strike"
    SHOW = "show"
    RAISE = "raise_fee"
    APPEAL = "appeal"
    ADVANCE = "advance"


@dataclass(frozen=True)
class Allowed:
    """An act in a phase. ``until_over``: no longer once the phase's steps are over."""

    role: Role
    act: Act
    until_over: bool = False


OF_PIXELS = (Act.RAISE, Act.OPEN, Act.REVEAL_PRINTS, Act.STRIKE, Act.SHOW)
ADVANCE = Allowed(Role.ANYONE, Act.ADVANCE)  # once the phase's steps are over
PHASES: dict[AuditPhase, tuple[Allowed, ...]] = {
    AuditPhase.KEY: (Allowed(Role.ANYONE, Act.REVEAL_KEY), ADVANCE),
    # A fee is raised of first votes alone that were not found, and before the block that draws next.
    AuditPhase.DRAW: (
        Allowed(Role.ANYONE, Act.DRAW),
        Allowed(Role.ANYONE, Act.RAISE),
        ADVANCE,
    ),
    AuditPhase.COMMIT: (
        Allowed(Role.VERIFIER, Act.COMMIT),
        Allowed(Role.VERIFIER, Act.DECLINE),
        ADVANCE,
    ),
    AuditPhase.OPEN: (Allowed(Role.ANYONE, Act.OPEN), ADVANCE),
    AuditPhase.REVEAL: (
        Allowed(Role.ANYONE, Act.REVEAL, until_over=True),
        Allowed(Role.ANYONE, Act.REVEAL_PRINTS, until_over=True),
        ADVANCE,
    ),
    AuditPhase.SHOW: (
        Allowed(Role.ANYONE, Act.STRIKE, until_over=True),
        Allowed(Role.ANYONE, Act.SHOW, until_over=True),
        ADVANCE,
    ),
    AuditPhase.APPEAL: (Allowed(Role.LOSER, Act.APPEAL, until_over=True), ADVANCE),
    AuditPhase.LOOK: (Allowed(Role.ANYONE, Act.DRAW),),
    AuditPhase.OVER: (),
    AuditPhase.NONE: (),
}


def steps_of(phase: AuditPhase, batches: int = 0) -> int:
    """How many steps a phase lasts at most; ``batches`` were added to the present draw. LOOK has no end."""
    if phase is AuditPhase.COMMIT:
        return BATCH_STEPS if batches else COMMIT_STEPS
    if phase in (AuditPhase.KEY, AuditPhase.OPEN):
        return SILENCE_STEPS
    return DRAW_STEPS if phase is AuditPhase.DRAW else OTHER_STEPS


def is_allowed(phase: AuditPhase, act: Act, *, over: bool, kind: AuditKind = AuditKind.PIXELS) -> bool:
    """Whether somebody of the right role may do that now; ``over``: the phase's steps are."""
    if kind is AuditKind.DELIVERY and act in OF_PIXELS:
        return False
    if act is Act.ADVANCE and not over:
        return False
    return any(one.act is act and not (one.until_over and over) for one in PHASES[phase])
