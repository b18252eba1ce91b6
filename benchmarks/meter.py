"""What transactions took: the L2 gas of everything between two blocks."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from starknet_py.net.full_node_client import FullNodeClient


@dataclass
class Meter:
    """The L2 gas of everything between two blocks."""

    client: FullNodeClient
    rows: list[tuple[str, int]] = field(default_factory=list)

    async def of(self, name: str, work: Awaitable[Any]) -> tuple[Any, int]:
        """Do it and note the gas of all its transactions under that name."""
        first = await self.client.get_block_number() + 1
        answer = await work
        gas = 0
        for number in range(first, await self.client.get_block_number() + 1):
            block = await self.client.get_block_with_receipts(block_number=number)
            gas += sum(one.receipt.execution_resources.l2_gas for one in block.transactions)
        self.rows.append((name, gas))
        if name:
            print(f"{name}: {gas:,}", flush=True)
        return answer, gas

    async def step(self, name: str, work: Awaitable[Any]) -> Any:
        """The same without the gas."""
        answer, _ = await self.of(name, work)
        return answer
