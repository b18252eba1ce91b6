"""A network in memory, a store, a folder for everybody's disks, and time that passes for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from renderchain.core.audit.economics import PHASES, SEATS
from renderchain.core.ids import WorkerId

from devkit.board.network import ADDRESSES, MemoryNetwork
from devkit.model.challenges import Model
from devkit.model.families import LEAST_NAMED
from devkit.model.holders import VoteRequest
from devkit.model.records import Audit, Job, Lease, Worker
from devkit.rules import AT_ONCE, Rules

from .clock import run
from .content_store import MemoryStore
from .turns import watch_turns

Answer = TypeVar("Answer")
BLOCK_S = 10
PHASE_S = 180
RULES = Rules(
    cooldown_s=40_000,
    lease_timeout_s=3000,
    window_s=3000,
    audit_s=PHASES * PHASE_S,
    slowest_block_s=1000,
    epoch_blocks=10,
    **AT_ONCE,
)
DAY_S = 86400.0


class Named(Model):
    """A network where claims find verifiers to name, however few there are to be drawn."""

    def willing_verifiers(
        self, asked: VoteRequest, worker: WorkerId, *, seed: int = 0, wanted: int = LEAST_NAMED
    ) -> list[WorkerId]:
        return [WorkerId(2**24 - 1 - number) for number in range(wanted)]

    def finds_votes(self, asked: VoteRequest, worker: WorkerId, wanted: int = SEATS[0]) -> bool:
        return True

    def need_verifiers(self, worker: Worker, named: Sequence[WorkerId], asked: VoteRequest) -> None:
        pass

    def most_pay_fri(self, family: int) -> int:
        return 2**96


class Sparing(Named):
    """One whose chance spares every lease, and which drops challenges at once: nobody could vote."""

    def draw_first(self, job: Job, lease: Lease, seed: int) -> None:
        exp, lease.exp = lease.exp, 1
        super().draw_first(job, lease, 1)
        lease.exp = exp

    def draw_due(self, job: Job, lease: Lease, audit: Audit, block: int, seed: int) -> None:
        self.give_up_draw(job, lease, audit)


class World:
    """Everything outside the people's machines; every ``block_s`` seconds come so many blocks.

    Where chance ``spares`` nobody has to be there to verify.
    """

    def __init__(
        self, folder: Path, seed: int = 0, block_s: int = BLOCK_S, blocks: int = 1, *, spares: bool = True
    ) -> None:
        self.network = MemoryNetwork(RULES, seed, make_model=Sparing if spares else Named)
        self._seed, self._block_s, self._blocks = seed, block_s, blocks
        self.store = MemoryStore()
        self.folder = folder

    def with_board(self, board: int) -> World:
        """Another board of this world, with disks of its own; only who runs its blocks makes any."""
        other = World(self.folder / f"{board:#x}", self._seed + 1, self._block_s, self._blocks)
        other.network = replace(other.network, addresses=replace(ADDRESSES, board=board))
        other.store = self.store
        return other

    async def make_blocks(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._block_s)
            self.network.pass_time(self._block_s, self._blocks)

    def now(self) -> float:
        """Seconds since 1970, as all clocks say."""
        return self.network.now_s

    def live(self, main: Coroutine[Any, Any, Answer], longest_s: float = DAY_S) -> Answer:
        """Run something while the chain makes its blocks."""

        async def life() -> Answer:
            watch_turns()
            blocks = asyncio.create_task(self.make_blocks())
            try:
                return await main
            finally:
                blocks.cancel()

        return run(life(), longest_s)
