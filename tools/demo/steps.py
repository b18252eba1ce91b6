"""What the demo does step by step: programs that it runs, waiting, time that is taken."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from devkit.logs import notice_in
from devkit.network.services import REPO

from .cast import FOLDER

SETTLE_S = 60
_running: dict[str, subprocess.Popen[str]] = {}


class DemoFailed(Exception):
    """The demo did not show what it has to show."""


class Phases:
    """Times what is done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Time a phase and say that it began."""
        print(f"── {name}", flush=True)
        started = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - started


def say(sentence: str, who: str = "") -> None:
    """Print what happens, with the time of day."""
    print(f"   {time.strftime('%H:%M:%S')} {f'{who}: ' if who else ''}{sentence}", flush=True)


def run(command: list[str], name: str, who: str = "") -> None:
    """Run a step; its sentences are shown as those of ``who``, everything goes to the end of a log."""
    env = {**os.environ, "RENDERCHAIN_LOG": "json"}
    with (FOLDER / f"{name}.log").open("a") as log:
        process = subprocess.Popen(
            command,
            cwd=REPO,
            env=env,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        _running[name] = process
        for line in process.stdout or ():
            log.write(line)
            log.flush()  # others read it meanwhile
            if notice := notice_in(line):
                say(notice.sentence, who)
    if process.wait():
        raise DemoFailed(f"{name} ended with exit code {process.returncode}; see {FOLDER / name}.log")


def end_steps(*names: str) -> None:
    """End these steps, or without names all that still run, as where another step failed."""
    for name in names or tuple(_running):
        _running[name].terminate()


def wait_until(is_true: Callable[[], bool], what: str, timeout_s: int = SETTLE_S) -> None:
    """Raise DemoFailed if it does not become true in time."""
    deadline = time.monotonic() + timeout_s
    while not is_true():
        if time.monotonic() > deadline:
            raise DemoFailed(f"after {timeout_s} s it is still not so that {what}")
        time.sleep(0.2)
