"""What of a machine's graphics devices is in the sandbox: what computes, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.describe import describe_devices
from renderchain.adapters.blender_process.sandbox import graphics_devices, jail

COMPUTE = [
    "nvidia0",
    "nvidia1",
    "nvidiactl",
    "nvidia-uvm",
    "nvidia-caps/",
    "dri/renderD128",
    "dri/by-path/",
    "kfd",
]
OTHERS = [
    "dri/card0",
    "dri/controlD64",
    "nvidia-modeset",
    "nvidia-uvm-tools",
    "fb0",
    "video0",
    "input/event0",
]


def test_a_scene_reaches_devices_that_compute_and_none_that_set_screens(tmp_path: Path) -> None:
    for name in COMPUTE + OTHERS:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith("/") else path.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in graphics_devices(tmp_path)]
    assert found == [name.rstrip("/") for name in COMPUTE]


def test_on_the_cpu_none_is_there_and_it_is_said() -> None:
    assert "none" in describe_devices("CPU") and "drivers" in describe_devices("OPTIX")


WRITE = """
import os, sys
folder = os.environ["PYTHONPYCACHEPREFIX"]
print(open(folder + "/before").read(), end=" ")
try:
    open(folder + "/written", "w").close()
    print("written")
except OSError as error:
    print(type(error).__name__, error.errno)
"""


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
@pytest.mark.parametrize(("compiles", "said"), [(True, "here written"), (False, "here OSError 30")])
def test_compiled_modules_are_written_by_who_compiles_and_by_no_scene(
    tmp_path: Path, compiles: bool, said: str
) -> None:
    folders = [tmp_path / name for name in ("package", "output", "compiled")]
    for folder in folders:
        folder.mkdir()
    (tmp_path / "compiled" / "before").write_text("here")
    python = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent}
    jailed = jail(
        [sys.executable, "-I", "-c", WRITE],
        sorted(python),
        *folders[:2],
        environment={},
        allow_unsandboxed=False,
        compiled=folders[2],
        compiles=compiles,
    )
    done = subprocess.run(jailed.command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == said, done.stderr
    assert (tmp_path / "compiled" / "written").exists() is compiles


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_without_the_folder_of_compiled_modules_a_process_starts_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    jailed = jail(
        ["/bin/true"],
        (),
        tmp_path / "package",
        None,
        environment={},
        allow_unsandboxed=False,
        compiled=tmp_path / "gone",
    )
    assert subprocess.run(jailed.command, capture_output=True, timeout=60, check=False).returncode == 0
