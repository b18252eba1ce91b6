"""What can wait goes with the account's next transaction, is never late for it, and takes nobody down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.starknet.company import LAST_S, MOST, Company
from renderchain.adapters.starknet.sender import Sender
from renderchain.core.contract_errors import UnknownJob
from renderchain.core.errors import ChainError, StuckTransaction

from devkit.fakes.clock import run
from devkit.fakes.turns import Turns, watch_turns

LEASES, OTHERS = (70, 71), (80,)
BOARD = 9
LONG_S = 1000.0


@dataclass
class Receipt:
    """Of a transaction: an event for each lease that its calls are about."""

    events: list[Any]

    @property
    def leases(self) -> list[int]:
        return [event.keys[2] for event in self.events]


def receipt_of(calls: list[Any]) -> Receipt:
    return Receipt([SimpleNamespace(from_address=BOARD, keys=[1, 2, one]) for one in calls])


class Node:
    """Takes transactions, whose calls are plain numbers; one in ``refuses`` makes all of it revert."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, str, list[Any]]] = []
        self.asked: list[list[Any]] = []
        self.refuses: set[Any] = set()
        self.open: set[str] = set()
        self.is_lost = False
        self.takes_s = 1.0
        self.company = Company(self.send, self.open.__contains__, self.now)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def send(
        self, action: str, calls: list[Any], *, intent_name: str = "", checked: bool = True
    ) -> Receipt:
        self.asked.append(calls)
        await asyncio.sleep(self.takes_s)
        if self.refuses.intersection(calls):
            raise UnknownJob(action)
        if self.is_lost:
            self.open.add(intent_name)
            raise StuckTransaction(action)
        self.sent.append((self.now(), action, calls))
        return receipt_of(calls)

    def wait(self, *calls: int, longest_s: float = LONG_S) -> asyncio.Task[Any]:
        """A vote on these leases."""
        until_s = self.now() + longest_s
        places = [(BOARD, one) for one in calls]
        return asyncio.create_task(self.company.wait(f"Voting {calls}", list(calls), places, until_s))

    @property
    def calls(self) -> list[list[Any]]:
        """Of each transaction."""
        return [calls for _, _, calls in self.sent]


def script(work: Callable[[Node], Awaitable[None]]) -> Node:
    """Run it for an account that has just sent something."""
    node = Node()

    async def go() -> None:
        await node.company.send("Claiming", [1])
        node.sent.clear()
        node.asked.clear()
        await work(node)

    run(go())
    return node


def test_what_waits_goes_with_the_next_transaction_and_each_has_its_own_events() -> None:
    async def work(node: Node) -> None:
        votes = [node.wait(*LEASES), node.wait(*OTHERS)]
        await asyncio.sleep(LONG_S / 2)
        assert node.sent == []
        receipt = await node.company.send("Submitting", [5])
        voted = await asyncio.gather(*votes)
        assert [one.leases for one in (receipt, *voted)] == [[5], [70, 71], [80]]

    node = script(work)
    ((_, action, calls),) = node.sent
    assert calls == [5, 70, 71, 80] and action == "Submitting; Voting (70, 71); Voting (80,)"


def test_a_lease_of_that_number_on_another_board_is_another_one() -> None:
    async def work(node: Node) -> None:
        vote = asyncio.create_task(node.company.wait("Voting", [70], [(BOARD + 1, 70)], node.now() + LONG_S))
        await asyncio.sleep(10)
        assert (await node.company.send("Submitting", [5])).leases == [5, 70]
        assert (await vote).leases == []

    script(work)


def test_what_nobody_goes_with_is_sent_in_time_and_takes_the_others_along() -> None:
    async def work(node: Node) -> None:
        began_s = node.now()
        await asyncio.gather(node.wait(70, longest_s=100), node.wait(80, longest_s=900))
        assert node.now() - began_s == 100 + node.takes_s

    assert script(work).calls == [[70, 80]]


def test_a_clock_that_went_on_while_the_machine_slept_ends_the_waiting() -> None:
    async def work(node: Node) -> None:
        asleep_s = 0.0
        node.company._now = lambda: node.now() + asleep_s
        vote = node.wait(70)
        await asyncio.sleep(1)
        asleep_s = LONG_S
        began_s = node.now()
        await vote
        assert node.now() - began_s < 20

    assert script(work).calls == [[70]]


def test_an_account_that_sends_nothing_else_expects_no_company() -> None:
    async def work(node: Node) -> None:
        await asyncio.sleep(LONG_S)
        began_s = node.now()
        await node.wait(70)
        await node.wait(80)  # the first one is no sign of company either
        assert node.now() - began_s == 2 * node.takes_s

    assert script(work).calls == [[70], [80]]


def test_one_that_is_refused_takes_nobody_down() -> None:
    async def work(node: Node) -> None:
        node.refuses = {70}
        bad, good = node.wait(70), node.wait(80)
        await asyncio.sleep(10)
        receipt = await node.company.send("Submitting", [5])
        assert receipt.leases == [5] and (await good).leases == [80]
        with pytest.raises(UnknownJob):
            await bad

    assert script(work).calls == [[5], [80]]


def test_who_waits_does_not_pay_for_a_claim_that_came_too_late() -> None:
    async def work(node: Node) -> None:
        node.refuses = {5}
        vote = node.wait(70)
        await asyncio.sleep(10)
        with pytest.raises(UnknownJob):
            await node.company.send("Claiming", [5])
        await asyncio.sleep(10)
        assert node.sent == [] and not vote.done()
        await node.company.send("Claiming", [6])
        await vote

    assert script(work).calls == [[6, 70]]


def test_what_may_have_happened_is_not_sent_again_at_once() -> None:
    async def work(node: Node) -> None:
        vote = node.wait(70, longest_s=100)
        await asyncio.sleep(10)
        node.is_lost = True
        with pytest.raises(StuckTransaction):
            await node.company.send("Submitting", [5])
        assert node.asked == [[5, 70]]
        node.is_lost = False
        await vote

    assert script(work).calls == [[70]]


def test_only_so_many_go_together() -> None:
    async def work(node: Node) -> None:
        votes = [node.wait(70 + at) for at in range(MOST + 1)]
        await asyncio.sleep(10)
        await node.company.send("Submitting", [5])
        assert [vote.done() for vote in votes].count(True) <= MOST
        await asyncio.gather(*votes)

    assert [len(calls) for calls in script(work).calls] == [1 + MOST, 1]


@pytest.mark.parametrize("takes_s", [1.0, 10 * LAST_S])
def test_what_waits_when_its_process_ends_is_sent_before(takes_s: float) -> None:
    async def work(node: Node) -> None:
        votes = [node.wait(70), node.wait(80)]
        await asyncio.sleep(10)
        node.takes_s, began_s = takes_s, node.now()
        for vote in votes:
            vote.cancel()
        await asyncio.gather(*votes, return_exceptions=True)
        assert all(vote.cancelled() for vote in votes)
        assert node.now() - began_s <= LAST_S

    node = script(work)
    assert node.asked == [[70, 80]] and len(node.sent) == (takes_s < LAST_S)


def test_wherever_one_of_them_ends_the_others_are_sent_once() -> None:
    """The task of the transaction, and that of a vote, are ended at each of their awaits in turn."""

    async def life(which: int, hold_at: int) -> int:
        watch_turns()
        node, turns = Node(), Turns(hold_at, lambda: doomed.cancel())
        await node.company.send("Claiming", [1])
        node.sent.clear()
        starts = [
            lambda: node.company.wait("Voting", [70], [(BOARD, 70)], node.now() + LONG_S),
            lambda: node.company.wait("Voting", [80], [(BOARD, 80)], node.now() + LONG_S),
            lambda: node.company.send("Submitting", [5]),
        ]
        tasks = [
            turns.start(one()) if at == which else asyncio.create_task(one()) for at, one in enumerate(starts)
        ]
        doomed = tasks[which]
        others = [one for one in tasks if one is not doomed]
        await asyncio.gather(*others)
        with suppress(asyncio.CancelledError):
            await doomed
        done = [call for calls in node.calls for call in calls]
        wanted = {0: {80, 5}, 1: {70, 5}, 2: {70, 80}}[which]
        assert wanted <= set(done) and len(done) == len(set(done))
        return turns.count

    for which in range(3):
        count = run(life(which, 0))
        assert count
        for hold_at in range(1, count + 1):
            run(life(which, hold_at))


def test_a_named_transaction_goes_by_itself(tmp_path: Path) -> None:
    """It is found again by its name, with the calls that it had."""
    sent: list[tuple[str, bool]] = []

    async def alone(action: str, calls: list[Any], *, intent_name: str = "", checked: bool = True) -> Any:
        sent.append((action, bool(intent_name)))
        return receipt_of(calls)

    async def go() -> None:
        account: Any = SimpleNamespace(address=1, client=None)
        sender = Sender(account, SqliteJournal(tmp_path / "journal.sqlite"), 10**18)
        sender._send_alone = alone  # type: ignore[method-assign]
        sender._company._send = alone
        await sender.send("Claiming", [1])
        vote = asyncio.create_task(sender.send_in_company("Voting", [70], [(BOARD, 70)], 2.0**40))
        await asyncio.sleep(0)
        await sender.send("Creating the job", [2], intent_name="job 1")
        assert not vote.done()
        await sender.send("Submitting", [5])
        await vote

    asyncio.run(go())
    assert sent == [("Claiming", False), ("Creating the job", True), ("Submitting; Voting", True)]


def test_an_error_of_the_node_leaves_what_waits_to_the_next() -> None:
    async def work(node: Node) -> None:
        async def away(*_: Any, **__: Any) -> Any:
            raise ChainError("The node is away.")

        vote = node.wait(70)
        await asyncio.sleep(10)
        node.company._send = away
        with pytest.raises(ChainError):
            await node.company.send("Claiming", [5])
        node.company._send = node.send
        await asyncio.sleep(10)
        await node.company.send("Claiming", [6])
        await vote

    assert script(work).calls == [[6, 70]]
