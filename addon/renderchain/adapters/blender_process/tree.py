"""What a process and all that it started take of the machine, as /proc says it."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
PROC = Path("/proc")
LEAST_SHARE = 0.04  # of the machine's memory
MOST_STAT = 4096  # bytes that /proc says of a process in one line
RECENT_S = 0.2  # so old may be what is said of who is whose child, where it is asked again and again
Children = Mapping[int, Sequence[int]]  # of each process


@dataclass(frozen=True)
class Taken:
    """``memory`` in bytes: what processes have for themselves, and once what the largest shares."""

    processes: int
    memory: int


class Processes:
    """Whose child each process is, as it was a moment ago: read once for all who ask in that moment.

    With each process on the machine it takes longer, and each render process is watched by a thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: Children = {}
        self._read_s = float("-inf")

    def children(self) -> Children:
        """Of each process."""
        with self._lock:
            if time.monotonic() - self._read_s > RECENT_S:
                self._children = _children()
                self._read_s = time.monotonic()
            return self._children


_processes = Processes()


def taken_by(root: int) -> Taken:
    """What a process has taken together with its children, theirs, and so on."""
    numbers = _below(root, _processes.children())
    sizes = [_pages(number) for number in numbers]
    own = sum(resident - shared for resident, shared in sizes)
    return Taken(len(numbers), PAGE * (own + max((shared for _, shared in sizes), default=0)))


def tree_of(root: int) -> list[int]:
    """The numbers of a process and of all below it; a process that lost its parent is below the root's.

    Whoever is in a sandbox can't leave the tree: its first process is the parent of all that lose theirs.
    """
    return _below(root, _children())


def _below(root: int, children: Children) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        number = waiting.pop()
        found.append(number)
        waiting += children.get(number, ())
    return found


def _children() -> Children:
    """Of each process; files are read by their numbers, which takes a third of what a Path would."""
    children = defaultdict[int, list[int]](list)
    for name in os.listdir(PROC) if PROC.exists() else ():
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):  # it ended in this moment
                file = os.open(f"{PROC}/{name}/stat", os.O_RDONLY)
                try:
                    stat = os.read(file, MOST_STAT)
                finally:
                    os.close(file)
                children[int(stat.rsplit(b")", 1)[1].split(None, 2)[1])].append(int(name))
    return children


def is_machine_full() -> bool:
    """Whether next to no memory of the whole machine is left: not all that is taken is mapped and counted."""
    try:
        lines = (PROC / "meminfo").read_text().splitlines()
    except OSError:
        return False
    sizes = {name: int(rest.split()[0]) for name, rest in (line.split(":", 1) for line in lines)}
    return sizes.get("MemAvailable", 1) < LEAST_SHARE * sizes.get("MemTotal", 1)


def exists(number: int) -> bool:
    """Whether there is such a process, and it is not dead with only its parent still to be told.

    That may never come: where nobody is there for those that lost their parent, as in many containers, a
    sandbox's processes stay dead for ever. Where we are the first process of a container they are ours, and
    are buried here, or there would be one more with every frame. One is alive as long as any of its threads.

    Not for a child that we started ourselves and still wait for.
    """
    folder = PROC / str(number)
    try:
        state, parent, *_ = (folder / "stat").read_bytes().rsplit(b")", 1)[1].split()
        is_dead = state in (b"Z", b"X") and len(os.listdir(folder / "task")) == 1
    except (OSError, IndexError, ValueError):
        return False
    if is_dead and int(parent) == os.getpid():
        with contextlib.suppress(ChildProcessError):
            os.waitpid(number, os.WNOHANG)
    return not is_dead


def _pages(number: int) -> tuple[int, int]:
    """Resident pages, and how many of them are shared."""
    try:
        _, resident, shared, *_ = (PROC / str(number) / "statm").read_text().split()
    except (OSError, ValueError):
        return 0, 0
    return int(resident), int(shared)
