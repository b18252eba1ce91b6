"""Network work beside Blender's interface: one thread with an event loop, results through a queue.

bpy is only touched by the timer, on the main thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import bpy

from ..core.errors import RenderChainError, SceneError
from .steps import Steps

TICK_S = 0.25
STEPS_S, PAUSE_S = 0.02, 0.01  # of steps at a time, and then Blender's
JOIN_TIMEOUT_S = 5
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class Background:
    """Runs coroutines; ``changed`` is called on the main thread after anything was said or done."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="renderchain", daemon=True)
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._steps: queue.SimpleQueue[_TakenSteps] = queue.SimpleQueue()

    def start(self) -> None:
        """Start the thread and the timer."""
        self._thread.start()
        bpy.app.timers.register(self._tick, first_interval=TICK_S, persistent=True)

    def stop(self) -> None:
        """Cancel what runs and wait for the thread."""
        if bpy.app.timers.is_registered(self._tick):
            bpy.app.timers.unregister(self._tick)

        def end() -> None:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.call_soon(self._loop.stop)

        self._loop.call_soon_threadsafe(end)
        self._thread.join(JOIN_TIMEOUT_S)

    def later(self, call: Callable[[], None]) -> None:
        """Have the main thread call this at its next tick; from any thread."""
        self._calls.put(call)

    async def stepped(self, steps: Steps[Answer]) -> Answer:
        """Have the main thread take steps, for a moment each time; what comes of them. From the loop.

        Raises what a step does, and SceneError where the artist deleted what was still to be looked at.
        """
        ended = asyncio.get_running_loop().create_future()
        self._steps.put(_TakenSteps(steps, ended))
        try:
            answer: Answer = await ended
        except ReferenceError as error:
            raise SceneError(
                "The scene was changed while it was looked at; nothing was sent. Start again."
            ) from error
        return answer

    def run(self, work: Coroutine[Any, Any, Any], done: Callable[[Any, str], None]) -> Future[None]:
        """Start work; ``done(result, error sentence)`` is called on the main thread, also if stopped."""

        async def guarded() -> None:
            try:
                result, error = await work, ""
            except RenderChainError as failure:
                result, error = None, str(failure)
            except asyncio.CancelledError:
                result, error = None, "Stopped"
            except Exception as failure:  # noqa: BLE001 - a bug must reach the user, not vanish in a thread
                log.exception("unexpected failure in background work")
                result, error = None, f"Unexpected {type(failure).__name__}; the console has the details."
            self.later(lambda: done(result, error))

        return asyncio.run_coroutine_threadsafe(guarded(), self._loop)

    def _tick(self) -> float:
        called = False
        while not self._calls.empty():
            _guarded(self._calls.get())
            called = True
        if called:
            _guarded(self._changed)
        if self._steps.empty():
            return TICK_S
        one = self._steps.get()
        if not one.go_on():
            self._steps.put(one)
        return PAUSE_S


class _TakenSteps:
    """Steps that the main thread takes for a task in the loop, which waits for ``ended``."""

    def __init__(self, steps: Steps[Any], ended: asyncio.Future[Any]) -> None:
        self._steps = steps
        self._ended = ended

    def go_on(self) -> bool:
        """Take some; whether that is all."""
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


def _guarded(call: Callable[[], None]) -> None:
    """Call it; Blender asks a timer that raised never again, and then nothing would be heard any more."""
    try:
        call()
    except Exception:  # whatever it is, the next one is to be called
        log.exception("unexpected failure on Blender's main thread")
