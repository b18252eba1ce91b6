"""Random calls by many accounts to the reference model: the receipt of each job that they make is right.

Raises, spares, shared pay and refunds come in orders that no test would think of; whatever the board pays, a
receipt says for what.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest
from renderchain.core.board_events import BoardEvent, JobCreated, JobImproved
from renderchain.core.ids import JobId
from renderchain.core.manifest import Manifest
from renderchain.core.receipt.document import PaymentKind, Receipt, parse_receipt
from renderchain.core.receipt.history import Brought, JobHistory
from renderchain.core.receipt.money import wrong_payments
from renderchain.core.receipt.states import wrong_leases

from tests.invariants.memory import InMemory
from tests.invariants.rounds import play_round

LEAST_CLOSED, MOST_ROUNDS = 15, 60
KINDS = set(PaymentKind)
SETTINGS = Manifest(
    *((4, 5), "a.blend", "Scene", ("V",), "CYCLES", 64, 64, "24", (1,), 4, False, "PNG", "AgX"), files=()
)


class Receipts(InMemory):
    """Keeps what the board told, and looks at the receipts of all jobs at the end."""

    kinds: Counter[PaymentKind] = Counter()
    closed = 0

    def deploy(self) -> None:
        super().deploy()
        self.events: dict[JobId, list[BoardEvent]] = defaultdict(list)
        self.brought: dict[JobId, list[Brought]] = defaultdict(list)

    def do(self, caller: str, name: str, *arguments: Any) -> bool:
        before_fri = self._board_fri()
        is_done = super().do(caller, name, *arguments)
        if is_done:
            for event in self.model.events:
                if number := getattr(event, "job_id", None):
                    self.events[number].append(event)
                if isinstance(event, JobCreated | JobImproved) and self._board_fri() > before_fri:
                    brought = Brought(event.block, self._board_fri() - before_fri)
                    self.brought[event.job_id].append(brought)
        return is_done

    def _board_fri(self) -> int:
        return self.model.tokens.get(self.clock.contracts.board, 0)

    def teardown(self) -> None:
        super().teardown()
        for number, told in getattr(self, "events", {}).items():
            self.look_at(number, JobHistory(told, self.brought[number]))

    def look_at(self, number: JobId, history: JobHistory) -> None:
        """A job's receipt is right, also when it was written and read."""
        assert history.created
        receipt = Receipt(
            *(1, self.boards[0], number, self.clock.block, history.created.requester, history.created.terms),
            *(SETTINGS, history.is_closed, history.receipts({}, {}), history.payments, ()),
            package_cid="",
            settings_sha256="0" * 64,
        )
        assert not [*wrong_payments(receipt), *wrong_leases(receipt)], receipt
        assert parse_receipt(receipt.to_bytes()) == receipt
        type(self).kinds.update(one.kind for one in receipt.payments)
        type(self).closed += history.is_closed


def test_the_receipt_of_every_random_job_is_right(request: pytest.FixtureRequest) -> None:
    number = request.config.getoption("--invariant-seed")
    Receipts.kinds, Receipts.closed = Counter(), 0
    rounds = 0
    while rounds < MOST_ROUNDS and (Receipts.closed < LEAST_CLOSED or not set(Receipts.kinds) >= KINDS):
        Receipts.chance = number + rounds
        play_round(Receipts, number + rounds)
        rounds += 1
    print(f"{rounds} seeds from {number}, {Receipts.closed} closed jobs: {dict(Receipts.kinds)}")
    assert set(Receipts.kinds) >= KINDS, "a payment that no job had"
