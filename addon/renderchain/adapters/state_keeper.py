"""Keeps a worker's state for those who look at it from other threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from ..core.notices import Notice
from ..core.notices.process import Remark
from ..core.worker_state import WorkerState

Seen = TypeVar("Seen")


class StateKeeper:
    """A reporter. ``now`` gives seconds since 1970, ``steady_now`` seconds that never jump."""

    def __init__(self, now: Callable[[], float], steady_now: Callable[[], float]) -> None:
        self._now = now
        self._steady_now = steady_now
        self._state = WorkerState(now())
        self._lock = threading.Lock()
        self._beat_s = steady_now()

    def say(self, text: str) -> None:
        """A remark."""
        self.tell(Remark(text))

    def tell(self, notice: Notice) -> None:
        """A notice."""
        with self._lock:
            self._state.note(notice, self._now())

    def progress(self, what: str, done: int, total: int) -> None:
        """How far the present work is."""
        with self._lock:
            self._state.advance(what, done, total, self._now())

    def beat(self) -> None:
        """The worker's loop goes round."""
        self._beat_s = self._steady_now()

    @property
    def beat_age_s(self) -> float:
        """Seconds since the worker's loop went round last."""
        return self._steady_now() - self._beat_s

    def look(self, see: Callable[[WorkerState, float], Seen]) -> Seen:
        """What ``see`` makes of the state and the time; it keeps neither, and takes no time."""
        with self._lock:
            return see(self._state, self._now())
