"""A screen for the tests leaves nothing when it ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

from devkit.network.workers import descendants
from devkit.window.screen import running_screen

MOST_S = 10


def test_a_screen_shows_what_there_is_and_ends_with_all_that_it_started(tmp_path: Path) -> None:
    before = set(descendants(os.getpid()))
    with running_screen(64, 48, tmp_path / "xvfb.log") as screen:
        started = set(descendants(os.getpid())) - before
        assert len(started) > 1, "the program that stands between, and the screen"
        assert screen.picture().size == (64, 48)
        screen.move(10, 10)
        screen.type("Ab1-")
    until_s = time.monotonic() + MOST_S
    while alive := [pid for pid in started if _is_alive(pid)]:
        assert time.monotonic() < until_s, alive
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    """A process that has ended and that nobody asked for its end yet is not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
