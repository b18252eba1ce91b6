"""Noise that no two machines make alike: textures of the kind Noise, and White Noise on smooth coordinates.

The first are new random numbers each time that anybody looks. The second has another value for each
coordinate, so that the last bit of a shading point, in which processors differ, makes another pixel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import bpy

from ....core.exactness import Finding, found
from .reach import Reach
from .simulations import is_rendered

SMOOTH = {
    f"ShaderNode{name}" for name in ("TexCoord", "NewGeometry", "UVMap", "Tangent", "CameraData", "Attribute")
}
CONSTANT = {"Random Per Island", "Backfacing"}  # over a surface
ROUNDING = {"FLOOR", "CEIL", "ROUND", "TRUNC", "SNAP", "SIGN", "GREATER_THAN", "LESS_THAN", "COMPARE"}
CELLS = {"ShaderNodeTexVoronoi", "ShaderNodeTexBrick", "ShaderNodeTexChecker"}  # one value a cell


def read_noise(reach: Reach, frames: Sequence[int]) -> Iterator[Finding | None]:
    """Each texture of noise that shapes what is rendered, and each node tree with such White Noise."""
    for block, name in reach.animated():
        if getattr(block, "bl_idname", "") == "ShaderNodeTree" and any(map(_is_smooth, _white_noise(block))):
            yield found("white noise", name)
        yield None
    noisy = [one for one in reach.of("TEXTURE") if one.type == "NOISE"]
    for texture, users in bpy.data.user_map(subset=noisy).items() if noisy else ():
        reached = [user for user in reach.blocks if user in users and user.id_type != "BRUSH"]
        if any(_shows(user, texture, frames) for user in reached):
            yield found("noise texture", texture.name)
        yield None


def _white_noise(tree: Any) -> Iterator[Any]:
    used = (node for node in tree.nodes if any(socket.is_linked for socket in node.outputs))
    return (node for node in used if node.bl_idname == "ShaderNodeTexWhiteNoise" and not node.mute)


def _is_smooth(noise: Any) -> bool:
    """Whether a node's coordinates come from smooth ones, and nothing on the way rounds them.

    A group counts as rounding if anything in it does; what comes into a group from outside is not followed.
    """
    waiting = [socket for socket in noise.inputs if socket.enabled and socket.is_linked]
    seen: set[Any] = set()
    while waiting:
        for link in waiting.pop().links:
            node, name = link.from_node, link.from_socket.name
            if node.bl_idname in SMOOTH and name not in CONSTANT:
                return True
            if node not in seen and not _rounds(node):
                seen.add(node)
                waiting += [socket for socket in node.inputs if socket.is_linked]
    return False


def _rounds(node: Any) -> bool:
    tree = getattr(node, "node_tree", None)
    if tree is not None:
        return any(map(_rounds, tree.nodes))
    stepped = getattr(getattr(node, "color_ramp", None), "interpolation", "") == "CONSTANT"
    return stepped or getattr(node, "operation", "") in ROUNDING or node.bl_idname in CELLS


def _shows(user: Any, texture: Any, frames: Sequence[int]) -> bool:
    """Whether the texture has a part in what a data-block looks like when it is rendered."""
    if user.id_type != "OBJECT":
        return True
    return any(
        is_rendered(user, modifier, frames) and texture in _textures(modifier) for modifier in user.modifiers
    )


def _textures(modifier: Any) -> list[Any]:
    pointers = (one for one in modifier.bl_rna.properties if one.type == "POINTER")
    names = (one.identifier for one in pointers if one.fixed_type.identifier == "Texture")
    return [getattr(modifier, name) for name in names]
