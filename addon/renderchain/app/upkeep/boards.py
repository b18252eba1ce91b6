"""The same work on several boards of a network, in one process; boards that come later are worked on, too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from ...core.notices.process import BoardFollowed, Stopped
from ...ports.reporter import Reporter
from .keeping import keep_at_work

LOOK_S = 300.0  # a board is announced weeks before it is active
Work = Callable[[], Awaitable[None]]


class BoardChain(Protocol):
    """What leads to one board."""

    @property
    def board(self) -> int:
        """Its address."""
        ...


class BoardWork(Protocol):
    """What works on one board until ``stop`` is set; it raises at its start alone."""

    async def run(self, stop: asyncio.Event, on_ready: Callable[[], None]) -> None:
        """``on_ready`` is called once all that it needs was seen to be there."""
        ...


Chain = TypeVar("Chain", bound=BoardChain)
Active = Callable[[], Awaitable[Sequence[Chain]]]


async def work_on_boards(
    chains: Sequence[Chain], work_on: Callable[[Chain], Work], active: Active[Chain], reporter: Reporter
) -> None:
    """Work on each until all that was begun has ended, also on those that ``active`` names later.

    What one of the first raises ends all; what a later one raises is told, and it is begun again, also where
    it can't begin yet.
    """
    begun = {one.board for one in chains}
    later = list[asyncio.Task[None]]()

    def begin(chain: Chain) -> Work:
        work: Work | None = None

        async def begun_once() -> None:
            nonlocal work
            if work is None:
                work = work_on(chain)
                reporter.tell(BoardFollowed(chain.board))
            await work()

        return begun_once

    async def look() -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for chain in await active():
                if chain.board in begun:
                    continue
                name = f"The work on the board {chain.board:#x}"
                begun.add(chain.board)
                later.append(asyncio.create_task(keep_at_work(name, begin(chain), reporter)))

    first = [asyncio.ensure_future(work_on(one)()) for one in chains]
    looking = asyncio.create_task(keep_at_work("Looking for new boards", look, reporter))
    try:
        await asyncio.gather(*first)
        looking.cancel()
        await asyncio.gather(*later)
    finally:
        for task in (*first, *later, looking):
            task.cancel()
        await asyncio.gather(*first, *later, looking, return_exceptions=True)


async def run_on_boards(
    chains: Sequence[Chain],
    work_on: Callable[[Chain], BoardWork],
    active: Active[Chain],
    stop: asyncio.Event,
    reporter: Reporter,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Work on every board until each work has ended; ``on_ready`` is called when the first have all begun."""
    to_begin = len(chains)

    def began() -> None:
        nonlocal to_begin
        to_begin -= 1
        if to_begin == 0:  # less than that: a later board's
            on_ready()

    def run_on(chain: Chain) -> Work:
        work = work_on(chain)
        return lambda: work.run(stop, began)

    await work_on_boards(chains, run_on, active, reporter)
    reporter.tell(Stopped())
