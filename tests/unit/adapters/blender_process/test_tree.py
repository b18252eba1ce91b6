"""Which processes are there: also where nobody asks after the dead."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from renderchain.adapters.blender_process import tree

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


def test_who_asks_for_what_several_processes_take_has_all_of_the_machine_read_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed, found = list[object](), os.listdir

    def listdir(folder: object) -> list[str]:
        listed.append(folder)
        return found(folder)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(tree, "_processes", tree.Processes())
    monkeypatch.setattr(tree, "RECENT_S", 60.0)
    monkeypatch.setattr(os, "listdir", listdir)
    taken = [tree.taken_by(root) for root in (os.getpid(), os.getppid(), os.getpid())]
    assert len(listed) == 1 and all(one.processes and one.memory for one in taken)
    assert os.getpid() in tree.tree_of(os.getppid()) and len(listed) == 2, "who is killed is looked for anew"


def test_a_process_that_starts_counts_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "_processes", tree.Processes())
    before = tree.taken_by(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        time.sleep(2 * tree.RECENT_S)
        assert tree.taken_by(os.getpid()).processes == before.processes + 1
        assert tree.taken_by(child.pid).processes == 1
        child.kill()


def test_a_dead_process_whose_parent_does_not_ask_is_gone_though_it_is_listed() -> None:
    assert leaves_behind(adopts=0, end="os.kill(number, signal.SIGKILL)")


def test_who_lost_its_parent_and_became_ours_is_buried() -> None:
    assert not leaves_behind(adopts=1, end="child.kill(); child.wait(); os.kill(number, signal.SIGKILL)")
