"""The command that sets an honest worker against an honest verifier, on real renderings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from devkit.network.services import REPO


def scene(folder: Path, name: str, *arguments: str) -> Path:
    script, file = REPO / "tests" / "scenes" / f"{name}.py", folder / "scene.blend"
    subprocess.run([sys.executable, str(script), str(file), *arguments], check=True, capture_output=True)
    return file


def honest(file: Path, *options: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "devkit.honest", str(file), *options, "--json"]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, json.loads(done.stdout)


def test_worker_and_verifier_make_the_same_bits_of_a_plain_scene(folder: Path) -> None:
    code, found = honest(scene(folder, "box"), "--frames", "1-3", "--against", "2-3")
    assert (code, found["refused"], found["most_bits"], found["most_steps"]) == (0, 0, 0, 0)
    assert found["tiles"] == found["equal_digests"] > 2
    assert found["by_frame"].keys() == {"2", "3"}


@pytest.mark.parametrize(("kernel", "code"), [("same", 0), ("other", 1)])
def test_a_scene_that_amplifies_last_bits_is_refused_between_kernels(
    folder: Path, kernel: str, code: int
) -> None:
    options = ("--frames", "1-2", "--against", "2", "--kernel", kernel)
    found_code, found = honest(scene(folder, "last_bits"), *options)
    assert found_code == code
    assert (found["refused"] > 0, found["most_bits"] > 10) == (code == 1, code == 1)


def test_a_scene_that_cannot_be_sent_is_said(folder: Path) -> None:
    empty = folder / "no_camera.blend"
    script = f"import bpy, os; bpy.ops.wm.save_as_mainfile(filepath={str(empty)!r}); os._exit(0)"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    code, found = honest(empty, "--frames", "1", "--against", "1")
    assert code == 4
    assert "The engine is" in " ".join(found["said"])
    assert "tiles" not in found


def test_a_file_that_is_no_scene_is_said(folder: Path) -> None:
    file = folder / "broken.blend"
    file.write_bytes(b"no Blender file")
    code, found = honest(file, "--frames", "1", "--against", "1")
    assert code == 4
    assert "can't open" in " ".join(found["said"])
