"""Make, with the bpy module, a small scene in colours of its own, and its picture: python coloured.py FOLDER.

Blender has them from the configuration that the variable OCIO names.
"""

import sys
from pathlib import Path

import bpy
import numpy as np

folder = Path(sys.argv[-1])
bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=True)
scene = bpy.context.scene
image = bpy.data.images.new("made", 8, 8)
shades = np.linspace(0, 1, 64, dtype=np.float32)
image.pixels.foreach_set(np.stack([shades, shades[::-1], shades * 0.5, np.ones(64, np.float32)], -1).ravel())
image.filepath_raw, image.file_format = str(folder / "film" / "made.png"), "PNG"
image.save()
bpy.data.images.remove(image)
image = bpy.data.images.load(str(folder / "film" / "made.png"))
image.colorspace_settings.name = "film"
bpy.ops.mesh.primitive_plane_add(size=4)
material = bpy.data.materials.new("glow")
material.use_nodes = True
tree = material.node_tree
tree.nodes.clear()
shown, light = tree.nodes.new("ShaderNodeOutputMaterial"), tree.nodes.new("ShaderNodeEmission")
texture = tree.nodes.new("ShaderNodeTexImage")
texture.image, texture.interpolation = image, "Closest"
tree.links.new(texture.outputs[0], light.inputs[0])
tree.links.new(light.outputs[0], shown.inputs[0])
bpy.context.object.data.materials.append(material)
scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
scene.camera.data.type, scene.camera.data.ortho_scale, scene.camera.location = "ORTHO", 4, (0, 0, 10)
scene.collection.objects.link(scene.camera)
scene.render.engine, scene.cycles.device, scene.cycles.samples = "CYCLES", "CPU", 4
scene.cycles.use_denoising, scene.cycles.use_animated_seed = False, True
scene.render.resolution_x, scene.render.resolution_y = 32, 32
scene.display_settings.display_device, scene.view_settings.view_transform = "screen", "printed"
scene.render.image_settings.file_format, scene.render.filepath = "PNG", str(folder / "own.png")
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "film" / "film.blend"))
bpy.ops.render.render(write_still=True)
