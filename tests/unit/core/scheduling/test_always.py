"""Whatever happens in whatever order, no plan gives what it must not."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.scheduling.book import Book
from renderchain.core.scheduling.fit import AHEAD

from tests.unit.core.scheduling.made import NOW_S, REWARD_FRI, book, confirm, job, terms

KEYS = ("a", "b")
STEP_S = 15.0


class Story:
    """Two jobs and some workers, to whom things happen by chance; every plan is looked at."""

    def __init__(self, seed: int, workers: int, tasks: int) -> None:
        self.chance = random.Random(seed)
        speeds = [self.chance.lognormvariate(0, 0.8) for _ in range(workers)]
        jobs = {
            key: job(tasks, spares=tasks // 2, lease_timeout_s=self.chance.choice([60, 300])) for key in KEYS
        }
        self.book: Book[str] = book(speeds, **jobs)
        for number in range(1, workers + 1):
            asks_fri = self.chance.choice([1, REWARD_FRI, REWARD_FRI + 1])
            self.book.put_worker(WorkerId(number), terms(asks_fri=asks_fri, slots=self.chance.randint(0, 3)))
        self.now_s = NOW_S
        self.leases: dict[LeaseId, tuple[str, int, int, int]] = {}  # job, row, first, count
        self.busy: dict[LeaseId, tuple[int, int]] = {}  # slots, until they are settled
        self.spare_of: dict[LeaseId, int] = {}
        self.done: dict[str, set[int]] = {key: set() for key in KEYS}
        self.generation = 0

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.now_s += self.chance.random() * STEP_S
            for number in range(1, len(self.book.fleet) + 1):
                if self.chance.random() < 0.7:
                    self.book.heard(WorkerId(number), self.now_s)
            self.plan()
            for lease in list(self.leases):
                if self.chance.random() < 0.3:
                    self.happen(lease)

    def plan(self) -> None:
        before = self.held_tasks()
        for key, leases in self.book.plan(self.now_s).items():
            for one in leases:
                worker, tasks = self.book.fleet.terms[one.row], set(range(one.first, one.first + one.count))
                assert worker.offer.least_reward_fri <= REWARD_FRI
                assert one.slot < worker.offer.slots
                assert (one.row, one.slot) not in self.busy.values(), "a slot has one lease"
                assert 0 < one.count <= self.book.jobs[key].needs.longest_lease
                assert tasks <= set(range(self.book.jobs[key].needs.tasks))
                if one.spare_of:
                    of = self.leases[LeaseId(one.spare_of)]
                    assert of[2:] == (one.first, one.count) and of[1] != one.row
                    assert one.spare_of not in self.spare_of.values()
                else:
                    assert not tasks & (before[key] | self.done[key]), "given once"
                    before[key] |= tasks
                if self.chance.random() < 0.2:
                    self.book.refused(key, one, self.now_s)
                    before[key] -= set() if one.spare_of else tasks
                    continue
                self.generation += 1
                lease = confirm(self.book, key, one, self.now_s, self.generation)
                self.leases[lease] = (key, one.row, one.first, one.count)
                self.busy[lease] = (one.row, one.slot)
                if one.spare_of:
                    self.spare_of[lease] = one.spare_of
        rows = [row for _, row, _, _ in self.leases.values()]
        assert all(rows.count(row) <= AHEAD for row in rows)
        assert all(one.spares >= 0 for one in self.book.jobs.values())

    def held_tasks(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {key: set() for key in KEYS}
        for key, _, first, count in self.leases.values():
            found[key] |= set(range(first, first + count))
        return found

    def happen(self, lease: LeaseId) -> None:
        key, _, first, count = self.leases[lease]
        what = self.chance.choice(["progress", "submit", "submit", "lose"])
        if what == "progress":
            self.book.progress(lease, self.chance.randint(0, count), self.now_s)
            return
        del self.leases[lease]
        others = [one for one, of in self.spare_of.items() if of == lease and one in self.leases]
        is_alone = not others and self.spare_of.get(lease) not in self.leases
        self.spare_of.pop(lease, None)
        for one in others:
            if what == "lose":
                del self.spare_of[one]
        if what == "submit":
            self.done[key] |= set(range(first, first + count))
            self.book.submitted(lease, self.now_s)
            self.book.settled(lease)
        else:
            reopened = is_alone and not set(range(first, first + count)) <= self.done[key]
            failed = self.chance.random() < 0.3
            self.book.lost(lease, first, count, self.now_s, reopened=reopened, failed=failed)
        del self.busy[lease]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 8), st.integers(1, 60))
def test_no_slot_and_no_task_is_given_twice_and_prices_and_lengths_hold(
    seed: int, workers: int, tasks: int
) -> None:
    Story(seed, workers, tasks).live(25)
