"""Workers of a local network, each a process with its own account, and what may happen to their machines."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from renderchain.adapters.blender_process.probe_session import OTHER_KERNEL

from .local import Network
from .services import REPO, is_running, start, stop

# Renders with Cycles' kernel for processors without AVX2, so that it makes other bits than the rest.
OTHER_MACHINE = {
    "RENDERCHAIN_RENDER_ENVIRONMENT": " ".join(f"{name}={value}" for name, value in OTHER_KERNEL.items())
}


@dataclass(frozen=True)
class WorkerPlan:
    """How a worker is started: what it cheats with ("": not at all), from which rate on, its environment."""

    cheat: str = ""
    from_exp: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        """The program and what tells it to cheat."""
        if not self.cheat:
            return [sys.executable, str(REPO / "worker_headless" / "worker.py"), "--"]
        options = ["--cheat", self.cheat, "--from-exp", str(self.from_exp)]
        return [sys.executable, "-m", "devkit.cheats.worker", *options]


HONEST = WorkerPlan()


class LocalWorkers:
    """Workers by their numbers, on the bpy module; their logs hold notices, for ``devkit.logs``."""

    def __init__(self, network: Network, logs: Path) -> None:
        self._network = network
        self._logs = logs
        self._pids: dict[int, int] = {}

    def log(self, number: int) -> Path:
        """What the worker says, of all its runs."""
        return self._logs / f"worker-{number}.log"

    def start(self, number: int, plan: WorkerPlan = HONEST) -> None:
        """Start it, for the first time or again."""
        name = f"worker-{number}"
        options = ["--config", str(self._network.settings_file(name)), "--name", name, "--log", "json"]
        self._pids[number] = start([*plan.command, *options], self.log(number), dict(plan.environment))

    def pid(self, number: int) -> int:
        """Its process."""
        return self._pids[number]

    def is_running(self, number: int) -> bool:
        """Whether its process lives."""
        return is_running(self._pids[number])

    def kill(self, number: int) -> None:
        """As if the power went off: it has no time for a word, nor have its render processes."""
        with suppress(ProcessLookupError):
            os.killpg(self._pids[number], signal.SIGKILL)

    def hold_up(self, number: int) -> None:
        """As if somebody else used its machine: its render processes stand still, those that it has now."""
        self._signal_children(number, signal.SIGSTOP)

    def let_go(self, number: int) -> None:
        """Its render processes go on."""
        self._signal_children(number, signal.SIGCONT)

    def end(self, number: int) -> None:
        """Ask it to end, after a while make it."""
        stop(self._pids[number])

    def end_all(self) -> None:
        """End every one, also those that are held up."""
        for number in self._pids:
            self.let_go(number)
            self.end(number)

    def _signal_children(self, number: int, which: signal.Signals) -> None:
        for pid in descendants(self._pids[number]):
            with suppress(ProcessLookupError):
                os.kill(pid, which)


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they did, as Linux tells."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            # The name, in brackets, may hold spaces; state and parent follow it.
            parent = int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, at = [pid], 0
    while at < len(found):
        found += children.get(found[at], [])
        at += 1
    return found[1:]


@contextmanager
def running_workers(network: Network, plans: Mapping[int, WorkerPlan], logs: Path) -> Iterator[LocalWorkers]:
    """Workers that end with the block; their logs stay."""
    workers = LocalWorkers(network, logs)
    try:
        for number, plan in plans.items():
            workers.start(number, plan)
        yield workers
    finally:
        workers.end_all()
