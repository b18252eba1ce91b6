"""Moving scenes about light: lamps and emitters that come, go, move and change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .base import bpy, objects, put, replace_surface, shader
from .moving import FIRST, LAST, Kind, add, key, turned


def lamp(kind: str, at: int, energy: float) -> Any:
    """A lamp in a row over the scene."""
    bpy.ops.object.light_add(type=kind, location=(at - 2.5, -1.5 + at % 2, 2.2))
    made: Any = bpy.context.object
    made.data.energy = energy
    return made


def blink(owner: Any, at: int) -> None:
    """Hide it in one of three frames, each object in another."""
    key(owner, "hide_render", {frame: (frame + at) % 3 == 0 for frame in range(FIRST, LAST + 1)})


def lamps_blink(scene: Any, use_tree: bool) -> None:
    """Point lamps of a size that are hidden by turns."""
    scene.cycles.use_light_tree = use_tree
    for at in range(6):
        blink(lamp("POINT", at, 60 + 10 * at), at)


def emitters_blink(scene: Any, use_tree: bool) -> None:
    """Glowing balls that are hidden by turns."""
    scene.cycles.use_light_tree = use_tree
    for at in range(5):
        glow = add("ico_sphere", at - 2.0, -1.6, 0.4, radius=0.25)
        glow.data.materials[0] = bpy.data.materials[f"box{at}"]
        put(shader(f"box{at}").inputs["Emission Strength"], default_value=5.0 + at)
        blink(glow, at)


def lamps_change(scene: Any) -> None:
    """Energy, colour, size and cone are keyed."""
    sun, spot = lamp("SUN", 0, 1.0), lamp("SPOT", 3, 300.0)
    key(sun.data, "angle", {FIRST: 0.01, LAST: 0.6})
    key(spot.data, "spot_size", {FIRST: 0.3, LAST: 1.4})
    key(objects()["Area"].data, "energy", {FIRST: 400.0, 4: 0.0, LAST: 100.0})
    key(objects()["Area"].data, "color", {FIRST: (1, 0.2, 0.2), LAST: (0.2, 0.4, 1)})
    turned(objects()["Area"])


def lamps_move(scene: Any) -> None:
    """Forty small lamps go through the light tree's boxes."""
    for at in range(40):
        small = lamp("POINT", at % 6, 4 + at)
        key(small, "location", {FIRST: at % 8 - 4, LAST: 4 - at % 8}, 0)


def glow_begins(scene: Any) -> None:
    """Meshes whose emission is nought at first, so that they are no lights yet."""
    for at in range(3):
        socket = shader(f"box{at}").inputs["Emission Strength"]
        socket.default_value = 0.0
        key(socket, "default_value", {FIRST: 0.0, 3 + at: 0.0, LAST + 1: 8.0})


def linked_light(scene: Any) -> None:
    """Lamps that light a collection each, and blink."""
    for at, name in enumerate(("monkey", "ball", "box2")):
        lit = bpy.data.collections.new(name)
        lit.objects.link(objects()[name])
        one = lamp("POINT", 2 * at, 150)
        one.light_linking.receiver_collection = lit
        one.light_linking.blocker_collection = lit
        blink(one, at)
        turned(objects()[name])


def portal(scene: Any) -> None:
    """An area light that is a portal, and a world that turns behind it."""
    put(objects()["Area"].data.cycles, is_portal=True)
    put(scene.world.cycles, sampling_method="MANUAL", sample_map_resolution=64)
    tree = scene.world.node_tree
    place, mapping = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeMapping")
    gradient = tree.nodes.new("ShaderNodeTexGradient")
    tree.links.new(place.outputs["Generated"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs[0], gradient.inputs[0])
    tree.links.new(gradient.outputs[0], tree.nodes["Background"].inputs["Color"])
    key(mapping.inputs["Rotation"], "default_value", {FIRST: 0.0, LAST: 3.0}, 2)


def profile(scene: Any) -> None:
    """A lamp with an IES profile out of a text in the file, turned."""
    text: Any = bpy.data.texts.new("lamp.ies")
    angles = "1 -1 1 3 1 1 1 0 0 0\n1.0 1.0 100\n0 45 90\n0\n1000 400 0\n"
    text.write(f"IESNA:LM-63-1995\nTILT=NONE\n{angles}")
    one = lamp("SPOT", 2, 500)
    one.data.use_nodes = True
    tree = one.data.node_tree
    node = tree.nodes.new("ShaderNodeTexIES")
    node.ies = text
    tree.links.new(node.outputs[0], tree.nodes["Emission"].inputs["Strength"])
    turned(one)


def grouped(scene: Any) -> None:
    """Light groups whose lamps blink."""
    for at in range(3):
        scene.view_layers[0].lightgroups.add(name=f"group{at}")
        one = lamp("POINT", 2 * at, 120)
        one.lightgroup = f"group{at}"
        blink(one, at)


def caustics(scene: Any) -> None:
    """Shadow caustics of a ball that rolls."""
    replace_surface("ball", "ShaderNodeBsdfGlass")
    put(objects()["ball"].cycles, is_caustics_caster=True)
    put(objects()["floor"].cycles, is_caustics_receiver=True)
    put(objects()["Area"].data.cycles, is_caustics_light=True)
    turned(objects()["Area"])


def switched(what: Callable[..., None], name: str) -> list[Kind]:
    """A kind with the light tree, and one without."""
    return [
        Kind(f"{name}, light tree", partial(what, use_tree=True)),
        Kind(f"{name}, no light tree", partial(what, use_tree=False)),
    ]


KINDS = (
    *switched(lamps_blink, "lamps switched"),
    *switched(emitters_blink, "emitters switched"),
    Kind("lamps keyed: energy, colour, cone", lamps_change),
    Kind("40 lamps that move", lamps_move),
    Kind("emission that begins later", glow_begins),
    Kind("light linking, lamps switched", linked_light),
    Kind("light portal", portal),
    Kind("IES profile from a text", profile),
    Kind("light groups, lamps switched", grouped),
    Kind("shadow caustics, moving", caustics),
)
