"""Make, with Blender, a scene of so many megabytes: a cube with textures of noise.

Behind "--": the folder, and the megabytes.
"""

import os
import struct
import sys
import zlib
from pathlib import Path

import bpy

SIDE = 2048
EACH_MB = SIDE * SIDE * 3 / 1e6


def noise(path):
    """A PNG of random pixels, stored as they are."""

    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    rows = b"".join(b"\0" + os.urandom(SIDE * 3) for _ in range(SIDE))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + body)


folder, megabytes = Path(sys.argv[-2]), float(sys.argv[-1])
(folder / "textures").mkdir(parents=True)
bpy.ops.wm.read_factory_settings()
scene, cube = bpy.context.scene, bpy.data.objects["Cube"]
material = bpy.data.materials.new("noise")
material.use_nodes = True
cube.data.materials[0] = material
tree, total = material.node_tree, None
for number in range(round(megabytes / EACH_MB)):
    file = folder / "textures" / f"{number:02}.png"
    noise(file)
    texture, mix = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeMixRGB")
    texture.image = bpy.data.images.load(str(file))
    tree.links.new(texture.outputs[0], mix.inputs[2])
    if total:
        tree.links.new(total, mix.inputs[1])
    total = mix.outputs[0]
tree.links.new(total, tree.nodes["Principled BSDF"].inputs[0])
scene.render.engine, scene.cycles.samples = "CYCLES", 8
scene.cycles.use_animated_seed = True  # as the network has it
scene.render.resolution_x, scene.render.resolution_y = 320, 180
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "textured.blend"), check_existing=False)
bpy.ops.file.make_paths_relative()
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "textured.blend"), check_existing=False)
