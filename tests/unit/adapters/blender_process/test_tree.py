"""Which processes are there: also where nobody asks after the dead."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
TIMEOUT_S = 60
# Its child starts another and ends: who adopts that one is who these are about.
ADOPT = """
import ctypes, os, pathlib, signal, subprocess, sys, time
from renderchain.adapters.blender_process.tree import exists
ctypes.CDLL(None).prctl(36, {adopts}, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
start = "import subprocess as s, sys; print(s.Popen([sys.executable, '-c', 'input()'], stdin=s.PIPE, "
start += "stdout=s.DEVNULL, start_new_session=True).pid, flush=True); input()"
child = subprocess.Popen([sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
number = int(child.stdout.readline())
assert exists(number)
{end}
until_s = time.monotonic() + 30
while exists(number) and time.monotonic() < until_s:
    time.sleep(0.01)
assert not exists(number)
print(pathlib.Path("/proc", str(number)).exists())
child.kill()
child.communicate()
"""


def leaves_behind(*, adopts: int, end: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", ADOPT.format(adopts=adopts, end=end)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() == "True"


def test_a_dead_process_whose_parent_does_not_ask_is_gone_though_it_is_listed() -> None:
    assert leaves_behind(adopts=0, end="os.kill(number, signal.SIGKILL)")


def test_who_lost_its_parent_and_became_ours_is_buried() -> None:
    assert not leaves_behind(adopts=1, end="child.kill(); child.wait(); os.kill(number, signal.SIGKILL)")
