"""Make, with the bpy module, a small scene with what packing must get right: a linked library in
the project, an image outside of it, an animation, motion blur, adaptive sampling, denoising."""

import sys
from pathlib import Path

import bpy


def library(path, image_path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    image = bpy.data.images.new("grid", 64, 64)
    image.generated_type = "COLOR_GRID"
    image.filepath_raw, image.file_format = str(image_path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    bpy.ops.mesh.primitive_monkey_add()
    monkey = bpy.context.object
    material = bpy.data.materials.new("grid")
    material.use_nodes = True
    nodes = material.node_tree
    texture = nodes.nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load(str(image_path))
    nodes.links.new(texture.outputs[0], nodes.nodes["Principled BSDF"].inputs[0])
    monkey.data.materials.append(material)
    collection = bpy.data.collections.new("Linked")
    bpy.context.scene.collection.children.link(collection)
    bpy.context.scene.collection.objects.unlink(monkey)
    collection.objects.link(monkey)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)


def main_file(path, library_path):
    bpy.ops.wm.read_factory_settings()
    scene = bpy.context.scene
    with bpy.data.libraries.load(str(library_path), link=True) as (_, wanted):
        wanted.collections = ["Linked"]
    instance = bpy.data.objects.new("instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", bpy.data.collections["Linked"]
    instance.location = (2, 0, 1)
    scene.collection.objects.link(instance)
    cube = bpy.data.objects["Cube"]
    cube.keyframe_insert("location", frame=1)
    cube.location = (0, 2, 1)
    cube.keyframe_insert("location", frame=8)
    scene.render.engine = "CYCLES"
    scene.cycles.use_animated_seed = True  # as the network has it
    scene.cycles.samples, scene.cycles.use_adaptive_sampling, scene.cycles.use_denoising = 8, True, True
    scene.render.use_motion_blur = True
    scene.render.resolution_x, scene.render.resolution_y, scene.frame_end = 200, 120, 8
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)


root = Path(sys.argv[-1])
(root / "project" / "lib").mkdir(parents=True)
(root / "elsewhere").mkdir()
library(root / "project" / "lib" / "lib.blend", root / "elsewhere" / "grid.png")
main_file(root / "project" / "main.blend", root / "project" / "lib" / "lib.blend")
