"""What may happen to the machine of a local network's worker."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from devkit.network.workers import descendants

# A process that starts another one, which prints and sleeps.
PARENT = (
    "import subprocess, sys; "
    "subprocess.run([sys.executable, '-c', 'print(1, flush=True); import time; time.sleep(60)'])"
)


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_processes_of_processes_are_found() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None and parent.stdout.readline() == "1\n"
        (child,) = descendants(parent.pid)
        assert Path(f"/proc/{child}").exists()
        parent.kill()
        subprocess.run(["kill", str(child)], check=True)
    assert descendants(parent.pid) == []
