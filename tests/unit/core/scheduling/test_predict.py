"""What tasks and workers are expected to take."""

from __future__ import annotations

import math

import numpy as np
import pytest
from renderchain.core.scheduling.predict import TRUSTED_AFTER, Costs, Speeds


def test_without_anything_to_go_by_every_task_is_usual() -> None:
    assert Costs(3, 60.0).predicted_s() == pytest.approx([60.0] * 3)


def test_between_probes_costs_lie_on_a_line_of_their_logarithms() -> None:
    found = Costs(5, 1.0, {0: 10.0, 4: 1000.0}).predicted_s()
    assert found == pytest.approx([10, 10**1.5, 100, 10**2.5, 1000])


def test_a_rendered_neighbour_tells_of_those_near_it_and_of_none_far_away() -> None:
    costs = Costs(200, 60.0)
    costs.note(100, 120.0)
    found = costs.predicted_s()
    assert found[95] == pytest.approx(120.0)
    assert found[140] == pytest.approx(60.0)


def test_one_odd_neighbour_among_many_changes_nothing() -> None:
    costs = Costs(50, 60.0)
    for task in range(10, 30):
        costs.note(task, 30.0)
    costs.note(20, 10**6)
    assert costs.predicted_s()[21] == pytest.approx(30.0)


def test_what_all_neighbours_cost_over_their_probes_a_task_will_cost_over_its_own() -> None:
    costs = Costs(40, 1.0, {task: 10.0 + task for task in range(40)})
    for task in range(20):
        costs.note(task, 2 * (10.0 + task))
    assert costs.predicted_s()[22] == pytest.approx(2 * 32.0)


def test_the_spread_of_predictions_is_learned() -> None:
    costs, chance = Costs(4000, 60.0), np.random.default_rng(1)
    for task, off in enumerate(chance.normal(0, 0.3, 4000)):
        costs.predicted_s()
        costs.note(task, 60.0 * math.exp(off))
    assert 0.2 < costs.spread < 0.45


def many(speed: float = 1.0) -> Speeds:
    """Four known workers of that speed."""
    speeds = Speeds()
    for worker in range(1, 5):
        speeds.claim(worker, speed)
        for _ in range(TRUSTED_AFTER):
            speeds.note(worker, speed, 1.0)
    return speeds


def test_who_says_that_it_is_fast_is_half_believed_and_who_is_slow_wholly() -> None:
    speeds = many()
    speeds.claim(8, 16.0)
    speeds.claim(9, 1 / 16)
    assert speeds.speed(8) == pytest.approx(4.0)
    assert speeds.hoped(8) == pytest.approx(16.0)
    assert speeds.speed(9) == pytest.approx(1 / 16)
    assert speeds.speed(77) == pytest.approx(1.0), "nobody knows it"


def test_what_was_delivered_bounds_a_claim_and_soon_replaces_it() -> None:
    speeds = many()
    speeds.claim(8, 1000.0)
    speeds.note(8, 1.0, 1.0)
    assert speeds.hoped(8) <= 4.0
    for _ in range(TRUSTED_AFTER):
        speeds.note(8, 2.0, 1.0)
    assert 1.0 < speeds.speed(8) < 2.0


def test_a_workers_spread_shrinks_while_it_is_steady() -> None:
    speeds = many()
    before = speeds.spread(1)
    for _ in range(10):
        speeds.note(1, 1.0, 1.0)
    assert speeds.spread(1) < before
