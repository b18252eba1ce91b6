"""Renders a list of shots in one process of its own, on whatever machine that process thinks it runs.

    python research/pixels/child.py LIST.json

LIST.json: {"scene": a .blend file, "package": the folder of MORSE's scenes, "device": as the worker's,
"shots": [{"output": ..., "width": ..., ...}]}.
Each shot is written as a NumPy array of float32 RGBA, row 0 at the top.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import OpenEXR

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "addon")]
from renderchain.blender.cycles import devices  # noqa: E402

from research.pixels import scenes  # noqa: E402

MARGIN_PX = 8
TILE = 64


def picture(path: Path) -> Any:
    """Render what is set and return its pixels."""
    scene: Any = bpy.context.scene
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    with OpenEXR.File(str(path)) as file:
        (pixels,) = (channel.pixels for channel in file.channels().values())
    path.unlink()
    return np.asarray(pixels, np.float32)


def tile_by_tile(path: Path, width: int, height: int) -> Any:
    """The frame put together of tiles that were each rendered alone, with a margin that is cut off."""
    scene: Any = bpy.context.scene
    render = scene.render
    render.use_border = render.use_crop_to_border = True
    whole = np.zeros((height, width, 4), np.float32)
    for y in range(0, height, TILE):
        for x in range(0, width, TILE):
            left, top = max(x - MARGIN_PX, 0), max(y - MARGIN_PX, 0)
            right, bottom = min(x + TILE + MARGIN_PX, width), min(y + TILE + MARGIN_PX, height)
            render.border_min_x, render.border_max_x = left / width, right / width
            render.border_min_y, render.border_max_y = 1 - bottom / height, 1 - top / height
            part = picture(path)
            whole[y : y + TILE, x : x + TILE] = part[y - top :, x - left :][:TILE, :TILE][
                : height - y, : width - x
            ]
    render.use_border = False
    return whole


def apply(shot: dict[str, Any]) -> None:
    """Set the scene to a shot; every setting is set every time, so that order does not matter."""
    scene: Any = bpy.context.scene
    cycles, render = scene.cycles, scene.render
    render.resolution_x, render.resolution_y = shot["width"], shot["height"]
    render.resolution_percentage = shot["percent"]
    cycles.samples, cycles.seed = shot["samples"], shot["seed"]
    cycles.use_adaptive_sampling = shot["adaptive"]
    cycles.adaptive_threshold, cycles.adaptive_min_samples = shot["threshold"], shot["least"]
    cycles.max_bounces = shot["bounces"]
    cycles.sample_clamp_indirect = shot["clamp"]
    cycles.use_denoising = shot["denoise"]
    render.threads_mode = "FIXED" if shot["threads"] else "AUTO"
    render.threads = shot["threads"] or 1
    scenes.quality(shot["texture_px"], shot["subdivision"])
    scene.frame_set(int(shot["frame"]), subframe=shot["frame"] % 1)


def main() -> None:
    """Render all shots; a shot's file appears only when it is complete."""
    todo = json.loads(Path(sys.argv[1]).read_text())
    path = Path(todo["scene"])
    if not path.exists():
        scenes.build(path, Path(todo["package"]))
    scenes.load(path)
    if todo["device"] != "CPU":  # to look for devices ends an emulated process
        scene: Any = bpy.context.scene
        devices.choose(scene, todo["device"])
    for shot in todo["shots"]:
        output = Path(shot["output"])
        apply(shot)
        temporary = output.with_suffix(".exr")
        if shot["tiled"]:
            pixels = tile_by_tile(temporary, shot["width"], shot["height"])
        else:
            pixels = picture(temporary)
        part = output.with_suffix(".part.npy")
        np.save(part, pixels)
        part.rename(output)
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit takes a minute under emulation


if __name__ == "__main__":
    main()
