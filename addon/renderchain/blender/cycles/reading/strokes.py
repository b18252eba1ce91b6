"""Grease Pencil: Blender draws its strokes over what Cycles rendered, on the graphics card.

Without one, the module leaves them out, and the application ends by a crash. Geometry nodes make strokes on
objects of any kind, out of curves or out of a Grease Pencil object that itself is in no layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ....core.exactness import Finding, found
from .reach import Reach, is_hidden, staged_in

_KINDS = ("GREASEPENCIL", "GPENCIL")
_MAKER = "GeometryNodeCurvesToGreasePencil"


def read_strokes(reach: Reach) -> Iterator[Finding | None]:
    """Objects whose strokes a frame may show: in no layer or collection that is left out of renderings."""
    strokes, drawing = _Strokes(), list[Any]()
    for one in reach.of("OBJECT"):
        if strokes.come_from(one):
            drawing.append(one)
        yield None
    if not drawing:
        return
    staged = {one for root in _roots(reach) for one in root}
    for one in drawing:
        if one in staged and not is_hidden(one):
            yield found("strokes", one.name)


class _Strokes:
    """Which objects are strokes, or may have their geometry nodes make some."""

    def __init__(self) -> None:
        self._without: set[Any] = set()  # objects and node trees, with all that they use
        self._seen: set[Any] = set()

    def come_from(self, owner: Any) -> bool:
        """Whether an object has any."""
        self._seen = set()
        draws = self._of_object(owner)
        if not draws:
            self._without |= self._seen
        return draws

    def _is_new(self, one: Any) -> bool:
        if one in self._seen or one in self._without:
            return False
        self._seen.add(one)
        return True

    def _of_object(self, owner: Any) -> bool:
        if owner.type in _KINDS:
            return True
        modifiers = (one for one in owner.modifiers if one.type == "NODES" and one.node_group)
        return self._is_new(owner) and any(
            self._of_tree(one.node_group) or any(map(self._of_given, _given_to(one))) for one in modifiers
        )

    def _of_tree(self, tree: Any) -> bool:
        return self._is_new(tree) and any(self._of_node(node) for node in tree.nodes if not node.mute)

    def _of_node(self, node: Any) -> bool:
        """That it may take only an object's place, and no geometry, is no matter."""
        if not any(socket.is_linked and socket.type == "GEOMETRY" for socket in node.outputs):
            return False
        inner = getattr(node, "node_tree", None)
        given = (socket.default_value for socket in node.inputs if socket.type in ("OBJECT", "COLLECTION"))
        return (
            node.bl_idname == _MAKER
            or any(map(self._of_given, given))
            or (inner is not None and self._of_tree(inner))
        )

    def _of_given(self, given: Any) -> bool:
        if isinstance(given, bpy.types.Object):
            return self._of_object(given)
        return isinstance(given, bpy.types.Collection) and any(map(self._of_object, given.all_objects))


def _given_to(modifier: Any) -> Iterator[Any]:
    """The objects and collections that a modifier gives its nodes, whatever they make of them."""
    inputs = getattr(getattr(modifier, "properties", None), "inputs", None)  # Blender 5.2
    for one in modifier.node_group.interface.items_tree:
        if getattr(one, "socket_type", "") in ("NodeSocketObject", "NodeSocketCollection"):
            given = getattr(inputs, one.identifier, None)
            yield modifier.get(one.identifier) if inputs is None else getattr(given, "value", None)


def _roots(reach: Reach) -> Iterator[Iterator[Any]]:
    for scene in reach.of("SCENE"):
        yield from (staged_in(layer) for layer in scene.view_layers if layer.use)
    for one in reach.of("OBJECT"):
        if one.instance_type == "COLLECTION" and one.instance_collection:
            yield _in_collection(one.instance_collection)


def _in_collection(collection: Any) -> Iterator[Any]:
    yield from collection.objects
    for child in collection.children:
        if not child.hide_render:
            yield from _in_collection(child)
