"""From the rate of false alarms a tile to that of false verdicts, by the rounds of an audit.

The pessimistic assumption: the worker has one kernel, verifiers another, and all verifiers of the other
kernel see the very same difference, so that many of them know no more than one.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import comb

from renderchain.core.audit.economics import SEATS

from .tables import short, table

MOST_LEAVES = 16  # of a round
LEASE_TILES = 600  # ten frames of the demo's town


def any_of(rate: float, tiles: int) -> float:
    """The chance that at least one of so many tiles is a false alarm, were they independent."""
    return float(1 - (1 - rate) ** tiles)


def majority(seats: int, share: float) -> float:
    """The chance that most seats are of the other kernel, which has this share of the stake."""
    most = range(seats // 2 + 1, seats + 1)
    return sum(comb(seats, count) * share**count * (1 - share) ** (seats - count) for count in most)


def false_verdict(rate: float, leaves: int, share: float = 1.0, requester_appeals: bool = False) -> float:
    """The chance that an audited honest lease is rejected for good.

    Each round looks at the first round's leaves and as many fresh ones of its own. The worker appeals each
    rejection; the requester appeals acceptances or takes them.
    """
    alarm = any_of(rate, leaves)

    def rejected(round_: int, is_first_bad: bool) -> float:
        seen = 1.0 if is_first_bad else alarm if round_ else 0.0
        refused = seen * majority(SEATS[round_], share)
        if round_ == len(SEATS) - 1:
            return refused
        after = rejected(round_ + 1, is_first_bad)
        return refused * after + (1 - refused) * (after if requester_appeals else 0.0)

    return alarm * rejected(0, True) + (1 - alarm) * rejected(0, False)


def independent_verdict(rate: float, leaves: int) -> float:
    """The same, should each verifier see a difference of its own: the first round's majority alone."""
    return majority(SEATS[0], any_of(rate, leaves))


def rates_of(rate: float) -> dict[str, float]:
    """Who sees what, and the rate of false verdicts over an audited lease, from the rate a tile."""
    most = f"{MOST_LEAVES} leaves"
    return {
        "one tile": rate,
        "audit of 1 leaf, all verifiers of the other kernel": false_verdict(rate, 1),
        f"{most}, all of the other kernel": false_verdict(rate, MOST_LEAVES),
        f"{most}, all of it, the requester appeals": false_verdict(rate, MOST_LEAVES, 1.0, True),
        f"{most}, half of the stake, the requester appeals": false_verdict(rate, MOST_LEAVES, 0.5, True),
        f"{most}, a fifth of the stake, the requester appeals": false_verdict(rate, MOST_LEAVES, 0.2, True),
        f"{most}, each verifier with a difference of its own": independent_verdict(rate, MOST_LEAVES),
        f"the requester challenges the worst of {LEASE_TILES} tiles": any_of(rate, LEASE_TILES),
    }


def verdict_table(rates: Mapping[str, float]) -> str:
    """A column for each rate a tile."""
    columns = [rates_of(rate) for rate in rates.values()]
    lines = [[name, *(short(column[name]) for column in columns)] for name in columns[0]]
    return table(["false verdicts", *rates], lines)
