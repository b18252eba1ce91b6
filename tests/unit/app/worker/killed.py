"""A worker that kills its own process at a point of its lease, for test_finished.py."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from renderchain.app.worker import finished

from devkit.fakes.renderer import FakeRenderer
from tests.unit.app.bench import UseCaseBench


def die(*_: Any, **__: Any) -> Any:
    """As the machine's power, or its lack of memory, would have it."""
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(FakeRenderer):
    """Dies when it is asked for the frame of that number in the lease."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def meet(self, method: str) -> None:
        if method == "render" and len(self.rendered) == self.number:
            die()


def at(point: str, bench: UseCaseBench) -> None:
    """Have the process die there."""
    points: dict[str, Callable[[], None]] = {
        "first frame": lambda: setattr(bench, "renderer", Dying(0)),
        "copy": lambda: setattr(finished, "sync_folder", die),
        "journal": lambda: setattr(bench.journal, "save_frame", die),
        "second frame": lambda: setattr(bench, "renderer", Dying(1)),
        "upload": lambda: setattr(bench.store, "add_folder", die),
        "submit": lambda: setattr(bench.chain, "submit", die),
    }
    points[point]()


if __name__ == "__main__":
    bench = UseCaseBench(Path(sys.argv[1]))
    at(sys.argv[2], bench)
    bench.submit()
