"""What the scenes of the exactness measurements share; runs in Blender."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy as typed_bpy

bpy: Any = typed_bpy  # its stubs say None for what our scenes always have
WIDTH, HEIGHT = 128, 80
SAMPLES = 48


class Unavailable(Exception):
    """This Blender does not have the feature."""


@dataclass(frozen=True)
class Case:
    """A feature and the scene that shows it; ``build`` changes the base scene.

    ``frame`` is reached frame by frame in one process and at once in the other. With ``depth``, how
    deep differences reach into a crop without a margin is measured too. ``as_it_is`` leaves out what
    our render process sets against the feature.
    """

    name: str
    build: Callable[[Any], None]
    frame: int = 1
    depth: bool = False
    as_it_is: bool = False


def base_scene() -> Any:
    """A monkey, a mirror ball and a wall of boxes on a floor under an area light and a sky."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene: Any = bpy.context.scene
    bpy.ops.mesh.primitive_plane_add(size=20)
    named("floor", (0.5, 0.45, 0.4))
    bpy.ops.mesh.primitive_monkey_add(location=(-0.9, 0, 1), rotation=(0, 0, 0.4))
    bpy.ops.object.shade_smooth()
    named("monkey", (0.7, 0.2, 0.1))
    bpy.ops.mesh.primitive_uv_sphere_add(location=(1.3, -0.3, 0.8), radius=0.8)
    bpy.ops.object.shade_smooth()
    named("ball", (0.9, 0.9, 0.9), metallic=1.0, roughness=0.15)
    for at in range(5):
        bpy.ops.mesh.primitive_cube_add(size=0.7, location=(at - 2.0, 2.0, 0.35 + at % 2))
        named(f"box{at}", (0.1, 0.15 * at, 0.6))
    bpy.ops.object.light_add(type="AREA", location=(2, -3, 4), rotation=(0.6, 0.4, 0))
    bpy.context.object.data.energy = 250
    bpy.ops.object.camera_add(location=(0, -6, 2.4), rotation=(1.3, 0, 0))
    scene.camera = bpy.context.object
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.2, 0.3, 0.5, 1)
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.use_denoising = "CPU", SAMPLES, False
    cycles.adaptive_threshold, cycles.adaptive_min_samples = 0.05, 8
    cycles.max_bounces = 4
    return scene


def named(name: str, colour: tuple[float, float, float], **inputs: float) -> Any:
    """Name the object just made and give it a material; returns its shader node."""
    owner: Any = bpy.context.object
    owner.name = name
    material: Any = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1)
    for key, value in inputs.items():
        shader.inputs[key.capitalize()].default_value = value
    owner.data.materials.append(material)
    return shader


def shader(name: str) -> Any:
    """The shader node of a base object's material."""
    material: Any = bpy.data.materials[name]
    return material.node_tree.nodes["Principled BSDF"]


def replace_surface(name: str, kind: str, socket: str = "Surface", **inputs: Any) -> Any:
    """Put one node of this kind on a material's output; returns it."""
    material: Any = bpy.data.materials[name]
    tree = material.node_tree
    node = tree.nodes.new(kind)
    for key, value in inputs.items():
        node.inputs[key].default_value = value
    output = tree.nodes["Material Output"]
    if socket == "Volume":
        for link in list(output.inputs["Surface"].links):
            tree.links.remove(link)
    tree.links.new(node.outputs[0], output.inputs[socket])
    return node


def put(owner: Any, **values: Any) -> None:
    """Set properties; raises Unavailable where this Blender lacks one."""
    for name, value in values.items():
        if not hasattr(owner, name):
            raise Unavailable(name)
        try:
            setattr(owner, name, value)
        except TypeError as error:
            raise Unavailable(str(value)) from error


def need_built_in(feature: str) -> None:
    """Raise Unavailable if Cycles was built without it."""
    if not getattr(importlib.import_module("_cycles"), f"with_{feature}"):
        raise Unavailable(f"built without {feature}")


def objects() -> Any:
    """The file's objects."""
    return bpy.data.objects
