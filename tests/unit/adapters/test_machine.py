"""Whether a machine may be used now, by what its system says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.adapters.machine import beside_blender, drivers, lacks_room, on_battery


def supply(folder: Path, name: str, **values: str) -> None:
    (folder / name).mkdir(parents=True)
    for file, value in values.items():
        (folder / name / file).write_text(value + "\n")


@pytest.mark.parametrize(("online", "runs_on_battery"), [("0", True), ("1", False)])
def test_a_laptop_without_mains_runs_on_its_battery(
    tmp_path: Path, online: str, runs_on_battery: bool
) -> None:
    supply(tmp_path, "AC", type="Mains", online=online)
    supply(tmp_path, "BAT0", type="Battery")
    assert bool(on_battery(tmp_path)) is runs_on_battery


def test_a_machine_without_battery_never_does(tmp_path: Path) -> None:
    supply(tmp_path, "AC", type="Mains", online="0")
    assert not on_battery(tmp_path) and not on_battery(tmp_path / "none")


@pytest.mark.parametrize(
    ("words", "is_used"),
    [
        (["/usr/bin/blender", "town.blend"], True),
        (["/usr/bin/blender", "-b", "--python", "worker.py"], False),
        (["/opt/blender/blender", "--background", "x.blend", "-a"], False),
        (["vim", "blender"], False),
    ],
)
def test_a_blender_with_a_window_is_somebody_at_work(tmp_path: Path, words: list[str], is_used: bool) -> None:
    (tmp_path / "4711").mkdir()
    (tmp_path / "4711" / "cmdline").write_bytes(b"\0".join(one.encode() for one in words) + b"\0")
    (tmp_path / "self").mkdir()
    (tmp_path / "4712").mkdir()  # it ended while we looked
    assert ("4711" in beside_blender(tmp_path)) is is_used


def test_a_disk_with_too_little_room_is_said(tmp_path: Path) -> None:
    assert "make room" in lacks_room(tmp_path / "not yet", 2**62)
    assert not lacks_room(tmp_path, 1)


def test_drivers_are_known_by_their_versions(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("570.124\n")
    files = [str(tmp_path / "version"), str(tmp_path / "none")]
    before = drivers(files)
    assert before.endswith(" 570.124") and drivers(files) == before
    (tmp_path / "version").write_text("575.1\n")
    assert drivers(files) != before and drivers([]) == ""
