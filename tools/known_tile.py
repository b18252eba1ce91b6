"""Make the scene of the known tile: python -m tools.known_tile (with the bpy module).

Small, closed, and a bit of everything that Cycles has its own code for: diffuse and glossy light, glass, a
procedural texture, several bounces. Whoever changes it changes what all workers compare, which they then
compute anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from renderchain.blender.known_tile import SCENE_FILE
from renderchain.core.tiles import TILE

SAMPLES, BOUNCES = 8, 4


def build() -> Any:
    """The scene, in place of the open file."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, app_template="")
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_cube_add(size=6)
    _paint("Base Color", (0.7, 0.3, 0.2, 1), noise_scale=9)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=16, ring_count=8, radius=0.7, location=(-0.8, 0, -0.4))
    _paint("Roughness", 0.15, metallic=True)
    torus = {"major_segments": 24, "minor_segments": 8, "major_radius": 0.6, "minor_radius": 0.25}
    bpy.ops.mesh.primitive_torus_add(**torus, location=(0.8, 0.2, -0.3))
    _paint("Transmission Weight", 1.0)
    bpy.ops.object.light_add(type="AREA", location=(0.6, -1.2, 2.6))
    bpy.context.object.data.energy, bpy.context.object.data.size = 900, 1.2
    bpy.ops.object.camera_add(location=(0, -2.8, 0.4), rotation=(1.4, 0, 0))
    scene.camera = bpy.context.object
    scene.camera.data.lens = 26
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = TILE
    render.resolution_percentage = 100
    cycles.samples, cycles.use_adaptive_sampling = SAMPLES, False
    cycles.use_denoising, cycles.max_bounces = False, BOUNCES
    return scene


def _paint(name: str, value: Any, *, noise_scale: float = 0.0, metallic: bool = False) -> None:
    thing = bpy.context.object
    material = bpy.data.materials.new(thing.name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs[name].default_value = value
    shader.inputs["Metallic"].default_value = float(metallic)
    if noise_scale:
        noise = nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = noise_scale
        links.new(noise.outputs["Color"], shader.inputs[name])
    thing.data.materials.append(material)


def write(path: Path) -> None:
    """The scene with what it uses, and nothing of a window."""
    bpy.data.libraries.write(str(path), {build()}, compress=True)


if __name__ == "__main__":
    write(SCENE_FILE)
    print(f"{SCENE_FILE}: {SCENE_FILE.stat().st_size} bytes")
