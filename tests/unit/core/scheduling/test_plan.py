"""What a plan gives to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from renderchain.core.ids import WorkerId
from renderchain.core.scheduling.plan import PlanRules, _rising_order

from tests.unit.core.scheduling.made import NOW_S, REWARD_FRI, book, confirm, job, terms

SEED = 20261129


def test_faster_workers_get_longer_leases_and_all_end_about_together() -> None:
    made = book([1.0, 2.0, 4.0], a=job(2000, longest_lease=2000, lease_timeout_s=10**6))
    given = {one.row: one for one in made.plan(NOW_S)["a"]}
    assert given[1].count == pytest.approx(2 * given[0].count, rel=0.1)
    assert given[2].count == pytest.approx(4 * given[0].count, rel=0.1)
    assert given[2].ends_s == pytest.approx(given[0].ends_s, rel=0.01)


def test_the_first_lease_of_a_worker_is_half_as_long_as_that_of_a_known_one() -> None:
    """Who says that it is faster than it is held up the whole job."""
    made = book([1.0, 1.0], a=job(100, longest_lease=100, lease_timeout_s=10**6))
    made.put_worker(WorkerId(3), terms(), 1.0)
    made.heard(WorkerId(3), NOW_S)
    given = {one.row: one.count for one in made.plan(NOW_S)["a"]}
    assert given[0] == pytest.approx(given[1], abs=1)
    assert given[2] == pytest.approx(given[0] / 2, abs=1)


def test_who_would_end_after_the_job_is_given_nothing() -> None:
    made = book([1.0, 1.0, 1 / 50], a=job(4))
    assert {one.row for one in made.plan(NOW_S)["a"]} == {0, 1}


def test_a_slow_worker_that_is_alone_does_all_the_work() -> None:
    made = book([1 / 20], a=job(2, lease_timeout_s=600.0))
    assert [one.count for one in made.plan(NOW_S)["a"]] == [1]


def test_nothing_is_given_that_would_be_lost_to_its_timeout() -> None:
    made = book([1 / 20], a=job(2, lease_timeout_s=200.0))
    assert made.plan(NOW_S) == {}


def test_the_next_lease_comes_before_the_present_one_ends() -> None:
    made = book([1.0], a=job(40, longest_lease=4))
    (first,) = made.plan(NOW_S)["a"]
    lease = confirm(made, "a", first, NOW_S)
    made.heard(WorkerId(1), NOW_S + 20)
    assert made.plan(NOW_S + 20) == {}, "there is time"
    made.progress(lease, 3, first.ends_s - 10)
    made.heard(WorkerId(1), first.ends_s - 10)
    (second,) = made.plan(first.ends_s - 10)["a"]
    assert second.slot != first.slot
    assert second.begins_s >= first.ends_s - 1


def test_a_pool_for_few_leases_makes_long_ones() -> None:
    made = book([1.0] * 10, a=job(16, most_leases=2))
    assert sorted(one.count for one in made.plan(NOW_S)["a"]) == [8, 8]


def test_a_lease_pays_for_its_gas_while_much_is_open() -> None:
    made = book([1.0] * 10, a=job(100))
    made.rules = PlanRules(lease_gas_fri=REWARD_FRI // 10, gas_part=0.02)
    assert min(one.count for one in made.plan(NOW_S)["a"]) == 5


@pytest.mark.parametrize(("audit_exp", "least"), [(0, 8), (1, 6), (2, 5)])
def test_a_lease_pays_for_its_draw_as_often_as_it_is_audited(audit_exp: int, least: int) -> None:
    made = book([1.0] * 10, a=job(100, audit_exp=audit_exp))
    half_fri = 4 * REWARD_FRI // 50  # of the gas of a lease that is audited
    made.rules = PlanRules(lease_gas_fri=half_fri, draw_gas_fri=half_fri, gas_part=0.02)
    assert min(one.count for one in made.plan(NOW_S)["a"]) == least


def test_exact_prices_decide() -> None:
    made = book([1.0], a=job())
    made.put_worker(WorkerId(1), terms(asks_fri=REWARD_FRI + 1))
    assert made.plan(NOW_S) == {}


def test_two_jobs_share_workers_by_what_they_pay() -> None:
    made = book([1.0] * 30, a=job(300), b=job(300))
    found = made.plan(NOW_S)
    counts = [sum(one.count for one in found[key]) for key in "ab"]
    assert counts[0] == pytest.approx(counts[1], abs=8)
    rows = [one.row for key in "ab" for one in found[key]]
    assert len(rows) == len(set(rows)) == 30


def test_a_refused_lease_is_given_again() -> None:
    made = book([1.0], a=job(4))
    (given,) = made.plan(NOW_S)["a"]
    made.refused("a", given, NOW_S)
    assert made.plan(NOW_S)["a"] == [given]
    assert made.jobs["a"].most_leases == 2**31 - 1


def test_tasks_that_came_back_are_given_to_others() -> None:
    made = book([1.0, 1.0], a=job(8))
    for given in made.plan(NOW_S)["a"]:
        lease = confirm(made, "a", given, NOW_S)
    first = (given.first, given.count)
    made.lost(lease, *first, NOW_S, reopened=True, failed=True)
    assert made.jobs["a"].known.failed == {given.row}
    other = {one.row for one in made.plan(NOW_S + 9)["a"]} if made.plan(NOW_S + 9) else set()
    assert given.row not in other


def test_a_submission_tells_of_its_worker_and_of_neighbouring_tasks() -> None:
    made = book([1.0], a=job(40, longest_lease=4))
    (given,) = made.plan(NOW_S)["a"]
    lease = confirm(made, "a", given, NOW_S)
    made.submitted(lease, given.begins_s + 2 * (given.ends_s - given.begins_s))
    assert made.fleet.column("speed")[0] == pytest.approx(2**-0.4)
    assert made.jobs["a"].costs.predicted_s()[given.count + 1] == pytest.approx(20.0)
    assert made.jobs["a"].known.cached == {0}
    assert made.fleet.free_slot(0) == 1, "its slot is taken until it is accepted"
    made.settled(lease)
    assert made.fleet.free_slot(0) == 0


def test_what_workers_hold_of_a_job_that_is_over_stays_in_their_hands_until_it_ends() -> None:
    made = book([1.0], a=job(8), b=job(8))
    (given,) = made.plan(NOW_S)["a"]
    lease = confirm(made, "a", given, NOW_S)
    made.closed("a")
    made.heard(WorkerId(1), NOW_S + 20)
    assert made.plan(NOW_S + 20) == {}, "its hands are full"
    made.submitted(lease, given.ends_s)
    made.settled(lease)
    assert "a" not in made.jobs
    made.heard(WorkerId(1), given.ends_s)
    assert list(made.plan(given.ends_s)) == ["b"]
    assert made.fleet.column("in_hand")[0] == 1


def test_the_last_task_is_given_whatever_floats_make_of_the_time() -> None:
    for number in range(40):
        made = book([1 / 3 + number / 7], a=job(1, usual_s=10 + number / 9))
        made.jobs["a"].costs.note(0, 10 + number / 9)
        made.jobs["a"].costs.note(0, 11 + number / 9)
        now_s = 1_800_000_000 + number / 3
        made.heard(WorkerId(1), now_s)
        assert made.plan(now_s), number


@pytest.mark.parametrize("kinds", [1, 3, 50, 10**9])
def test_tasks_by_cost_stand_as_in_a_stable_sort_however_many_cost_the_same(kinds: int) -> None:
    chance = np.random.default_rng(SEED)
    for count in (0, 1, 2, 500):
        costs = chance.integers(1, kinds + 1, count) / 7
        assert list(_rising_order(costs)) == list(np.argsort(costs, kind="stable")), (SEED, count)


def test_nobody_is_given_what_would_end_after_a_deadline_that_can_be_met() -> None:
    """Beside other jobs one is done later, and by that time also a slow worker might have been."""
    others = {f"b{number}": job(160) for number in range(10)}
    deadline_s = NOW_S + 300.0
    made = book([1.0] * 8 + [1 / 40], a=job(160, deadline_s=deadline_s), **others)
    plans = made.plan(NOW_S)
    assert plans["a"] and all(one.ends_s <= deadline_s for one in plans["a"])
    slow = [key for key, found in plans.items() for one in found if one.row == 8]
    assert slow and "a" not in slow


def test_a_deadline_that_can_not_be_met_is_missed_by_as_little_as_can_be() -> None:
    made = book([1.0] * 8, a=job(400, deadline_s=NOW_S + 60.0))
    free = book([1.0] * 8, a=job(400))
    assert made.plan(NOW_S) == free.plan(NOW_S)


def test_slow_workers_help_where_they_have_time_until_the_deadline_and_get_the_cheapest_task() -> None:
    """They stood still, and when others came in a rush what they might have done was still to do."""
    slow = [1.0] * 8 + [1 / 20]
    made = book(slow, a=job(60, deadline_s=NOW_S + 600.0))
    made.jobs["a"].costs.note(59, 5.0)
    assert 8 not in {one.row for one in book(slow, a=job(60)).plan(NOW_S)["a"]}
    (given,) = [one for one in made.plan(NOW_S)["a"] if one.row == 8]
    assert (given.first, given.count) == (59, 1)
    late = book(slow, a=job(60, deadline_s=NOW_S + 120.0))
    assert 8 not in {one.row for one in late.plan(NOW_S)["a"]}


def test_where_not_all_deadlines_can_be_met_the_largest_job_is_given_up() -> None:
    dues = {"large": 1000.0, "a": 1010.0, "b": 1020.0}
    tasks = {"large": 80, "a": 50, "b": 50}
    jobs = {key: job(tasks[key], deadline_s=NOW_S + one) for key, one in dues.items()}
    made = book([1.0], **jobs)
    assert list(made.plan(NOW_S)) == ["a"]
    made = book([1.0], large=jobs["large"])
    assert list(made.plan(NOW_S)) == ["large"], "it is not before others came"


def test_with_a_deadline_a_lease_is_no_longer_than_half_of_what_may_be_given_twice() -> None:
    """Longer ones that a dead worker had were waited for until their timeout was over."""
    terms = {"lease_timeout_s": 10**6, "longest_lease": 2000}
    due: dict[str, Any] = {**terms, "deadline_s": NOW_S + 10**5}
    counts = {one.count for one in book([1.0, 8.0], a=job(2000, spares=12, **due)).plan(NOW_S)["a"]}
    assert counts == {6}
    for free in (job(2000, **due), job(2000, spares=12, **terms)):
        counts = {one.count for one in book([1.0, 8.0], a=free).plan(NOW_S)["a"]}
        assert min(counts) > 6, "nothing may be given twice, or nothing is late"
