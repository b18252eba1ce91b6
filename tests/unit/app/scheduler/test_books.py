"""What the books make of events that come when a job is over already."""

from __future__ import annotations

from dataclasses import replace

from renderchain.app.scheduler.books import Books
from renderchain.core.board_events import JobClosed, JobCreated, LeaseClaimed, SpareGiven, TasksGivenBack
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.scheduling.plan import PlanRules

from devkit.made_up_job import FAMILY, TERMS

SCHEDULER, JOB = 0x5C4ED, JobId(1)
LEASE, OTHER = (join_lease_id(WorkerId(1), slot, 0) for slot in (0, 1))


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
