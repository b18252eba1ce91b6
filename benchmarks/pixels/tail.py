"""How often honest work would be refused: what was seen, and what a fitted tail says beyond it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compare import Row

Floats = NDArray[np.float64]

TAIL_SHARES = (0.25, 0.1, 0.05)  # of the tiles are used for a fit; the first is the one reported
FEWEST_IN_TAIL = 20
RESAMPLES = 400
LEVELS_A_TILE = 48


@dataclass(frozen=True)
class Pareto:
    """A generalised Pareto tail: what lies over ``base``, and how it thins out."""

    base: float
    share: float  # of all values lies over the base
    shape: float
    scale: float

    def beyond(self, limit: float) -> float:
        """P(value > limit), for a limit over the base."""
        if self.scale <= 0:
            return 0.0
        distance = (limit - self.base) / self.scale
        if abs(self.shape) < 1e-6:
            return float(self.share * np.exp(-distance))
        inner = 1 + self.shape * distance
        return float(self.share * inner ** (-1 / self.shape)) if inner > 0 else 0.0


@dataclass(frozen=True)
class Tail:
    """Honest tiles of other machines, and the rate at which a threshold would refuse them."""

    tiles: int
    pictures: int
    most: float
    refused: int
    fitted: float
    upper: float  # 95 % of the resampled fits lie below
    narrower: tuple[float, ...] = ()  # the same from smaller shares of the tiles

    @property
    def bound(self) -> float:
        """The 95 % bound that needs no fit: none refused among n tiles, were they independent."""
        return 3 / self.tiles if not self.refused else float("nan")


def pareto(values: Floats, tail_share: float) -> Pareto:
    """Fitted by probability-weighted moments (Hosking and Wallis 1987)."""
    ordered = np.sort(values)
    start = max(int(len(ordered) * (1 - tail_share)), 1)
    base = float(ordered[start - 1])
    over = ordered[start:] - base
    if not len(over) or over.mean() <= 0:
        return Pareto(base, 0.0, 0.0, 0.0)
    ranks = (np.arange(len(over)) + 0.65) / len(over)
    first, second = float(over.mean()), float((over * (1 - ranks)).mean())
    shape = 2 - first / (first - 2 * second)
    scale = 2 * first * second / (first - 2 * second)
    return Pareto(base, len(over) / len(ordered), shape, scale)


def bit_tail(rows: Sequence[Row], percent: float) -> Tail:
    """A generalised Pareto tail over the largest quarter of the bit distances."""
    groups = [np.array([row.bit_percent for row in these]) for these in _by_picture(rows)]

    def rate(chosen: Sequence[Floats], tail_share: float = TAIL_SHARES[0]) -> float:
        return pareto(np.concatenate(chosen), tail_share).beyond(percent)

    values = np.concatenate(groups)
    shares = [share for share in TAIL_SHARES[1:] if len(values) * share >= FEWEST_IN_TAIL]
    return Tail(
        len(values),
        len(groups),
        float(values.max()),
        int((values > percent).sum()),
        rate(groups),
        _upper(groups, rate),
        tuple(rate(groups, share) for share in shares),
    )


def level_tail(rows: Sequence[Row], steps: int) -> Tail:
    """A geometric tail: each further step is as much rarer as the steps seen so far tell."""
    groups = [_level_totals(these, steps) for these in _by_picture(rows)]

    def rate(chosen: Sequence[Floats]) -> float:
        totals = np.sum(chosen, axis=0)
        reached = totals[::-1].cumsum()[::-1]  # how many levels differ by at least 0, 1, 2, ... steps
        seen = max(int(np.nonzero(reached)[0].max()), 1)
        # One more than was seen, where nothing was: an empty class is rare, not impossible.
        ratios = (reached[2 : seen + 2] + 1) / (reached[1 : seen + 1] + 1)
        share = float(reached[1] / reached[0])
        return min(LEVELS_A_TILE * share * float(ratios.max()) ** steps, 1.0)

    most = max(row.level_steps for row in rows)
    refused = sum(row.level_steps > steps for row in rows)
    return Tail(len(rows), len(groups), most, refused, rate(groups), _upper(groups, rate))


def _by_picture(rows: Sequence[Row]) -> list[list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.picture, []).append(row)
    return list(found.values())


def _level_totals(rows: Sequence[Row], steps: int) -> Floats:
    totals = np.zeros(steps + 2)
    for row in rows:
        for difference, count in enumerate(row.level_counts):
            totals[min(difference, steps + 1)] += count
    return totals


def _upper(groups: Sequence[Floats], rate: Callable[[Sequence[Floats]], float]) -> float:
    """Whole pictures are drawn again, not tiles: the tiles of one picture are alike."""
    chance = np.random.default_rng(1)
    rates = []
    for _ in range(RESAMPLES):
        drawn = chance.integers(0, len(groups), len(groups))
        rates.append(rate([groups[at] for at in drawn]))
    return float(np.quantile(rates, 0.95))
