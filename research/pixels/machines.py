"""Renders shots in child processes, each with the kernel it names, into a cache that survives."""

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

from renderchain.adapters.blender_process.probe_session import OTHER_KERNEL

from .shots import SSE42, Shot, scene_path

CHILD = Path(__file__).with_name("child.py")
CACHE = Path(__file__).parents[2] / "build" / "verification"
LONGEST_S = 1800  # of one child


def render_all(shots: Sequence[Shot], cache: Path, scenes: Path) -> None:
    """Render what the cache lacks; each scene is opened once for each kernel."""
    cache.mkdir(parents=True, exist_ok=True)
    missing = [shot for shot in shots if not file_of(shot, cache).exists()]
    done = 0

    def batch(shot: Shot) -> tuple[str, str]:
        return (shot.scene, shot.machine)

    for (scene, machine), group in groupby(sorted(missing, key=batch), key=batch):
        these = list(group)
        started_s = time.monotonic()
        _render(these, scene_path(scene, scenes, cache), scenes, machine, cache)
        done += len(these)
        taken_s = time.monotonic() - started_s
        print(f"{done}/{len(missing)} rendered; {scene} on {machine}: {taken_s:.0f} s", flush=True)


def file_of(shot: Shot, cache: Path) -> Path:
    """Where a shot's pixels are kept."""
    return cache / f"{shot.name}.npz"


def _render(shots: Sequence[Shot], scene: str, package: Path, machine: str, cache: Path) -> None:
    todo = {
        "scene": scene,
        "package": str(package),
        "shots": [shot.settings() | {"output": str(file_of(shot, cache))} for shot in shots],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(todo, file)
        file.flush()
        environment = os.environ | (OTHER_KERNEL if machine == SSE42 else {})
        command = [sys.executable, str(CHILD), file.name]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONGEST_S)
    if done.returncode:
        raise SystemExit(f"{scene} on {machine}: rendering failed\n{done.stderr[-2000:]}")
