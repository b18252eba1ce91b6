"""Work in threads that an event loop waits for, also where the wait is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from typing import Any, TypeVar

from ...ports.content_store import BytesDone

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


class Progress:
    """Reports in the event loop's thread what others tell: how many bytes are done."""

    def __init__(self, on_bytes: BytesDone) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_bytes = on_bytes
        self._done = 0
        self._is_waiting = False

    def tell(self, done: int) -> None:
        """In whatever thread."""
        self._done = done
        if not self._is_waiting:
            self._is_waiting = True
            self._loop.call_soon_threadsafe(self._report)

    def report(self, done: int) -> None:
        """In the loop's own."""
        self._done = done
        self._report()

    def _report(self) -> None:
        self._is_waiting = False
        self._on_bytes(self._done)


async def ended(tasks: Collection[asyncio.Future[Any]]) -> None:
    """They run no more; what went wrong in them was said, or does not matter now.

    Who is cancelled meanwhile, also for the second time, is cancelled then: a thread knows nothing of it.
    """
    cancelled: asyncio.CancelledError | None = None
    while running := [one for one in tasks if not one.done()]:
        try:
            await asyncio.wait(running)
        except asyncio.CancelledError as error:
            cancelled = error
    await asyncio.gather(*tasks, return_exceptions=True)  # none is left to be told of as never looked at
    if cancelled:
        raise cancelled
