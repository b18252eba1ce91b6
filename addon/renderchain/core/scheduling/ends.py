"""When a job could be done at best, and what it has to pay for that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STEPS = 40  # of a bisection
FOREVER_S = 1e9
TIMEOUT_TIMES = 3  # a timeout is so many times what the slowest that count would take

Column = NDArray[np.float64]


def tasks_by(end_s: float, begins_s: Column, speeds: Column, cost_s: float) -> float:
    """How many tasks of that mean cost are rendered by a time by workers that begin then, each whole ones."""
    return float(np.floor(np.maximum(end_s - begins_s, 0.0) * speeds / max(cost_s, 1e-9)).sum())


def earliest_end_s(begins_s: Column, speeds: Column, cost_s: float, tasks: float, now_s: float) -> float:
    """The least time by which workers that begin then render so many tasks of that mean cost.

    Each renders whole tasks only: without that it stops too early. Infinite where nobody renders anything.
    """
    if not len(begins_s) or tasks <= 0:
        return now_s if tasks <= 0 else np.inf
    per_s = speeds / max(cost_s, 1e-9)

    def done(end_s: float) -> float:
        return float(np.floor(np.maximum(end_s - begins_s, 0.0) * per_s).sum())

    # Without the floor it would be over by then at the earliest, and with it one task of everybody's later.
    low_s, high_s = now_s, float(begins_s.max() + (tasks + len(begins_s)) / per_s.sum())
    while done(high_s) < tasks:
        high_s = now_s + 2 * (high_s - now_s) + 1
        if high_s > now_s + FOREVER_S:
            return np.inf
    for _ in range(STEPS):
        middle_s = (low_s + high_s) / 2
        low_s, high_s = (low_s, middle_s) if done(middle_s) >= tasks else (middle_s, high_s)
        if high_s - low_s < 0.05:
            break
    return high_s


def least_reward_fri(
    asks_fri: list[int], begins_s: Column, speeds: Column, cost_s: float, tasks: int, until_s: float
) -> int | None:
    """The least pay of a task for which enough workers would do it in time; None if no pay is enough.

    A job pays all its workers alike, so this is what the cheapest job for that time costs a task.
    """
    order = sorted(range(len(asks_fri)), key=asks_fri.__getitem__)
    done = np.floor(np.maximum(until_s - begins_s[order], 0.0) * speeds[order] / max(cost_s, 1e-9))
    enough = np.flatnonzero(np.cumsum(done) >= tasks)
    return asks_fri[order[int(enough[0])]] if len(enough) else None


def lease_timeout_s(cost_s: float, speeds: Column, render_part: float, lost_part: float = 0.05) -> int:
    """For a job whose dear tasks cost so much: enough for all but workers too slow to count, who do such a
    part of what all can, also where these take longer. What somebody lost is given to others before.
    """
    rising = np.sort(speeds)
    kept = rising[np.searchsorted(np.cumsum(rising), lost_part * rising.sum())]
    return max(round(TIMEOUT_TIMES * cost_s / float(kept) / render_part), 1)
