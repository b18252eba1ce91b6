"""Renders scenes in which levels are hard to hold still: hair in motion and in the dark, fireflies, lamps.

    python research/pixels/dark_scenes.py FOLDER [KERNEL]

Without a kernel's name the scenes are saved as files, because hair is strewn anew in each process that makes
it. With one they are rendered as this process's kernel does, into FOLDER/KERNEL, float32 RGBA each.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import OpenEXR

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "addon")]
from research.exactness import base, features  # noqa: E402

SIZE, SAMPLES, VIEWS = (320, 256), 16, 5
# Hairs, the lamp's watts, whether there is a sky, whether all moves, and the strength of a small emitter.
SCENES: dict[str, tuple[int, float, bool, bool, float]] = {
    "hair": (3000, 250, True, False, 0),
    "hair in motion": (3000, 250, True, True, 0),
    "hair in the dark": (3000, 250, False, False, 0),
    "hair in the dark in motion": (6000, 250, False, True, 0),
    "hair in dim light in motion": (6000, 0.5, False, True, 0),
    "hair beside an emitter": (3000, 250, True, False, 2000),
    "hair by an emitter alone": (3000, 2, False, False, 5000),
}


def build(name: str, path: Path) -> None:
    """Save a scene."""
    hairs, watts, has_sky, moves, strength = SCENES[name]
    scene = base.base_scene()
    features.hair(scene)
    objects: Any = bpy.data.objects
    objects["monkey"].modifiers["hair"].particle_system.settings.count = hairs
    for item in objects:
        if item.type == "LIGHT":
            item.data.energy = watts
    if moves:
        features.motion_blur(scene)
    if not has_sky:
        scene.world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0
        for item in [one for one in objects if one.name == "floor" or one.name.startswith("box")]:
            objects.remove(item)
    if strength:
        bpy.ops.mesh.primitive_uv_sphere_add(radius=0.12, location=(0.4, -1.2, 1.6))
        base.named("emitter", (0, 0, 0))
        base.replace_surface("emitter", "ShaderNodeEmission", Strength=strength)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)


def render(blend: Path, folder: Path) -> None:
    """Render a scene's views, each with noise of its own."""
    bpy.ops.wm.open_mainfile(filepath=str(blend), load_ui=False, use_scripts=False)
    scene: Any = bpy.context.scene
    cycles, image = scene.cycles, scene.render.image_settings
    cycles.samples, cycles.use_adaptive_sampling = SAMPLES, False
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    image.file_format, image.color_mode, image.color_depth = "OPEN_EXR", "RGBA", "32"
    for view in range(1, VIEWS + 1):
        cycles.seed, scene.camera.data.lens = view, 35 + 10 * view
        written = folder / "picture.exr"
        scene.render.filepath = str(written)
        bpy.ops.render.render(write_still=True)
        with OpenEXR.File(str(written)) as file:
            (pixels,) = (channel.pixels for channel in file.channels().values())
        np.save(folder / f"{blend.stem} {view}.npy", np.asarray(pixels, np.float32))
        written.unlink()


def main() -> None:
    """Build or render all."""
    folder, kernel = Path(sys.argv[1]), sys.argv[2:]
    for name in SCENES:
        blend = folder / f"{name}.blend"
        if not kernel:
            build(name, blend)
        else:
            (folder / kernel[0]).mkdir(exist_ok=True)
            render(blend, folder / kernel[0])
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
