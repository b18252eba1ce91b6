"""Temporary folders: they go with their block, and where their process was killed, at the next start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from renderchain.core.scratch import JUST_MADE_S, PREFIX, Scratch, sweep

HOLDER = """
import time
from renderchain.core.scratch import Scratch

with Scratch() as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def made_long_ago(folder: Path) -> None:
    then_s = time.time() - 2 * JUST_MADE_S
    os.utime(folder, (then_s, then_s))


def test_a_folder_goes_with_its_block_and_can_be_let_go_twice(temporary: Path) -> None:
    with Scratch() as name:
        Path(name, "package").mkdir()
        assert list(temporary.iterdir()) == [Path(name)]
    again = Scratch()
    again.cleanup()
    again.cleanup()
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_process_goes_and_that_of_a_living_one_stays(temporary: Path) -> None:
    command, more = [sys.executable, "-c", HOLDER], {**os.environ, "TMPDIR": str(temporary)}
    processes = [subprocess.Popen(command, env=more, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        folders = [Path(one.stdout.readline().strip()) for one in processes if one.stdout]
        processes[0].send_signal(signal.SIGKILL)
        processes[0].wait()
        (folders[0] / "package").mkdir()
        for folder in folders:
            made_long_ago(folder)
        sweep()
        assert [one.exists() for one in folders] == [False, True]
    finally:
        for one in processes:
            one.kill()
            one.communicate()


def test_what_was_just_made_is_not_ours_or_has_no_lock_is_left_alone(temporary: Path, tmp_path: Path) -> None:
    young, bare, elsewhere = (temporary / f"{PREFIX}{name}" for name in ("young", "bare", "link"))
    for one in (young, bare, target := tmp_path / "kept"):
        one.mkdir()
    for one in (young, target):
        (one / ".in-use").touch()
    elsewhere.symlink_to(target)
    for one in (bare, target):
        made_long_ago(one)
    sweep()
    assert young.is_dir() and bare.is_dir() and (target / ".in-use").exists() and elsewhere.is_symlink()
