"""Run in Blender: open files one after the other, save each again, render a frame of it.

    save_and_render.py -- ORDER ANSWER

ORDER is a JSON list of files: where it is, where it is saved, "" for nowhere, whether compressed, and whether
it is rendered. ANSWER gets the digests of the frames' pixels, "" where none was rendered.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np

data: Any = bpy.data
ops: Any = bpy.ops


def look_at_all(scene: Any) -> None:
    """A camera that has the scene's meshes in sight, and a sun."""
    shown = [one for one in scene.objects if one.type == "MESH"]
    corners = np.array([one.matrix_world @ mathutils.Vector(spot) for one in shown for spot in one.bound_box])
    middle, size = (
        mathutils.Vector(corners.mean(0)),
        float(np.median(np.abs(corners - corners.mean(0)).max(1))),
    )
    camera, sun = bpy.data.cameras.new("Sight"), data.lights.new("Noon", "SUN")
    sight, noon = bpy.data.objects.new("Sight", camera), bpy.data.objects.new("Noon", sun)
    camera.clip_end, sun.energy = 100 * size, 3
    sight.location = middle + size * mathutils.Vector((1, -2, 1))
    sight.rotation_euler = (middle - sight.location).to_track_quat("-Z", "Y").to_euler()
    noon.rotation_euler = (0.5, 0.3, 0)
    for one in (sight, noon):
        scene.collection.objects.link(one)
    scene.camera = sight


def digest() -> str:
    """Of the pixels of a small frame."""
    scene: Any = bpy.context.scene
    if scene.camera is None:
        look_at_all(scene)
    scene.render.engine, scene.cycles.samples = "CYCLES", 4
    scene.cycles.use_denoising = scene.cycles.use_adaptive_sampling = False
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 96, 64, 100
    scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "OPEN_EXR", "32"
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = os.path.join(folder, "frame.exr")
        ops.render.render(write_still=True)
        image: Any = bpy.data.images.load(scene.render.filepath)
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
    assert pixels.max() > 0, "a black frame proves nothing"
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def main() -> None:
    """Work through the order."""
    order, answer = sys.argv[sys.argv.index("--") + 1 :]
    digests = []
    for source, target, is_compressed, is_rendered in json.loads(Path(order).read_text()):
        ops.wm.open_mainfile(filepath=source, load_ui=False, use_scripts=False)
        if target:
            ops.wm.save_as_mainfile(filepath=target, copy=True, compress=is_compressed, relative_remap=False)
        digests.append(digest() if is_rendered else "")
    Path(answer).write_text(json.dumps(digests))


main()
sys.stdout.flush()
shutil.rmtree(bpy.app.tempdir, ignore_errors=True)
os._exit(0)  # bpy may hang on its way out
