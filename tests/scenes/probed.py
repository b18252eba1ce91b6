"""Make, with the bpy module, a small scene for a probe: python probed.py FOLDER KIND writes main.blend there.

"plain" is what a probe must let pass: things move, nothing remembers.
"""

import sys
from pathlib import Path

import bpy
from renderchain.blender.leaving import leave

folder, kind = Path(sys.argv[-2]), sys.argv[-1]


def plain(cube):
    for frame, place in ((1, -1.0), (6, 1.0)):
        cube.location[0] = place
        cube.keyframe_insert("location", index=0, frame=frame)


def accumulating_driver(cube):
    driver = cube.driver_add("location", 2).driver
    variable = driver.variables.new()
    variable.name, variable.type = "height", "TRANSFORMS"
    variable.targets[0].id, variable.targets[0].transform_type = cube, "LOC_Z"
    driver.expression = "height + 0.1 if frame > 0 else 0"  # without a frame it is not evaluated again


def unbaked_fall(cube):
    bpy.ops.rigidbody.world_add()
    world = bpy.context.scene.rigidbody_world
    world.collection = bpy.data.collections.new("bodies")
    world.collection.objects.link(cube)


def extreme_scale(cube):
    tree = cube.data.materials[0].node_tree
    noise, place = tree.nodes.new("ShaderNodeTexVoronoi"), tree.nodes.new("ShaderNodeNewGeometry")
    noise.inputs["Scale"].default_value = 1e8
    tree.links.new(place.outputs["Position"], noise.inputs["Vector"])
    tree.links.new(noise.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    cube.scale = (4, 4, 1)


def endless(cube):
    bpy.context.scene.cycles.samples = 2**20


KINDS = {
    "plain": plain,
    "accumulating driver": accumulating_driver,
    "unbaked fall": unbaked_fall,
    "extreme scale": extreme_scale,
    "endless": endless,
}
bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.cycles.samples, scene.cycles.use_adaptive_sampling, scene.cycles.use_denoising = 8, False, False
scene.render.resolution_x = scene.render.resolution_y = 128
scene.frame_end = 6
KINDS[kind](bpy.data.objects["Cube"])
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "main.blend"))
leave(0)
