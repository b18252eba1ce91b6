"""Whether draws are what their rates promise: audits drawn against audits expected.

Two networks before this one had a wrong draw and did not notice; this is how one notices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from .events import LeaseDrawn
from .state import DrawOutcome


@dataclass(frozen=True)
class DrawCount:
    """Leases that were drawn, audits among them, and how many their rates let one expect."""

    leases: int
    audits: int
    expected: float
    deviation: float  # one standard deviation of the audits

    @property
    def is_plausible(self) -> bool:
        """Within four standard deviations: a fair draw is outside once in 16,000 counts."""
        return abs(self.audits - self.expected) <= 4 * self.deviation + 1e-9


def count_draws(events: Iterable[LeaseDrawn]) -> DrawCount:
    """Count draws; one without verifiers still counts as drawn."""
    leases = audits = 0
    expected = variance = 0.0
    for event in events:
        rate = 2.0**-event.audit_exp
        leases += 1
        audits += event.draw_outcome is not DrawOutcome.PASSED
        expected += rate
        variance += rate * (1 - rate)
    return DrawCount(leases, audits, expected, sqrt(variance))
