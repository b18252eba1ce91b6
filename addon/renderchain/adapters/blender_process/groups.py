"""Control groups: the kernel's own limits on memory and threads of a process and all that it starts.

They are made below the group that the agent is in itself, so whatever limits the agent limits them too.
Version 2 wants its limits handed down by a group without processes; that is had where a systemd unit says
Delegate=yes, and elsewhere from the user's own systemd, which starts the process in a scope.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .limits import Limits

log = logging.getLogger(__name__)
MOUNT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
NAME = "renderchain"
SCOPE = ("--scope", "--quiet", "--collect")
_numbers = itertools.count()


@dataclass(frozen=True)
class Groups:
    """Of one render process: the folders of its groups, or a command in front that has systemd make them."""

    folders: tuple[Path, ...] = ()
    front: tuple[str, ...] = ()

    def out_of_memory(self) -> bool:
        """Whether the kernel ended one of its processes because they had too much together."""
        for folder in self.folders:
            for name in ("memory.events", "memory.oom_control"):
                with contextlib.suppress(OSError):
                    for line in (folder / name).read_text().splitlines():
                        if line.startswith("oom_kill ") and line.split()[1] != "0":
                            return True
        return False

    def kill(self) -> None:
        """End every process in it."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                for number in (folder / "cgroup.procs").read_text().split():
                    os.kill(int(number), signal.SIGKILL)

    def remove(self) -> bool:
        """Remove the groups; False where a process is still about to end."""
        for folder in self.folders:
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                return False
        return True


def make_groups(limits: Limits) -> Groups:
    """Groups for a process that starts now; empty ones where none may be made."""
    try:
        parents = _parents()
        for parent in parents:
            _sweep(parent)
        return _made(parents, f"{NAME}-{os.getpid()}-{next(_numbers)}", limits)
    except OSError as error:
        log.info("no control group of ours is to be had: %s", error.strerror or error)
    if scope := _systemd():
        properties = (f"MemoryMax={limits.memory}", "MemorySwapMax=0", f"TasksMax={limits.threads}")
        wanted = [part for one in properties for part in ("--property", one)]
        return Groups(front=(*scope, *wanted, "--"))
    return Groups()


def _parents() -> list[Path]:
    """The groups that we may have groups in: one of version 2, or one each for memory and pids."""
    own = [line.split(":", 2) for line in OWN.read_text().splitlines()]
    found = [
        MOUNT / controllers / path.lstrip("/")
        for _, controllers, path in own
        if {"memory", "pids"} & set(controllers.split(","))
    ]
    if not found:
        (path,) = (path for _, controllers, path in own if not controllers)
        found = [_handing_down(MOUNT / path.lstrip("/"))]
    return found


def _handing_down(own: Path) -> Path:
    """A group of version 2 that hands memory and pids down: ours, or the one around it.

    Raises OSError where neither does and ours can't be made to. It can where there is nobody but us in it:
    then we move into a group of our own below it, as systemd means it for units with Delegate=yes.
    """
    wanted = {"memory", "pids"}
    for group in (own, own.parent):
        with contextlib.suppress(OSError):
            handed_down = set((group / "cgroup.subtree_control").read_text().split())
            if wanted <= handed_down and os.access(group, os.W_OK):
                return group
    if (own / "cgroup.procs").read_text().split() != [str(os.getpid())]:
        raise PermissionError(1, "the agent shares its control group with others")
    agent = own / f"{NAME}-agent"
    agent.mkdir(exist_ok=True)
    (agent / "cgroup.procs").write_text(str(os.getpid()))
    (own / "cgroup.subtree_control").write_text("+memory +pids")
    return own


def _made(parents: list[Path], name: str, limits: Limits) -> Groups:
    made: list[Path] = []
    try:
        for parent in parents:
            folder = parent / name
            folder.mkdir()
            made.append(folder)
            _limit(folder, limits)
    except OSError:
        Groups(tuple(made)).remove()
        raise
    return Groups(tuple(made))


def _limit(folder: Path, limits: Limits) -> None:
    for name, value in (
        ("memory.max", limits.memory + 2 * limits.tmpfs),  # files in memory count here
        ("memory.swap.max", 0),
        ("memory.limit_in_bytes", limits.memory + 2 * limits.tmpfs),
        ("pids.max", limits.threads),
    ):
        if (folder / name).exists():
            (folder / name).write_text(str(value))


def _sweep(parent: Path) -> None:
    """Remove what an agent left that was killed; the kernel refuses where processes are in it."""
    for folder in parent.glob(f"{NAME}-[0-9]*-[0-9]*"):
        if not Path(f"/proc/{folder.name.split('-')[1]}").exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


@functools.cache
def _systemd() -> tuple[str, ...]:
    """The command that starts a program in a scope of the system's or the user's systemd; or nothing."""
    program = shutil.which("systemd-run")
    if program is None:
        return ()
    manager = () if os.geteuid() == 0 else ("--user",)
    command = (program, *manager, *SCOPE)
    try:
        done = subprocess.run([*command, "--", "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if done.returncode == 0 else ()


@contextlib.contextmanager
def _tried(limits: Limits) -> Iterator[Groups]:
    groups = make_groups(limits)
    try:
        yield groups
    finally:
        groups.remove()


def describe_groups(limits: Limits) -> str:
    """Who holds memory and threads to their limits on this machine."""
    with _tried(limits) as groups:
        if groups.front:
            return "the kernel, in a scope of systemd"
        if len(groups.folders) == 1:
            return "the kernel, in a control group (version 2)"
        return "the kernel, in control groups (version 1)" if groups.folders else ""
