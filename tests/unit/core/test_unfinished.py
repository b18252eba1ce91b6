"""Submissions that ended with their process are told once, those that go on or have ended never."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from renderchain.core import unfinished
from renderchain.core.file_lock import take
from renderchain.core.unfinished import JUST_MADE_S, MOST_BYTES, PendingSubmission, left_in

HOLDER = """
import sys, time
from pathlib import Path
from renderchain.core.unfinished import PendingSubmission

pending = PendingSubmission(Path(sys.argv[1]), sys.argv[2])
print("held", flush=True)
time.sleep(600)
"""


def holder(folder: Path, name: str) -> subprocess.Popen[str]:
    """A process that has a submission on its way."""
    command = [sys.executable, "-c", HOLDER, str(folder), name]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert started.stdout and started.stdout.readline() == "held\n"
    return started


def test_that_of_a_killed_process_is_told_once_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there yet"
    killed, living = holder(folder, "a film"), holder(folder, "another")
    try:
        assert left_in(folder) == []
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert left_in(folder) == ["a film"]
        assert left_in(folder) == []
    finally:
        for one in (killed, living):
            one.kill()
            one.communicate()
    assert left_in(folder) == ["another"] and list(folder.iterdir()) == []


def test_one_that_ended_is_not_told_and_one_that_is_left_is(tmp_path: Path) -> None:
    ended, left = PendingSubmission(tmp_path, "ended"), PendingSubmission(tmp_path, "left")
    ended.end()
    ended.end()
    left.leave()
    assert left_in(tmp_path) == ["left"] and list(tmp_path.iterdir()) == []


def test_what_stands_in_a_note_is_one_line_and_short(tmp_path: Path) -> None:
    PendingSubmission(tmp_path, "two\nlines\x1b[31m").leave()
    PendingSubmission(tmp_path, "x" * 10**6).leave()
    found = left_in(tmp_path)
    assert all(one.isprintable() for one in found) and max(map(len, found)) <= MOST_BYTES


def test_an_empty_note_is_left_to_whoever_writes_it_and_goes_when_it_is_old(tmp_path: Path) -> None:
    file = tmp_path / "submission-1"
    file.touch()
    assert left_in(tmp_path) == [] and file.exists()
    then_s = time.time() - 2 * JUST_MADE_S
    os.utime(file, (then_s, then_s))
    assert left_in(tmp_path) == [] and not file.exists()


def test_where_nothing_can_be_written_nothing_is_told(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    PendingSubmission(taken, "a film").end()
    assert left_in(taken) == [] and left_in(tmp_path / "none") == []


def test_one_that_somebody_looks_at_as_it_is_made_is_held_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was held by nobody, and told as one that had ended."""
    looked = list[int]()

    def take_late(handle: int) -> bool:
        if looked:
            return take(handle)
        (file,) = tmp_path.iterdir()
        looked.append(os.open(file, os.O_RDWR))
        try:
            assert take(looked[0])
            return take(handle)
        finally:
            os.close(looked[0])

    monkeypatch.setattr(unfinished, "take", take_late)
    pending = PendingSubmission(tmp_path, "a film")
    assert looked and left_in(tmp_path) == []
    pending.leave()
    assert left_in(tmp_path) == ["a film"]


def test_where_nothing_can_be_held_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(unfinished, "take", lambda _: False)
        PendingSubmission(tmp_path, "a film")
    assert left_in(tmp_path) == [] and list(tmp_path.iterdir()) == []
