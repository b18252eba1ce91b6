"""Makes a scene that somebody else made ready for Cycles: argv is the .blend and where the copy is saved.

Old files were made for render engines that are gone. Nothing is mended but what keeps any scene from being
sent: the engine, a camera, and the size of the picture.
"""

from __future__ import annotations

import sys
from typing import Any

import bpy
from mathutils import Vector

SIZE, SAMPLES = (96, 64), 4


def main() -> None:
    """Open, make ready, save."""
    source, target = sys.argv[-2:]
    bpy.ops.wm.open_mainfile(filepath=source, load_ui=False, use_scripts=False)
    scene: Any = bpy.context.scene
    render = scene.render
    render.engine, scene.cycles.device, scene.cycles.samples = "CYCLES", "CPU", SAMPLES
    render.resolution_x, render.resolution_y = SIZE
    render.resolution_percentage, render.use_border = 100, False
    render.image_settings.file_format = "PNG"
    if scene.camera is None:
        scene.camera = _camera(scene)
    bpy.ops.wm.save_as_mainfile(filepath=target, copy=True, relative_remap=False)


def _camera(scene: Any) -> Any:
    """One that sees all of it, from aside and above."""
    places: Any = [
        thing.matrix_world @ Vector(corner) for thing in scene.objects for corner in thing.bound_box
    ]
    low, high = (
        Vector([pick(place[axis] for place in places) for axis in range(3)]) if places else Vector()
        for pick in (min, max)
    )
    reach = max((high - low).length, 1.0)
    data = bpy.data.cameras.new("camera")
    camera = bpy.data.objects.new("camera", data)
    camera.location = (low + high) / 2 + Vector((1.0, -1.0, 0.8)) * reach
    camera.rotation_euler = ((low + high) / 2 - camera.location).to_track_quat("-Z", "Y").to_euler()
    data.clip_end = 10 * reach
    scene.collection.objects.link(camera)
    return camera


main()
