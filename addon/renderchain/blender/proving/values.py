"""What data-blocks are set to, as numbers and names that can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.proof import Value
from ..cycles.reading.reach import Reach

SET_KINDS = ("MATERIAL", "LIGHT", "CAMERA", "WORLD", "NODETREE", "SCENE")
SET_TYPES = ("BOOLEAN", "INT", "FLOAT", "ENUM")
# How the editors show things changes no pixel.
EDITORS_OWN = {"location", "location_absolute", "width", "height", "color", "use_custom_color", "color_tag"}
EDITORS_OWN |= {"hide", "tag", "use_extra_user", "use_fake_user", "diffuse_color", "roughness", "metallic"}
EDITORS_OWN |= {"preview_render_type", "use_preview_world", "paint_active_slot", "paint_clone_slot", "mode"}
EDITORS_OWN_STARTS = (
    "show_",
    "select",
    "is_active",
    "active_",
    "display_",
    "warning_",
    "bl_",
    "use_realtime",
)
SCENES_GROUPS = ("view_settings", "display_settings", "sequencer_colorspace_settings")

Values = Iterator[tuple[str, Value]]


def settings_of(block: Any, graph: Any) -> Values:
    """Aspects of a data-block as it is evaluated; nothing for kinds that are no settings."""
    if block.id_type not in SET_KINDS:
        return
    evaluated = block.evaluated_get(graph)
    if block.id_type == "SCENE":
        for group in SCENES_GROUPS:
            yield from _numbers(getattr(evaluated, group, None), f"{group}.")
    elif block.id_type != "NODETREE":
        yield from _numbers(evaluated, "")
    tree = evaluated if block.id_type == "NODETREE" else getattr(evaluated, "node_tree", None)
    if tree is not None and tree.bl_idname != "GeometryNodeTree":  # what that makes shows in the shape
        for node in tree.nodes:
            yield from _node(node)


def undefined_nodes(reach: Reach) -> Iterator[tuple[Any, str]]:
    """Data-blocks with nodes that this Blender does not know, and these nodes' names."""
    for block in reach.blocks:
        tree = block if block.id_type == "NODETREE" else getattr(block, "node_tree", None)
        for node in tree.nodes if tree else ():
            if node.bl_idname == "NodeUndefined":
                yield block, node.name


def _node(node: Any) -> Values:
    path = f"{node.name}."
    yield from _numbers(node, path)
    for at, socket in enumerate(node.inputs):
        value = getattr(socket, "default_value", None)
        if not socket.is_linked and value is not None and (told := _told(value)) is not None:
            yield f"value:{path}{at} {socket.name}", told
    ramp = getattr(node, "color_ramp", None)
    if ramp is not None:
        yield f"value:{path}color_ramp", [x for one in ramp.elements for x in (one.position, *one.color)]
    mapping = getattr(node, "mapping", None)
    if hasattr(mapping, "curves"):
        points = [point for curve in mapping.curves for point in curve.points]
        yield f"value:{path}curves", [x for point in points for x in point.location]


def _numbers(owner: Any, path: str) -> Values:
    if owner is None:
        return
    for known in owner.bl_rna.properties:
        name = known.identifier
        if known.is_readonly or known.type not in SET_TYPES or name in EDITORS_OWN:
            continue
        if name.startswith(EDITORS_OWN_STARTS):
            continue
        told = _told(getattr(owner, name))
        if told is not None:
            yield f"value:{path}{name}", told


def _told(value: Any) -> Value | None:
    if isinstance(value, str):
        return value
    if isinstance(value, set):
        return " ".join(sorted(value))
    if isinstance(value, bool | int | float):
        return [float(value)]
    if hasattr(value, "__len__") and hasattr(value, "__getitem__"):
        parts = list(value)
        return (
            [float(one) for one in parts] if all(isinstance(x, bool | int | float) for x in parts) else None
        )
    return None
