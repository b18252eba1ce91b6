"""Network work beside Blender's interface: one thread with an event loop, results through a queue.

bpy is only touched by the timer, on the main thread.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

import bpy

from ..core.errors import Cancelled, RenderChainError, SceneError
from .steps import Steps, TakenSteps

TICK_S = 0.25
PAUSE_S = 0.01  # Blender's own, between steps
JOIN_TIMEOUT_S = 10.0  # a clean Blender that packs is ended within a part of it
NAME = "renderchain"
Done = Callable[[Any, Exception | None], None]
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class _Threads(ThreadPoolExecutor):
    """A thread for each call, and none that anybody waits for who does not need what it does.

    Python waits for those of a pool before it ends, so that an IPFS node that is silent in the middle of an
    upload would keep a Blender that was quitted for minutes.
    """

    def submit(
        self, call: Callable[Arguments, Answer], /, *values: Arguments.args, **named: Arguments.kwargs
    ) -> Future[Answer]:
        """Start the call."""
        future: Future[Answer] = Future()

        def run() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call(*values, **named))
                except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
                    future.set_exception(error)

        threading.Thread(target=run, name=NAME, daemon=True).start()
        return future


class Background:
    """Runs coroutines; ``changed`` is called on the main thread after anything was said or done."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._steps: queue.SimpleQueue[TakenSteps] = queue.SimpleQueue()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name=NAME, daemon=True)
        self._has_loop = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Event
        self._running = set[asyncio.Task[None]]()
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
        """Until it is stopped. What is cancelled ends what it began itself, and may wait for it."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_default_executor(_Threads())
        self._has_loop.set()
        await self._ended.wait()
        running = tuple(self._running)
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def later(self, call: Callable[[], None]) -> None:
        """Have the main thread call this at its next tick; from any thread."""
        self._calls.put(call)

    async def stepped(self, steps: Steps[Answer]) -> Answer:
        """Have the main thread take steps, for a moment each time; what comes of them. From the loop.

        Raises what a step does, and SceneError where the artist deleted what was still to be looked at.
        """
        ended = asyncio.get_running_loop().create_future()
        self._steps.put(TakenSteps(steps, ended))
        try:
            answer: Answer = await ended
        except ReferenceError as error:
            raise SceneError(
                "The scene was changed while it was looked at; nothing was sent. Start again."
            ) from error
        return answer

    def run(self, work: Coroutine[Any, Any, Any], done: Done) -> Future[None]:
        """Start work; ``done(result, failure)`` follows on the main thread; stopped is Cancelled."""

        async def guarded() -> None:
            result: Any = None
            failure: Exception | None = None
            task = asyncio.current_task()
            assert task is not None
            self._running.add(task)
            try:
                result = await work
            except RenderChainError as error:
                failure = error
            except asyncio.CancelledError:
                failure = Cancelled("Stopped")
            except Exception as error:  # noqa: BLE001 - a bug must reach the user, not vanish in a thread
                log.exception("unexpected failure in background work")
                failure = error
            finally:
                self._running.discard(task)
            self.later(lambda: done(result, failure))

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


def _guarded(call: Callable[[], None]) -> None:
    """Call it; Blender asks a timer that raised never again, and then nothing would be heard any more."""
    try:
        call()
    except Exception:  # whatever it is, the next one is to be called
        log.exception("unexpected failure on Blender's main thread")
