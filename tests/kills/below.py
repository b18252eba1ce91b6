"""The processes below this one, also those whose parent was killed."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devkit.network.workers import descendants

PR_SET_CHILD_SUBREAPER = 36


@contextmanager
def adopting() -> Iterator[None]:
    """Whoever loses its parent below here becomes our child, so that nobody is lost sight of."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def alive_below(pid: int) -> list[int]:
    """The processes that a process started, and those that they did, but for those that have ended."""
    return [one for one in descendants(pid) if state_of(one) not in ("Z", "X", "")]


def state_of(pid: int) -> str:
    """Linux' letter for what a process does; "" for one that is gone."""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        return stat.rpartition(")")[2].split()[0]
    return ""


def bury(known: Collection[int]) -> None:
    """Forget the dead that we adopted; ``known`` are children of ours that somebody waits for."""
    for pid in descendants(os.getpid()):
        if pid not in known and state_of(pid) == "Z":
            with suppress(ChildProcessError):  # another one's child
                os.waitpid(pid, os.WNOHANG)
