"""Opens what makes networks: the board in memory, or a devnet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from devkit.board.people import MemoryNetworks
from devkit.parties import Networks


class Opener:
    """``async with networks() as opened`` gives what makes networks."""

    def __init__(self, port: int, folder: Path) -> None:
        self._port, self._folder = port, folder

    def run(self, story: Callable[[Networks[Any]], Coroutine[Any, Any, None]]) -> None:
        """Live through a story."""

        async def whole() -> None:
            async with self() as opened:
                await story(opened)

        asyncio.run(whole())

    def __call__(self) -> AbstractAsyncContextManager[Networks[Any]]:
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Networks[Any]]:
        if not self._port:
            yield MemoryNetworks()
            return
        from devkit.network.clients import Chains  # which takes a second

        async with AsyncExitStack() as stack:
            yield Chains(self._port, self._folder, stack)
