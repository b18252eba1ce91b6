"""What the index makes of leases of the same tasks, whatever becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import Place, StandingOffer
from renderchain.core.lifecycle import HELD, Twin
from sqlalchemy import select

from devkit.made_up_job import FAMILY, TERMS
from devkit.model.challenges import Model
from services.common.engine import reading
from services.index.store import Store
from services.index.tables import JOB, LEASE
from services.scheduler.simulator.board import ADDRESSES, RESULT, RULES, STAKE_FRI
from tests.services.conftest import Fresh
from tests.services.played import BOARD, NETWORK, announcement, block_of

ARTIST, SCHEDULER, FIRST, SECOND = 0xA, 0xB, 0x11, 0x12
TASKS = 4


class Twice:
    """A job whose tasks are one lease, and its spare; each call is a block, which is told."""

    def __init__(self) -> None:
        self.model = Model(RULES, ADDRESSES, lambda number: number + 1)
        self.blocks = [block_of(0, 1, announcement())]
        self.model.fund(ARTIST, 2**120)
        for operator in (FIRST, SECOND):
            self.model.fund(operator, STAKE_FRI)
            worker = self.model.register(operator, operator, operator, [FAMILY], STAKE_FRI)
            self.model.set_offer(operator, worker, StandingOffer(1, 2**40, 16, 2**39))
        terms = replace(
            TERMS,
            tasks=TASKS,
            longest_lease=TASKS,
            spare_tasks=TASKS,
            scheduler=SCHEDULER,
            scheduler_grace_s=100,
            takes_unjudged=True,
            audit_pool_fri=2**80,
        )
        self.job: JobId = self.call("create_job", ARTIST, terms)
        self.call("assign", SCHEDULER, self.job, [Place(WorkerId(1), 0)], [])
        self.held = self.newest(1)
        self.call("assign", SCHEDULER, self.job, [Place(WorkerId(2), 0, spare_of=self.held)], [])
        self.spare = self.newest(2)

    def call(self, name: str, *arguments: Any) -> Any:
        number = len(self.blocks)
        self.model.enter_block(10 * number, 20 * number)
        answer = getattr(self.model, name)(*arguments)
        told = tuple((BOARD, event) for event in self.model.events)
        self.blocks.append(block_of(number, 10 * number, told))
        return answer

    def newest(self, worker: int) -> LeaseId:
        return max(one.number for one in self.model.slots.values() if one.worker == worker)

    def pay(self, lease: LeaseId) -> None:
        self.call("accept", ARTIST, self.job, [lease])


def held_in_part(two: Twice) -> None:
    two.call("submit", FIRST, two.held, 1, RESULT)


def held_in_part_and_paid(two: Twice) -> None:
    held_in_part(two)
    two.pay(two.held)


def held_in_part_and_its_spare_lost(two: Twice) -> None:
    held_in_part(two)
    two.call("give_back", SECOND, two.spare, "away")


def spare_in_part(two: Twice) -> None:
    two.call("submit", SECOND, two.spare, 3, RESULT)


def spare_in_part_and_paid(two: Twice) -> None:
    spare_in_part(two)
    two.pay(two.spare)


def held_in_part_after_its_spare_was_paid(two: Twice) -> None:
    two.call("submit", SECOND, two.spare, TASKS, RESULT)
    two.pay(two.spare)
    two.call("submit", FIRST, two.held, 1, RESULT)


def spare_paid(two: Twice) -> None:
    two.call("submit", SECOND, two.spare, TASKS, RESULT)
    two.pay(two.spare)


STORIES: list[Callable[[Twice], None]] = [
    lambda _: None,
    held_in_part,
    held_in_part_and_paid,
    held_in_part_and_its_spare_lost,
    spare_in_part,
    spare_in_part_and_paid,
    held_in_part_after_its_spare_was_paid,
    spare_paid,
]


@pytest.mark.parametrize("story", STORIES)
def test_who_has_tasks_that_were_given_twice_is_told_rightly(
    fresh: Fresh, story: Callable[[Twice], None]
) -> None:
    two = Twice()
    story(two)
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    for block in two.blocks:
        store.apply(block)
    with reading(engine) as connection:
        rows = {one["lease"]: one for one in connection.execute(select(LEASE)).mappings()}
        (job,) = connection.execute(select(JOB)).mappings()
    for lease in two.model.slots.values():
        if lease.state in HELD:
            told = (rows[lease.number]["count"], rows[lease.number]["twin"])
            assert told == (lease.count, "" if lease.twin is Twin.NONE else lease.twin.name.lower())
    known = two.model.jobs[two.job]
    assert (job["held_tasks"], job["accepted_tasks"]) == (known.held, known.accepted)
