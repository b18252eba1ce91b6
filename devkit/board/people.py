"""The usual people on a board in memory."""

from __future__ import annotations

from dataclasses import dataclass

from renderchain.core.audit.draw import DRAW_AGE
from renderchain.core.ids import WorkerId
from renderchain.core.money import FRI_PER_STRK

from devkit.board.chain import MemoryChain
from devkit.board.network import MemoryNetwork
from devkit.board.registry import MemoryRegistry
from devkit.made_up_job import FAMILY, PAYOUT, RULES
from devkit.rules import Rules

ACCOUNTS = [0xACC0 + index for index in range(8)]


@dataclass
class MemoryPeople:
    """One network as its people see it."""

    memory: MemoryNetwork
    artist: MemoryChain
    worker: MemoryChain
    outsider: MemoryChain
    owner: MemoryRegistry
    worker_id: WorkerId

    @property
    def registry(self) -> int:
        """The registry's address."""
        return self.memory.model.addresses.registry

    async def person(self, index: int) -> tuple[MemoryChain, MemoryRegistry]:
        """Somebody with an account."""
        return self.memory.chain(ACCOUNTS[index]), self.memory.registry(ACCOUNTS[index])

    def pass_time(self, seconds: int, blocks: int = 10) -> None:
        """Let time pass, and make blocks in which it shows."""
        self.memory.pass_time(seconds, blocks)

    def pass_draw_block(self) -> None:
        """Make the block that decides, and those until contracts can read it."""
        self.pass_time(1, DRAW_AGE)


class MemoryNetworks:
    """Makes networks in which everybody has 1,000 STRK, and money is checked after each call."""

    async def network(self, rules: Rules = RULES) -> MemoryPeople:
        """A new one with one worker."""
        memory = MemoryNetwork(rules, checks_money=True)
        for account in ACCOUNTS:
            memory.fund(account, 1000 * FRI_PER_STRK)
        artist, owner, operator, outsider = ACCOUNTS[:4]
        registry = memory.registry(owner)
        worker_id = await registry.register(operator, PAYOUT, [FAMILY], 5 * FRI_PER_STRK)
        await memory.registry(operator).accept_operator(worker_id)
        first, second, third = (memory.chain(one) for one in (artist, operator, outsider))
        return MemoryPeople(memory, first, second, third, registry, worker_id)
