"""Control groups: made where they may be made, below our own, and gone afterwards."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from renderchain.adapters.blender_process import groups
from renderchain.adapters.blender_process.describe import describe_limits
from renderchain.adapters.blender_process.groups import Groups, make_groups
from renderchain.adapters.blender_process.limits import MIB, Limits

SMALL = Limits(memory=64 * MIB, threads=8, tmpfs=MIB)


def version_2(root: Path, monkeypatch: pytest.MonkeyPatch, handed_down: str) -> Path:
    """A folder that looks like the agent's own group of version 2, and those around it."""
    own = root / "unit" / "agent"
    own.mkdir(parents=True)
    for folder, controllers in ((root / "unit", handed_down), (own, "")):
        (folder / "cgroup.subtree_control").write_text(controllers)
        (folder / "cgroup.procs").write_text("1\n2\n" if folder == own else "")
    (root / "self").write_text("0::/unit/agent\n")
    monkeypatch.setattr(groups, "MOUNT", root)
    monkeypatch.setattr(groups, "OWN", root / "self")
    monkeypatch.setattr(groups, "_systemd", lambda: ())
    return root / "unit"


def test_real_groups_hold_their_limits_and_go(tmp_path: Path) -> None:
    made = make_groups(SMALL)
    if not made.folders:
        pytest.skip("no control group may be made here")
    try:
        for folder in made.folders:
            assert folder.name.startswith(f"renderchain-{os.getpid()}-")
        limit = [folder / "pids.max" for folder in made.folders if (folder / "pids.max").exists()]
        assert limit[0].read_text().strip() == "8"
        enter = "".join(f"echo 0 > {folder}/cgroup.procs; " for folder in made.folders)
        sleeper = subprocess.Popen(["sh", "-c", f"{enter} exec sleep 60"])
        while not Path(f"/proc/{sleeper.pid}/cmdline").read_text().startswith("sleep"):
            pass
        assert not made.remove(), "somebody is in it"
        made.kill()
        sleeper.wait()
    finally:
        while not made.remove():
            pass
    assert not any(folder.exists() for folder in made.folders)


def test_what_a_killed_agent_left_goes_with_the_next_start() -> None:
    made = make_groups(SMALL)
    if not made.folders:
        pytest.skip("no control group may be made here")
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    left = [folder.with_name(f"renderchain-{dead.pid}-0") for folder in made.folders]
    for folder in left:
        folder.mkdir()
    assert made.remove() and make_groups(SMALL).remove()
    assert not any(folder.exists() for folder in left)


def test_a_group_around_ours_that_hands_limits_down_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around = version_2(tmp_path, monkeypatch, "cpu memory pids")
    (made,) = make_groups(SMALL).folders
    assert made.parent == around


def test_without_any_there_is_none_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version_2(tmp_path, monkeypatch, "cpu")
    assert make_groups(SMALL) == Groups()
    said = describe_limits(SMALL)
    assert any("twice a second, as no control group" in one for one in said)


def test_systemd_makes_a_scope_where_nothing_is_handed_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version_2(tmp_path, monkeypatch, "")
    monkeypatch.setattr(groups, "_systemd", lambda: ("systemd-run", "--user", "--scope"))
    assert make_groups(SMALL).front == (
        *("systemd-run", "--user", "--scope", "--property", f"MemoryMax={64 * MIB}"),
        *("--property", "MemorySwapMax=0", "--property", "TasksMax=8", "--"),
    )


def test_a_group_that_ran_out_of_memory_is_known(tmp_path: Path) -> None:
    (tmp_path / "memory.events").write_text("low 0\noom 3\noom_kill 0\n")
    assert not Groups((tmp_path,)).out_of_memory()
    (tmp_path / "memory.events").write_text("low 0\noom 3\noom_kill 1\n")
    assert Groups((tmp_path,)).out_of_memory()
