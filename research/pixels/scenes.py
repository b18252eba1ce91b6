"""The scenes that are rendered: three of MORSE's with materials for Cycles, one of ours, the demo's town."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import bpy
from mathutils import Vector

FEATURES, TOWN = "features", "demo"  # as their files are called
OURS = (FEATURES, TOWN, "dark", "bright", "layers", "hair")
TEXTURE_PX = 512
SUBDIVISION = 3
DATA: Any = bpy.data


def load(path: Path) -> None:
    """Open a scene; frames move its camera."""
    if path.stem in OURS:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=False)
    else:
        _morse(path)
    scene: Any = bpy.context.scene
    scene.render.engine, scene.cycles.device = "CYCLES", "CPU"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "RGBA", "32"
    scene.render.use_persistent_data = False
    scene.frame_start, scene.frame_end = 1, 100


def quality(texture_px: int, subdivision: int) -> None:
    """What a worker who saves memory would lower."""
    scene: Any = bpy.context.scene
    scene.render.use_simplify = bool(texture_px)
    scene.cycles.texture_limit_render = str(texture_px) if texture_px else "OFF"
    for item in DATA.objects:
        for modifier in item.modifiers:
            if modifier.type == "SUBSURF":
                modifier.render_levels = modifier.levels = subdivision


def _morse(path: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=False)
    scene: Any = bpy.context.scene
    chance = random.Random(path.stem)
    pictures = [image for image in DATA.images if image.packed_file]
    for material in sorted(DATA.materials, key=lambda item: str(item.name)):
        if material.library is None:
            _modernise(material, chance, pictures)
    meshes = [item for item in scene.objects if item.type == "MESH" and not item.hide_render]
    corners = [item.matrix_world @ Vector(corner) for item in meshes for corner in item.bound_box]
    corners.sort(key=lambda corner: float(corner.length))
    corners = corners[: len(corners) * 9 // 10]  # a far sky or sea is not what to look at
    low = Vector([min(corner[axis] for corner in corners) for axis in range(3)])
    high = Vector([max(corner[axis] for corner in corners) for axis in range(3)])
    camera((low + high) / 2, (high - low) * 0.45)
    _sky("interior.exr" if "kitchen" in path.stem else "sunset.exr")


def _modernise(material: Any, chance: random.Random, pictures: list[Any]) -> None:
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    surface = tree.nodes.new("ShaderNodeBsdfPrincipled")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(surface.outputs["BSDF"], output.inputs["Surface"])
    colour = material.diffuse_color
    surface.inputs["Base Color"].default_value = (colour[0], colour[1], colour[2], 1.0)
    surface.inputs["Roughness"].default_value = chance.choice((0.1, 0.3, 0.6, 0.9))
    surface.inputs["Metallic"].default_value = chance.choice((0.0, 0.0, 0.0, 1.0))
    if pictures and chance.random() < 0.5:
        texture = tree.nodes.new("ShaderNodeTexImage")
        texture.image = chance.choice(pictures)
        tree.links.new(texture.outputs["Color"], surface.inputs["Base Color"])


def camera(centre: Vector, reach: Vector) -> None:
    """A camera inside the scene that goes round its centre, a frame at a time."""
    scene: Any = bpy.context.scene
    item: Any = DATA.objects.new("camera", DATA.cameras.new("camera"))
    target: Any = DATA.objects.new("target", None)
    scene.collection.objects.link(item)
    scene.collection.objects.link(target)
    target.location = centre
    follow = item.constraints.new("TRACK_TO")
    follow.target, follow.track_axis, follow.up_axis = target, "TRACK_NEGATIVE_Z", "UP_Y"
    for frame in range(0, 101):
        angle = frame * 0.37
        item.location = centre + Vector((reach.x * math.cos(angle), reach.y * math.sin(angle), reach.z * 0.6))
        item.keyframe_insert("location", frame=frame)
    item.data.lens, item.data.clip_end = 24, 5000
    scene.camera = item


def _sky(name: str) -> None:
    world: Any = DATA.worlds.new("sky")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    picture = nodes.new("ShaderNodeTexEnvironment")
    folder = Path(bpy.utils.resource_path("LOCAL")) / "datafiles/studiolights/world"
    picture.image = DATA.images.load(str(folder / name))
    links.new(picture.outputs["Color"], nodes["Background"].inputs["Color"])
    scene: Any = bpy.context.scene
    scene.world = world


def make_features() -> None:
    """Our own scene, in the open file."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene: Any = bpy.context.scene
    _sky("forest.exr")
    ops: Any = bpy.ops.mesh
    ops.primitive_plane_add(size=14)
    wear(shader("ground", roughness=0.4, picture=True))
    ops.primitive_uv_sphere_add(location=(-1.6, 0, 1), segments=24, ring_count=16)
    wear(shader("glass", transmission=1.0, roughness=0.03))
    ops.primitive_monkey_add(location=(1.4, 0.2, 1.1))
    _subdivide()
    wear(shader("skin", subsurface=1.0, colour=(0.8, 0.35, 0.25)))
    ops.primitive_uv_sphere_add(location=(0, 1.8, 0.8), radius=0.8)
    wear(shader("wool", colour=(0.5, 0.4, 0.2)))
    hair(800, 0.35)
    ops.primitive_torus_add(location=(0, -1.6, 0.5), major_radius=0.7, minor_radius=0.2)
    _subdivide()
    wear(shader("metal", metallic=1.0, roughness=0.15, colour=(0.9, 0.7, 0.3)))
    ring: Any = bpy.context.object
    for frame in range(0, 101):
        ring.rotation_euler = (0.9, 0.1 * frame, 0.35 * frame)
        ring.keyframe_insert("rotation_euler", frame=frame)
    ops.primitive_cube_add(size=7, location=(0, 0, 3))
    wear(_fog())
    lamp(400)
    camera(Vector((0, 0, 0.9)), Vector((5.5, 5.5, 2.5)))
    scene.camera.data.lens = 40
    scene.camera.data.dof.use_dof = True
    scene.camera.data.dof.focus_distance, scene.camera.data.dof.aperture_fstop = 5.0, 0.8
    scene.render.use_motion_blur, scene.render.motion_blur_shutter = True, 0.5
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = True


def lamp(energy_w: float) -> None:
    """A square lamp above."""
    item: Any = DATA.objects.new("lamp", DATA.lights.new("lamp", "AREA"))
    item.data.energy, item.data.size, item.location = energy_w, 1.0, (2, -2, 5)
    item.rotation_euler = (0.5, 0.3, 0)
    scene: Any = bpy.context.scene
    scene.collection.objects.link(item)


def wear(material: Any) -> None:
    """Give the newest object a material."""
    item: Any = bpy.context.object
    item.data.materials.append(material)


def _subdivide() -> None:
    item: Any = bpy.context.object
    item.modifiers.new("smooth", "SUBSURF").render_levels = SUBDIVISION


def shader(
    name: str,
    colour: tuple[float, float, float] = (0.8, 0.8, 0.8),
    roughness: float = 0.5,
    metallic: float = 0.0,
    transmission: float = 0.0,
    subsurface: float = 0.0,
    picture: bool = False,
) -> Any:
    """A material."""
    material: Any = DATA.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    surface = tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*colour, 1.0)
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Metallic"].default_value = metallic
    surface.inputs["Transmission Weight"].default_value = transmission
    surface.inputs["Subsurface Weight"].default_value = subsurface
    if picture:
        image = DATA.images.new("squares", TEXTURE_PX, TEXTURE_PX)
        image.generated_type = "COLOR_GRID"
        texture = tree.nodes.new("ShaderNodeTexImage")
        texture.image = image
        tree.links.new(texture.outputs["Color"], surface.inputs["Base Color"])
    return material


def _fog() -> Any:
    material: Any = DATA.materials.new("fog")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.remove(tree.nodes["Principled BSDF"])
    scatter = tree.nodes.new("ShaderNodeVolumeScatter")
    scatter.inputs["Density"].default_value = 0.03
    tree.links.new(scatter.outputs["Volume"], tree.nodes["Material Output"].inputs["Volume"])
    return material


def hair(count: int, length: float) -> None:
    """Strew hair over the newest object."""
    item: Any = bpy.context.object
    item.modifiers.new("hair", "PARTICLE_SYSTEM")
    settings = item.particle_systems[0].settings
    settings.type, settings.count, settings.hair_length = "HAIR", count, length
    settings.render_step = settings.display_step = 3
