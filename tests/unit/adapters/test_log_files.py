"""The log file: complete while there is room, never over its bound, never the worker's end."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from renderchain.adapters.log_files import LINE_BYTES, LogFile
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices.leases import LeaseFailed, LeaseSubmitted
from renderchain.core.notices.lines import parse_notice
from renderchain.core.notices.process import LoggedWarning, Remark

IDS = (JobId(3), LeaseId(5))


def log_of(path: Path, **bounds: int) -> LogFile:
    return LogFile(path, lambda: 1767225600.0, "worker-1", **bounds)


def test_each_notice_is_a_line_of_json_that_only_its_user_reads(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "worker.log"
    log = log_of(path)
    log.say("Hello \x1b[2J")
    log.tell(LeaseSubmitted(*IDS, 8))
    log.progress("frames", 1, 2)
    lines = path.read_text("ascii").splitlines()
    assert list(map(parse_notice, lines)) == [Remark("Hello \x1b[2J"), LeaseSubmitted(*IDS, 8)]
    assert "\x1b" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("files", [1, 2, 4])
def test_old_files_go_and_all_together_stay_in_their_bound(tmp_path: Path, files: int) -> None:
    path = tmp_path / "worker.log"
    log = log_of(path, file_bytes=2_000, files=files)
    for number in range(200):
        log.say(f"Number {number}")
        there = sorted(one.name for one in tmp_path.iterdir())
        assert len(there) <= files
        assert sum(one.stat().st_size for one in tmp_path.iterdir()) <= files * 2_000
    assert there == ["worker.log", *(f"worker.log.{number}" for number in range(1, files))]
    ordered = [path.with_name(f"worker.log.{number}") for number in range(files - 1, 0, -1)] + [path]
    said = [parse_notice(line) for one in ordered for line in one.read_text().splitlines()]
    assert said == [Remark(f"Number {number}") for number in range(200 - len(said), 200)]


def test_a_line_of_any_length_is_cut_and_still_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    log_of(path).tell(LeaseFailed(*IDS, "\x00" * 10**6))
    assert path.stat().st_size < LINE_BYTES * 2
    cut = parse_notice(path.read_text().rstrip("\n"))
    assert isinstance(cut, Remark) and cut.text.startswith("Lease 5 of job 3 failed: \\x00")


def test_lines_that_could_not_be_written_are_counted(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.write_text("a file where the folder should be")
    log = log_of(folder / "worker.log")
    log.say("One")
    log.say("Two")
    folder.unlink()
    log.say("Three")
    log.say("Four")
    gap, *rest = [parse_notice(line) for line in (folder / "worker.log").read_text().splitlines()]
    assert isinstance(gap, LoggedWarning) and "2 lines before this one" in gap.text
    assert rest == [Remark("Three"), Remark("Four")]


def test_a_log_is_not_written_through_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("as it was")
    (tmp_path / "worker.log").symlink_to(precious)
    log_of(tmp_path / "worker.log").say("Hello")
    assert precious.read_text() == "as it was"


def test_who_moves_the_file_away_gets_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    log = log_of(path)
    log.say("One")
    os.replace(path, tmp_path / "kept")
    log.say("Two")
    assert parse_notice(path.read_text().rstrip()) == Remark("Two")


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    log = log_of(path)

    def say_much() -> None:
        for _ in range(50):
            log.say("x" * 500)

    threads = [threading.Thread(target=say_much) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    lines = path.read_text().splitlines()
    assert len(lines) == 200 and {parse_notice(line) for line in lines} == {Remark("x" * 500)}
