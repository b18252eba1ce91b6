"""What the books make of events: which jobs are taken on, and what comes when a job is over already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import ANY

import pytest
from renderchain.app.scheduler.books import MOST_REFUSED, Books
from renderchain.core.board_events import (
    BoardEvent,
    JobClosed,
    JobCreated,
    LeaseClaimed,
    SpareGiven,
    TasksGivenBack,
)
from renderchain.core.errors import SettingsError
from renderchain.core.frames import MAX_FRAMES
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.scheduling.plan import PlanRules
from renderchain.core.scheduling.serving import MOST_TASKS, Serving

from devkit.made_up_job import FAMILY, TERMS
from services.scheduler.command import _parser, serving_of

SCHEDULER, JOB = 0x5C4ED, JobId(1)
LEASE, OTHER = (join_lease_id(WorkerId(1), slot, 0) for slot in (0, 1))
LATER = ((4, LEASE), (5, OTHER))  # blocks of claims


def test_what_is_told_of_a_job_that_was_canceled_ends_nothing() -> None:
    """A replay meets events of a job of which the board says today that it was stopped."""
    books = Books(SCHEDULER, PlanRules(lead_s=20.0, load_s=20.0))
    books.note(JobCreated(1, JOB, FAMILY, 5, replace(TERMS, scheduler=SCHEDULER)), 0.0)
    books.by_family[FAMILY].closed(JOB)  # as the board says now
    books.note(LeaseClaimed(2, JOB, LEASE, 7, 0, 1, 1, 0, 1, 0), 1.0)
    books.note(SpareGiven(3, JOB, OTHER, LEASE), 1.0)
    books.note(TasksGivenBack(4, JOB, LEASE, 0, 1, "", 0, True), 1.0)
    books.note(JobClosed(9, JOB, 0), 2.0)
    assert books.book_of(JOB) is None and list(books.jobs()) == []


def created(number: int, requester: int = 5, **terms: Any) -> JobCreated:
    """A job that names the scheduler."""
    return JobCreated(number, JobId(number), FAMILY, requester, replace(TERMS, scheduler=SCHEDULER, **terms))


def told(serving: Serving, *events: BoardEvent) -> Books:
    """Books that heard these."""
    books = Books(SCHEDULER, PlanRules(), serving=serving)
    for event in events:
        books.note(event, 0.0)
    return books


def test_a_job_s_leases_need_the_gas_of_draws_by_its_least_rate_of_audits() -> None:
    ((_, job),) = told(Serving(), created(1, audit_floor_exp=3)).jobs()
    assert job.needs.audit_exp == 3


def test_a_job_of_more_tasks_than_can_be_planned_takes_no_memory_and_says_why() -> None:
    """Anybody may name a scheduler in a job of 2^24 tasks, and had it keep numbers for each."""
    for tasks in (MAX_FRAMES + 1, 2**24, 2**31):
        books = told(Serving(), created(1, tasks=tasks), created(2, tasks=MAX_FRAMES))
        assert [key for key, _ in books.jobs()] == [JobId(2)]
        assert books.refused == {JobId(1): ANY} and f"it has {tasks} tasks" in books.refused[JobId(1)]


def test_jobs_are_taken_on_until_there_is_no_room_and_again_when_there_is() -> None:
    serving = Serving(most_jobs=4)
    jobs = [created(number, requester=number) for number in range(1, 7)]
    books = told(serving, *jobs)
    assert [key for key, _ in books.jobs()] == [1, 2, 3, 4] and set(books.refused) == {5, 6}
    for event in (JobClosed(9, JobId(5), 0), JobClosed(9, JobId(2), 0), created(7, requester=7)):
        books.note(event, 0.0)
    assert [key for key, _ in books.jobs()] == [1, 3, 4, 7] and set(books.refused) == {6}
    assert not books.fitting(9)
    books.note(JobClosed(10, JobId(7), 0), 0.0)
    assert books.fitting(9) == [jobs[5]] and not books.fitting(0)


def test_jobs_that_lack_nothing_but_room_are_found_once_there_is_some() -> None:
    serving = Serving(most_jobs=4)
    jobs = [created(number, requester=number) for number in range(1, 10)]
    books = told(serving, *jobs, created(10, tasks=MAX_FRAMES + 1), created(11, requester=1))
    assert books.fitting(9) == [] and set(books.waiting) == {5, 6, 7, 8, 9, 11}
    for number in (2, 3, 4, 5):
        books.note(JobClosed(12, JobId(number), 0), 0.0)
    assert [one.job_id for one in books.fitting(9)] == [6, 7, 8], "not more than there is room for"
    assert [one.job_id for one in books.fitting(2)] == [6, 7]
    books.note(JobClosed(12, JobId(1), 0), 0.0)
    assert [one.job_id for one in books.fitting(9)] == [6, 7, 8, 9]


def test_of_a_job_that_is_taken_on_later_nothing_is_heard_twice() -> None:
    """What was told of it is asked for, and some of that comes by itself afterwards."""
    books = told(Serving(most_jobs=1), created(1), created(2, tasks=3))
    books.note(JobClosed(3, JobId(1), 0), 0.0)
    (job,) = books.fitting(9)
    claims = [LeaseClaimed(block, JobId(2), one, 7, block - 4, 1, 1, 0, 1, 0) for block, one in LATER]
    assert books.take_on(job, [job, claims[0]], 0.0)
    for event in claims:
        books.note(event, 0.0)
    ((number, kept),) = books.jobs()
    assert number == 2 and set(kept.held) == {LEASE, OTHER} and kept.open.count == 1
    assert not books.refused and not books.waiting


def test_one_requester_does_not_take_all_the_room() -> None:
    books = told(Serving(most_jobs=8), *[created(one) for one in range(1, 9)], created(9, requester=6))
    assert [key for key, _ in books.jobs()] == [1, 2, 9]
    assert "its requester has 2 others here" in books.refused[JobId(3)]
    invited = told(Serving(frozenset({5}), most_jobs=8), *[created(one) for one in range(1, 9)])
    assert len(list(invited.jobs())) == 8


def test_only_whom_and_what_it_chose_is_scheduled() -> None:
    serving = Serving(frozenset({5}), least_reward_fri=TERMS.reward_fri)
    cheaper = TERMS.reward_fri - 1
    books = told(serving, created(1), created(2, requester=6), created(3, reward_fri=cheaper))
    assert [key for key, _ in books.jobs()] == [1]
    assert "none of those" in books.refused[JobId(2)] and "is the least here" in books.refused[JobId(3)]


def test_all_jobs_together_have_no_more_tasks_than_are_planned() -> None:
    many = [created(number, requester=number, tasks=MAX_FRAMES) for number in range(1, 20)]
    books = told(Serving(), *many)
    assert sum(job.needs.tasks for _, job in books.jobs()) <= MOST_TASKS
    assert books.refused and all("tasks" in why for why in books.refused.values())


def test_of_jobs_that_are_not_scheduled_the_newest_are_remembered() -> None:
    books = told(Serving(frozenset({1})), *[created(number) for number in range(1, MOST_REFUSED + 11)])
    assert len(books.refused) == MOST_REFUSED and JobId(10) not in books.refused
    assert not books.by_family


def test_what_happens_in_a_job_that_is_not_scheduled_is_nothing() -> None:
    books = told(Serving(frozenset({1})), created(1), LeaseClaimed(2, JOB, LEASE, 7, 0, 1, 1, 0, 1, 0))
    assert not books.stale and not list(books.jobs())


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--requesters", "five"], "--requesters"),
        (["--most-jobs", "0"], "--most-jobs"),
        (["--least-reward", "-1"], "not an amount"),
    ],
)
def test_whom_a_scheduler_serves_is_read_or_refused(more: list[str], why: str) -> None:
    good = ["--requesters", "0x5", "0xA", "--least-reward", "0.5", "--most-jobs", "9"]
    assert serving_of(_parser().parse_args(good)) == Serving(frozenset({5, 10}), FRI_PER_STRK // 2, 9)
    assert serving_of(_parser().parse_args([])) == Serving()
    with pytest.raises(SettingsError, match=why):
        serving_of(_parser().parse_args(more))
