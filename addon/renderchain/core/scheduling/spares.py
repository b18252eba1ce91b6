"""Which leases are given a second time: those of workers that are silent or late, where that gains time."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from .fit import AHEAD, SILENT_S
from .fleet import Fleet
from .plan import MOST_SPREAD, RENDER_PART, Given, Job, JobPlan
from .tasks import Held

SIGMAS = 3.0
LEAST_LATE_S = 2.0
GAIN_PART = 0.25  # of the time that a spare takes is what it must gain at least


def is_doubtful(job: Job, held: Held, fleet: Fleet, now_s: float) -> bool:
    """Whether its worker is silent, or later than spreads explain."""
    row = fleet.rows[held.worker_id]
    if fleet.column("heard_s")[row] < now_s - SILENT_S:
        return True
    return now_s > held.ends_s + SIGMAS * _spread_s(job, held, fleet)


def expected_s(job: Job, held: Held, fleet: Fleet, now_s: float) -> float:
    """When a lease will end: one that is late by so much is late by so much again."""
    late_s = now_s - held.ends_s
    return held.ends_s if late_s <= 0 else now_s + late_s + _spread_s(job, held, fleet)


def _spread_s(job: Job, held: Held, fleet: Fleet) -> float:
    """How far its end is from where it is expected."""
    speed = min(float(fleet.column("spread")[fleet.rows[held.worker_id]]), MOST_SPREAD)
    return (
        math.hypot(speed, min(job.costs.spread, MOST_SPREAD)) * (held.ends_s - held.begins_s) + LEAST_LATE_S
    )


def lost_tasks(job: Job, fleet: Fleet, now_s: float) -> int:
    """Tasks of a job that somebody holds and will hardly bring."""
    silent = set(np.flatnonzero(fleet.column("heard_s") < now_s - SILENT_S).tolist())
    rows, found = fleet.rows, 0
    for one in job.held.values():
        if one.ends_s >= now_s and not (silent and rows[one.worker_id] in silent):
            continue  # as nearly all of them are
        if not (one.is_spared or one.spare_of) and is_doubtful(job, one, fleet, now_s):
            found += one.count
    return found


def spares(job: Job, plan: JobPlan, fleet: Fleet, now_s: float, taken: Collection[int]) -> list[Given]:
    """Spares for leases that hold up the job, the latest first, each on who ends it first."""
    found = list[Given]()
    used = set(taken)
    waiting = [one for one in job.held.values() if not (one.is_spared or one.spare_of)]
    waiting = [one for one in waiting if one.count <= job.spares]
    doubtful = [one for one in waiting if is_doubtful(job, one, fleet, now_s)]
    ends_s = {one.lease_id: expected_s(job, one, fleet, now_s) for one in waiting}
    late = [] if job.open.count else [one for one in waiting if one not in doubtful]
    for held in [*doubtful, *sorted(late, key=lambda one: -ends_s[one.lease_id])]:
        left = job.spares - (0 if held in doubtful else job.kept_spares)
        if held.count > left or job.most_leases < 1:
            continue
        given = _best(job, plan, fleet, held, used)
        if given is None or not (
            held in doubtful or ends_s[held.lease_id] - given.ends_s > GAIN_PART * (given.ends_s - now_s)
        ):
            continue
        used.add(given.row)
        job.spares -= held.count
        job.most_leases -= 1
        found.append(given)
    return found


def _best(job: Job, plan: JobPlan, fleet: Fleet, held: Held, used: Collection[int]) -> Given | None:
    """The worker that would end a lease's tasks first, of those not used; never the lease's own."""
    own, in_hand = fleet.rows[held.worker_id], fleet.column("in_hand")
    rows = np.flatnonzero(plan.fits & (in_hand < AHEAD))
    ends_s = plan.ends_s(rows, held.first, held.count)
    most_s = RENDER_PART * job.needs.lease_timeout_s
    for at in np.argsort(ends_s, kind="stable")[: len(used) + 8]:
        row = int(rows[at])
        if row == own or row in used or fleet.terms[row].offer.least_reward_fri > job.needs.reward_fri:
            continue
        slot = fleet.free_slot(row)
        begins_s, end_s = plan.span_s(row, held.first, held.count)
        if slot is not None and end_s - begins_s <= most_s:
            return Given(row, slot, held.first, held.count, begins_s, end_s, spare_of=held.lease_id)
    return None
