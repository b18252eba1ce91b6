"""The reference model alone, under the same random callers: no node, so thousands of calls a minute."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from renderchain.core.audit.state import AuditPhase
from renderchain.core.ids import WorkerId
from renderchain.core.job import LeaseInfo, LeaseResult

from devkit.model.challenges import Model
from devkit.model.ledger import Addresses
from tests.invariants.calls import Calls
from tests.invariants.machine import NETWORK
from tests.invariants.verifiers import OnSeveralBoards, Verifiers
from tests.invariants.world import NAMES, PAYOUTS

TOKENS_FRI = 10**12
MOST_STEPS = 3 * 3 * 4 * 2 + 3 * 4  # three rounds of three draws with three batches, and what follows each
DRAWN_BLOCKS = 12
BOARD, OTHER_BOARD = 0xB0A2D, 0xB0A2E


class MemoryWorld:
    """Names with addresses, and a clock; each call is a block."""

    def __init__(self, seed: int, boards: tuple[int, ...]) -> None:
        self.boards = boards
        self.addresses = {name: 0x1000 + place for place, name in enumerate(NAMES)} | PAYOUTS
        self.names = {address: name for name, address in self.addresses.items()}
        self.contracts = Addresses(1, boards[0], 0x2E6, self.addresses["admin"])
        self.hash_of_block: Callable[[int], int] = lambda number: _hash_of(seed, number)
        self.calls, self.now_s, self.block = 0, 1_800_000_000, 1

    def sign(self, operator: str, lease: LeaseInfo, result: LeaseResult) -> list[int]:
        """The model believes everybody."""
        return []

    def turn_to(self, board: int) -> None:
        self.contracts = replace(self.contracts, board=board)

    def pass_time(self, seconds: int, blocks: int) -> None:
        self.now_s += seconds
        self.block += blocks


class InMemory(Verifiers):
    """Random callers of the model; ``chance`` is set before it runs."""

    chance = 0
    boards: tuple[int, ...] = (BOARD,)
    clock: MemoryWorld

    def deploy(self) -> None:
        self.clock = self.world = MemoryWorld(self.chance, self.boards)
        self.model = Model(NETWORK, self.clock.contracts, self.clock.hash_of_block)
        self.calls = Calls(self.clock, self.model)
        for name in NAMES:
            self.model.fund(self.clock.addresses[name], TOKENS_FRI)

    def do(self, caller: str, name: str, *arguments: Any) -> bool:
        self.calls.model = self.model
        given = self.calls.of(name, arguments)
        self.clock.pass_time(2, 1)
        self.clock.calls += 1
        reason = self.play(caller, name, given, self.clock.now_s, self.clock.block)
        held = self.model.tokens
        contracts = self.clock.contracts
        assert held.get(contracts.board, 0) == self.model.board_fri, f"{caller} {name}{arguments}"
        assert held.get(contracts.registry, 0) == self.model.registry_fri, f"{caller} {name}{arguments}"
        assert sum(held.values()) == len(NAMES) * TOKENS_FRI, f"{caller} {name}{arguments}"
        assert min(held.values()) >= 0 and min(self.model.unpaid.values(), default=0) >= 0
        self.check_locks()
        for worker in self.model.workers.values():
            assert 0 <= worker.locked_fri <= worker.stake_fri and worker.free_fri >= 0
        return not reason

    def check_locks(self) -> None:
        """What all boards together have locked of each worker is what the registry keeps."""
        locked: Counter[WorkerId] = Counter()
        at = self.boards.index(self.clock.contracts.board)
        for board in (*self.boards[at + 1 :], *self.boards[: at + 1]):  # back to the one that is called
            self.turn_to(board)
            for number in self.model.workers:
                locked[number] += self.locked_fri(number)
        for number, worker in self.model.workers.items():
            assert locked[number] == worker.locked_fri

    def teardown(self) -> None:
        if hasattr(self, "model"):
            for board in self.boards:
                self.turn_to(board)
                self.finish_audits()
            type(self).total += self.clock.calls

    def finish_audits(self) -> None:
        """Time and one outsider bring every audit to its end, whoever stays away."""
        for _ in range(MOST_STEPS):
            for lease in self.in_audit():
                assert lease.audit
                if lease.audit.phase is AuditPhase.LOOK:
                    self.clock.pass_time(1, DRAWN_BLOCKS)
                    assert self.do("outsider", "draw", lease.job, [lease.number])
                else:
                    self.late(lease, lease.audit)
        assert not self.in_audit()


class OnTwoBoards(InMemory, OnSeveralBoards):
    """Of one network."""

    boards = (BOARD, OTHER_BOARD)


def _hash_of(seed: int, number: int) -> int:
    return int.from_bytes(hashlib.sha256(b"%d block %d" % (seed, number)).digest()[:31], "big")
