"""Network work beside Blender's interface: one thread with an event loop, results through a queue.

bpy is only touched by the timer, on the main thread.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

import bpy

from ..core.errors import Cancelled, RenderChainError

TICK_S = 0.25
JOIN_TIMEOUT_S = 5
Done = Callable[[Any, Exception | None], None]
log = logging.getLogger(__name__)


class Background:
    """Runs coroutines; ``changed`` is called on the main thread after anything was said or done."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="renderchain", daemon=True)
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

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

    def run(self, work: Coroutine[Any, Any, Any], done: Done) -> Future[None]:
        """Start work; ``done(result, failure)`` follows on the main thread; stopped is Cancelled."""

        async def guarded() -> None:
            result: Any = None
            failure: Exception | None = None
            try:
                result = await work
            except RenderChainError as error:
                failure = error
            except asyncio.CancelledError:
                failure = Cancelled("Stopped")
            except Exception as error:  # noqa: BLE001 - a bug must reach the user, not vanish in a thread
                log.exception("unexpected failure in background work")
                failure = error
            self.later(lambda: done(result, failure))

        return asyncio.run_coroutine_threadsafe(guarded(), self._loop)

    def _tick(self) -> float:
        called = False
        while not self._calls.empty():
            self._calls.get()()
            called = True
        if called:
            self._changed()
        return TICK_S
