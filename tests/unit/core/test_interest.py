"""What concerns a worker, and that its filters find it."""

from __future__ import annotations

from typing import Any

from renderchain.core.audit.events import VotesDrawn, VotesSealed
from renderchain.core.audit.state import AuditKind
from renderchain.core.board_events import (
    BoardEvent,
    JobClosed,
    JobCreated,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    ResultSubmitted,
)
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.interest import MOST_NAMED, Interest
from renderchain.core.job import LeaseResult
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState

from devkit.made_up_job import FAMILY, TERMS

OPERATOR, ME, OTHER = 0xA110, WorkerId(1), WorkerId(2)
MINE, THEIRS = (join_lease_id(one, 0, 1) for one in (ME, OTHER))


def interest() -> Interest:
    return Interest({FAMILY}, OPERATOR, ME)


def created(job: int, family: int = FAMILY) -> JobCreated:
    return JobCreated(1, JobId(job), family, 0xA271, TERMS)


def claimed(lease: LeaseId, operator: int, job: int = 1) -> LeaseClaimed:
    return LeaseClaimed(2, JobId(job), lease, operator, 0, 1, 0, 0, 0)


def drawn(lease: LeaseId, *verifiers: WorkerId) -> VotesDrawn:
    return VotesDrawn(3, JobId(1), lease, 0, AuditKind.PIXELS, 5, 0, verifiers)


def numbers(mine: Interest) -> list[int]:
    """All that its filters name in the place of a job or a lease, but families."""
    return [one for each in mine.filters() for some in each.keys[:2] for one in some if one != FAMILY]


def test_nothing_of_others_leases_is_wanted_but_what_frees_tasks() -> None:
    mine = interest()
    mine.grow([created(1), claimed(THEIRS, 0xB0B)])
    result = ResultSubmitted(3, JobId(1), THEIRS, 1, LeaseResult(1, 2, 3, 4))
    assert not mine.wants(claimed(THEIRS, 0xB0B)) and not mine.wants(result)
    assert mine.wants(LeaseEnded(4, JobId(1), THEIRS, LeaseState.GIVEN_BACK, True))
    assert not mine.wants(LeaseEnded(4, JobId(2), THEIRS, LeaseState.GIVEN_BACK, True))
    assert THEIRS not in numbers(mine)


def test_a_lease_of_ours_is_followed_to_its_end() -> None:
    mine = interest()
    assert mine.grow([claimed(MINE, OPERATOR)]) and not mine.grow([claimed(MINE, OPERATOR)])
    assert mine.wants(VotesSealed(3, JobId(1), MINE, 0)) and MINE in numbers(mine)
    end = LeaseAccepted(4, JobId(1), MINE, 0xA, 5)
    assert mine.wants(end)
    mine.shrink([end])
    assert not mine.wants(VotesSealed(5, JobId(1), MINE, 0)) and MINE not in numbers(mine)


def test_a_lease_is_followed_once_it_is_ours_to_vote_about() -> None:
    mine = interest()
    mine.grow([drawn(THEIRS, OTHER)])
    assert not mine.wants(VotesSealed(3, JobId(1), THEIRS, 0))
    mine.grow([drawn(THEIRS, OTHER, ME)])
    assert mine.wants(VotesSealed(3, JobId(1), THEIRS, 0)) and THEIRS in numbers(mine)


def test_a_draw_tells_of_an_own_lease_that_nobody_named() -> None:
    mine = interest()
    mine.grow([drawn(MINE, OTHER)])
    assert mine.wants(VotesSealed(3, JobId(1), MINE, 0))


def test_a_closed_job_is_asked_for_no_more() -> None:
    mine = interest()
    mine.grow([created(7), created(8, FAMILY + 1)])
    assert 7 in numbers(mine) and 8 not in numbers(mine)
    mine.shrink([JobClosed(5, JobId(7), 0)])
    assert 7 not in numbers(mine)


def test_no_filter_names_more_than_nodes_take() -> None:
    mine = interest()
    mine.grow(created(job) for job in range(1, MOST_NAMED + 2))
    mine.grow(drawn(join_lease_id(OTHER, 0, one), ME) for one in range(2 * MOST_NAMED + 1))
    assert max(len(some) for each in mine.filters() for some in each.keys) == MOST_NAMED
    assert {join_lease_id(OTHER, 0, one) for one in range(2 * MOST_NAMED + 1)} <= set(numbers(mine))
    of_jobs = [each for each in mine.filters() if "TasksGivenBack" in each.kinds]
    assert [each.keys for each in of_jobs] == [((),)]  # of any job, and ``wants`` knows which


def test_of_jobs_that_it_heard_of_elsewhere_nothing_is_missed() -> None:
    mine = Interest({FAMILY}, OPERATOR, ME, knows_jobs=False)
    assert mine.wants(LeaseEnded(4, JobId(2), THEIRS, LeaseState.GIVEN_BACK, True))
    assert [each.keys for each in mine.filters() if "TasksGivenBack" in each.kinds] == [((),)]


def test_of_the_past_matters_which_jobs_there_were_which_closed_and_which_pay_more() -> None:
    kinds = [one.kinds for one in interest().past()]
    assert kinds == [("JobCreated",), ("JobClosed", "JobImproved")]


def test_without_families_no_job_is_asked_for() -> None:
    mine = Interest((), OPERATOR, ME)
    assert mine.past() == [] and not any("JobCreated" in each.kinds for each in mine.filters())


def test_all_is_forgotten_that_will_be_told_again() -> None:
    mine, told = interest(), list[BoardEvent]([created(7), claimed(MINE, OPERATOR)])
    begun: list[Any] = mine.filters()
    mine.grow(told)
    mine.forget()
    assert mine.filters() == begun and mine.grow(told)
