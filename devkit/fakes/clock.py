"""An event loop without waiting: when nothing is ready, its time jumps to the next timer.

So hours of a loop's life pass in milliseconds and always in the same order. Threads are not used: what would
run beside runs at once, because time can't be told to stand still while a thread works.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor, Future
from typing import Any, TypeVar, TypeVarTuple

Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")
LONGEST_S = 30 * 86400.0  # of a run, by its own clock
MOST_TURNS = 20_000  # at one time


class NothingWillHappen(Exception):
    """Everything waits, and there is no timer left."""


class NeverAtRest(Exception):
    """Tasks wake each other without end, and no time passes."""


class _Selector(selectors.BaseSelector):
    """Looks at files without waiting, and lets the loop's time pass instead."""

    def __init__(self, pass_time: Callable[[float], None]) -> None:
        self._files = selectors.DefaultSelector()
        self._pass_time = pass_time
        self._turns = 0  # since time moved

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = self._files.select(0)
        self._turns += 1
        if self._turns > MOST_TURNS:
            self._turns = 0
            raise NeverAtRest(f"No time has passed for {MOST_TURNS} turns of the loop.")
        if found or timeout == 0:
            return found
        self._turns = 0
        if timeout is None:
            raise NothingWillHappen("Every task waits for another one; nothing will ever wake them.")
        self._pass_time(timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._files.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._files.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._files.get_map()

    def close(self) -> None:
        self._files.close()


class _AtOnce(Executor):
    """Runs what it is given before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - it is the waiter's, as with a thread
            done.set_exception(error)
        return done


class InstantLoop(asyncio.SelectorEventLoop):
    """``time()`` starts at 0 and moves only by timers."""

    def __init__(self) -> None:
        self._now_s = 0.0
        super().__init__(_Selector(self._pass))

    def _pass(self, seconds: float) -> None:
        self._now_s += seconds

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now_s

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], Answer], *args: *Arguments
    ) -> asyncio.Future[Answer]:
        """Done at once; the caller is told a turn later, as by a thread."""
        return asyncio.wrap_future(_AtOnce().submit(func, *args), loop=self)


def run(main: Coroutine[Any, Any, Answer], longest_s: float = LONGEST_S) -> Answer:
    """Run to the end on a loop of its own; TimeoutError when its time is over before."""

    async def bounded() -> Answer:
        return await asyncio.wait_for(main, longest_s)

    with asyncio.Runner(loop_factory=InstantLoop) as runner:
        return runner.run(bounded())
