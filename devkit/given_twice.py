"""A job in the reference model whose tasks are held and given a second time, and what may become of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from renderchain.core.board_events import BoardEvent
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import LeaseResult, Place, StandingOffer
from renderchain.core.money import FRI_PER_STRK

from devkit.made_up_job import FAMILY, TERMS
from devkit.model.challenges import Model
from devkit.model.ledger import Addresses
from devkit.rules import AT_ONCE, Rules

ARTIST, SCHEDULER, FIRST, SECOND = 0xA, 0xB, 0x11, 0x12
STAKE_FRI = 10**6 * FRI_PER_STRK
TASKS = 4
RESULT = LeaseResult(1, 2, 3, 4)
GIVEN_TWICE = replace(
    TERMS,
    tasks=TASKS,
    longest_lease=TASKS,
    spare_tasks=TASKS,
    scheduler=SCHEDULER,
    scheduler_grace_s=100,
    takes_unjudged=True,
)


class GivenTwice:
    """All tasks are one lease, and its spare. Each call is a block; ``told`` has what each of them said."""

    def __init__(self, board: int) -> None:
        timeout_s = GIVEN_TWICE.lease_timeout_s
        rules = Rules(unjudged_cap_fri=2**100, lease_timeout_s=timeout_s, slowest_block_s=60, **AT_ONCE)
        addresses = Addresses(chain_id=1, board=board, registry=0x2E6, admin=3)
        self.model = Model(rules, addresses, lambda number: number + 1)
        self.told: list[tuple[BoardEvent, ...]] = []
        self.model.fund(ARTIST, 2**120)
        for operator in (FIRST, SECOND):
            self.model.fund(operator, STAKE_FRI)
            worker = self.model.register(operator, operator, operator, [FAMILY], STAKE_FRI)
            self.model.set_offer(operator, worker, StandingOffer(1, 2**40, 16, 2**39))
        self.job: JobId = self.call("create_job", ARTIST, GIVEN_TWICE)
        self.call("assign", SCHEDULER, self.job, [Place(WorkerId(1), 0)], [])
        self.held = self._newest(1)
        self.call("assign", SCHEDULER, self.job, [Place(WorkerId(2), 0, spare_of=self.held)], [])
        self.spare = self._newest(2)

    def call(self, name: str, *arguments: Any) -> Any:
        """By whoever the first argument is."""
        number = len(self.told) + 1
        self.model.enter_block(10 * number, 20 * number)
        answer = getattr(self.model, name)(*arguments)
        self.told.append(tuple(self.model.events))
        return answer

    def pay(self, lease: LeaseId) -> None:
        """Nobody judges it."""
        self.call("accept", ARTIST, self.job, [lease])

    def _newest(self, worker: int) -> LeaseId:
        return max(one.number for one in self.model.slots.values() if one.worker == worker)


def held_in_part(two: GivenTwice) -> None:
    two.call("submit", FIRST, two.held, 1, RESULT)


def held_in_part_and_paid(two: GivenTwice) -> None:
    held_in_part(two)
    two.pay(two.held)


def held_in_part_and_its_spare_lost(two: GivenTwice) -> None:
    held_in_part(two)
    two.call("give_back", SECOND, two.spare, "away")


def spare_in_part(two: GivenTwice) -> None:
    two.call("submit", SECOND, two.spare, 3, RESULT)


def spare_in_part_and_paid(two: GivenTwice) -> None:
    spare_in_part(two)
    two.pay(two.spare)


def held_in_part_after_its_spare_was_paid(two: GivenTwice) -> None:
    two.call("submit", SECOND, two.spare, TASKS, RESULT)
    two.pay(two.spare)
    two.call("submit", FIRST, two.held, 1, RESULT)


def spare_paid(two: GivenTwice) -> None:
    two.call("submit", SECOND, two.spare, TASKS, RESULT)
    two.pay(two.spare)


STORIES: list[Callable[[GivenTwice], None]] = [
    lambda _: None,
    held_in_part,
    held_in_part_and_paid,
    held_in_part_and_its_spare_lost,
    spare_in_part,
    spare_in_part_and_paid,
    held_in_part_after_its_spare_was_paid,
    spare_paid,
]
