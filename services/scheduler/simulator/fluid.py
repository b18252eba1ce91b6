"""What could be had at best were tasks a fluid that all machines work on at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .world import Machine, MadeUpJob


def deadlines_hit(machines: Sequence[Machine], jobs: Sequence[MadeUpJob]) -> int:
    """How many deadlines are met where whoever lives works on the earliest one alone.

    Where all can be met no order meets more; where not, those that are late take time from the others.
    """
    deaths = sorted((one.dies_s, one.speed) for one in machines if np.isfinite(one.dies_s))
    coming = sorted(jobs, key=lambda one: one.comes_s)
    left = {id(one): float(one.costs_s.sum()) for one in jobs}
    there, now_s, hits = list[MadeUpJob](), 0.0, 0
    speed = sum(one.speed for one in machines)
    while coming or there:
        next_s = min(coming[0].comes_s if coming else np.inf, deaths[0][0] if deaths else np.inf)
        if there:
            first = min(there, key=lambda one: one.deadline_s or np.inf)
            end_s = now_s + left[id(first)] / speed
            if end_s <= next_s:
                now_s = end_s
                there = [one for one in there if one is not first]  # costs are arrays, which compare by value
                hits += end_s <= (first.deadline_s or np.inf)
                continue
            left[id(first)] -= (next_s - now_s) * speed
        now_s = next_s
        while coming and coming[0].comes_s <= now_s:
            there.append(coming.pop(0))
        while deaths and deaths[0][0] <= now_s:
            speed -= deaths.pop(0)[1]
    return hits
