"""Small animations, rendered by Cycles: ordinary ones that must not be flagged, and one to spoil.

python animations.py FOLDER FRAMES NAME…: linear frames FOLDER/NAME/0001.exr and so on.
"""

import math
import sys
from pathlib import Path

import bpy

WIDTH, HEIGHT, SAMPLES = 128, 96, 16


def emptied():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = SAMPLES
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[1].default_value = 0.3
    scene.cycles.use_animated_seed = True
    return scene


def thing(scene, add, colour, **place):
    add(**place)
    found = bpy.context.active_object
    material = bpy.data.materials.new("colour")
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*colour, 1)
    found.data.materials.append(material)
    return found


def camera(scene, place, turn):
    made = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    made.location, made.rotation_euler = place, turn
    scene.collection.objects.link(made)
    return made


def keyed(found, name, frame, value):
    setattr(found, name, value)
    found.keyframe_insert(name, frame=frame)


def stage(frames):
    """A floor, three things, a lamp, a camera that looks at them."""
    scene = emptied()
    mesh = bpy.ops.mesh
    thing(scene, mesh.primitive_plane_add, (0.4, 0.4, 0.45), size=40)
    thing(scene, mesh.primitive_cube_add, (0.8, 0.1, 0.1), size=1.5, location=(-2, 0, 0.75))
    thing(scene, mesh.primitive_uv_sphere_add, (0.1, 0.3, 0.8), radius=0.9, location=(0.5, 1, 0.9))
    mover = thing(scene, mesh.primitive_cube_add, (0.9, 0.8, 0.2), size=1, location=(3, -1, 0.5))
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "SUN"))
    lamp.data.energy, lamp.rotation_euler = 3, (0.7, 0.3, 0)
    scene.collection.objects.link(lamp)
    scene.camera = camera(scene, (0, -10, 4), (1.25, 0, 0))
    scene.frame_start, scene.frame_end = 1, frames
    return scene, mover, lamp


def still(frames):
    return stage(frames)[0]


def moving(frames):
    scene, mover, _ = stage(frames)
    for frame in (1, frames):
        keyed(mover, "location", frame, (-4 + 8 * (frame > 1), -2, 0.5))
        keyed(mover, "rotation_euler", frame, (0, 0, 4 * (frame > 1)))
    return scene


def panning(frames):
    scene, _, _ = stage(frames)
    keyed(scene.camera, "rotation_euler", 1, (1.25, 0, -0.25))
    keyed(scene.camera, "rotation_euler", frames, (1.25, 0, 0.25))
    return scene


def fading(frames):
    scene, _, lamp = stage(frames)
    keyed(lamp.data, "energy", 1, 0.2)
    keyed(lamp.data, "energy", frames, 6.0)
    return scene


def swinging(frames):
    scene, _, lamp = stage(frames)
    for frame in range(1, frames + 1):
        keyed(lamp, "rotation_euler", frame, (0.7, 0.9 * math.sin(frame / 3), 0))
    return scene


def cut(frames):
    scene, _, _ = stage(frames)
    other = camera(scene, (1, -3, 1.2), (1.5, 0, 0.1))
    for frame, one in ((1, scene.camera), (frames // 2, other)):
        scene.timeline_markers.new(f"cut {frame}", frame=frame).camera = one
    return scene


folder, frames = Path(sys.argv[1]), int(sys.argv[2])
for name in sys.argv[3:]:
    scene = globals()[name](frames)
    scene.render.filepath = str(folder / name / "####")
    bpy.ops.render.render(animation=True)
