"""The same work on several boards of a network, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from ...core.notices.process import Stopped
from ...ports.reporter import Reporter


class BoardWork(Protocol):
    """What works on one board until ``stop`` is set; it raises at its start alone."""

    async def run(self, stop: asyncio.Event, on_ready: Callable[[], None]) -> None:
        """``on_ready`` is called once all that it needs was seen to be there."""
        ...


async def run_on_boards(
    works: Sequence[BoardWork],
    stop: asyncio.Event,
    reporter: Reporter,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Work on every board until each work has ended; ``on_ready`` is called when all of them have begun.

    What one of them raises at its start ends the others.
    """
    to_begin = len(works)

    def began() -> None:
        nonlocal to_begin
        to_begin -= 1
        if not to_begin:
            on_ready()

    tasks = [asyncio.create_task(one.run(stop, began)) for one in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    reporter.tell(Stopped())
