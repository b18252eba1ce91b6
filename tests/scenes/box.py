"""Make, with the bpy module, a closed room in which no pixel is without noise and nothing is outside of
the file: python box.py FILE."""

import sys

import bpy


def paint(thing, red, green, blue, scale):
    material = bpy.data.materials.new(thing.name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    noise = nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = scale
    mix = nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    mix.inputs["A"].default_value = (red, green, blue, 1)
    mix.inputs["B"].default_value = (0.8, 0.8, 0.8, 1)
    links.new(noise.outputs["Fac"], mix.inputs["Factor"])
    links.new(mix.outputs["Result"], nodes["Principled BSDF"].inputs["Base Color"])
    thing.data.materials.append(material)


bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
bpy.ops.mesh.primitive_cube_add(size=6)
paint(bpy.context.object, 0.7, 0.3, 0.2, 9)
bpy.ops.mesh.primitive_monkey_add(location=(0, 0, -0.4), rotation=(0, 0, 0.5))
monkey = bpy.context.object
paint(monkey, 0.2, 0.3, 0.7, 14)
monkey.keyframe_insert("rotation_euler", frame=1)
monkey.rotation_euler[2] += 1
monkey.keyframe_insert("rotation_euler", frame=8)
bpy.ops.object.light_add(type="AREA", location=(0.6, -1.2, 2.6))
bpy.context.object.data.energy, bpy.context.object.data.size = 900, 1.2
bpy.ops.object.camera_add(location=(0, -2.8, 0.4), rotation=(1.45, 0, 0))
scene.camera = bpy.context.object
scene.camera.data.lens = 26
scene.render.engine = "CYCLES"
scene.cycles.samples, scene.cycles.use_adaptive_sampling, scene.cycles.use_denoising = 8, False, False
scene.cycles.max_bounces, scene.cycles.use_animated_seed = 6, True
scene.render.resolution_x, scene.render.resolution_y, scene.frame_end = 200, 120, 8
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1], check_existing=False)
