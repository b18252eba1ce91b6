"""When a job could be done, and for what pay."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.scheduling.ends import earliest_end_s, lease_timeout_s, least_reward_fri

WORKERS = st.lists(st.tuples(st.floats(0, 100), st.floats(0.05, 20)), min_size=1, max_size=8)


@given(WORKERS, st.floats(0.5, 50), st.integers(1, 60))
def test_by_that_time_whole_tasks_are_enough_and_shortly_before_they_are_not(
    workers: list[tuple[float, float]], cost_s: float, tasks: int
) -> None:
    begins, speeds = (np.array(one) for one in zip(*workers, strict=True))
    end_s = earliest_end_s(begins, speeds, cost_s, tasks, 0.0)

    def done(at_s: float) -> int:
        return sum(int(max(at_s - begin, 0) * speed / cost_s) for begin, speed in workers)

    assert done(end_s) >= tasks
    assert done(end_s - 0.06) < tasks


def test_nobody_or_nothing_to_do() -> None:
    none = np.array([])
    assert math.isinf(earliest_end_s(none, none, 1.0, 5, 10.0))
    assert earliest_end_s(none, none, 1.0, 0, 10.0) == 10.0


def test_the_cheapest_pay_is_what_the_last_worker_asks_that_is_needed() -> None:
    begins, speeds = np.zeros(3), np.ones(3)
    asks = [30, 10, 20]
    assert least_reward_fri(asks, begins, speeds, 10.0, 10, until_s=100.0) == 10
    assert least_reward_fri(asks, begins, speeds, 10.0, 11, until_s=100.0) == 20
    assert least_reward_fri(asks, begins, speeds, 10.0, 30, until_s=100.0) == 30
    assert least_reward_fri(asks, begins, speeds, 10.0, 31, until_s=100.0) is None


def test_a_timeout_leaves_out_only_those_who_hardly_count() -> None:
    speeds = np.array([0.01] * 10 + [1.0] * 10)
    assert lease_timeout_s(80.0, speeds, 0.8) == 300
    assert lease_timeout_s(80.0, speeds, 0.8, lost_part=0.0) == 30_000
