"""Run in Blender: open files one after the other, save each again, render a frame of it.

    save_and_render.py -- ORDER ANSWER

ORDER is a JSON list of files: where it is, where it is saved, "" for nowhere, whether compressed, and whether
it is rendered. ANSWER gets the digests of the frames' pixels, "" where none was rendered.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import bpy
import numpy as np

ops: Any = bpy.ops


def digest() -> str:
    """Of the pixels of a small frame."""
    scene: Any = bpy.context.scene
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
os._exit(0)  # bpy may hang on its way out
