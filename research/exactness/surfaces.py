"""Moving scenes about materials, volumes and the world."""

from __future__ import annotations

import importlib
from typing import Any

from . import features
from .base import Unavailable, bpy, need_built_in, objects, put, replace_surface, shader
from .moving import FIRST, LAST, Kind, add, drive, foggy, geometry_group, key, tree_of, turned


def sky_moves(scene: Any) -> None:
    """A sky whose sun sinks."""
    features.sky(scene)
    node = next(one for one in scene.world.node_tree.nodes if one.bl_idname == "ShaderNodeTexSky")
    scene.world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.1
    put(scene.world.cycles, sampling_method="MANUAL", sample_map_resolution=64)
    key(node, "sun_elevation", {FIRST: 0.8, LAST: 0.05})
    key(node, "sun_rotation", {FIRST: 0.0, LAST: 2.0})


def world_changes(scene: Any) -> None:
    """The world's colour and strength are keyed, down to nought."""
    background = scene.world.node_tree.nodes["Background"]
    key(background.inputs["Strength"], "default_value", {FIRST: 2.0, 3: 0.0, LAST: 1.0})


def worlds_by_light_path(scene: Any) -> None:
    """The camera sees another world than light does; it fades."""
    tree = scene.world.node_tree
    path, mix, other = (
        tree.nodes.new(f"ShaderNode{name}") for name in ("LightPath", "MixShader", "Background")
    )
    key(other.inputs["Color"], "default_value", {FIRST: 0.0, LAST: 1.0}, 0)
    tree.links.new(path.outputs["Is Camera Ray"], mix.inputs[0])
    tree.links.new(tree.nodes["Background"].outputs[0], mix.inputs[1])
    tree.links.new(other.outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], tree.nodes["World Output"].inputs["Surface"])


def fog_moves(scene: Any) -> None:
    """A box of fog of a keyed density goes through the scene."""
    box = add("cube", 0, -0.5, 1, size=2)
    key(foggy(box).inputs["Density"], "default_value", {FIRST: 0.1, LAST: 2.0})
    key(box, "location", {FIRST: -2.0, LAST: 2.0}, 0)


def fire(scene: Any) -> None:
    """A volume that glows, by a noise that goes with time."""
    box = add("cube", 0, -0.8, 1, size=1.8)
    node = foggy(box, 0.0)
    tree = tree_of("fog")
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.noise_dimensions = "4D"
    key(noise.inputs["W"], "default_value", {FIRST: 0.0, LAST: 3.0})
    tree.links.new(noise.outputs[0], node.inputs["Density"])
    tree.links.new(noise.outputs[0], node.inputs["Emission Strength"])


def glass_moves(scene: Any) -> None:
    """A glass ball rolls, its caustics with it; its index of refraction is keyed."""
    features.glass(scene)
    node = next(one for one in tree_of("ball").nodes if one.bl_idname == "ShaderNodeBsdfGlass")
    key(node.inputs["IOR"], "default_value", {FIRST: 1.1, LAST: 2.0})


def skin(scene: Any) -> None:
    """Subsurface scattering of keyed depth on a head that turns."""
    features.subsurface(scene)
    turned(objects()["monkey"])
    key(shader("monkey").inputs["Subsurface Scale"], "default_value", {FIRST: 0.02, LAST: 0.5})


def see_through(scene: Any) -> None:
    """Many transparent layers behind each other, faded by keys."""
    for at in range(8):
        sheet = add("plane", 0, -1.8 + 0.2 * at, 1, size=2, rotation=(1.5, 0, 0))
        sheet.data.materials[0] = bpy.data.materials["box1"]
    key(shader("box1").inputs["Alpha"], "default_value", {FIRST: 0.0, LAST: 0.6})


def slots(scene: Any) -> None:
    """What material a face has is a key: two slots, mixed by an attribute of the object."""
    monkey = objects()["monkey"]
    monkey["paint"] = 0.0
    monkey.keyframe_insert('["paint"]', frame=FIRST)
    monkey["paint"] = 1.0
    monkey.keyframe_insert('["paint"]', frame=LAST)
    tree = tree_of("monkey")
    attribute = tree.nodes.new("ShaderNodeAttribute")
    attribute.attribute_type, attribute.attribute_name = "OBJECT", "paint"
    tree.links.new(attribute.outputs["Fac"], shader("monkey").inputs["Metallic"])
    monkey.data.materials.append(bpy.data.materials["box2"])
    for face in list(monkey.data.polygons)[::2]:
        face.material_index = 1
    key(objects()["box0"], "pass_index", {FIRST: 1, LAST: 9})
    info = tree_of("box0").nodes.new("ShaderNodeObjectInfo")
    tree_of("box0").links.new(info.outputs["Object Index"], shader("box0").inputs["Metallic"])


def slot_by_nodes(scene: Any) -> None:
    """Geometry nodes give faces a material by an index that is keyed."""
    monkey = objects()["monkey"]
    monkey.data.materials.append(bpy.data.materials["box2"])
    tree, shape, out = geometry_group(monkey, "slots")
    node = tree.nodes.new("GeometryNodeSetMaterialIndex")
    tree.links.new(shape, node.inputs["Geometry"])
    tree.links.new(node.outputs[0], out)
    key(node.inputs["Material Index"], "default_value", {FIRST: 0, 4: 1})


def ramp_moves(scene: Any) -> None:
    """A ramp of colours whose stops move."""
    tree = tree_of("floor")
    noise, ramp = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeValToRGB")
    tree.links.new(noise.outputs[0], ramp.inputs[0])
    tree.links.new(ramp.outputs[0], shader("floor").inputs["Base Color"])
    key(ramp.color_ramp.elements[0], "position", {FIRST: 0.0, LAST: 0.6})


def bumps(scene: Any) -> None:
    """Bump and displacement of the same noise, which drifts; both are on."""
    features.displacement(scene)
    put(bpy.data.materials["ball"], displacement_method="BOTH")
    noise = next(one for one in tree_of("ball").nodes if one.bl_idname == "ShaderNodeTexNoise")
    noise.noise_dimensions = "4D"
    key(noise.inputs["W"], "default_value", {FIRST: 0.0, LAST: 2.0})


def traced_nodes(scene: Any) -> None:
    """Bevel and ambient occlusion under things that move."""
    features.shader_nodes_that_trace(scene)
    turned(objects()["box2"])


def open_shading(scene: Any) -> None:
    """A shader in the Open Shading Language, in a text of the file, with a keyed value."""
    need_built_in("osl")
    put(scene.cycles, shading_system=True)
    text: Any = bpy.data.texts.new("stripes.osl")
    text.write(
        "shader stripes(float Shift = 0.0, output color Stripes = 0.0)\n"
        "{ Stripes = color(fmod(fabs(P[0] * 3.0 + Shift), 1.0), 0.3, 0.1); }\n"
    )
    tree = tree_of("floor")
    node = tree.nodes.new("ShaderNodeScript")
    node.script = text
    try:
        importlib.import_module("cycles.osl").update_script_node(node, lambda *said: print(*said))
    except ImportError as error:
        raise Unavailable(f"scripts can't be compiled: {error}") from error
    tree.links.new(node.outputs["Stripes"], shader("floor").inputs["Base Color"])
    key(node.inputs["Shift"], "default_value", {FIRST: 0.0, LAST: 2.0})


def by_place(scene: Any) -> None:
    """White noise by place, anew in each frame: every last bit of a place is another colour."""
    for name in ("floor", "monkey"):
        tree = tree_of(name)
        place, noise = tree.nodes.new("ShaderNodeNewGeometry"), tree.nodes.new("ShaderNodeTexWhiteNoise")
        noise.noise_dimensions = "4D"
        tree.links.new(place.outputs["Position"], noise.inputs["Vector"])
        tree.links.new(noise.outputs["Color"], shader(name).inputs["Base Color"])
        drive(noise.inputs["W"], "default_value", "frame")


def random_instances(scene: Any) -> None:
    """Colours by chance for each object and each island of a mesh."""
    for name, node, socket in (
        ("box1", "ObjectInfo", "Random"),
        ("monkey", "NewGeometry", "Random Per Island"),
    ):
        tree = tree_of(name)
        tree.links.new(tree.nodes.new(f"ShaderNode{node}").outputs[socket], shader(name).inputs["Metallic"])
    turned(objects()["monkey"])
    for at in range(12):
        add("cube", at % 4 - 1.5, -1.5, 0.2 + at // 4 * 0.4, size=0.3).data.materials[0] = bpy.data.materials[
            "box1"
        ]


def vertex_colours(scene: Any) -> None:
    """Colours in the mesh, wireframe and tangents in the shader, while it is bent."""
    monkey = objects()["monkey"]
    layer = monkey.data.color_attributes.new("paint", "FLOAT_COLOR", "POINT")
    for at, point in enumerate(layer.data):
        point.color = (at % 7 / 7, at % 3 / 3, 0.2, 1)
    tree = tree_of("monkey")
    colour = tree.nodes.new("ShaderNodeVertexColor")
    colour.layer_name = "paint"
    tree.links.new(colour.outputs[0], shader("monkey").inputs["Base Color"])
    wire = tree.nodes.new("ShaderNodeWireframe")
    tree.links.new(wire.outputs[0], shader("monkey").inputs["Roughness"])
    key(monkey.modifiers.new("bend", "SIMPLE_DEFORM"), "angle", {FIRST: 0.0, LAST: 1.5})


def sheen(scene: Any) -> None:
    """Velvet, toon, ray portals: closures that are rare."""
    replace_surface("monkey", "ShaderNodeBsdfSheen")
    replace_surface("box2", "ShaderNodeBsdfToon")
    replace_surface("box1", "ShaderNodeBsdfRayPortal")
    turned(objects()["monkey"])


KINDS = (
    Kind("sky, sun keyed", sky_moves),
    Kind("world, strength keyed to nought", world_changes),
    Kind("world by light path, keyed", worlds_by_light_path),
    Kind("fog that moves, density keyed", fog_moves),
    Kind("glowing volume by time", fire),
    Kind("glass that rolls, refraction keyed", glass_moves),
    Kind("subsurface scattering, keyed", skin),
    Kind("transparency, keyed", see_through),
    Kind("materials by a keyed attribute and index", slots),
    Kind("material slots keyed by nodes", slot_by_nodes),
    Kind("ramp of colours, keyed", ramp_moves),
    Kind("bump and displacement, keyed", bumps),
    Kind("bevel and ambient occlusion, moving", traced_nodes),
    Kind("OSL script from a text", open_shading),
    Kind("white noise by place and frame", by_place),
    Kind("colours by chance", random_instances),
    Kind("colours and wireframe of a mesh that bends", vertex_colours),
    Kind("sheen, toon, ray portal", sheen),
)
