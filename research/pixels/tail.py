"""How often honest work would be refused: what was seen, and what a fitted tail says beyond it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compare import Row

Floats = NDArray[np.float64]

TAIL_SHARES = (0.25, 0.1, 0.05)  # of the tiles are used for a fit; the first is the one reported
FEWEST_IN_TAIL = 20
RESAMPLES = 400
LEVEL_PARTS = 10  # of a step, for an integral
LEAST_SPREAD = 0.1  # steps; smaller ones never come near a threshold
FARTHEST = 12  # deviations; nothing is farther


@dataclass(frozen=True)
class Pareto:
    """A generalised Pareto tail: what lies over ``base``, and how it thins out."""

    base: float
    share: float  # of all values lies over the base
    shape: float
    scale: float

    def reached_by(self, rate: float) -> float:
        """The limit over which only this share lies."""
        if self.scale <= 0 or rate >= self.share:
            return self.base
        rarity = np.log(self.share / rate)
        times = rarity if abs(self.shape) < 1e-6 else np.expm1(self.shape * rarity) / self.shape
        return float(self.base + self.scale * times)

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
    narrower: tuple[float, ...]  # the same from smaller shares of the tiles
    needed: float  # the threshold at which the fit would reach the goal


def poisson_bound(seen: int) -> float:
    """What is expected at most if so many were seen, at 95 %: 3 if none was."""
    low, high = 0.0, 10.0 + 3.0 * seen
    for _ in range(60):
        middle = (low + high) / 2
        terms = (math.exp(-middle) * middle**count / math.factorial(count) for count in range(seen + 1))
        low, high = (middle, high) if sum(terms) > 0.05 else (low, middle)
    return high


def normal_rate(deviation: float, steps: int) -> float:
    """How often a level whose shift is normal noise is seen over so many steps, rounded down."""
    if deviation * FARTHEST < steps:
        return 0.0
    return float(np.mean([math.erfc(part / deviation / math.sqrt(2)) for part in _parts(steps)]))


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


def bit_tail(rows: Sequence[Row], percent: float, goal: float) -> Tail:
    """The tail of the bit distances."""
    groups = [np.array([row.bit_percent for row in these]) for these in _by_picture(rows)]
    return _tail(groups, int((np.concatenate(groups) > percent).sum()), goal, lambda fit: fit.beyond(percent))


def level_tail(rows: Sequence[Row], steps: int, goal: float) -> Tail:
    """The tail of the shift, before it is rounded down, of the block that decides."""
    groups = [np.array([row.shift for row in these]) for these in _by_picture(rows)]
    refused = sum(row.deciding_steps > steps for row in rows)
    return _tail(groups, refused, goal, lambda fit: level_rate(fit, steps))


def level_rate(fit: Pareto, steps: int) -> float:
    """Rounded, a shift of ``steps`` and a fraction is one step more with that fraction as its chance.

    So the rate is the mean of what lies beyond each fraction.
    """
    return float(np.mean([fit.beyond(part) for part in _parts(steps)]))


def _tail(groups: Sequence[Floats], refused: int, goal: float, rate: Callable[[Pareto], float]) -> Tail:
    values = np.concatenate(groups)
    shares = [share for share in TAIL_SHARES[1:] if len(values) * share >= FEWEST_IN_TAIL]
    fit = pareto(values, TAIL_SHARES[0])
    return Tail(
        len(values),
        len(groups),
        float(values.max()),
        refused,
        rate(fit),
        _upper(groups, rate),
        tuple(rate(pareto(values, share)) for share in shares),
        fit.reached_by(goal),
    )


def normality(rows: Sequence[Row]) -> dict[str, float]:
    """Whether shifts are normal noise: how many of their own deviations they are away from 0."""
    shifts, spreads = (np.concatenate([getattr(row, name) for row in rows]) for name in ("shifts", "spreads"))
    away = np.abs(shifts / np.maximum(spreads, 1e-9))[spreads > LEAST_SPREAD]
    return {
        "levels": len(away),
        "deviation": float(np.sqrt((away**2).mean())),
        **{f"{share:g}": float(np.quantile(away, share)) for share in (0.99, 0.999, 0.9999)},
        "farthest": float(away.max()),
    }


def _parts(steps: int) -> list[float]:
    return [steps + (at + 0.5) / LEVEL_PARTS for at in range(LEVEL_PARTS)]


def _by_picture(rows: Sequence[Row]) -> list[list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.picture, []).append(row)
    return list(found.values())


def _upper(groups: Sequence[Floats], rate: Callable[[Pareto], float]) -> float:
    """Whole pictures are drawn again, not tiles: the tiles of one picture are alike."""
    chance = np.random.default_rng(1)
    rates = []
    for _ in range(RESAMPLES):
        drawn = chance.integers(0, len(groups), len(groups))
        values = np.concatenate([groups[at] for at in drawn])
        rates.append(rate(pareto(values, TAIL_SHARES[0])))
    return float(np.quantile(rates, 0.95))
