"""Renders shots in child processes, each on the machine it names, into a cache that survives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from .shots import EMULATED, OTHER_MINOR, SAME_MINOR, SSE42, Shot, scene_path

CHILD = Path(__file__).with_name("child.py")
CACHE = Path(__file__).parents[2] / "build" / "verification"


def render_all(shots: Sequence[Shot], cache: Path, scenes: Path, device: str = "CPU") -> None:
    """Render what the cache lacks; scene and machine are started once a rank."""
    cache.mkdir(parents=True, exist_ok=True)
    missing = [shot for shot in shots if not (cache / shot.name).exists()]
    done = 0

    def batch(shot: Shot) -> tuple[int, str, str]:
        return (shot.rank, shot.scene, shot.machine)

    for (_, scene, machine), group in groupby(sorted(missing, key=batch), key=batch):
        these = list(group)
        started_s = time.monotonic()
        _render(these, scene_path(scene, scenes, cache), scenes, machine, cache, device)
        done += len(these)
        taken_s = time.monotonic() - started_s
        print(f"{done}/{len(missing)} rendered; {scene} on {machine}: {taken_s:.0f} s", flush=True)


def _render(shots: Sequence[Shot], scene: str, package: Path, machine: str, cache: Path, device: str) -> None:
    todo = {
        "scene": scene,
        "package": str(package),
        "device": device,
        "shots": [shot.settings() | {"output": str(cache / shot.name)} for shot in shots],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(todo, file)
        file.flush()
        command = [*_emulator(machine), sys.executable, str(CHILD), file.name]
        done = subprocess.run(command, env=_environment(machine, cache), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{machine}: rendering failed\n{done.stderr[-2000:]}")


def _emulator(machine: str) -> list[str]:
    return ["qemu-x86_64", "-cpu", machine] if machine in EMULATED else []


def _environment(machine: str, cache: Path) -> dict[str, str]:
    environment = dict(os.environ)
    if machine == SSE42:
        environment["CYCLES_CPU_NO_AVX2"] = "1"
    if machine in (SAME_MINOR, OTHER_MINOR):
        environment["PYTHONPATH"] = str(_build(machine, cache / "builds" / machine))
    return environment


def _build(machine: str, folder: Path) -> Path:
    """Another release of the bpy module, in a folder of its own."""
    if not (folder / "bpy").is_dir():
        install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
        subprocess.run([*install, machine.replace("bpy-", "bpy==")], check=True)
    return folder
