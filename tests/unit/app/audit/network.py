"""A network in memory whose leases are audited: a worker, verifiers with seats, an artist."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from renderchain.core.notices.audits import VoteRevealed

from devkit.fakes.people import FUNDS_FRI, OFFER, STAKE_FRI, Artist, Machine
from devkit.fakes.renderer import Look
from devkit.fakes.world import World

Event = TypeVar("Event")
FIRST_VERIFIER = 0xE001
SHORT = replace(OFFER, longest_lease=2, window_s=2000)
PAY_FRI = 2 * SHORT.reward_fri  # of a lease


class Network:
    """Each machine has bits of its own, and all the same picture; ``look`` is the worker's."""

    def __init__(
        self, disk: Path, look: Look | None = None, *, verifiers: int = 5, seed: int = 0, blocks: int = 1
    ) -> None:
        self.world = World(disk, seed=seed, blocks=blocks, spares=False)
        self.artist = Artist(self.world, 0xA271)
        self.worker = Machine(self.world, 0xF001, look)
        addresses = range(FIRST_VERIFIER, FIRST_VERIFIER + verifiers)
        self.verifiers = [Machine(self.world, one, Look(machine=one % 3)) for one in addresses]

    async def open(self) -> None:
        """All join, and two epochs pass."""
        await self.worker.join()
        for one in self.verifiers:
            await one.join()
            await one.verify_only()
        self.world.network.pass_time(1, 20)

    @asynccontextmanager
    async def working(self, *machines: Machine) -> AsyncIterator[None]:
        """These machines, by default all, work beside."""
        async with AsyncExitStack() as stack:
            for one in machines or (self.worker, *self.verifiers):
                await stack.enter_async_context(one.working())
            yield

    def told(self, kind: type[Event]) -> list[Event]:
        """All events of a kind."""
        return self.world.network.told(kind)

    async def changes(self, machine: Machine) -> tuple[int, int]:
        """By how much a machine's stake and its owner's tokens changed; nothing is locked."""
        worker = await machine.chain.worker(machine.worker_id)
        assert worker.locked_fri == 0
        tokens = await machine.chain.tokens_fri(machine.owner)
        return worker.stake_fri + worker.seat_stake_fri - STAKE_FRI, tokens - (FUNDS_FRI - STAKE_FRI)

    async def check_honest(self, *absent: Machine) -> None:
        """Nobody lost stake but those, and each who sat in a committee was paid."""
        for one in (self.worker, *self.verifiers):
            if one not in absent:
                lost, earned = await self.changes(one)
                assert lost == 0, hex(one.address)
                assert earned > 0 or not one.reporter.heard(VoteRevealed), hex(one.address)
