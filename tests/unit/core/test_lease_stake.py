"""What a job asks of a worker's stake, before it claims."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from renderchain.core.ids import WorkerId
from renderchain.core.job import JobInfo, Record, WorkerInfo
from renderchain.core.lease_stake import LeaseStake, stake_of

NOTHING: dict[str, Any] = {one.name: 0 for one in fields(JobInfo)}
TERMS: dict[str, Any] = {
    "tasks": 10,
    "held": 4,
    "longest_lease": 8,
    "reward_fri": 100,
    "tiles": 16,
    "audit_tiles": 16,
    "audit_fee_fri": 2,
    "audit_tile_fri": 1,
    "audit_floor_exp": 2,
}
JOB = JobInfo(**{**NOTHING, **TERMS})
PAY_FRI = 6 * 100  # for the tasks that are still open
LEAST_FRI = 180 + 3 * (2 + 2 * 1)  # 3/10 of it, and three verifiers who look at 2 of the 96 leaves


def worker(free_fri: int) -> WorkerInfo:
    """With other stake that is locked or on its way out."""
    return WorkerInfo(WorkerId(1), 2, 3, 4, free_fri + 50 + 7, 50, 7)


@pytest.mark.parametrize(
    ("free_fri", "fees_fri", "lock_fri", "audit_exp"),
    [
        (LEAST_FRI, 0, LEAST_FRI, 0),
        (10**6, PAY_FRI // 8 - 1, LEAST_FRI, 0),
        (10**6, PAY_FRI // 8, 6 * PAY_FRI, 2),  # the job's floor
        (6 * PAY_FRI, PAY_FRI, 6 * PAY_FRI, 2),
        (6 * PAY_FRI - 1, PAY_FRI, 2 * PAY_FRI, 1),
        (2 * PAY_FRI - 1, PAY_FRI, LEAST_FRI, 0),
    ],
)
def test_the_audit_rate_is_the_lowest_that_record_and_free_stake_allow(
    free_fri: int, fees_fri: int, lock_fri: int, audit_exp: int
) -> None:
    stake = stake_of(JOB, worker(free_fri), Record(9, 0, fees_fri))
    assert stake == LeaseStake(6, PAY_FRI, lock_fri, audit_exp, True)


@pytest.mark.parametrize("fees_fri", [0, PAY_FRI])
def test_stake_that_is_one_fri_short_is_not_enough(fees_fri: int) -> None:
    stake = stake_of(JOB, worker(LEAST_FRI - 1), Record(9, 0, fees_fri))
    assert stake == LeaseStake(6, PAY_FRI, LEAST_FRI, 0, False)


def test_dear_votes_lock_what_a_right_appeal_costs() -> None:
    stake = stake_of(replace(JOB, audit_fee_fri=10, audit_tile_fri=5), worker(10**6), Record())
    # Seven votes and the showing, at twice the fee of the first round.
    assert stake == LeaseStake(6, PAY_FRI, 8 * 2 * (10 + 2 * 5), 0, True)


def test_a_lease_is_no_longer_than_the_job_lets_it_be() -> None:
    stake = stake_of(replace(JOB, longest_lease=2), worker(10**6), Record())
    # 2 tasks have 32 leaves, of which one is drawn.
    assert stake == LeaseStake(2, 200, 60 + 3 * (2 + 1), 0, True)
