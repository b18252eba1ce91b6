"""What a render process left is counted and tidied without following, recursing, or believing anything."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.limits import MIB
from renderchain.adapters.blender_process.output import FOLDER, keep_files_only, what_lies_in


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "output").mkdir()
    folder = os.open(tmp_path / "output", FOLDER)
    yield folder
    os.close(folder)


def test_bytes_are_those_on_the_disk_and_links_lead_nowhere(opened: int, tmp_path: Path) -> None:
    output = tmp_path / "output"
    (tmp_path / "big").write_bytes(b"x" * 8 * MIB)
    (output / "link").symlink_to(tmp_path / "big")
    (output / "folder").mkdir()
    (output / "folder" / "file").write_bytes(b"x" * 2 * MIB)
    os.truncate(os.open(output / "hole", os.O_CREAT | os.O_WRONLY), 6 * 2**30)
    (output / "up").symlink_to(tmp_path)
    lies = what_lies_in(opened, 100)
    assert lies.entries == 5 and 2 * MIB <= lies.size < 3 * MIB and lies.fault == ""


def test_counting_ends_where_there_is_too_much(opened: int, tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / "output" / str(number)).touch()
    assert 10 < what_lies_in(opened, 10).entries < 15


def test_only_files_are_kept_however_deep_it_is(opened: int, tmp_path: Path) -> None:
    output = tmp_path / "output"
    (output / "0001.png").write_bytes(b"x")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("kept")
    (output / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(output / "pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(output / "socket"))
    here = os.getcwd()
    try:
        os.chdir(output)
        for _ in range(1100):
            os.mkdir("d")
            os.symlink(tmp_path / "outside", "link" if not os.path.lexists("link") else "other")
            os.chdir("d")
    finally:
        os.chdir(here)
    assert "nested folders" in what_lies_in(opened, 10_000).fault
    keep_files_only(opened)
    assert [path.name for path in output.iterdir()] == ["0001.png"]
    assert (tmp_path / "outside" / "kept").read_text() == "kept"
