"""Whether draws are what their rates promise: audits drawn against audits expected.

Two networks before this one had a wrong draw and did not notice; this is how one notices. A lease that chance
spares need not be drawn, so what was submitted is counted, and what was drawn of it for an audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from ..board_events import BoardEvent, LeaseClaimed, ResultSubmitted
from ..ids import LeaseId
from .events import LeaseDrawn
from .state import DrawOutcome

DRAWN_BY = 100  # blocks after a submission in which somebody has an audited lease drawn


@dataclass(frozen=True)
class DrawCount:
    """Leases that chance had its say about, audits among them, and how many their rates let one expect."""

    leases: int
    audits: int
    expected: float
    deviation: float  # one standard deviation of the audits

    @property
    def is_plausible(self) -> bool:
        """Within four standard deviations: a fair draw is outside once in 16,000 counts."""
        return abs(self.audits - self.expected) <= 4 * self.deviation + 1e-9


def count_draws(told: Iterable[BoardEvent], newest_block: int) -> DrawCount:
    """Count what one board told of claims, submissions and draws.

    Leases that nobody judges do not count, nor do those that were submitted just now.
    """
    rates: dict[LeaseId, float] = {}
    submitted, audited = set[LeaseId](), set[LeaseId]()
    for event in told:
        if isinstance(event, LeaseClaimed) and not event.unjudged:
            rates[event.lease_id] = 2.0**-event.audit_exp
        elif isinstance(event, ResultSubmitted) and event.block <= newest_block - DRAWN_BY:
            submitted.add(event.lease_id)
        elif isinstance(event, LeaseDrawn) and event.draw_outcome is not DrawOutcome.PASSED:
            audited.add(event.lease_id)
    judged = submitted & rates.keys()
    expected = sum(rates[one] for one in judged)
    variance = sum(rates[one] * (1 - rates[one]) for one in judged)
    return DrawCount(len(judged), len(judged & audited), expected, sqrt(variance))


def total_of(counts: Iterable[DrawCount]) -> DrawCount:
    """Of several boards together."""
    found = list(counts)
    sums = (sum(one.leases for one in found), sum(one.audits for one in found))
    return DrawCount(*sums, sum(one.expected for one in found), sqrt(sum(one.deviation**2 for one in found)))
