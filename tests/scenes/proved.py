"""Make, with the bpy module, a small scene for a proof: python proved.py FOLDER KIND.

It is built in FOLDER/project, packed into FOLDER/package, and what the artist's Blender makes of it is
recorded in FOLDER/artist; both as the artist's client does.
"""

import struct
import sys
from itertools import pairwise
from pathlib import Path

import bpy
import numpy as np
from renderchain.blender.leaving import leave
from renderchain.blender.packing.packer import BlendPacker
from renderchain.blender.proving.artist import ArtistsSession
from renderchain.core.proof_report import INDEX

folder, kind = Path(sys.argv[-2]), sys.argv[-1]
project, frames = folder / "project", (1, 2, 3)
STL = """solid a
facet normal 0 0 1
outer loop
vertex -2 -1 0
vertex 2 -1 0
vertex 0 2 0
endloop
endfacet
endsolid a
"""


class Silent:
    def progress(self, what, done, total):
        pass


def picture(path, color):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = bpy.data.images.new("made", 8, 8)
    image.pixels.foreach_set(np.tile(np.array([*color, 1.0], np.float32), 64))
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


def glow(thing, image=None):
    """A material that is as bright as an image, or all green; the texture node where there is one."""
    material = bpy.data.materials.new("glow")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    output, light = tree.nodes.new("ShaderNodeOutputMaterial"), tree.nodes.new("ShaderNodeEmission")
    light.inputs[0].default_value = (0, 1, 0, 1)
    tree.links.new(light.outputs[0], output.inputs[0])
    thing.data.materials.clear()
    thing.data.materials.append(material)
    if image is None:
        return light
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    tree.links.new(texture.outputs[0], light.inputs[0])
    return texture


def plain(plane):
    glow(plane)
    plane.keyframe_insert("location", frame=1)
    plane.location[0] = 1
    plane.keyframe_insert("location", frame=3)


def texture(plane):
    glow(plane, bpy.data.images.load(str(picture(project / "tex" / "wood.png", (1, 0, 0)))))


def broken_texture(plane):
    """A file that is there, and that no Blender can read."""
    texture(plane)
    (path,) = project.rglob("*.png")
    path.write_bytes(path.read_bytes()[:20])


def sequence(plane):
    for number in range(1, 4):
        picture(project / "seq" / f"w{number:03d}.png", (number / 3, 1 - number / 3, 0))
    image = bpy.data.images.load(str(project / "seq" / "w001.png"))
    image.source = "SEQUENCE"
    user = glow(plane, image).image_user
    user.frame_duration, user.use_auto_refresh = 3, True


def layered_texture(plane):
    """An OpenEXR file of many layers, as a rendering with passes writes it."""
    render = bpy.context.scene.render
    bpy.context.view_layer.use_pass_emit = True
    glow(plane)
    settings = render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format, render.filepath = "OPEN_EXR_MULTILAYER", str(project / "layers.exr")
    bpy.ops.render.render(write_still=True)
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format, render.filepath = "PNG", ""
    bpy.context.view_layer.use_pass_emit = False
    glow(plane, bpy.data.images.load(str(project / "layers.exr")))


def packed_texture(plane):
    image = bpy.data.images.load(str(picture(project / "wood.png", (1, 0, 0))))
    image.pack()
    glow(plane, image)


def paint_over():
    """After it was packed: as where packing does not notice what saving loses."""
    image = bpy.data.images["wood.png"]
    image.pixels.foreach_set(np.tile(np.array([0, 0, 1, 1], np.float32), 64))
    image.update()


def mesh_cache(plane):
    glow(plane)
    path = project / "cache.pc2"
    corners = [tuple(vertex.co) for vertex in plane.data.vertices]
    with path.open("wb") as file:
        file.write(struct.pack("<12siiffi", b"POINTCACHE2\0", 1, len(corners), 1.0, 1.0, 4))
        for number in range(4):
            for x, y, z in corners:
                file.write(struct.pack("<fff", x + 0.4 * number, y, z))
    modifier = plane.modifiers.new("cache", "MESH_CACHE")
    modifier.cache_format, modifier.filepath, modifier.frame_start = "PC2", str(path), 1


def imported(plane):
    (project / "a.stl").write_text(STL)
    tree = bpy.data.node_groups.new("import", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    kinds = (
        "GeometryNodeImportSTL",
        "GeometryNodeRealizeInstances",
        "GeometryNodeSetMaterial",
        "NodeGroupOutput",
    )
    nodes = [tree.nodes.new(kind) for kind in kinds]
    for one, other in pairwise(nodes):
        tree.links.new(one.outputs[0], other.inputs[0])
    glow(plane)
    nodes[0].inputs[0].default_value = str(project / "a.stl")
    nodes[2].inputs["Material"].default_value = plane.data.materials[0]
    plane.modifiers.new("import", "NODES").node_group = tree


def baked_zone(plane):
    glow(plane)
    tree = bpy.data.node_groups.new("zone", "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    kinds = ("NodeGroupInput", "GeometryNodeSimulationInput", "GeometryNodeSetPosition")
    first, start, move = (tree.nodes.new(kind) for kind in kinds)
    end, last = tree.nodes.new("GeometryNodeSimulationOutput"), tree.nodes.new("NodeGroupOutput")
    start.pair_with_output(end)
    move.inputs["Offset"].default_value = (0.4, 0, 0)
    links = ((first.outputs[0], start.inputs[0]), (start.outputs[1], move.inputs[0]))
    for one, other in (*links, (move.outputs[0], end.inputs[1]), (end.outputs[0], last.inputs[0])):
        tree.links.new(one, other)
    modifier = plane.modifiers.new("zone", "NODES")
    modifier.node_group, modifier.bake_target = tree, "DISK"
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "film.blend"))
    with bpy.context.temp_override(object=plane, active_object=plane, selected_objects=[plane]):
        bpy.ops.object.geometry_node_bake_single(
            session_uid=plane.session_uid, modifier_name=modifier.name, bake_id=modifier.bakes[0].bake_id
        )


def library(plane):
    glow(plane)
    bpy.data.libraries.write(str(project / "lib.blend"), {plane}, fake_user=True)
    with bpy.data.libraries.load(str(project / "lib.blend"), link=True) as (there, here):
        here.objects = there.objects
    bpy.context.scene.collection.objects.link(here.objects[0])
    plane.hide_render = True


def nested_library(plane):
    """What a library links of a second one, and another one of the second one's name."""
    for place, color in (("a", (1, 0, 0)), ("b", (0, 0, 1))):
        glow(plane, bpy.data.images.load(str(picture(project / place / "wood.png", color))))
        bpy.data.libraries.write(str(project / place / "m.blend"), {plane.data.materials[0]}, fake_user=True)
    things = []
    for place in "ab":
        with bpy.data.libraries.load(str(project / place / "m.blend"), link=True) as (there, here):
            here.materials = there.materials
        things.append(plane.copy())
        things[-1].name, things[-1].data = f"body {place}", plane.data.copy()
        things[-1].data.materials[0] = here.materials[0]
        things[-1].location.x = -1 if place == "a" else 1
    bpy.data.libraries.write(str(project / "bodies.blend"), set(things), fake_user=True)
    with bpy.data.libraries.load(str(project / "bodies.blend"), link=True) as (there, here):
        here.objects = list(there.objects)
    for thing in here.objects:
        bpy.context.scene.collection.objects.link(thing)
    plane.hide_render = True


def python_driver(plane):
    """By a function of a script in the file; Blender evaluates harmless Python even with scripts off."""
    glow(plane)
    script = bpy.data.texts.new("wave.py")
    script.write("import bpy\nbpy.app.driver_namespace['wave'] = lambda frame: frame / 2\n")
    script.use_module = True
    exec(script.as_string(), {})
    plane.driver_add("location", 0).driver.expression = "wave(frame)"


def handler(plane):
    glow(plane)
    bpy.app.handlers.frame_change_post.append(
        lambda scene, _: setattr(plane, "location", (scene.frame_current, 0, 0))
    )


def lamp_script(plane):
    """Something that only shows in a lamp's energy."""
    glow(plane)
    lamp = bpy.data.lights.new("lamp", "POINT")
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("lamp", lamp))
    bpy.app.handlers.frame_change_post.append(
        lambda scene, _: setattr(lamp, "energy", 10.0 * scene.frame_current)
    )


def addon_node(plane):
    class Painted(bpy.types.ShaderNodeCustomGroup):
        bl_idname, bl_label = "ShaderNodePainted", "Painted"

    bpy.utils.register_class(Painted)
    light = glow(plane)
    tree = bpy.data.node_groups.new("painted", "ShaderNodeTree")
    tree.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")
    output, color = tree.nodes.new("NodeGroupOutput"), tree.nodes.new("ShaderNodeRGB")
    color.outputs[0].default_value = (0, 1, 1, 1)
    tree.links.new(color.outputs[0], output.inputs[0])
    material = plane.data.materials[0].node_tree
    node = material.nodes.new("ShaderNodePainted")
    node.node_tree = tree
    material.links.new(node.outputs[0], light.inputs[0])


def hidden_by_script(plane):
    glow(plane)
    bpy.app.handlers.render_pre.append(lambda *_: setattr(plane, "hide_render", True))


KINDS = {
    one.__name__.replace("_", " "): one
    for one in (
        plain,
        texture,
        broken_texture,
        sequence,
        layered_texture,
        packed_texture,
        mesh_cache,
        imported,
        baked_zone,
        library,
        nested_library,
        python_driver,
        handler,
        lamp_script,
        addon_node,
        hidden_by_script,
    )
}
project.mkdir()
bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=True)
scene = bpy.context.scene
bpy.ops.object.camera_add(location=(0, 0, 10))
scene.camera = bpy.context.object
bpy.ops.mesh.primitive_plane_add(size=3)
scene.render.engine = "CYCLES"
scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.device = 4, False, "CPU"
scene.cycles.use_animated_seed = True  # as the network has it
scene.render.resolution_x, scene.render.resolution_y, scene.frame_end = 48, 32, frames[-1]
scene.view_settings.view_transform = "Standard"
bpy.context.preferences.filepaths.use_scripts_auto_execute = True
KINDS[kind](bpy.data.objects["Plane"])
bpy.ops.wm.save_as_mainfile(filepath=str(project / "film.blend"))
manifest = BlendPacker(scene).prepare(folder / "package", frames).finish()
if kind == "packed texture":
    paint_over()
(folder / "artist").mkdir()
side = ArtistsSession(scene).record(folder / "artist", manifest, 60, Silent())
(folder / INDEX).write_text(side.to_json())
leave(0)
