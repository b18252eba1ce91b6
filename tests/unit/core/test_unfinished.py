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
from renderchain.core.unfinished import JUST_MADE_S, KEPT_S, MOST_BYTES, PendingSubmission, left_in

HOLDER = """
import sys, time
from pathlib import Path
from renderchain.core.unfinished import PendingSubmission

pending = PendingSubmission(Path(sys.argv[1]), sys.argv[2])
print("held", flush=True)
time.sleep(600)
"""


def names_in(folder: Path) -> list[str]:
    return [one.name for one in left_in(folder)]


def packed(folder: Path, name: str, order: bytes = b"{}") -> PendingSubmission:
    """One whose package is whole."""
    pending = PendingSubmission(folder, name)
    place = pending.place()
    assert place
    place.mkdir()
    (place / "main.blend").write_bytes(b"scene")
    pending.can_be_gone_on_with(order)
    return pending


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
        assert names_in(folder) == ["a film"]
        assert left_in(folder) == []
    finally:
        for one in (killed, living):
            one.kill()
            one.communicate()
    assert names_in(folder) == ["another"] and list(folder.iterdir()) == []


def test_one_that_ended_is_not_told_and_one_that_is_left_is(tmp_path: Path) -> None:
    ended, left = PendingSubmission(tmp_path, "ended"), PendingSubmission(tmp_path, "left")
    ended.end()
    ended.end()
    left.leave()
    assert names_in(tmp_path) == ["left"] and list(tmp_path.iterdir()) == []


def test_what_stands_in_a_note_is_one_line_and_short(tmp_path: Path) -> None:
    PendingSubmission(tmp_path, "two\nlines\x1b[31m").leave()
    PendingSubmission(tmp_path, "x" * 10**6).leave()
    found = names_in(tmp_path)
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
    assert names_in(tmp_path) == ["a film"]


def test_where_nothing_can_be_held_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(unfinished, "take", lambda _: False)
        PendingSubmission(tmp_path, "a film")
    assert left_in(tmp_path) == [] and list(tmp_path.iterdir()) == []


def test_one_whose_package_is_whole_stays_until_it_is_gone_on_with_to_its_end(tmp_path: Path) -> None:
    packed(tmp_path, "a film", b"its job").leave()
    (left,) = left_in(tmp_path)
    assert (left.name, left.order) == ("a film", b"its job") and left_in(tmp_path) == [left]
    assert (left.package / "main.blend").read_bytes() == b"scene"
    pending = PendingSubmission.again(left.file)
    assert pending and pending.was_left
    assert left_in(tmp_path) == [] and PendingSubmission.again(left.file) is None, "somebody is at it"
    pending.leave()
    assert left_in(tmp_path) == [left]
    again = PendingSubmission.again(left.file)
    assert again
    again.end()
    assert list(tmp_path.iterdir()) == [] and PendingSubmission.again(left.file) is None


def test_a_package_that_is_not_whole_goes_with_what_is_told_of_it(tmp_path: Path) -> None:
    pending = PendingSubmission(tmp_path, "a film")
    place = pending.place()
    assert place and place.parent.stat().st_mode & 0o077 == 0
    place.mkdir()
    (place / "main.blend").touch()
    pending.leave()
    assert names_in(tmp_path) == ["a film"] and list(tmp_path.iterdir()) == []


def test_only_the_last_package_is_kept_and_the_others_are_told_as_gone(tmp_path: Path) -> None:
    packed(tmp_path, "first").leave()
    living = packed(tmp_path, "living")
    packed(tmp_path, "last").leave()
    assert [(one.name, bool(one.order)) for one in left_in(tmp_path) if one.order] == [("last", True)]
    living.leave()
    assert sum(bool(one.order) for one in left_in(tmp_path)) == 1, "and of two of them one"
    assert len(list(tmp_path.glob("*.kept"))) == 1


def test_what_nobody_went_on_with_for_weeks_goes(tmp_path: Path) -> None:
    packed(tmp_path, "a film").leave()
    (left,) = left_in(tmp_path)
    then_s = time.time() - KEPT_S - 1
    os.utime(left.file, (then_s, then_s))
    (told,) = left_in(tmp_path)
    assert told.name == "a film" and not told.order and list(tmp_path.iterdir()) == []


def test_what_failed_can_be_gone_on_with_if_it_was_packed_and_else_is_gone(tmp_path: Path) -> None:
    whole = packed(tmp_path, "a film", b"its job")
    left = whole.let_go()
    assert left and left_in(tmp_path) == [left]
    again = PendingSubmission.again(left.file)
    assert again
    again.end()
    assert PendingSubmission(tmp_path, "another").let_go() is None and list(tmp_path.iterdir()) == []


def test_what_is_being_paid_can_never_be_gone_on_with(tmp_path: Path) -> None:
    """Else it would be paid twice."""
    pending = packed(tmp_path, "a film")
    pending.end()
    pending.can_be_gone_on_with(b"too late")
    assert pending.let_go() is None and list(tmp_path.iterdir()) == []
