"""The simulator's networks: what happens in them is what the rules allow, and the same for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from renderchain.core.ids import JobId
from renderchain.core.scheduling.plan import Given

from services.scheduler.simulator import scenarios
from services.scheduler.simulator.fluid import deadlines_hit
from services.scheduler.simulator.planned import Planned
from services.scheduler.simulator.scenarios import POLICIES, Fleet, bound_s, measure, single
from services.scheduler.simulator.world import Machine, MadeUpJob, World

SMALL = Fleet(30)


def job(costs_s: list[float], **terms: Any) -> MadeUpJob:
    return MadeUpJob(np.array(costs_s), dict(enumerate(costs_s)), **terms)


@pytest.mark.parametrize("kind", POLICIES)
def test_every_policy_brings_all_frames_although_workers_die(kind: str) -> None:
    found = measure(single(kind, SMALL, 5, 0.05, seed=1))
    assert 1.0 <= found.end < 100


def test_the_same_seed_makes_the_same_run() -> None:
    first, second, other = (measure(single("ours", SMALL, 5, 0.2, seed)) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_one_machine_takes_what_its_frames_cost_and_the_way_of_its_leases() -> None:
    made = job([10.0, 20.0], longest=1)
    world = World([Machine(2.0, load_s=3.0)], [made], POLICIES["FIFO pull"](), lead_s=4.0)
    world.run()
    assert made.done_s == pytest.approx(4 + 3 + 5 + 4 + 10)
    assert (made.leases, made.twice) == (2, 0)


def test_a_dead_machines_frame_opens_when_its_lease_expires() -> None:
    made = job([10.0], longest=1, timeout_s=100)
    machines = [Machine(2.0, dies_s=5.0), Machine(1.0)]
    World(machines, [made], POLICIES["FIFO pull"](), lead_s=4.0).run()
    assert made.done_s == pytest.approx(100 + 4 + 10 + 10)


def test_the_bound_counts_machines_while_they_live() -> None:
    assert bound_s([Machine(1.0), Machine(3.0)], 8.0) == pytest.approx(2.0)
    assert bound_s([Machine(1.0), Machine(3.0, dies_s=1.0)], 8.0) == pytest.approx(5.0)


def test_the_book_and_the_board_agree_on_what_is_open_and_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = single("ours", SMALL, 20, 0.2, seed=3)
    seen = [0]
    assign = Planned._assign

    def looked(policy: Planned, job_id: JobId, leases: list[Given]) -> None:
        before = run.world.jobs[job_id].leases
        assign(policy, job_id, leases)
        assert run.world.jobs[job_id].leases == before + len(leases), "the board refused what was planned"
        assert run.world.board.open_tasks(job_id) == policy._book.jobs[job_id].open.count
        seen[0] += 1

    monkeypatch.setattr(Planned, "_assign", looked)
    measure(run)
    assert seen[0] > 10


def test_while_the_scheduler_is_down_workers_claim_after_its_grace() -> None:
    found = scenarios.dead_scheduler(1, SMALL, 20, 0.05)
    honest = measure(single("ours", SMALL, 20, 0.05, 1))
    assert honest.end < found.end < 3
    assert found.leases > 1


def test_many_jobs_deadlines_and_prices_have_their_figures() -> None:
    many = scenarios.many_jobs("ours", 1, SMALL, 4, 10, 100, 0.05)
    assert many.more["worst / median"] >= 1
    hits = scenarios.deadlines("ours", 1, SMALL, 6, 20, 0.5, 0.05)
    assert 0 <= hits.more["deadlines hit"] <= 1
    cheap = scenarios.prices(1, Fleet(30, asks=4.0), 10, 0.05)
    assert 0.5 < cheap.more["pay / least"] < 4


def test_a_fluid_meets_deadlines_by_what_lives_and_the_earliest_first() -> None:
    def timed(cost_s: float, comes_s: float, deadline_s: float) -> MadeUpJob:
        return MadeUpJob(np.array([cost_s]), {}, comes_s=comes_s, deadline_s=deadline_s)

    machines = [Machine(1.0), Machine(1.0, dies_s=10.0)]
    assert deadlines_hit(machines, [timed(30, 0, 20)]) == 1, "20 until the one dies, and 10 of the other"
    assert deadlines_hit(machines, [timed(31, 0, 20)]) == 0
    assert deadlines_hit(machines, [timed(20, 0, 100), timed(4, 5, 8)]) == 2, "who comes later may go first"
    assert deadlines_hit(machines, [timed(4, 50, 53), timed(20, 0, 10)]) == 1
