"""Who gets a job's open tasks: when it could be done, who still helps with that, and how much each takes.

Close to the end nobody begins what would end after it, and leases are the shorter the less is left: so all
workers end together, whatever their speeds, and what somebody loses is little.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .deadlines import AIM_PART, Due
from .ends import Column, earliest_end_s, tasks_by
from .fit import AHEAD, Known, Needs, fitting
from .fleet import Fleet
from .predict import Costs
from .tasks import Held, OpenTasks

RENDER_PART = 0.8  # of a lease's timeout may be rendered, as workers have it too
ROUNDING_S = 0.01  # of times since 1970: what ends just then is still in time
MOST_SPREAD = 0.4  # with more, what is predicted tells nothing
Rows = NDArray[np.int64]
EARLY_PART = 0.2  # of a job is open at least while leases must be worth their gas


@dataclass(frozen=True)
class PlanRules:
    """``lead_s`` is from an assignment until rendering can begin, ``load_s`` more where a package is fetched.

    ``part`` of what a worker could do until the end is a lease's length, of its first one ``first_part``, as
    its speed is its own word or nobody's; its next task must end before that also where it is so many
    ``sigmas`` slower than expected. A lease's gas, ``lease_gas_fri`` and, where it is audited,
    ``draw_gas_fri``, shall be ``gas_part`` of its pay.
    """

    lead_s: float = 4.0
    load_s: float = 10.0
    part: float = 0.5
    first_part: float = 0.25
    sigmas: float = 1.5
    longest_s: float = 600.0
    lease_gas_fri: int = 0
    draw_gas_fri: int = 0
    gas_part: float = 0.02


@dataclass
class Job:
    """A job as its scheduler sees it. ``spares`` are tasks that may be given twice, half of them only where a
    worker is silent or late; ``most_leases`` is how many leases its audit pool still pays for.
    """

    needs: Needs
    costs: Costs
    open: OpenTasks
    spares: int = 0
    most_leases: int = 2**31

    def __post_init__(self) -> None:
        self.known = Known()
        self.kept_spares = self.spares // 2
        self.held: dict[int, Held] = {}  # by lease
        self.is_over = False


@dataclass(frozen=True)
class Given:
    """A lease to assign: a row of the fleet and its slot, tasks, and when it is expected to begin and end."""

    row: int
    slot: int
    first: int
    count: int
    begins_s: float
    ends_s: float
    spare_of: int = 0


class JobPlan:
    """The plan of one moment; ``aim`` says by when, before anything is asked of it."""

    def __init__(self, job: Job, fleet: Fleet, rules: PlanRules, now_s: float) -> None:
        self._job, self._fleet, self.rules, self._now_s = job, fleet, rules, now_s
        needs = job.needs
        self._costs = job.costs.predicted_s()
        self._sums = np.concatenate([[0.0], np.cumsum(self._costs)])
        self._is_open = np.zeros(needs.tasks, bool)
        for first, end in job.open:
            self._is_open[first:end] = True
        self.fits = fitting(needs, fleet, job.known.failed, now_s)
        is_cached = fleet.mask(job.known.cached)
        self._lead_s = np.where(is_cached, rules.lead_s, rules.lead_s + rules.load_s)
        self._begins_s = np.maximum(now_s + self._lead_s, fleet.column("free_at_s"))
        self._speeds = fleet.column("speed").copy()
        opened = self._costs[self._is_open]
        self.cost_s = float(opened.mean()) if len(opened) else float(self._costs.mean())
        self.work_s = self.cost_s * job.open.count  # of what is open, in reference seconds
        self._safety = 1 + rules.sigmas * min(job.costs.spread, MOST_SPREAD)
        self._next = 0
        self._by_cost: Rows | None = None  # open tasks, the cheapest first, once somebody asks
        self._rising = self._costs[:0]  # what they cost
        self._below: dict[int, int] = {}  # of places there a cheaper one that may be open, if not the next
        self._least = 0  # the first place there that may be open

    def due(self, deadline_s: float) -> Due:
        """What is open of it, and what its workers could render of that until a deadline."""
        begins_s, hoped = self._begins_s[self.fits], self._fleet.column("hoped")[self.fits]
        room_s, aim_room_s = (
            self.cost_s * tasks_by(one, begins_s, hoped, self.cost_s)
            for one in (deadline_s, self._aim_s(deadline_s))
        )
        return Due(deadline_s, self.work_s, room_s, aim_room_s)

    def _aim_s(self, deadline_s: float) -> float:
        return self._now_s + AIM_PART * (deadline_s - self._now_s)

    def aim(self, before_s: float, again: int, deadline_s: float | None = None) -> None:
        """It is to be done as soon as so many reference seconds are rendered, of all jobs; ``again`` counts
        tasks that somebody holds and will not bring. With a deadline that it keeps, slow workers have time
        until shortly before that.
        """
        opened = self._costs[self._is_open]
        begins_s, speeds = self._begins_s[self.fits], self._speeds[self.fits]
        tasks = max(self._job.open.count + again, before_s / self.cost_s)
        hoped = self._fleet.column("hoped")[self.fits]
        end_s = earliest_end_s(begins_s, hoped, self.cost_s, tasks, self._now_s)
        if len(opened) and len(speeds):  # somebody takes the costliest, also where it is all that is left
            end_s = max(end_s, float((begins_s + self._safety * opened.max() / speeds).min()))
        self.end_s = self.latest_s = end_s + ROUNDING_S
        if deadline_s is not None:
            self.latest_s = max(self.end_s, self._aim_s(deadline_s))
        self.rows = self._in_order(float(opened.min()) if len(opened) else np.inf)

    def _in_order(self, least_s: float) -> list[int]:
        """Rows that want a lease now and may help: who would end a usual task first comes first."""
        fleet, in_hand = self._fleet, self._fleet.column("in_hand")
        left_s = fleet.column("free_at_s") - self._now_s
        soon = left_s * (1 - 2 * np.minimum(fleet.column("spread"), 0.4)) <= self._lead_s
        wants = self.fits & ((in_hand == 0) | (soon & (in_hand < AHEAD)))
        wants &= self._begins_s + self._safety * least_s / self._speeds <= self.latest_s
        rows = np.flatnonzero(wants)
        order = np.argsort(self._begins_s[rows] + self.cost_s / self._speeds[rows], kind="stable")
        return [int(one) for one in rows[order]]

    def next_lease(self, taken: Collection[int]) -> Given | None:
        """One more, for a worker that is not among these rows; None if nobody else helps now."""
        if not self._job.open.count or self._job.most_leases < 1:
            return None
        while self._next < len(self.rows):
            row = self.rows[self._next]
            self._next += 1
            slot = None if row in taken else self._fleet.free_slot(row)
            ask_fri = self._fleet.terms[row].offer.least_reward_fri
            if slot is None or ask_fri > self._job.needs.reward_fri:
                continue
            tasks = self._choose(row)
            if tasks:
                first, count = tasks
                self._is_open[first : first + count] = False
                self._job.most_leases -= 1
                return Given(row, slot, first, count, *self.span_s(row, first, count))
        return None

    def span_s(self, row: int, first: int, count: int) -> tuple[float, float]:
        """When a worker would begin with those tasks, and end."""
        begins_s = float(self._begins_s[row])
        cost_s = float(self._sums[first + count] - self._sums[first])
        return begins_s, begins_s + cost_s / float(self._speeds[row])

    def ends_s(self, rows: Rows, first: int, count: int) -> Column:
        """When each of those workers would end those tasks."""
        cost_s = float(self._sums[first + count] - self._sums[first])
        ends_s: Column = self._begins_s[rows] + cost_s / self._speeds[rows]
        return ends_s

    def _choose(self, row: int) -> tuple[int, int] | None:
        """First and count of what a worker gets; None if that would end too late."""
        speed, begins_s = float(self._speeds[row]), float(self._begins_s[row])
        waits_s = max(begins_s - self._now_s - self.rules.lead_s, 0.0)
        timeout_s = (RENDER_PART * self._job.needs.lease_timeout_s - waits_s) / self._safety
        left = speed * min((self.end_s - begins_s) / self._safety, timeout_s)  # in reference seconds
        share = self.rules.part if self._fleet.column("leases")[row] else self.rules.first_part
        part = speed * min(share * (self.end_s - begins_s), self.rules.longest_s, timeout_s)
        first, end = next(iter(self._job.open))
        if self._costs[first] > part or self._is_tail:
            first = self._alone(left)
            if first < 0:
                first = self._cheapest(speed * min((self.latest_s - begins_s) / self._safety, timeout_s))
            if first < 0:
                return None
            found = self._job.open.range_at(first)
            assert found
            end = found[1]
        end = min(end, first + self._job.needs.longest_lease)
        length = max(min(self._within(first, part), self._most_again), 1)
        for least, most_s in ((self._gas_least, left), (self._pool_least, speed * timeout_s)):
            if least > length:
                length = max(length, min(least, self._within(first, most_s)))
        return first, min(length, end - first)

    def _within(self, first: int, cost_s: float) -> int:
        """How many tasks from there on cost no more."""
        return int(self._sums.searchsorted(self._sums[first] + cost_s, side="right")) - 1 - first

    def _alone(self, left: float) -> int:
        """The costliest open task that is done in time; -1 if none is."""
        if self._by_cost is None:
            tasks = np.flatnonzero(self._is_open)[::-1]  # of equal ones the first stands last
            self._by_cost = tasks[_rising_order(self._costs[tasks])]
            self._rising = self._costs[self._by_cost]
        place = int(self._rising.searchsorted(left, side="right")) - 1
        passed = []
        while place >= 0 and not self._is_open[self._by_cost[place]]:
            passed.append(place)
            place = self._below.get(place, place - 1)
        for one in passed:  # so that nobody passes them again
            self._below[one] = place
        return int(self._by_cost[place]) if place >= 0 else -1

    def _cheapest(self, left: float) -> int:
        """The cheapest open task, for who is too slow for the others; -1 if it is too slow for that too."""
        assert self._by_cost is not None
        while not self._is_open[self._by_cost[self._least]]:
            self._least += 1
        task = int(self._by_cost[self._least])
        return task if self._costs[task] <= left else -1

    @property
    def _is_tail(self) -> bool:
        return self._job.open.count <= len(self.rows) - self._next

    @property
    def _most_again(self) -> int:
        """How many tasks can be given again if they are lost, and others after them, where a deadline may not
        wait for a timeout; all where none can. Others are spared the gas of more leases.
        """
        job = self._job
        return job.spares // 2 if job.spares and job.needs.deadline_s is not None else job.open.count

    @property
    def _pool_least(self) -> int:
        """How many tasks a lease must have, as the audit pool pays for so many leases only."""
        return -(-self._job.open.count // max(self._job.most_leases, 1))

    @property
    def _gas_least(self) -> int:
        """How many tasks pay for a lease's gas; close to the end that does not matter any more."""
        job, rules = self._job, self.rules
        if not rules.lease_gas_fri or job.open.count <= EARLY_PART * job.needs.tasks:
            return 0
        gas_fri = rules.lease_gas_fri + (rules.draw_gas_fri >> job.needs.audit_exp)
        return round(gas_fri / (rules.gas_part * job.needs.reward_fri))


def _rising_order(costs: NDArray[np.float64]) -> Rows:
    """As a stable sort has it: which is slow where all numbers differ, and any other sort does the same."""
    order = np.argsort(costs)
    rising = costs[order]
    has_equal = bool((rising[1:] == rising[:-1]).any())
    return np.argsort(costs, kind="stable") if has_equal else order
