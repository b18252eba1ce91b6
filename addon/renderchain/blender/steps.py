"""Work on Blender's main thread in small steps, between which its interface goes on.

A step looks at one data-block or few, and nothing but data-blocks is kept from one to the next: what the
artist deletes meanwhile is then known to be gone, and nobody reads where it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeVar

STEPS_S = 0.02  # of steps at a time
Answer = TypeVar("Answer")
Found = TypeVar("Found")
Steps = Generator[None, None, Answer]


def all_at_once(steps: Steps[Answer]) -> Answer:
    """What comes of the steps, one right after the other."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            answer: Answer = end.value
            return answer


def gathered(looks: Iterable[Found | None], into: list[Found]) -> Steps[None]:
    """Take what a look finds; a None in it is the end of a step."""
    for one in looks:
        if one is None:
            yield
        else:
            into.append(one)


def one_step(call: Callable[[], Answer]) -> Steps[Answer]:
    """What can't be cut."""
    yield
    return call()


class TakenSteps:
    """Steps that the main thread takes for a task in the loop, which waits for ``ended``.

    In the first turn none is taken: Blender draws what was said before, and a step may hold it up.
    """

    def __init__(self, steps: Steps[Any], ended: asyncio.Future[Any]) -> None:
        self._steps = steps
        self._ended = ended
        self._is_drawn = False

    def go_on(self) -> bool:
        """Take some; whether that is all."""
        if not self._is_drawn:
            self._is_drawn = True
            return False
        until_s = time.monotonic() + STEPS_S
        try:
            if self._ended.cancelled():
                self._steps.close()
                return True
            while time.monotonic() < until_s:
                next(self._steps)
        except StopIteration as end:
            self._tell(self._ended.set_result, end.value)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the task's
            self._tell(self._ended.set_exception, error)
        else:
            return False
        return True

    def _tell(self, set_: Callable[[Any], None], what: Any) -> None:
        def tell() -> None:
            if not self._ended.done():
                set_(what)

        with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits
            self._ended.get_loop().call_soon_threadsafe(tell)
