"""What of a machine's graphics devices is in the sandbox: what computes, and nothing else."""

from __future__ import annotations

from pathlib import Path

from renderchain.adapters.blender_process.describe import describe_devices
from renderchain.adapters.blender_process.sandbox import graphics_devices

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
