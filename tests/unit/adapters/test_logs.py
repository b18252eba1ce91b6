"""Logs of render processes are rotated by count and by bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.logs import prune_logs


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Five logs of 100 bytes, the highest number the newest, and another file."""
    for number in range(5):
        path = tmp_path / f"render-{number}.log"
        path.write_bytes(bytes(100))
        os.utime(path, (1000 + number, 1000 + number))
    (tmp_path / "worker.log").write_bytes(bytes(1000))
    return tmp_path


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("most", "most_bytes", "kept"), [(5, 500, 5), (3, 500, 3), (5, 299, 2), (0, 0, 1)])
def test_the_newest_logs_stay(logs: Path, most: int, most_bytes: int, kept: int) -> None:
    prune_logs(logs, most_bytes, most)
    assert left(logs) == [*(f"render-{number}.log" for number in range(5 - kept, 5)), "worker.log"]


def test_a_folder_without_logs_is_left_alone(tmp_path: Path) -> None:
    prune_logs(tmp_path, 100)
    assert left(tmp_path) == []
