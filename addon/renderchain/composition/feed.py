"""The events of a whole network, for who keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ..adapters.starknet.contracts import open_contract
from ..adapters.starknet.errors import said
from ..adapters.starknet.feed import StarknetFeed
from ..adapters.starknet.node import close_account, nodes_of, open_reader
from ..ports.event_feed import EventFeed
from ..settings import Settings
from .network import node_of


@dataclass(frozen=True)
class FollowedNetwork:
    """Where the events come from, and whose they are: felts."""

    feed: EventFeed
    chain: int
    directory: int
    registry: int


@asynccontextmanager
async def open_feed(settings: Settings) -> AsyncIterator[FollowedNetwork]:
    """The network of the settings' Directory, without an account. Raises ChainError or WrongNetwork."""
    reader = await open_reader(node_of(settings), settings.account)
    nodes = nodes_of(reader)
    watching = asyncio.create_task(nodes.watch())
    try:
        directory = await open_contract("Directory", settings.directory, reader)
        (registry,) = await said("Asking the directory", directory.functions["registry"].call())
        yield FollowedNetwork(StarknetFeed(nodes), nodes.chain, settings.directory, int(registry))
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await close_account(reader)
