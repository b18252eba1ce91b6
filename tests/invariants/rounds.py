"""One round of random calls: a state machine from one seed, of which nothing is kept on the disk."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.invariants.machine import Machine

STEPS = 150


def play_round(machine: type[Machine], number: int, steps: int = STEPS) -> None:
    """So many calls by the seed of that number; raises what the machine finds."""
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=1,
            stateful_step_count=steps,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
