"""Networks to try policies on: what is drawn by a seed, and against what a run is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from renderchain.core.scheduling.ends import lease_timeout_s, least_reward_fri
from renderchain.core.scheduling.plan import RENDER_PART

from .board import REWARD_FRI
from .fluid import deadlines_hit
from .longest import LongestFirst
from .planned import Planned
from .pulls import PollingPull, Pull
from .world import Machine, MadeUpJob, Policy, World

USUAL_S, COST_SIGMA, NEAR = 60.0, 0.5, 20  # a task's cost, and over how many tasks it stays alike
SPEED_SIGMA = 0.8
SPARE_PART = 0.05  # of the tasks may be given twice
LONG_S = 3600  # a lease's timeout where nobody chooses it
GRACE_S = 120
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Fleet:
    """How machines are made up."""

    workers: int = 1000
    dying: float = 0.05  # part of them that dies, at any time until the bound
    lying: float = 0.0  # part that says it is four times as fast
    distant: float = 0.0  # part that needs a minute for a package
    asks: float = 1.0  # the dearest asks so many times what the cheapest does


@dataclass(frozen=True)
class Run:
    """A world with what it is measured by: the bound is how long a fluid of tasks would take."""

    world: World
    bound_s: float
    kind: str


@dataclass
class Found:
    """What became of a run; times are parts of the bound."""

    end: float
    twice: float  # tasks that two leases brought, as a part
    leases: float  # a worker
    more: dict[str, float] = field(default_factory=dict)


def machines_of(fleet: Fleet, chance: np.random.Generator) -> list[Machine]:
    """Speeds are lognormal; who lies, is far away or dies is drawn."""
    speeds = chance.lognormal(0, SPEED_SIGMA, fleet.workers)
    asks = np.exp(chance.uniform(0, np.log(fleet.asks), fleet.workers)) if fleet.asks > 1 else speeds * 0 + 1
    lies, far = chance.random(fleet.workers) < fleet.lying, chance.random(fleet.workers) < fleet.distant
    return [
        Machine(
            float(speed),
            claims=4.0 if lie else 1.0,
            load_s=60.0 if slow else 10.0,
            asks_fri=int(ask * REWARD_FRI) if fleet.asks > 1 else 1,
        )
        for speed, ask, lie, slow in zip(speeds, asks, lies, far, strict=True)
    ]


def costs_of(tasks: int, chance: np.random.Generator) -> Numbers:
    """Of frames in a row: each is much like the one before it."""
    part = np.exp(-1 / NEAR)
    new, found = chance.normal(size=tasks), np.empty(tasks)
    found[0] = new[0]
    for task in range(1, tasks):
        found[task] = part * found[task - 1] + np.sqrt(1 - part * part) * new[task]
    costs: Numbers = USUAL_S * np.exp(COST_SIGMA * found - COST_SIGMA**2 / 2)
    return costs


def bound_s(machines: Sequence[Machine], cost_s: float) -> float:
    """When machines that all work while they live have done so much."""
    low, high = 0.0, cost_s / min(one.speed for one in machines)
    speeds = np.array([one.speed for one in machines])
    dies = np.array([one.dies_s for one in machines])
    for _ in range(60):
        middle = (low + high) / 2
        done = float((speeds * np.minimum(dies, middle)).sum())
        low, high = (low, middle) if done >= cost_s else (middle, high)
    return high


def kill(machines: Sequence[Machine], part: float, until_s: float, chance: np.random.Generator) -> None:
    """Some die, at any time until then."""
    for number in chance.choice(len(machines), int(part * len(machines)), replace=False):
        machines[number].dies_s = float(chance.uniform(0, until_s))


def job_of(
    tasks: int, error: float | None, machines: Sequence[Machine], chance: np.random.Generator
) -> MadeUpJob:
    """One whose costs are known to within an error, or not at all; its timeout is chosen by what is known."""
    costs = costs_of(tasks, chance)
    guesses = {} if error is None else dict(enumerate(costs * np.exp(chance.normal(0, error, tasks))))
    dear_s = float(np.quantile(list(guesses.values()), 0.9)) if guesses else 2 * USUAL_S
    speeds = np.array([one.speed for one in machines])
    timeout_s = lease_timeout_s(dear_s * (1 + (error or 0.3)), speeds, RENDER_PART)
    return MadeUpJob(costs, guesses, timeout_s=timeout_s, spares=int(SPARE_PART * tasks), grace_s=GRACE_S)


POLICIES: dict[str, Callable[[], Policy]] = {
    "ours": lambda: Planned(),
    "FIFO pull": lambda: Pull(1),
    "LPT": LongestFirst,
    "polling pull": PollingPull,
}


def single(kind: str, fleet: Fleet, tasks_each: int, error: float | None, seed: int) -> Run:
    """One job for all workers."""
    chance = np.random.default_rng(seed)
    machines = machines_of(fleet, chance)
    job = job_of(tasks_each * fleet.workers, error, machines, chance)
    kill(machines, fleet.dying, bound_s(machines, float(job.costs_s.sum())), chance)
    return Run(world_of(kind, machines, [job]), bound_s(machines, float(job.costs_s.sum())), kind)


def world_of(
    kind: str, machines: list[Machine], jobs: list[MadeUpJob], policy: Policy | None = None
) -> World:
    """With the jobs' terms as that policy has them: pulls have no scheduler and the usual timeout."""
    if kind in ("FIFO pull", "polling pull"):
        timeout_s = 600 if kind == "polling pull" else LONG_S
        jobs = [replace(one, grace_s=0, spares=0, timeout_s=timeout_s, longest=1) for one in jobs]
    elif kind == "LPT":
        jobs = [replace(one, timeout_s=LONG_S) for one in jobs]
    return World(machines, jobs, policy or POLICIES[kind]())


def measure(run: Run) -> Found:
    """Let a world come to its end."""
    run.world.run()
    jobs = run.world.coming
    tasks = sum(len(one.costs_s) for one in jobs)
    end_s = max(one.done_s for one in jobs)
    twice = sum(one.twice for one in jobs) / tasks
    return Found(end_s / run.bound_s, twice, sum(one.leases for one in jobs) / len(run.world.machines))


def dead_scheduler(seed: int, fleet: Fleet, tasks_each: int, error: float) -> Found:
    """The scheduler is down for its grace in the middle, after which workers claim for as long again."""
    run = single("ours", fleet, tasks_each, error, seed)
    down_s = run.bound_s / 3
    run.world.policy = Planned(dead=(down_s, down_s + 2 * GRACE_S))
    return measure(run)


def many_jobs(kind: str, seed: int, fleet: Fleet, small: int, tasks: int, large: int, error: float) -> Found:
    """Equal jobs and a large one at once: how much longer each takes than it would alone."""
    chance = np.random.default_rng(seed)
    machines = machines_of(fleet, chance)
    jobs = [job_of(count, error, machines, chance) for count in (large, *[tasks] * small)]
    whole_s = bound_s(machines, sum(float(one.costs_s.sum()) for one in jobs))
    kill(machines, fleet.dying, whole_s, chance)
    world = world_of(kind, machines, jobs)
    found = measure(Run(world, whole_s, kind))
    alone_s = [float(one.costs_s.sum()) / sum(each.speed for each in machines) for one in jobs]
    slow = [one.done_s / alone for one, alone in zip(world.coming, alone_s, strict=True)]
    found.more = {"worst / median": max(slow) / float(np.median(slow))}
    return found


def deadlines(kind: str, seed: int, fleet: Fleet, jobs: int, tasks: int, load: float, error: float) -> Found:
    """Jobs that come by chance, at such a part of what workers can do, each with a deadline of its own."""
    chance = np.random.default_rng(seed)
    machines = machines_of(fleet, chance)
    speed = sum(one.speed for one in machines)
    made, comes_s = [], 0.0
    for _ in range(jobs):
        comes_s += float(chance.exponential(tasks * USUAL_S / speed / load))
        one = job_of(tasks, error, machines, chance)
        one.comes_s = comes_s
        one.deadline_s = comes_s + float(chance.uniform(4, 12)) * tasks * USUAL_S / speed + 60
        made.append(one)
    kill(machines, fleet.dying, comes_s, chance)
    world = world_of(kind, machines, made)
    found = measure(Run(world, comes_s, kind))
    hits = sum(one.done_s <= (one.deadline_s or 0) for one in world.coming)
    found.more = {"deadlines hit": hits / jobs, "by a fluid": deadlines_hit(machines, made) / jobs}
    return found


def prices(seed: int, fleet: Fleet, tasks_each: int, error: float) -> Found:
    """The pay is the least that looks enough for a time; against the least that is, were tasks a fluid."""
    chance = np.random.default_rng(seed)
    machines = machines_of(fleet, chance)
    job = job_of(tasks_each * fleet.workers, error, machines, chance)
    until_s = 2 * bound_s(machines, float(job.costs_s.sum()))
    kill(machines, fleet.dying, until_s, chance)
    asks, speeds = [one.asks_fri for one in machines], np.array([one.speed for one in machines])
    begins, cost_s = np.full(len(machines), 14.0), float(np.mean(list(job.known_s.values())))
    margin = 1 + fleet.dying
    reward = least_reward_fri(asks, begins, speeds, margin * cost_s, len(job.costs_s), until_s)
    assert reward is not None
    order = np.argsort(asks)
    lives = np.array([min(one.dies_s, until_s) for one in machines])
    enough = np.flatnonzero(np.cumsum((speeds * lives)[order]) >= job.costs_s.sum())
    least = asks[int(order[int(enough[0])])]
    job.reward_fri, job.deadline_s = reward, until_s
    world = world_of("ours", machines, [job])
    found = measure(Run(world, until_s, "ours"))
    found.more = {"pay / least": reward / least}
    return found
