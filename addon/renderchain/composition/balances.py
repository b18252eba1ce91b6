"""What accounts hold, for who only looks: no account of one's own is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from ..adapters.starknet.contracts import open_contract, open_token
from ..adapters.starknet.node import close_account, nodes_of, open_reader
from ..adapters.starknet.view import ask
from ..core.errors import RenderChainError
from ..settings import Settings
from .network import node_of


class Balances:
    """Inside of ``open_balances``. A node that is away is asked anew the next time."""

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self._settings, self._stack = settings, stack
        self._token: Any = None
        self._turn = asyncio.Lock()

    async def held_fri(self, account: int) -> int:
        """STRK in an account; raises ChainError or WrongNetwork."""
        async with self._turn:
            if self._token is None:
                self._token = await self._open()
        return int(await ask(self._token, "balance_of", account))

    async def _open(self) -> Any:
        settings = self._settings
        reader = await open_reader(node_of(settings), settings.account)
        try:
            directory = await open_contract("Directory", settings.directory, reader)
            token = open_token(await ask(directory, "token"), reader)
        except RenderChainError:
            await close_account(reader)
            raise
        watching = asyncio.create_task(nodes_of(reader).watch())
        self._stack.push_async_callback(close_account, reader)
        self._stack.push_async_callback(_end, watching)
        return token


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def open_balances(settings: Settings) -> AsyncIterator[Balances]:
    """The network of the settings' Directory; nothing is asked before it has to be."""
    async with AsyncExitStack() as stack:
        yield Balances(settings, stack)
