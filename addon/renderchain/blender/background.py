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
from contextlib import suppress
from typing import Any

import bpy

from ..core.errors import Cancelled, RenderChainError

TICK_S = 0.25
JOIN_TIMEOUT_S = 10.0  # a clean Blender that packs is ended within a part of it
NAME = "renderchain"
Done = Callable[[Any, Exception | None], None]
log = logging.getLogger(__name__)


class Background:
    """Runs coroutines; ``changed`` is called on the main thread after anything was said or done."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name=NAME, daemon=True)
        self._has_loop = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Event
        # Blender knows a timer by its object, and a method is another one each time it is named.
        self.timer = self._tick

    def start(self) -> None:
        """Start the thread and the timer."""
        self._thread.start()
        self._has_loop.wait()
        # Else opening a file would end it.
        bpy.app.timers.register(self.timer, first_interval=TICK_S, persistent=True)

    def stop(self) -> None:
        """Cancel what runs, and wait until it has cleaned up; what it says from now on nobody hears."""
        if bpy.app.timers.is_registered(self.timer):
            bpy.app.timers.unregister(self.timer)
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(JOIN_TIMEOUT_S)
        if self._thread.is_alive():
            log.warning("background work did not end within %s s and is left to itself", JOIN_TIMEOUT_S)

    async def _live(self) -> None:
        """Until it is stopped; asyncio.run then cancels all tasks and waits for them and their threads."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self._has_loop.set()
        await self._ended.wait()

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
