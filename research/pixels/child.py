"""Renders a list of shots in one process of its own, with whatever kernel that process is told to use.

    python research/pixels/child.py LIST.json

LIST.json: {"scene": a .blend file, "package": the folder of MORSE's scenes, "shots": [{"output": ...,
"width": ..., ...}]}. Each shot is written as an .npz: ``pixels``, the noisy pass as float32 of shape
(height, width, 4 for each view layer), row 0 at the top, and ``cpu_s``, its seconds of processor time.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "addon")]
from renderchain.blender.cycles.passes import save_noisy  # noqa: E402 (the paths come first)

from research.pixels import hard_scenes, scenes  # noqa: E402


def apply(shot: dict[str, Any]) -> None:
    """Set the scene to a shot; every setting is set every time, so that order does not matter."""
    scene: Any = bpy.context.scene
    cycles, render = scene.cycles, scene.render
    render.resolution_x, render.resolution_y = shot["width"], shot["height"]
    render.resolution_percentage = shot["percent"]
    cycles.samples, cycles.seed, cycles.use_animated_seed = shot["samples"], shot["seed"], shot["animated"]
    cycles.use_sample_subset = bool(shot["first"])
    cycles.sample_offset, cycles.sample_subset_length = 0, shot["first"] or shot["samples"]
    cycles.use_adaptive_sampling = False
    cycles.max_bounces = shot["bounces"]
    cycles.sample_clamp_indirect = shot["clamp"]
    cycles.use_denoising = shot["denoise"]
    scenes.quality(shot["texture_px"], shot["subdivision"])
    stand(shot["camera"])
    scene.frame_set(shot["frame"])


def stand(frame: int) -> None:
    """Have the camera stay where it is at a frame, or move for 0."""
    scene: Any = bpy.context.scene
    moved = scene.camera.animation_data
    curves = moved.action.fcurves if moved and moved.action else ()
    for muted in (False, True) if frame else (False,):
        for curve in curves:
            curve.mute = muted
        if not muted:
            scene.frame_set(frame)


def main() -> None:
    """Render all shots; a shot's file appears only when it is complete."""
    todo = json.loads(Path(sys.argv[1]).read_text())
    path = Path(todo["scene"])
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        hard_scenes.build(path, Path(todo["package"]))
    scenes.load(path)
    scene: Any = bpy.context.scene
    with tempfile.TemporaryDirectory() as scratch:
        for shot in todo["shots"]:
            output = Path(shot["output"])
            apply(shot)
            started_s = time.process_time()
            bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
            cpu_s = time.process_time() - started_s
            pixels = save_noisy(scene, Path(scratch) / "noisy.exr")
            part = output.with_suffix(".part.npz")
            np.savez(part, pixels=pixels, cpu_s=cpu_s)
            part.rename(output)
    sys.stdout.flush()
    os._exit(0)  # Blender may hang at its own exit


if __name__ == "__main__":
    main()
