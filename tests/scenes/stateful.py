"""Make, with the bpy module, a scene whose pixels Blender lets depend on what was rendered before:
python stateful.py FOLDER KIND writes FOLDER/main.blend, and what it needs beside it.

Each kind made an honest worker (frames in order, one process) and an honest verifier (a jump to the
frame) differ when a process opened the file once.
"""

import sys
from pathlib import Path

import bpy
import numpy as np
from renderchain.blender.leaving import leave

folder, kind = Path(sys.argv[-2]), sys.argv[-1]


def key(owner, path, values, index=-1):
    for frame, value in values.items():
        if index < 0:
            setattr(owner, path, value)
        else:
            getattr(owner, path)[index] = value
        owner.keyframe_insert(path, index=index, frame=frame)


def switched_lights(cube):
    bpy.context.scene.cycles.use_light_tree = False
    for number in range(5):
        bpy.ops.object.light_add(type="POINT", location=(number - 2, -2, 2))
        light = bpy.context.object
        light.data.energy, light.data.shadow_soft_size = 100, 0.5
        key(light, "hide_render", {frame: (frame + number) % 4 == 0 for frame in range(1, 5)})


def image_sequence(cube):
    random = np.random.default_rng(1)
    for frame in range(1, 5):
        image = bpy.data.images.new(f"t{frame}", 32, 32)
        pixels = np.ones((32, 32, 4), np.float32)
        pixels[..., :3] = np.kron(random.random((4, 4, 3)), np.ones((8, 8, 1)))
        image.pixels.foreach_set(pixels.ravel())
        image.filepath_raw, image.file_format = str(folder / f"t{frame:04d}.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
    image = bpy.data.images.load(str(folder / "t0001.png"))
    image.source = "SEQUENCE"
    tree = cube.data.materials[0].node_tree
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    node.image_user.frame_duration, node.image_user.frame_start = 4, 1
    node.image_user.use_auto_refresh = False
    tree.links.new(node.outputs[0], tree.nodes["Principled BSDF"].inputs["Base Color"])


def half_baked_fall(cube):
    bpy.ops.rigidbody.world_add()
    world = bpy.context.scene.rigidbody_world
    world.collection = bpy.data.collections.new("bodies")
    world.collection.objects.link(cube)
    cube.location[2] += 1
    world.point_cache.frame_start, world.point_cache.frame_end = 1, 50
    for frame in (1, 2):
        bpy.context.scene.frame_set(frame)
    with bpy.context.temp_override(point_cache=world.point_cache):
        bpy.ops.ptcache.bake_from_cache()
    bpy.context.scene.frame_set(1)


def drivers_in_a_circle(cube):
    bpy.ops.mesh.primitive_uv_sphere_add(location=(1.5, 0, 0))
    for one, other in ((cube, bpy.context.object), (bpy.context.object, cube)):
        driver = one.driver_add("location", 0).driver
        variable = driver.variables.new()
        variable.name, variable.type = "x", "TRANSFORMS"
        variable.targets[0].id, variable.targets[0].transform_type = other, "LOC_X"
        driver.expression = "x + 0.2 if frame % 2 else x - 0.1"


KINDS = {
    "switched lights": switched_lights,
    "image sequence": image_sequence,
    "half-baked fall": half_baked_fall,
    "drivers in a circle": drivers_in_a_circle,
}
bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.cycles.samples, scene.cycles.use_adaptive_sampling, scene.cycles.use_denoising = 4, False, False
scene.render.resolution_x = scene.render.resolution_y = 64
scene.frame_end = 4
KINDS[kind](bpy.data.objects["Cube"])
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "main.blend"), relative_remap=True)
leave(0)
