"""How often honest work would be refused: what was seen, and what a fitted tail says beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compare import Row

TAIL_SHARE = 0.25  # of the tiles are used for the fit
RESAMPLES = 400
LEVELS_A_TILE = 48


@dataclass(frozen=True)
class Tail:
    """Honest tiles of other machines, and the rate at which a threshold would refuse them."""

    name: str
    tiles: int
    most: float
    refused: int
    fitted: float
    upper: float  # 95 % of the resampled fits lie below

    @property
    def bound(self) -> float:
        """The 95 % bound that needs no fit: none refused among n tiles."""
        return 3 / self.tiles if not self.refused else float("nan")


def bit_tail(name: str, rows: Sequence[Row], percent: float) -> Tail:
    """A generalised Pareto tail over the largest quarter of the bit distances."""
    values = np.array([row.bit_percent for row in rows])
    chance = np.random.default_rng(1)
    fits = [_beyond(chance.choice(values, len(values)), percent) for _ in range(RESAMPLES)]
    refused = int((values > percent).sum())
    most = float(values.max())
    return Tail(name, len(values), most, refused, _beyond(values, percent), float(np.quantile(fits, 0.95)))


def _beyond(values: NDArray[np.float64], limit: float) -> float:
    """P(value > limit) by probability-weighted moments (Hosking and Wallis 1987)."""
    ordered = np.sort(values)
    start = int(len(ordered) * (1 - TAIL_SHARE))
    base = ordered[start - 1]
    over = ordered[start:] - base
    ranks = (np.arange(len(over)) + 0.65) / len(over)
    first, second = float(over.mean()), float((over * (1 - ranks)).mean())
    if first <= 0:
        return 0.0
    shape = 2 - first / (first - 2 * second)
    scale = 2 * first * second / (first - 2 * second)
    share, distance = len(over) / len(ordered), (limit - base) / scale
    if abs(shape) < 1e-6:
        return float(share * np.exp(-distance))
    inner = 1 + shape * distance
    return float(share * inner ** (-1 / shape)) if inner > 0 else 0.0


def level_tail(name: str, rows: Sequence[Row], steps: int) -> Tail:
    """A geometric tail: each further step is as much rarer as the steps seen so far tell."""
    totals = np.zeros(steps + 2)
    for row in rows:
        for difference, count in enumerate(row.level_counts):
            totals[min(difference, steps + 1)] += count
    reached = totals[::-1].cumsum()[::-1]  # how many levels differ by at least 0, 1, 2, ... steps
    seen = max(int(np.nonzero(reached)[0].max()), 1)
    # One more than was seen, where nothing was: an empty class is rare, not impossible.
    ratios = (reached[2 : seen + 2] + 1) / (reached[1 : seen + 1] + 1)
    rate = LEVELS_A_TILE * reached[1] / reached[0] * float(ratios.max()) ** steps
    most = max(row.level_steps for row in rows)
    refused = sum(row.level_steps > steps for row in rows)
    return Tail(name, len(rows), most, refused, min(rate, 1.0), min(rate, 1.0))
