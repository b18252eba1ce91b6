"""Work in threads that an event loop waits for, also where the wait is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


async def in_thread(
    work: Callable[[], Answer], *, pool: Executor | None = None, stop: Callable[[], None] | None = None
) -> Answer:
    """Who is cancelled waits for its end too, so that nothing is done afterwards; ``stop`` hastens it."""
    running = asyncio.get_running_loop().run_in_executor(pool, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        if stop:
            stop()
        await ended([running])
        raise


async def ended(tasks: Collection[asyncio.Future[Any]]) -> None:
    """They run no more; what went wrong in them was said, or does not matter now."""
    await asyncio.gather(*tasks, return_exceptions=True)
