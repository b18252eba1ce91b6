"""A render process's log keeps its ends, whatever is said, and nobody waits for it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from renderchain.adapters.blender_process import log_file
from renderchain.adapters.blender_process.log_file import CappedLog


def logged(path: Path, most: int, *pieces: bytes) -> CappedLog:
    log = CappedLog(path, most)
    sink = os.dup(log.sink)
    log.handed_over()
    for piece in pieces:
        while piece:
            piece = piece[os.write(sink, piece) :]
    os.close(sink)
    log.close()
    return log


def test_a_short_log_is_whole(tmp_path: Path) -> None:
    log = logged(tmp_path / "log", 1000, b"one\n", b"two\n")
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n" == log.tail()


def test_of_a_long_one_both_ends_are_kept_and_the_rest_is_counted(tmp_path: Path) -> None:
    log = logged(tmp_path / "log", 1000, b"first\n", b"x" * 3_000_000, b"\nlast\n")
    text = (tmp_path / "log").read_bytes()
    assert text.startswith(b"first\n") and text.endswith(b"\nlast\n") and log.tail().endswith(b"\nlast\n")
    assert b"bytes of this log were cut out here" in text and len(text) < 1100


def test_a_full_disk_has_nobody_wait_and_the_end_is_known_all_the_same() -> None:
    """The pipe was read no more, and the process that said so much hung or died of it."""
    log = logged(Path("/dev/full"), 1000, b"first\n", b"x" * 3_000_000, b"\nlast\n")
    assert log.tail().endswith(b"\nlast\n")


def test_nobody_waits_for_a_writer_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "LAST_S", 0.5)
    log = CappedLog(tmp_path / "log", 1000)
    sink = os.dup(log.sink)
    log.handed_over()
    os.write(sink, b"said\n")
    closing = threading.Thread(target=log.close)
    closing.start()
    closing.join(20)
    assert not closing.is_alive() and (tmp_path / "log").read_bytes() == b"said\n"
    os.write(sink, b"more\n")  # is read, and thrown away
    os.close(sink)


def test_the_end_is_known_while_it_is_written(tmp_path: Path) -> None:
    log = CappedLog(tmp_path / "log", 100)
    os.write(log.sink, b"said\n")
    while not log.tail():
        pass
    assert log.tail() == b"said\n"
    log.handed_over()
    log.close()
