"""Make, with the bpy module, a scene that turns a last bit of a place into another colour, so that no two
kernels make alike pictures of it: python last_bits.py FILE."""

import sys

import bpy

bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
scene = bpy.context.scene
bpy.ops.mesh.primitive_plane_add(size=30, location=(0, 0, -1), rotation=(0.1, 0.2, 0.3))
for thing in (bpy.data.objects["Cube"], bpy.context.object):
    material = bpy.data.materials.new(thing.name)
    material.use_nodes = True
    tree = material.node_tree
    place, noise = tree.nodes.new("ShaderNodeNewGeometry"), tree.nodes.new("ShaderNodeTexVoronoi")
    noise.inputs["Scale"].default_value = 1e8
    tree.links.new(place.outputs["Position"], noise.inputs["Vector"])
    tree.links.new(noise.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    thing.data.materials.clear()
    thing.data.materials.append(material)
scene.render.engine = "CYCLES"
scene.cycles.samples, scene.cycles.use_adaptive_sampling, scene.cycles.use_denoising = 4, False, False
scene.render.resolution_x = scene.render.resolution_y = 64
scene.frame_end = 2
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1], check_existing=False)
