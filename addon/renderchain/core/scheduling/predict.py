"""What tasks and workers are expected to take, by what both took so far.

A task's cost is in reference seconds: what it takes a worker of speed 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REACH = 8.0  # tasks: a neighbour so far away counts 1/e
WINDOW = 32  # tasks to either side that count at all
FIRST_SPREAD = 0.1  # of predictions, before any came true
LEAST_S = 1e-3
NEWEST_PART = 0.4  # of a worker's speed is what its newest lease says
TRUSTED_AFTER = 3  # leases, from which on what a worker says of itself counts no more
MOST_CLAIMED = 4.0  # times what was delivered


class Costs:
    """What each task of a job costs, by low-sample probes and by neighbours that were rendered.

    ``usual_s`` holds where there is nothing to go by.
    """

    def __init__(self, tasks: int, usual_s: float, probed_s: Mapping[int, float] | None = None) -> None:
        self._base = _between(tasks, usual_s, probed_s or {})
        self._seen = np.full(tasks + 2 * WINDOW, np.nan)  # what rendered ones cost over their base, as ln
        self._ln = self._base.copy()
        self._cost_s = np.exp(self._base)
        self._stale = np.zeros(tasks, bool)
        self._variance = FIRST_SPREAD**2
        away = np.abs(np.arange(2 * WINDOW + 1) - WINDOW)
        self._weights = np.exp(-away / REACH)

    def note(self, task: int, cost_s: float) -> None:
        """A task was rendered, and cost so much."""
        ln = math.log(max(cost_s, LEAST_S))
        off = ln - self._ln[task]
        self._variance += (off * off - self._variance) / 64
        self._seen[task + WINDOW] = ln - self._base[task]
        self._stale[max(task - WINDOW, 0) : task + WINDOW + 1] = True

    @property
    def spread(self) -> float:
        """How far predictions are off, as a part of them."""
        return math.sqrt(self._variance)

    def predicted_s(self) -> NDArray[np.float64]:
        """Of every task, rendered or not; not to be written into."""
        stale = np.flatnonzero(self._stale)
        if len(stale):
            around = self._seen[stale[:, None] + np.arange(2 * WINDOW + 1)]
            self._ln[stale] = self._base[stale] + _weighted_medians(around, self._weights)
            self._cost_s[stale] = np.exp(self._ln[stale])
            self._stale[stale] = False
        return self._cost_s


def _between(tasks: int, usual_s: float, probed_s: Mapping[int, float]) -> NDArray[np.float64]:
    """The logarithms of what probes say, on a line between two of them."""
    if not probed_s:
        return np.full(tasks, math.log(max(usual_s, LEAST_S)))
    known = sorted(probed_s)
    return np.interp(np.arange(tasks), known, [math.log(max(probed_s[one], LEAST_S)) for one in known])


def _weighted_medians(rows: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row's numbers; 0 where there are none."""
    order = np.argsort(rows, axis=1)  # what is no number comes last
    found = np.take_along_axis(rows, order, 1)
    heavy = np.where(np.isnan(found), 0.0, weights[order])
    sums = np.cumsum(heavy, axis=1)
    total = sums[:, -1]
    middle = np.argmax(sums >= total[:, None] / 2, axis=1)
    return np.where(total > 0, found[np.arange(len(rows)), middle], 0.0)


@dataclass
class _Speed:
    """Logarithms: what the worker says, what it delivered, how far that varies; and how many leases tell."""

    claimed: float | None
    delivered: float = 0.0
    variance: float = 0.04
    leases: int = 0


class Speeds:
    """How fast workers of one family are, in reference seconds a second, by their numbers."""

    def __init__(self) -> None:
        self._known: dict[int, _Speed] = {}
        self._median = 0.0
        self._notes = 0

    def claim(self, worker_id: int, speed: float | None) -> None:
        """What a worker says of itself, if anything."""
        ln = math.log(max(speed, LEAST_S)) if speed else None
        self._known.setdefault(worker_id, _Speed(ln)).claimed = ln
        self._notes += 1

    def note(self, worker_id: int, cost_s: float, took_s: float) -> None:
        """It delivered tasks of that cost in that time."""
        one = self._known.setdefault(worker_id, _Speed(None))
        ln = math.log(max(cost_s, LEAST_S) / max(took_s, LEAST_S))
        off = ln - one.delivered if one.leases else 0.0
        part = NEWEST_PART if one.leases else 1.0
        one.delivered += part * (ln - one.delivered)
        one.variance += NEWEST_PART * (off * off - one.variance) if one.leases else 0.0
        one.leases += 1
        self._notes += 1

    def speed(self, worker_id: int) -> float:
        """What to reckon with: its own deliveries; before, what it says, drawn half to the others' median
        where that is slower: nobody gains by saying too little.
        """
        return self._speed(worker_id, lambda claimed: min(claimed, (claimed + self.median) / 2))

    def hoped(self, worker_id: int) -> float:
        """The same, of a worker that says what is true: by this it is reckoned when jobs could end."""
        return self._speed(worker_id, lambda claimed: claimed)

    def _speed(self, worker_id: int, believe: Callable[[float], float]) -> float:
        one = self._known.get(worker_id)
        if one is None:
            return math.exp(self.median)
        if one.leases >= TRUSTED_AFTER:
            return math.exp(one.delivered)
        said = self.median if one.claimed is None else believe(one.claimed)
        if not one.leases:
            return math.exp(said)
        said = min(said, one.delivered + math.log(MOST_CLAIMED))
        return math.exp((said + one.leases * one.delivered) / (1 + one.leases))

    def leases(self, worker_id: int) -> int:
        """How many leases tell of its speed."""
        one = self._known.get(worker_id)
        return one.leases if one else 0

    def spread(self, worker_id: int) -> float:
        """The standard deviation of its speed, as a part of it."""
        one = self._known.get(worker_id)
        return math.sqrt(one.variance) if one else 0.3

    @property
    def median(self) -> float:
        """The logarithm in the middle, reckoned anew now and then."""
        if self._notes and (self._notes > 64 or self._notes >= len(self._known)):
            told = [one.delivered if one.leases else one.claimed for one in self._known.values()]
            numbers = [one for one in told if one is not None]
            self._median = float(np.median(numbers)) if numbers else 0.0
            self._notes = 0
        return self._median
