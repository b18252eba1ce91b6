"""Scenes that do not come as files; some gave prints trouble: hardly any light, far too much, hair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from mathutils import Vector

from research.pixels import scenes
from tools.demo_scene import build as demo

DIM, GLARE = 2.0**-17, 2.0**10  # times the light of the scene that is changed
DIM_COLOUR = 0.002  # reflected in the dim layer
HAIRS, HAIR_LENGTH = 3000, 0.5
DATA: Any = bpy.data


def build(path: Path, package: Path) -> None:
    """Save a scene that does not come as a file."""
    if path.stem == scenes.TOWN:
        demo.build(package, path.parent)
    elif path.stem in MADE:
        MADE[path.stem](path)


def features(path: Path) -> None:
    """Our own scene: hair is strewn anew in each process that makes it, but kept by a file."""
    scenes.make_features()
    _save(path)


def dark(path: Path) -> None:
    """Our own scene with light under 1e-4."""
    _lit(DIM)
    _save(path)


def bright(path: Path) -> None:
    """Our own scene with light over 256."""
    _lit(GLARE)
    _save(path)


def layers(path: Path) -> None:
    """Our own scene in two view layers: as it is, and nearly black without its sky."""
    scenes.make_features()
    scene: Any = bpy.context.scene
    scene.view_layers[0].name = "bright"
    dim = scene.view_layers.new("dim")
    dim.use_sky = False
    dim.material_override = scenes.shader("nearly black", colour=(DIM_COLOUR,) * 3, roughness=1.0)
    # The cube of fog would be a black box around the camera.
    apart = DATA.collections.new("fog")
    scene.collection.children.link(apart)
    for item in [one for one in scene.objects if one.type == "MESH" and "fog" in one.data.materials]:
        scene.collection.objects.unlink(item)
        apart.objects.link(item)
    dim.layer_collection.children["fog"].exclude = True
    _save(path)


def hair(path: Path) -> None:
    """A ball of hair that spins before black, lit by one lamp and blurred by its motion."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene: Any = bpy.context.scene
    scene.world = DATA.worlds.new("black")
    scene.world.color = (0, 0, 0)
    bpy.ops.mesh.primitive_uv_sphere_add(location=(0, 0, 1), radius=0.9)
    scenes.wear(scenes.shader("coat", colour=(0.6, 0.35, 0.15)))
    scenes.hair(HAIRS, HAIR_LENGTH)
    ball: Any = bpy.context.object
    for frame in range(0, 101):
        ball.rotation_euler = (0.2, 0.1, 0.4 * frame)
        ball.keyframe_insert("rotation_euler", frame=frame)
    scenes.lamp(600)
    scenes.camera(Vector((0, 0, 1)), Vector((3.2, 3.2, 1.6)))
    scene.camera.data.lens = 40
    scene.render.use_motion_blur, scene.render.motion_blur_shutter = True, 0.5
    _save(path)


def _lit(times: float) -> None:
    scenes.make_features()
    for light in DATA.lights:
        light.energy *= times
    world: Any = DATA.worlds["sky"]
    for node in world.node_tree.nodes:
        if node.type == "BACKGROUND":
            node.inputs["Strength"].default_value *= times


def _save(path: Path) -> None:
    for image in DATA.images:
        image.pack()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)


MADE = {scenes.FEATURES: features, "dark": dark, "bright": bright, "layers": layers, "hair": hair}
