"""What a board's events come to: frames delivered, in work, paid, and how long the rest takes."""

from __future__ import annotations

from renderchain.core.board_events import (
    BoardEvent,
    JobClosed,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    LeasePaid,
    ResultSubmitted,
    TasksRefunded,
)
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import LeaseResult
from renderchain.core.job_progress import JobProgress
from renderchain.core.lifecycle import LeaseState

JOB = JobId(3)
ONE, TWO, THREE = LeaseId(1 << 40), LeaseId(2 << 40), LeaseId(3 << 40)


def claimed(lease: LeaseId, first: int, count: int, operator: int = 7) -> LeaseClaimed:
    return LeaseClaimed(5, JOB, lease, operator, first, count, 0, 0, 0)


def submitted(lease: LeaseId, count: int) -> ResultSubmitted:
    return ResultSubmitted(6, JOB, lease, count, LeaseResult(9, 0, 0, 0))


def test_a_task_is_in_work_then_delivered_and_lost_leases_leave_it_open() -> None:
    told: list[BoardEvent] = [claimed(ONE, 0, 4), claimed(TWO, 4, 2, operator=8)]
    progress = JobProgress.of(told)
    assert (progress.in_work, progress.delivered, progress.workers) == (set(range(6)), set(), {7, 8})
    progress.note(submitted(ONE, 3))  # its last one was given back
    progress.note(LeaseEnded(7, JOB, TWO, LeaseState.EXPIRED, True))
    assert (progress.in_work, progress.delivered, progress.workers) == (set(), {0, 1, 2}, set())
    assert progress.leases[TWO].is_lost and not progress.leases[ONE].is_lost
    progress.note(LeaseEnded(8, JOB, ONE, LeaseState.REJECTED, True))
    assert progress.delivered == set() and progress.lease_of(0) is None
    progress.note(claimed(THREE, 0, 2))
    progress.note(submitted(THREE, 2))
    found = progress.lease_of(1)
    assert found and (found.lease_id, found.root, found.is_settled) == (THREE, 9, False)


def test_money_is_counted_once_and_pay_settles_a_lease() -> None:
    told: list[BoardEvent] = [
        *(claimed(ONE, 0, 1), submitted(ONE, 1), LeasePaid(7, JOB, ONE, 5, 100)),
        *(claimed(TWO, 1, 1), submitted(TWO, 1), LeaseAccepted(8, JOB, TWO, 5, 100)),
        *(LeaseAccepted(9, JOB, ONE, 5, 0), TasksRefunded(9, JOB, 2, 200), JobClosed(9, JOB, 50)),
    ]
    progress = JobProgress.of(told)
    assert (progress.paid_fri, progress.refunded_fri, progress.refunded_tasks) == (200, 250, 2)
    assert progress.is_closed and all(one.is_settled for one in progress.leases.values())


def test_the_rest_takes_as_long_a_frame_as_what_is_done() -> None:
    progress = JobProgress.of([claimed(ONE, 0, 2)])
    assert progress.left_s(8, 60.0) is None  # nothing tells yet
    progress.note(submitted(ONE, 2))
    assert progress.left_s(8, 60.0) == 180.0 and progress.left_s(2, 60.0) == 0
    progress.note(TasksRefunded(9, JOB, 6, 600))
    assert progress.left_s(8, 60.0) == 0
    progress.note(JobClosed(9, JOB, 0))
    assert progress.left_s(8, 60.0) is None


def test_events_of_leases_whose_claim_was_not_heard_change_nothing() -> None:
    progress = JobProgress.of([submitted(ONE, 2), LeaseEnded(7, JOB, ONE, LeaseState.EXPIRED, True)])
    assert progress == JobProgress()
