"""The compositor of a scene, in both of its forms: of Blender 4.5 and of Blender 5."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FILE_OUTPUT = "CompositorNodeOutputFile"


def compositor_of(scene: Any) -> Any:
    """The tree that makes the scene's images out of its passes, or None."""
    if not scene.render.use_compositing:
        return None
    if hasattr(scene, "compositing_node_group"):  # Blender 5
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def nodes_of(tree: Any) -> Iterator[Any]:
    """All nodes of a tree and of the groups in it, those aside that are muted."""
    for node in tree.nodes if tree else ():
        if not node.mute:
            yield node
            yield from nodes_of(getattr(node, "node_tree", None))


def file_outputs(scene: Any) -> list[str]:
    """The names of the nodes that write files of their own, each once."""
    writing = (
        node
        for node in nodes_of(compositor_of(scene))
        if node.bl_idname == FILE_OUTPUT and any(socket.is_linked for socket in node.inputs)
    )
    return list(dict.fromkeys(node.label or node.name for node in writing))
