"""Leases that are given a second time."""

from __future__ import annotations

from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.scheduling.book import Book
from renderchain.core.scheduling.fit import SILENT_S

from tests.unit.core.scheduling.made import NOW_S, book, confirm, job

TIMEOUT_S = 200.0


def held(spares: int = 4) -> tuple[Book[str], LeaseId, int]:
    """A job of four tasks that the first of two workers has whole; the lease and its row."""
    made = book([2.0, 1.0], a=job(4, spares=spares, most_leases=3, lease_timeout_s=TIMEOUT_S))
    made.jobs["a"].most_leases = 1
    (given,) = made.plan(NOW_S)["a"]
    made.jobs["a"].most_leases = 2
    assert (given.first, given.count) == (0, 4)
    return made, confirm(made, "a", given, NOW_S), given.row


def test_a_silent_workers_lease_is_given_again_at_once() -> None:
    made, lease, row = held()
    now_s = NOW_S + SILENT_S
    made.heard(WorkerId(2 - row), now_s)
    assert made.plan(now_s) == {}
    (spare,) = made.plan(now_s + 1)["a"]
    assert (spare.row, spare.first, spare.count, spare.spare_of) == (1 - row, 0, 4, lease)
    assert made.jobs["a"].spares == 0
    assert made.plan(now_s + 2) == {}, "one spare is enough"


def test_without_tasks_set_aside_nothing_is_given_twice() -> None:
    made, _, row = held(spares=3)
    made.heard(WorkerId(2 - row), NOW_S + TIMEOUT_S)
    assert made.plan(NOW_S + TIMEOUT_S) == {}


def test_a_worker_that_is_on_its_way_needs_no_spare() -> None:
    made, lease, _ = held()
    now_s = NOW_S + TIMEOUT_S / 2
    for worker in (1, 2):
        made.heard(WorkerId(worker), now_s)
    made.progress(lease, 3, now_s)
    assert made.plan(now_s) == {}


def test_a_worker_that_lives_and_is_far_too_late_gets_a_spare() -> None:
    made, _, _ = held()
    now_s = NOW_S + 0.75 * TIMEOUT_S
    for worker in (1, 2):
        made.heard(WorkerId(worker), now_s)
    assert [one.spare_of for one in made.plan(now_s)["a"]] != []


def test_when_the_first_is_lost_its_spare_is_an_ordinary_lease_and_may_have_one_itself() -> None:
    made, lease, row = held(spares=8)
    now_s = NOW_S + TIMEOUT_S / 2
    made.heard(WorkerId(2 - row), now_s)
    (given,) = made.plan(now_s)["a"]
    spare = confirm(made, "a", given, now_s)
    made.lost(lease, 0, 4, now_s + 1, reopened=False, failed=True)
    assert made.jobs["a"].held[spare].spare_of == 0
    assert made.jobs["a"].open.count == 0


def test_when_the_spare_is_lost_the_first_may_have_another() -> None:
    made, lease, row = held(spares=8)
    now_s = NOW_S + TIMEOUT_S / 2
    made.heard(WorkerId(2 - row), now_s)
    (given,) = made.plan(now_s)["a"]
    spare = confirm(made, "a", given, now_s)
    made.lost(spare, 0, 4, now_s + 1, reopened=False, failed=False)
    assert not made.jobs["a"].held[lease].is_spared
    made.heard(WorkerId(2 - row), now_s + 2)
    assert [one.spare_of for one in made.plan(now_s + 2)["a"]] == [lease]


def test_who_submits_a_part_leaves_the_tasks_to_its_spare_alone() -> None:
    made, lease, row = held(spares=8)
    now_s = NOW_S + TIMEOUT_S / 2
    made.heard(WorkerId(2 - row), now_s)
    (given,) = made.plan(now_s)["a"]
    spare = confirm(made, "a", given, now_s)
    made.submitted(lease, now_s + 1, 2)
    assert made.jobs["a"].held[spare].spare_of == 0


def test_where_a_spare_brings_a_part_the_first_may_have_another() -> None:
    made, lease, row = held(spares=8)
    now_s = NOW_S + TIMEOUT_S / 2
    made.heard(WorkerId(2 - row), now_s)
    (given,) = made.plan(now_s)["a"]
    spare = confirm(made, "a", given, now_s)
    made.submitted(spare, now_s + 1, 2)
    made.settled(spare)
    assert not made.jobs["a"].held[lease].is_spared


def test_half_of_what_may_be_given_twice_is_kept_for_workers_that_fall_silent() -> None:
    """All of it went where it only saved time, and what a dead worker held then waited for its timeout."""
    made = book([0.1, 0.1, 10.0, 10.0], a=job(2, spares=2, longest_lease=1, lease_timeout_s=600.0))
    made.fleet.column("heard_s")[2:] = 0.0  # the fast ones come later
    leases = [confirm(made, "a", one, NOW_S) for one in made.plan(NOW_S)["a"]]
    assert len(leases) == 2 and not made.jobs["a"].open.count
    for worker in (1, 2, 3, 4):
        made.heard(WorkerId(worker), NOW_S + 1)
    (sooner,) = made.plan(NOW_S + 1)["a"]
    assert sooner.row in (2, 3) and made.jobs["a"].spares == 1
    confirm(made, "a", sooner, NOW_S + 1, generation=2)
    now_s = NOW_S + SILENT_S + 2
    for worker in (3, 4):
        made.heard(WorkerId(worker), now_s)
    (rescue,) = made.plan(now_s)["a"]
    assert {sooner.spare_of, rescue.spare_of} == set(leases) and made.jobs["a"].spares == 0
