"""Which processes are there: also where nobody asks after the dead."""

from __future__ import annotations

import subprocess
import sys
import time

from renderchain.adapters.blender_process.tree import exists


def test_a_dead_process_that_nobody_asked_after_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert exists(child.pid)
        child.kill()
        until_s = time.monotonic() + 10
        while exists(child.pid) and time.monotonic() < until_s:
            time.sleep(0.01)
        assert not exists(child.pid) and child.returncode is None, "nobody asked"
    finally:
        child.communicate()
    assert not exists(child.pid)
