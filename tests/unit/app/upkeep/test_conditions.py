"""Which calls wait for what is missing, and which are left to who made them."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.app.upkeep.conditions import NODE, WITH_BOND, WRITES, Conditions
from renderchain.core.errors import FeeTooHigh, InsufficientFunds, NodeAway, StoreAway, StoreError
from renderchain.core.notices.conditions import WaitEnded, WaitingFor

from devkit.fakes.clock import run
from devkit.fakes.reporter import RecordingReporter

# What a worker does not send.
OTHERS = {"accept", "assign", "cancel", "create_job", "expire", "extend", "refund", "submit_signed", "top_up"}


class Port:
    """Fails as it was told, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def lease(self) -> str:
        return self._answer()

    async def submit(self) -> str:
        return self._answer()

    async def appeal(self) -> str:
        return self._answer()

    def _answer(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def conditions() -> tuple[Conditions, RecordingReporter]:
    reporter = RecordingReporter()
    return Conditions(reporter, lambda: asyncio.get_running_loop().time()), reporter


def test_a_question_waits_for_the_node_and_is_asked_again() -> None:
    waiting, reporter = conditions()
    port = Port(*[NodeAway("gone")] * 4)
    assert run(waiting.patient(port, NODE).lease()) == "done"
    assert (port.calls, len(reporter.heard(WaitingFor)), len(reporter.heard(WaitEnded))) == (5, 1, 1)
    assert not waiting.since


def test_a_transaction_in_which_the_node_goes_away_is_not_sent_again() -> None:
    waiting, _ = conditions()
    port = Port(NodeAway("gone"))
    with pytest.raises(NodeAway):
        run(waiting.patient(port, NODE).submit())
    assert port.calls == 1 and set(waiting.since) == {NODE}


@pytest.mark.parametrize("error", [InsufficientFunds("poor"), FeeTooHigh("dear")])
def test_a_transaction_that_could_not_be_paid_is_sent_when_it_can(error: Exception) -> None:
    waiting, reporter = conditions()
    assert run(waiting.patient(Port(error), NODE).submit()) == "done"
    assert len(reporter.heard(WaitEnded)) == 1


def test_a_bond_that_can_not_be_paid_is_told_at_once() -> None:
    waiting, reporter = conditions()
    with pytest.raises(InsufficientFunds):
        run(waiting.patient(Port(InsufficientFunds("poor")), NODE).appeal())
    assert not reporter.told


def test_content_that_nobody_has_is_no_store_that_is_away() -> None:
    waiting, reporter = conditions()
    with pytest.raises(StoreError):
        run(waiting.patient(Port(StoreError("nobody has it")), NODE).lease())
    assert not reporter.told


def test_who_leaves_waits_no_more() -> None:
    async def life() -> float:
        waiting, _ = conditions()
        call = asyncio.create_task(waiting.patient(Port(*[StoreAway("gone")] * 1000), NODE).lease())
        await asyncio.sleep(100)
        waiting.leave()
        with pytest.raises(StoreAway):
            await call
        return asyncio.get_running_loop().time()

    assert run(life()) == 100


def test_every_transaction_of_the_chain_client_is_known_as_one() -> None:
    sends = {
        name
        for name, method in inspect.getmembers(StarknetChain, inspect.iscoroutinefunction)
        if not name.startswith("_")
        and any(one in inspect.getsource(method) for one in ("_invoke(", "_batch("))
    }
    assert "submit" in sends and WITH_BOND < WRITES
    assert sends - OTHERS - WRITES == set()
