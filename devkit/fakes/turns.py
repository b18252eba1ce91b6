"""Every await of one process: counted, and held at the one where the process shall be stopped.

A turn is what a task does between two awaits. The task whose turn it is stays where it waits, as if the
answer were on its way, until it is cancelled; so an end comes at exactly that await, and a test tries all.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from types import TracebackType
from typing import Any

_process: ContextVar[Turns | None] = ContextVar("_process", default=None)
LONGEST_HOLD = 50  # turns of the loop: the end may pass by a task that nobody cancels


class Turns:
    """Counts the turns of a process and all its tasks; at number ``hold_at`` it calls ``then``."""

    def __init__(self, hold_at: int = 0, then: Callable[[], object] = lambda: None) -> None:
        self._hold_at = hold_at
        self._then = then
        self._places: list[str] = []

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self._places)

    @property
    def is_held(self) -> bool:
        """Whether it came that far."""
        return 0 < self._hold_at <= self.count

    def each_place(self, times: int, after: int = 0) -> list[int]:
        """The numbers of turns that cover each await in the code, so often, from among those after one."""
        seen: Counter[str] = Counter()
        found = []
        for number, place in enumerate(self._places, 1):
            if number > after:
                seen[place] += 1
                if seen[place] <= times:
                    found.append(number)
        return found

    def take(self, place: str) -> bool:
        """One more turn, of the task that waits there; whether it is the one."""
        self._places.append(place)
        if self.count != self._hold_at:
            return False
        self._then()
        return True

    def start(self, main: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a process whose turns are counted; ``watch_turns`` was called on the loop."""
        token = _process.set(self)
        try:
            return asyncio.get_running_loop().create_task(main)
        finally:
            _process.reset(token)


def watch_turns() -> None:
    """Have the running loop count turns, for processes that ask for it."""

    def make(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        turns = _process.get()
        return asyncio.Task(coro if turns is None else _Counted(coro, turns), loop=loop, **options)

    asyncio.get_running_loop().set_task_factory(make)


def _place_of(waiting: Any) -> str:
    """Which await of which function, and of those that it was called by."""
    places = []
    while frame := getattr(waiting, "cr_frame", None):
        places.append(f"{frame.f_code.co_name}:{frame.f_lineno}")
        waiting = waiting.cr_await
    return " ".join(places)


class _Counted(Coroutine[Any, Any, Any]):
    """A coroutine whose awaits are counted as they end."""

    def __init__(self, inner: Coroutine[Any, Any, Any], turns: Turns) -> None:
        self._inner = inner
        self._turns = turns
        self._has_begun = False
        self._spins = 0  # turns of the loop that it stays held

    def send(self, value: Any) -> Any:
        if self._spins > 1:
            self._spins -= 1
            return None  # a bare yield: the loop comes again
        if self._has_begun and not self._spins and self._turns.take(_place_of(self._inner)):
            self._spins = LONGEST_HOLD
            return None
        self._has_begun, self._spins = True, 0
        return self._inner.send(value)

    def throw(
        self, kind: Any, value: BaseException | object = None, trace: TracebackType | None = None
    ) -> Any:
        self._spins = 0
        error: Any = kind if value is None else value
        return self._inner.throw(error)

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Generator[Any, None, Any]:
        return self._inner.__await__()
