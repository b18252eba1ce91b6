"""Who may be given a lease: by columns at once, and exactly by each worker's terms."""

from __future__ import annotations

import random
from typing import Any

import pytest
from renderchain.core.ids import WorkerId
from renderchain.core.scheduling.fit import SILENT_S, fitting, sentence_of, why_not
from renderchain.core.scheduling.fleet import Fleet, Terms

from tests.unit.core.scheduling.made import NOW_S, REWARD_FRI, needs, terms

SEED = 20261129


def fleet_of(*workers: Terms) -> Fleet:
    fleet = Fleet()
    for number, one in enumerate(workers, 1):
        row = fleet.put(WorkerId(number), one)
        fleet.column("heard_s")[row] = NOW_S
    return fleet


@pytest.mark.parametrize(
    ("worker", "reason"),
    [
        (terms(), ""),
        (terms(asks_fri=2 * REWARD_FRI), "wants 0.2 STRK a frame"),
        (terms(largest_package_bytes=999), "takes no package so large"),
        (terms(memory_mib=1023), "has too little memory"),
        (terms(slots=0), "offers no slots now"),
        (terms(until_s=int(NOW_S)), "offers no slots now"),
        (Terms(terms().offer, 4096, 10**17 - 1), "has too little free deposit for these frames"),
    ],
)
def test_each_reason_is_said_and_no_such_worker_fits(worker: Terms, reason: str) -> None:
    fleet = fleet_of(worker)
    assert why_not(needs(), fleet, 0, (), NOW_S) == reason
    exact = "deposit" in reason  # a float does not know one fri
    assert exact or list(fitting(needs(), fleet, (), NOW_S)) == [not reason]


def test_a_worker_that_failed_on_a_job_is_given_no_more_of_it() -> None:
    fleet = fleet_of(terms(), terms())
    assert list(fitting(needs(), fleet, {0}, NOW_S)) == [False, True]
    assert why_not(needs(), fleet, 0, {0}, NOW_S) == "failed on this job before"


def test_who_is_silent_is_given_nothing() -> None:
    fleet = fleet_of(terms())
    assert not fitting(needs(), fleet, (), NOW_S + SILENT_S + 1).any()
    assert why_not(needs(), fleet, 0, (), NOW_S + SILENT_S + 1) == "has not been heard of lately"


def test_one_fri_too_little_is_seen_where_floats_are_equal() -> None:
    asks: dict[str, Any] = {"asks_fri": REWARD_FRI + 1}
    assert fitting(needs(), fleet_of(terms(**asks)), (), NOW_S).all()
    assert why_not(needs(), fleet_of(terms(**asks)), 0, (), NOW_S).startswith("wants")


def test_why_a_job_waits_is_said_in_numbers() -> None:
    fleet = fleet_of(terms(), terms(memory_mib=1), terms(memory_mib=1), terms(asks_fri=10**18))
    said = sentence_of(needs(), fleet, set(), NOW_S)
    assert said.startswith("1 of 4 workers of ")
    assert said.endswith(" could; want more a frame than it pays: 1; too little memory: 2")


def test_each_worker_is_counted_once_by_the_reason_that_is_said_of_it_alone() -> None:
    kinds = (terms(), terms(asks_fri=2 * REWARD_FRI), terms(memory_mib=1), terms(slots=0))
    rng = random.Random(SEED)
    fleet = fleet_of(*[rng.choice(kinds) for _ in range(200)])
    for row in rng.sample(range(200), 60):
        fleet.column("heard_s")[row] = NOW_S - 2 * SILENT_S
    for row in rng.sample(range(200), 60):
        fleet.give(row, 0, NOW_S + 1)
    failed = set(rng.sample(range(200), 30))
    each = [why_not(needs(), fleet, row, failed, NOW_S) for row in range(200)]
    head, *others = sentence_of(needs(), fleet, failed, NOW_S).split("; ")
    counts = sorted(int(one.rsplit(": ", 1)[1]) for one in others)
    assert int(head.split()[0]) == each.count("")
    assert counts == sorted(each.count(one) for one in set(each) - {""}), SEED


def test_a_sentence_about_many_prices_is_as_short_as_one_about_few() -> None:
    """Each worker names its own price, so a list of prices would be as long as others like."""
    fleet = fleet_of(*[terms(asks_fri=REWARD_FRI + 10**15 * number) for number in range(1, 500)])
    assert len(sentence_of(needs(), fleet, set(), NOW_S)) < 200


def test_a_fleet_keeps_rows_while_it_grows() -> None:
    fleet = fleet_of(*[terms(asks_fri=number) for number in range(200)])
    assert [int(one) for one in fleet.column("asks_fri")] == list(range(200))
    assert fleet.put(WorkerId(5), terms(asks_fri=7)) == 4
    assert len(fleet) == 200


def test_slots_are_taken_and_left() -> None:
    fleet = fleet_of(terms(slots=2))
    fleet.give(0, 0, NOW_S + 10)
    fleet.give(0, 1, NOW_S + 20)
    assert fleet.free_slot(0) is None
    fleet.leave_slot(0, 0)
    assert fleet.free_slot(0) == 0
